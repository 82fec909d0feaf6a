"""The watchlist on planted claims: one-sentence statements, no entities, against the texts of the sample
world.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.centring import centre
from analysis.narratives.context import in_context
from analysis.narratives.topics import cluster
from analysis.narratives.units import texts_of as unit_texts
from analysis.narratives.units import units_of
from analysis.watch.growth import NONE, Collection, grow
from analysis.watch.scores import background, cosine
from analysis.watch.statements import NO_LANGUAGE
from config.settings import NarrativeSettings
from drumbeat.sample.texts import load_books
from storage.records import PassageRow
from tests.quality.data import Row, write_rows
from tests.quality.meaning import passage_rows
from tests.quality.result import Floor, Result
from tests.quality.space import Space
from tests.quality.watched import FALSE_RATE, Flags, Texts, passage_z, scale_of, texts_of

GOLDEN = Path(__file__).parent / "watched_demo.toml"


def measure_demo(_data: Path, out: Path) -> Result:
    """Each statement alone: the articles that it finds by itself, and with its narrative
    and what it grew by.
    """
    rows = list(_world())
    passages = passage_rows(rows)
    golden = _statements()
    with Space(out) as space:
        texts = texts_of(space, [{"text": passage.text, "lang": passage.language} for passage in passages])
        table = space.table([passage.text for passage in passages], texts.languages.tolist())
        statements = centre(space.raw([text for _, _, text in golden]), [NO_LANGUAGE] * len(golden), table)
        scale, sentence_vectors = scale_of(space, texts, statements)
    limits = np.array([scale.limit(language) for language in texts.languages])
    direct = passage_z(texts, scale, sentence_vectors, statements) >= limits
    found = _grown(statements, direct, _collection(rows, passages, texts))
    write_rows(out / "watch-demo.jsonl", _predictions(golden, rows, passages, found))
    own, all_of_it = (_judged(golden, rows, passages, hits) for hits in (direct, found))
    figures = all_of_it | {"alone": own}
    return Result(
        figures,
        [
            Floor("recall", figures["recall"], 0.80),
            Floor("precision", figures["precision"], 0.90),
            Floor("worst_language", min(figures["recall_by_language"].values()), 0.60),
        ],
    )


def _world() -> Iterable[Row]:
    """The texts of the sample world, with the narrative that each was planted for."""
    for language, book in load_books().items():
        for text in book.texts.values():
            yield {
                "id": text.key,
                "lang": language,
                "title": text.title,
                "text": "\n\n".join(text.paragraphs),
                "narrative": text.narrative or "",
            }


def _statements() -> list[tuple[str, str, str]]:
    """Narrative, language and text of every statement."""
    golden = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))
    return [(key, language, text) for key, texts in golden.items() for language, text in texts.items()]


def _collection(rows: Sequence[Row], passages: Sequence[PassageRow], texts: Texts) -> Collection:
    """The passages with the narratives that a refit would find among them."""
    articles = {row["id"]: number for number, row in enumerate(rows)}
    return Collection(
        vectors=texts.vectors,
        languages=texts.languages,
        articles=np.array([articles[passage.article_id] for passage in passages]),
        narratives=_narratives(passages, texts),
    )


def _narratives(passages: Sequence[PassageRow], texts: Texts) -> Any:
    """Number of each passage's narrative, as a refit with the settings of a new workspace finds them."""
    rules = NarrativeSettings()
    units = units_of(
        passages, in_context(texts.vectors.astype(np.float64), [row.article_id for row in passages])
    )
    words, languages = unit_texts(units, passages)
    found = cluster(
        words,
        units.vectors,
        languages,
        likeness=rules.cluster_likeness,
        min_size=rules.min_passages,
        sizes=units.sizes,
    )
    numbers = np.full(len(passages), NONE)
    for places, label in zip(units.members, found.labels.tolist(), strict=True):
        numbers[list(places)] = label
    return numbers


def _grown(statements: Vectors, direct: Flags, collection: Collection) -> Flags:
    """What every statement finds by itself, its narrative and its growth, shape (statements, passages)."""
    languages = collection.languages.tolist()
    sample = {key: collection.vectors[collection.languages == key] for key in sorted(set(languages))}
    z = background(statements, sample).z(cosine(statements, collection.vectors), languages)
    grown = [
        grow(statement, own, hits, collection, false_rate=FALSE_RATE)
        for statement, own, hits in zip(statements, z, direct, strict=True)
    ]
    return np.stack([hits if more is None else more.found for more, hits in zip(grown, direct, strict=True)])


def _articles(passages: Sequence[PassageRow], hits: Flags) -> set[str]:
    return {passages[place].article_id for place in np.flatnonzero(hits).tolist()}


def _judged(
    golden: Sequence[tuple[str, str, str]], rows: Sequence[Row], passages: Sequence[PassageRow], found: Flags
) -> dict[str, Any]:
    """Precision and recall over all statements' articles; recall by the articles'
    language and by narrative.
    """
    right: list[Row] = []
    wanted: list[Row] = []
    told = 0
    for (narrative, _, _), hits in zip(golden, found, strict=True):
        articles = _articles(passages, hits)
        own = [row for row in rows if row["narrative"] == narrative]
        wanted += own
        right += [row for row in own if row["id"] in articles]
        told += len(articles)
    return {
        "statements": len(golden),
        "precision": len(right) / told if told else 1.0,
        "recall": len(right) / len(wanted),
        "recall_by_language": _shares(right, wanted, "lang"),
        "recall_by_narrative": _shares(right, wanted, "narrative"),
    }


def _shares(right: Sequence[Row], wanted: Sequence[Row], field: str) -> dict[str, float]:
    values = sorted({row[field] for row in wanted})
    return {
        value: sum(row[field] == value for row in right) / sum(row[field] == value for row in wanted)
        for value in values
    }


def _predictions(
    golden: Sequence[tuple[str, str, str]], rows: Sequence[Row], passages: Sequence[PassageRow], found: Flags
) -> list[Row]:
    return [
        {"narrative": narrative, "language": language, "found": sorted(_articles(passages, hits))}
        for (narrative, language, _), hits in zip(golden, found, strict=True)
    ]
