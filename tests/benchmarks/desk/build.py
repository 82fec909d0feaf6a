"""Build a workspace, or add a day to one: every day is planned, written out as rows and forgotten."""

from __future__ import annotations

import json
import re
import resource
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.e5 import build_name
from analysis.embedding.means import make_table
from analysis.translations.stage import PAIR_VERSION
from analysis.translations.stage import STAGE as TRANSLATIONS
from config.init import init_workspace
from config.load import load_workspace
from drumbeat.stages import sync_sources
from storage import ids
from storage.marks import embedded_by
from storage.store import create_store
from tests.benchmarks.desk import rows
from tests.benchmarks.desk.load import Loader, loading
from tests.benchmarks.desk.plan import COPY_DAYS, LANGUAGES, PASSAGES_IN_NARRATIVE, Original, Plan, Shape
from tests.benchmarks.desk.ready import lead_vectors, passage_vectors
from tests.benchmarks.desk.texts import Draft, Runs, copied, draft_of, runs_of
from tests.benchmarks.desk.vectors import NARRATIVE_SHARE, Space
from tests.benchmarks.desk.worlds import lengthen

MANIFEST = "desk.json"
SILENT_DAYS = 42
LEAD_DAYS = 9
"""Last days whose first sentences have vectors: translations look a week back."""
SAMPLE_DAYS = 3
"""Days whose vectors the means are taken of."""


@dataclass(frozen=True, slots=True)
class Content:
    """An original's text, vectors and the narratives of its passages."""

    draft: Draft
    vectors: Vectors
    narratives: Sequence[int]


class Maker:
    """Content of days in their order; remembers originals that are still copied."""

    def __init__(self, shape: Shape, data: Path | None) -> None:
        self.plan = Plan(shape)
        self.space = Space(shape.seed)
        self._runs: dict[str, Runs] = {
            language: runs_of(language, shape.seed, data)
            for language in {outlet.language for outlet in self.plan.outlets}
        }
        self._recent: deque[tuple[list[Original], dict[int, Content]]] = deque(maxlen=COPY_DAYS + 1)

    def days(
        self, first: int, last: int, articles: int | None = None, words: int | None = None
    ) -> Iterator[tuple[int, list[rows.Told]]]:
        """Articles of the days [first, last), by time; `articles` and `words` in place of the shape's."""
        for day in range(max(0, first - COPY_DAYS), last):
            special = (articles, words) if day >= first else ()
            originals = self.plan.originals(day, *special)
            content = self._content(day, originals)
            self._recent.append((originals, content))
            if day >= first:
                yield day, self._told(day)
            # Only what is copied later is kept.
            for key in [item.index for item in originals if not item.copies]:
                del content[key]

    def statements(self) -> list[str]:
        """Texts of the watchlist."""
        runs = self._runs["en"]
        texts = [
            runs.texts[(17 * number) % len(runs.texts)] for number in range(2 * self.plan.shape.statements)
        ]
        return [f"{first} {second}" for first, second in zip(texts[::2], texts[1::2], strict=True)]

    def _told(self, day: int) -> list[rows.Told]:
        content = {items[0].day: made for items, made in self._recent if items}
        found = []
        for piece in self.plan.pieces(day, [items for items, _ in self._recent]):
            whole = content[piece.original.day][piece.original.index]
            draft = (
                copied(whole.draft, piece.kind, self.plan.outlets[piece.outlet].source_id)
                if piece.kind
                else whole.draft
            )
            count = len(draft.passages)
            found.append(
                rows.told(self.plan, day, piece, draft, whole.vectors[:count], whole.narratives[:count])
            )
        return found

    def _content(self, day: int, originals: Sequence[Original]) -> dict[int, Content]:
        seed = self.plan.shape.seed
        languages = [self.plan.outlets[item.outlet].language for item in originals]
        drafts = [
            draft_of(item, self._runs[language], seed, self.plan.shape.sentences)
            for item, language in zip(originals, languages, strict=True)
        ]
        dice = np.random.default_rng((seed, 9, day + 10_000))
        told = [
            rows.passage_narratives(dice, item.narrative, len(draft.passages), PASSAGES_IN_NARRATIVE)
            for item, draft in zip(originals, drafts, strict=True)
        ]
        sizes = [len(draft.passages) for draft in drafts]
        vectors = self.space.passages(
            day,
            [place for place, size in enumerate(sizes) for _ in range(size)],
            [number for numbers in told for number in numbers],
            [language for language, size in zip(languages, sizes, strict=True) for _ in range(size)],
        )
        parts = np.split(vectors.astype(np.float16), np.cumsum(sizes)[:-1])
        return {
            item.index: Content(draft, part.copy(), numbers)
            for item, draft, part, numbers in zip(originals, drafts, parts, told, strict=True)
        }


