"""Probable translations: what is found, and what a day costs.

    python -m tests.benchmarks.translations quality --data DIR     stories of NTREX in six languages
    python -m tests.benchmarks.translations run --workspace DIR    the stage on a workspace, without embedding

`quality` takes stories whole and cut to their first three sentences, makes candidates and decisions by the
product's own functions, and counts pairs. DIR holds `parallel/ntrex.jsonl.gz`.

`run` measures processor time and peak memory of the stage on a workspace that `tests.benchmarks.desk` made:
the first run over all that is stored; after `--add-day` and the stages `copies` and `embed`, a day. Sentences
get made-up vectors, so that what is measured is everything but embedding them.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import unit_rows
from analysis.embedding.centring import centre
from analysis.embedding.choose import shared_embedder
from analysis.embedding.means import make_table
from analysis.text.passages import measure, spans
from analysis.text.sentences import first_sentences
from analysis.translations.alignment import SENTENCES, Lead, numbers, translation_scores
from analysis.translations.candidates import PASSAGES, DayTexts, candidate_pairs
from analysis.translations.reading import sentence_means
from analysis.translations.stage import join_translations
from config.settings import CopySettings, EmbedSettings
from storage.records import MeanTable, Vector
from tests.benchmarks.one_stage import run_stage
from tests.storage.makers import DAY

LANGUAGES = ("en", "fr", "ru", "ar", "zh", "sw")


@dataclass(frozen=True, slots=True)
class StoryText:
    """One story in one language."""

    story: str
    language: str
    body: str


def story_texts(data: Path, languages: Sequence[str], *, lines: int | None = None) -> list[StoryText]:
    """Stories of NTREX in these languages, whole or their first lines, which are sentences."""
    parts: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    with gzip.open(data / "parallel" / "ntrex.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = sorted((json.loads(line) for line in file), key=lambda row: str(row["claim"]))
    for row in rows:
        if row["lang"] in languages:
            parts[row["story"], row["lang"]] += [x.strip() for x in row["text"].split("\r") if x.strip()]
    return [
        StoryText(story, language, "\n".join(found[:lines]))
        for (story, language), found in sorted(parts.items())
    ]


def found_pairs(texts: Sequence[StoryText], settings: EmbedSettings) -> list[tuple[StoryText, StoryText]]:
    """The pairs that the product takes for translations, all texts being of one day."""
    embedder = shared_embedder(settings)
    passages = [[text.body[a:b] for a, b in spans(text.body, words=100)][:PASSAGES] for text in texts]
    leads = [first_sentences(text.body, SENTENCES) for text in texts]
    wanted = sorted({part for parts in (*passages, *leads) for part in parts})
    raw = dict(zip(wanted, embedder.embed(wanted), strict=True))
    table = _own_means(texts, passages, raw, embedder.build)
    day = _day(texts, passages, raw, table)
    pairs = [(int(a), int(b)) for a, b in candidate_pairs(day, day, window_seconds=1.0)]
    means = sentence_means(embedder.build, table)
    ready = [_lead(text, lead, raw, means) for text, lead in zip(texts, leads, strict=True)]
    least = CopySettings().translation_score
    scores = translation_scores([(ready[a], ready[b]) for a, b in pairs], least_score=least)
    return [(texts[a], texts[b]) for (a, b), score in zip(pairs, scores, strict=True) if score is not None]


def _own_means(
    texts: Sequence[StoryText], passages: Sequence[list[str]], raw: dict[str, Vector], build: str
) -> MeanTable:
    """The means of a workspace that holds these texts."""
    own: defaultdict[str, list[Vector]] = defaultdict(list)
    for text, parts in zip(texts, passages, strict=True):
        own[text.language] += [raw[part] for part in parts]
    return make_table({key: np.stack(rows) for key, rows in own.items()}, build=build, version=1, made_at=DAY)


def _day(
    texts: Sequence[StoryText], passages: Sequence[list[str]], raw: dict[str, Vector], table: MeanTable
) -> DayTexts:
    """All texts as the arrays of one day, ids their places."""
    stacked = np.zeros((len(texts), PASSAGES, len(next(iter(raw.values())))), np.float16)
    for place, (text, parts) in enumerate(zip(texts, passages, strict=True)):
        vectors = np.stack([raw[part] for part in parts])
        stacked[place, : len(parts)] = centre(vectors, [text.language] * len(parts), table)
    return DayTexts(
        ids=tuple(str(place) for place in range(len(texts))),
        languages=np.array([text.language for text in texts]),
        seconds=np.zeros(len(texts)),
        whole=unit_rows(stacked.astype(np.float32).sum(axis=1)),
        passages=stacked,
        counts=np.array([len(parts) for parts in passages]),
        asked=np.ones(len(texts), bool),
    )


def _lead(text: StoryText, lead: Sequence[str], raw: dict[str, Vector], table: MeanTable) -> Lead:
    vectors = centre(np.stack([raw[part] for part in lead]), [text.language] * len(lead), table)
    return Lead(vectors.astype(np.float16), tuple(map(measure, lead)), measure(text.body), numbers(text.body))


def quality(data: Path) -> dict[str, Any]:
    """Pairs found and false pairs, of whole stories and of their first three sentences."""
    figures = {}
    for name, lines in (("whole", None), ("three_sentences", 3)):
        texts = story_texts(data, LANGUAGES, lines=lines)
        found = found_pairs(texts, EmbedSettings(workers=1))
        true = sum(left.story == right.story for left, right in found)
        stories = len({text.story for text in texts})
        possible = stories * len(LANGUAGES) * (len(LANGUAGES) - 1) // 2
        others = stories * (stories - 1) // 2 * len(LANGUAGES) * (len(LANGUAGES) - 1)
        figures[name] = {"found": true / possible, "false": len(found) - true, "other_pairs": others}
    return figures


def main() -> None:
    """Run one of the two and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("quality", "run"))
    parser.add_argument("--data", type=Path, help="folder that holds parallel/ntrex.jsonl.gz")
    parser.add_argument("--workspace", type=Path, help="folder that tests.benchmarks.desk made")
    arguments = parser.parse_args()
    figures = (
        quality(arguments.data)
        if arguments.what == "quality"
        else run_stage(join_translations, arguments.workspace)
    )
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
