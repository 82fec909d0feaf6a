"""Copies: are they found whatever else is stored, and what does a day cost?

    python -m tests.benchmarks.copies found --data DIR [--others 1000 10000 100000] [--scripts latin ...]
    python -m tests.benchmarks.copies stage --data DIR --work DIR [--stored 100000] [--new 500 5000]

found   100 reprints (every tenth word left out, in Chinese every twentieth character, a by-line put before)
        and 100 excerpts (the middle half) are looked for among other texts; the same links must come out
        whatever their number. Before, 10,000 pairs of the others, drawn at random, are compared in full:
        none is a copy.
stage   the whole stage in a process of its own, for 500 and then 5,000 new articles, of which a fifth are
        reprints and a twentieth are excerpts of those of the week before; the history comes at the rate of
        the busier day and is grouped first.

The others are made from real sentences (stories, headlines, topics, parallel texts): words follow each other
as they do there, one in twenty jumps. So they share the phrases of news, but no sentence, which is counted.
578 words each, 900 characters in Chinese; a number that no other sentence has stands in each. The few Russian
and Arabic sentences (about 22,000 words) make others more alike than news is.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import CopySettings, Settings
from config.workspace import Workspace
from crawler.copies.links import Dated, Text, compared, link_pairs, pairs_to_compare
from crawler.copies.shingles import overlap, shingles, sketch_of
from crawler.copies.stage import group_copies
from storage import schema
from storage.copy_queue import enqueue
from storage.records import Article, Page
from storage.rows import row_of
from storage.store import Store, create_store, open_store
from storage.text import text_sha256
from tests.storage import makers

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
SCRIPTS = {"latin": "en", "cyrillic": "ru", "arabic": "ar", "chinese": "zh"}
BATCH = 500
WORDS, CHARACTERS = 578, 900
SENTENCE = 17
JUMP = 0.05
EDITED = 100
UNRELATED = 10_000
SETTINGS = CopySettings()
BYLINE = {
    "latin": "By our correspondent. ",
    "cyrillic": "Наш корреспондент. ",
    "arabic": "مراسلنا. ",
    "chinese": "本报记者。",
}


def sentences(data: Path, language: str) -> list[str]:
    """Real sentences of a language, each once."""
    found: list[str] = []
    for name, key in (("stories/ecbplus", "text"), ("topics/masakhanews", "text"), ("parallel/ntrex", "text"),
                      ("stories/itn", "text"), ("headlines/state_media_en_2022", "headline")):  # fmt: skip
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                if row.get("lang", "en") == language:
                    found += re.split(r"(?<=[.!?。！？؟])\s*|[\r\n]+", row[key])
    return sorted({one.strip() for one in found if len(one.strip()) > 8})


class Others:
    """As many unrelated texts as are asked for; text `i` is always the same."""

    def __init__(self, data: Path, script: str) -> None:
        self.script = script
        self.glue = "" if script == "chinese" else " "
        real = [re.sub("[.。]", "", one) for one in sentences(data, SCRIPTS[script])]
        lines = [list(one) if script == "chinese" else one.split() for one in real]
        self._drawn, self.words = _numbered(lines)
        ends = np.cumsum([len(line) for line in lines]) - 1
        pairs = np.delete(np.stack([self._drawn[:-1], self._drawn[1:]]), ends[:-1], axis=1)
        self._many = np.bincount(pairs[0], minlength=len(self.words))
        self._starts = np.cumsum(self._many) - self._many
        self._follows = pairs[1][np.argsort(pairs[0], kind="stable")]
        self.batch = lru_cache(maxsize=16)(self._batch)

    def __getitem__(self, place: int) -> str:
        return self.batch(place // BATCH)[place % BATCH]

    def _batch(self, number: int) -> list[str]:
        dice = np.random.default_rng((number, len(self.words)))
        size = CHARACTERS if self.script == "chinese" else WORDS
        chain = np.empty((size, BATCH), np.int64)
        chain[0] = dice.choice(self._drawn, BATCH)
        for at in range(1, size):
            following = self._after(chain[at - 1], dice.random(BATCH))
            jumps = dice.random(BATCH) < JUMP
            chain[at] = np.where(jumps, dice.choice(self._drawn, BATCH), following)
        columns = [[self.words[at] for at in column] for column in chain.T.tolist()]
        return [self._text(words, number * BATCH + place) for place, words in enumerate(columns)]

    def _after(self, before: Numbers, chance: Floats) -> Numbers:
        """A word that follows each of the words somewhere; where none does, the next in the list."""
        place = self._starts[before] + (chance * self._many[before]).astype(np.int64)
        following: Numbers = self._follows[np.minimum(place, len(self._follows) - 1)]
        return following

    def _text(self, words: list[str], number: int) -> str:
        """Cut into sentences, each of which holds a number that no other has."""
        step = SENTENCE * (2 if self.script == "chinese" else 1)
        for at in range(0, len(words), step):
            words[at + (number + at) % min(step, len(words) - at)] = str(number * 100 + at // step)
        stop = "。" if self.script == "chinese" else ". "
        return stop.join(self.glue.join(words[at : at + step]) for at in range(0, len(words), step))

    def edited(self, text: str, kind: str, seed: int) -> str:
        """A reprint or an excerpt of a text."""
        words = list(text) if self.script == "chinese" else text.split(" ")
        if kind == "excerpt":
            return self.glue.join(words[len(words) // 4 : len(words) // 4 + len(words) // 2])
        kept = np.random.default_rng(seed).random(len(words)) > (1 / 20 if self.script == "chinese" else 0.1)
        return BYLINE[self.script] + self.glue.join(
            word for word, stays in zip(words, kept, strict=True) if stays
        )


def _numbered(lines: Sequence[Sequence[str]]) -> tuple[Numbers, list[str]]:
    """The words of all lines as numbers, and what they stand for."""
    words = sorted({word for line in lines for word in line})
    place = {word: at for at, word in enumerate(words)}
    return np.array([place[word] for line in lines for word in line]), words


@dataclass(frozen=True, slots=True)
class _Edited:
    key: str
    model: str
    text: str


def found(data: Path, script: str, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Figures for each number of others."""
    others = Others(data, script)
    edits = [
        _Edited(f"{kind} {at}", f"other {start + at}", others.edited(others[start + at], kind, at))
        for kind, start in (("reprint", 0), ("excerpt", EDITED))
        for at in range(EDITED)
    ]
    new = [_dated(one.key, one.text) for one in edits]
    stored: list[Dated] = []
    seen, shared = set[int](), 0
    for size in sizes:
        for at in range(len(stored), size):
            stored.append(_dated(f"other {at}", others[at]))
            lines = [hash(line) for line in re.split(r"[.。]\s*", others[at]) if len(line) > 20]
            shared += len(seen.intersection(lines))
            seen.update(lines)
        yield {
            "script": script,
            "others": size,
            "shared_sentences": shared,
            **_figures(others, edits, new, stored),
        }