def build(
    shape: Shape, out: Path, *, postgresql: str | None = None, data: Path | None = None
) -> dict[str, Any]:
    """Make the workspace; returns what was made and what it cost, which `desk.json` keeps too."""
    maker, totals = Maker(shape, data), {"articles": 0, "passages": 0}
    write_workspace(maker, out, postgresql)
    workspace = load_workspace(out)
    with create_store(workspace.database_url) as store:
        sync_sources(workspace, store, shape.moment(0, 5).date())
        for source in workspace.sources:
            store.sources.mark_first_crawled(source.id, shape.moment(0, 5))
    registry, sample = rows.Registry(), []
    with loading(workspace.database_url, bulk=True) as loader:
        for day, items in maker.days(0, shape.days):
            _put_day(loader, maker, day, items, totals)
            registry.note(items)
            if day >= shape.days - LEAD_DAYS:
                loader.put("vectors", lead_vectors(maker.space, day, items), known=True)
            if day < SAMPLE_DAYS:
                sample += items
            loader.commit()
        _put_means(loader, sample, shape.moment(0, 5))
        _put_feeds(loader, maker, shape)
        if shape.known:
            _put_narratives(loader, maker, registry, shape)
        _put_statements(loader, maker)
        _put_marks(loader)
    return _note(out, shape, totals | {"narratives": len(registry.size)}, data=data)


def add_day(out: Path, articles: int, words: int | None = None) -> dict[str, Any]:
    """Add a day of unprocessed articles (fetched and cleaned) after the last one, with the vectors that
    embedding would give them; `words` of the median article in place of the shape's.
    """
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    shape = shape_of(manifest)
    data = Path(manifest["data"]) if manifest["data"] else None
    day = shape.days + manifest["added_days"]
    maker = Maker(shape, data)
    workspace = load_workspace(out)
    totals = {"articles": 0, "passages": 0}
    with loading(workspace.database_url, bulk=False) as loader:
        for number, items in maker.days(day, day + 1, articles, words):
            _put_coverage(loader, maker, number, items, loader.highest("articles") + 1, is_cut=False)
            loader.put("vectors", passage_vectors(items, workspace.settings.embed.passage_words), known=True)
            loader.put("vectors", lead_vectors(maker.space, number, items), known=True)
            totals["articles"] += len(items)
            loader.commit()
    manifest["added_days"] += 1
    manifest["as_of"] = shape.moment(day + 1, 30).isoformat()
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest | totals


def lengthened(out: Path, worlds: int, passages: int) -> dict[str, Any]:
    """Give a workspace a longer past (see `desk.worlds`); returns what `desk.json` says then."""
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    shape, begun = shape_of(manifest), time.process_time()
    days = shape.days + manifest["added_days"]
    lengthen(out / "drumbeat.db", worlds, days, seed=shape.seed, passages=passages)
    with loading(load_workspace(out).database_url, bulk=False) as loader:
        manifest |= {name: loader.highest(name) for name in ("articles", "passages")}
    manifest["narratives"] *= worlds
    seconds = manifest["cpu_seconds"] + time.process_time() - begun
    manifest |= {"worlds": worlds, "cpu_seconds": round(seconds, 1), "disk_mb": _disk_mb(out)}
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return dict(manifest)


def shape_of(manifest: dict[str, Any]) -> Shape:
    """The shape that a workspace was made with."""
    fields = dict(manifest["shape"])
    return Shape(**{**fields, "end": date.fromisoformat(fields["end"])})


def _put_day(
    loader: Loader, maker: Maker, day: int, items: Sequence[rows.Told], totals: dict[str, int]
) -> None:
    plan, run = maker.plan, rows.run_id("assign", maker.plan.shape.moment(day, 1390))
    _put_coverage(loader, maker, day, items, totals["articles"] + 1, is_cut=True)
    loader.put("copy_groups", rows.group_rows(plan, items))
    loader.put("copy_members", rows.member_rows(items))
    passages = rows.passage_rows(items, totals["passages"] + 1)
    loader.put("passages", passages)
    vectors = [vector for item in items for vector in item.vectors]
    hashes = [row["text_hash"] for row in passages]
    loader.put("vectors", rows.vector_rows(build_name(), hashes, vectors), known=True)
    if plan.shape.known:
        loader.put("assignments", rows.assignment_rows(items, round(NARRATIVE_SHARE**0.5, 4), run))
        loader.put("observations", rows.observation_rows(plan, day, items))
    loader.put("source_days", rows.source_day_rows(plan, day, items))
    loader.put("runs", rows.run_rows(plan, day, rows.HOURLY[1:]))
    totals["articles"] += len(items)
    totals["passages"] += len(passages)


def _put_coverage(
    loader: Loader, maker: Maker, day: int, items: Sequence[rows.Told], first: int, *, is_cut: bool
) -> None:
    """Polls, crawls, pages and articles: what is there before anything is processed."""
    loader.put("pages", rows.page_rows(maker.plan, items))
    articles = rows.article_rows(maker.plan, items, first, is_cut=is_cut)
    loader.put("articles", articles)
    if not is_cut:
        loader.put("copy_queue", [{"article_id": row["article_id"]} for row in articles])
    loader.index(rows.index_texts(items, first))
    for hour in rows.poll_rows(maker.plan, day, items):
        loader.put("feed_polls", hour)
    loader.put("runs", rows.run_rows(maker.plan, day, rows.HOURLY[:1]))