def _figures(
    others: Others, edits: Sequence[_Edited], new: list[Dated], stored: list[Dated]
) -> dict[str, Any]:
    texts = {one.key: one.text for one in edits}
    before = _cpu()
    pairs = pairs_to_compare(new, stored, SETTINGS)
    links = link_pairs(
        pairs, lambda key: Text.of(texts[key] if key in texts else others[int(key.split()[1])]), SETTINGS
    )
    spent = _cpu() - before
    linked = {frozenset((link.left_id, link.right_id)) for link in links if link.kind != "negated"}
    hit = [one.key for one in edits if frozenset((one.key, one.model)) in linked]
    return {
        **{
            f"{kind}s_found": sum(key.startswith(kind) for key in hit) / EDITED
            for kind in ("reprint", "excerpt")
        },
        "false_links": len(linked - {frozenset((one.key, one.model)) for one in edits}),
        "pairs_compared": len(pairs),
        "containment_of_reprints": _containment(others, edits[:EDITED]),
        "cpu_s": round(spent, 2),
    }


def _containment(others: Others, edits: Sequence[_Edited]) -> float:
    """Mean share of an edited text that its model has."""
    models = [others[int(one.model.split()[1])] for one in edits]
    shares = [
        overlap(shingles(one.text), shingles(model))[0] for one, model in zip(edits, models, strict=True)
    ]
    return round(float(np.mean(shares)), 3)


def false_pairs(data: Path, script: str) -> int:
    """Links among 10,000 pairs of others, compared in full."""
    others, dice, linked = Others(data, script), np.random.default_rng(1), 0
    texts = [Text.of(others[at]) for at in range(2 * BATCH)]
    for left, right in dice.integers(0, len(texts), (UNRELATED, 2)).tolist():
        if left != right:
            one = compared(texts[left], texts[right], SETTINGS)
            linked += one.is_whole or one.containment >= SETTINGS.excerpt_containment
    return linked


def _dated(key: str, text: str) -> Dated:
    return Dated(key, makers.DAY, sketch_of(text))


def _cpu() -> float:
    return time.process_time()


# --- the stage ---


def fill(store: Store, data: Path, count: int, first: int, *, per_day: int, edited: bool = False) -> None:
    """Articles number `first` and following, `per_day` a day; with `edited`, a quarter are copies of earlier
    ones.

    They are written past the full-text index, which is no part of what is measured.
    """
    others = Others(data, "latin")
    for start in range(first, first + count, BATCH):
        places = range(start, min(start + BATCH, first + count))
        rows = [_article(at, _story(others, at, per_day, edited=edited), per_day) for at in places]
        store.pages.discover([_page(row) for row in rows])
        with store._database.write() as connection:
            connection.execute(sa.insert(schema.articles), [{**row_of(row), "is_cut": True} for row in rows])
            enqueue(connection, [row.article_id for row in rows])


def _page(row: Article) -> Page:
    return Page(
        page_id=row.article_id,
        url=row.url,
        source_id=row.source_id,
        discovered_at=row.first_seen_at,
        origin=row.origin,
    )


def _story(others: Others, at: int, per_day: int, *, edited: bool) -> str:
    earlier = max(0, at - per_day - (at * 7) % (5 * per_day))
    if edited and at % 5 == 0:
        return others.edited(others[earlier], "reprint", at)
    return others.edited(others[earlier], "excerpt", at) if edited and at % 20 == 1 else others[at]


def _article(at: int, text: str, per_day: int) -> Article:
    moment = makers.DAY + timedelta(days=at / per_day)
    return makers.article(
        f"{at}", title=text[:60], body=text, source_id=f"outlet-{at % 300}", counted_at=moment,
        first_seen_at=moment,
        published_at=moment, date_confidence="A", text_sha256=text_sha256(text),
    )  # fmt: skip


def run_stage(url: str) -> dict[str, Any]:
    """Run the stage on a database; what it cost this process."""
    import storage.store  # noqa: F401  what any stage has loaded before it begins is not its cost

    workspace = Workspace(root=Path(), settings=Settings(), sources=(), watchlist=(), schedule=Schedule())
    before = _cpu()
    with open_store(url) as store:
        counts = group_copies(
            store=store,
            workspace=workspace,
            clock=FixedClock(makers.DAY),
            run_id="copies-1",
            progress=NoProgress(),
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"counts": counts, "cpu_s": round(_cpu() - before, 2), "peak_mb": peak}


def stage(data: Path, work: Path, stored: int, days: Sequence[int]) -> Iterator[dict[str, Any]]:
    """History at the rate of the busiest day, then one day after the other, in child processes."""
    work.mkdir(parents=True, exist_ok=True)
    rate = max(days)
    url = f"sqlite:///{(work / f'copies-{stored}.db').resolve()}"
    with create_store(url) as store:
        fill(store, data, stored, 0, per_day=rate)
    yield {"stored": stored, "articles_a_day": rate, "new": stored, **_child(url)}
    for new in days:
        with open_store(url) as store:
            fill(store, data, new, stored, per_day=rate, edited=True)
        yield {"stored": stored, "articles_a_day": rate, "new": new, **_child(url)}
        stored += new


def _child(url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.copies", "run", "--url", url]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def main() -> None:
    """Print a JSON object a line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["found", "stage", "run"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path, default=Path())
    parser.add_argument("--scripts", nargs="+", choices=list(SCRIPTS), default=list(SCRIPTS))
    parser.add_argument("--others", nargs="+", type=int, default=[1000, 10_000, 100_000])
    parser.add_argument("--stored", type=int, default=100_000)
    parser.add_argument("--new", nargs="+", type=int, default=[500, 5000])
    parser.add_argument("--url", help="database, for `run`")
    for line in _answers(parser.parse_args()):
        print(json.dumps(line, ensure_ascii=False), flush=True)


def _answers(args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if args.what == "run":
        yield run_stage(args.url)
    elif args.what == "stage":
        yield from stage(args.data, args.work, args.stored, args.new)
    else:
        for script in args.scripts:
            yield {"script": script, "false_links_in_10000_pairs": false_pairs(args.data, script)}
            yield from found(args.data, script, args.others)


if __name__ == "__main__":
    main()