def _put_means(loader: Loader, sample: Sequence[rows.Told], at: datetime) -> None:
    """The means in force, of the first days' passages."""
    own = {
        language: np.concatenate([item.vectors for item in sample if item.outlet.language == language])
        for language in LANGUAGES
        if any(item.outlet.language == language for item in sample)
    }
    table = make_table(own, build=build_name(), version=1, made_at=at)
    loader.put("mean_tables", [{"build": table.build, "version": 1, "made_at": at, "counts": table.counts}])
    loader.put(
        "mean_vectors",
        [
            {"build": table.build, "version": 1, "language": language, "vector": mean}
            for language, mean in table.means.items()
        ],
    )


def _put_narratives(loader: Loader, maker: Maker, registry: rows.Registry, shape: Shape) -> None:
    centroids = {number: maker.space.narrative(number) for number in registry.size}
    silent = shape.moment(shape.days, 0) - timedelta(days=SILENT_DAYS)
    loader.put("narratives", rows.narrative_rows(registry, centroids, build_name(), silent))
    loader.put("lineage", rows.born_rows(registry))
    loader.put("runs", [rows.run_row("refit", shape.moment(day, 350)) for day in range(0, shape.days, 7)])


def _put_feeds(loader: Loader, maker: Maker, shape: Shape) -> None:
    states = [
        {
            "feed_url": rows.feed_url(outlet), "source_id": outlet.source_id, "kind": "feed", "etag": None,
            "last_modified": None,
            "last_polled_at": shape.moment(shape.days - 1, 1385),
            "last_new_at": shape.moment(shape.days - 1, 1385), "failures": 0,
            "not_before": None, "last_outcome": "unchanged",
        }
        for outlet in maker.plan.outlets
    ]  # fmt: skip
    loader.put("feeds", states)


def _put_marks(loader: Loader) -> None:
    """All passages have vectors, and translations of all of them were looked for."""
    through = loader.highest("passages")
    readers = {embedded_by(build_name()): "", TRANSLATIONS: f"{PAIR_VERSION}/{build_name()}"}
    loader.put(
        "marks",
        [
            {"reader": reader, "version": version, "passage_no": through}
            for reader, version in readers.items()
        ],
    )


def _put_statements(loader: Loader, maker: Maker) -> None:
    """Each statement says what one of the first narratives says, so that it has hits and
    no model is needed.
    """
    texts = maker.statements()
    numbers = list(range(len(texts)))
    vectors = maker.space.passages(-1, numbers, numbers, ["en"] * len(texts)) if texts else []
    hashes = [ids.text_hash(text) for text in texts]
    loader.put("vectors", rows.vector_rows(build_name(), hashes, vectors), known=True)


def write_workspace(maker: Maker, out: Path, postgresql: str | None) -> None:
    """What `drumbeat init` writes, with the outlets and the watchlist of this world."""
    init_workspace(out)
    for path in (out / "sources").glob("*.toml"):
        path.unlink()
    (out / "sources.toml").write_text("\n".join(map(_source_toml, maker.plan.outlets)), encoding="utf-8")
    watchlist = "\n".join(_statement_toml(number, text) for number, text in enumerate(maker.statements()))
    (out / "watchlist.toml").write_text(watchlist, encoding="utf-8")
    settings = (out / "drumbeat.toml").read_text(encoding="utf-8")
    if postgresql:
        settings = re.sub(
            r"^# database_url = .*$", f"database_url = {json.dumps(postgresql)}", settings, flags=re.MULTILINE
        )
    (out / "drumbeat.toml").write_text(settings, encoding="utf-8")


def _statement_toml(number: int, text: str) -> str:
    return f'[[statement]]\nid = "statement-{number:03d}"\nlabel = {json.dumps(text)}\nstatements = [{json.dumps(text)}]\n'


def _source_toml(outlet: Any) -> str:
    return (
        f'[[source]]\nid = "{outlet.source_id}"\nname = "Outlet {outlet.number:03d}"\ndomain = "{outlet.domain}"\n'
        f'country = "{outlet.country}"\nlanguages = ["{outlet.language}"]\nfeeds = [{{ url = "{rows.feed_url(outlet)}" }}]\n'
    )


def _disk_mb(out: Path) -> int:
    return round(sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 2**20)


def _note(out: Path, shape: Shape, totals: dict[str, int], *, data: Path | None) -> dict[str, Any]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    manifest = {
        "shape": {**asdict(shape), "end": shape.end.isoformat()},
        "data": str(data.resolve()) if data else None,
        "added_days": 0,
        "as_of": shape.moment(shape.days, 30).isoformat(),
        **totals,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
        "disk_mb": _disk_mb(out),
    }
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest
