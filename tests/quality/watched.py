"""The watchlist on parallel news: sentences as statements against passages in other languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Ints, Vectors
from analysis.embedding.centring import centre
from analysis.watch.readings import sentences_in
from analysis.watch.scores import Floats, background, cosine
from analysis.watch.sentences import Sentences, SentenceScale, best_of
from analysis.watch.statements import NO_LANGUAGE, SCREEN
from tests.quality.data import Row, read_rows, stable_sample, write_rows
from tests.quality.metrics import mean
from tests.quality.result import Floor, Result
from tests.quality.space import Space

Flags = npt.NDArray[np.bool_]
Strings = npt.NDArray[np.str_]

STATEMENTS = 300
LEAST_WORDS = 8
"""Of a sentence that is taken for a statement."""
FALSE_RATE = 1e-4


@dataclass(frozen=True, slots=True)
class Texts:
    """Passages with their sentences; sentences in the order of their passages."""

    languages: Strings
    vectors: Vectors
    sentences: list[str]
    owners: Ints
    sentence_vectors: Vectors
    """Raw."""


def measure_ntrex(data: Path, out: Path) -> Result:
    """English sentences as statements against the passages of other languages.

    A passage is right where it is the translation of the passage that the sentence is from, wrong where it is
    of another story; other passages of the same story count for neither.
    """
    rows = list(read_rows(data / "parallel/ntrex.jsonl.gz"))
    with Space(out) as space:
        texts = texts_of(space, rows)
        chosen = _statement_places(rows, texts)
        table = space.table([row["text"] for row in rows], texts.languages.tolist())
        statements = centre(texts.sentence_vectors[chosen], [NO_LANGUAGE] * len(chosen), table)
        scale, sentence_vectors = scale_of(space, texts, statements)
    z = passage_z(texts, scale, sentence_vectors, statements)
    asked = texts.owners[chosen]
    right = _same(rows, asked, "claim") & (texts.languages != "en")[None]
    wrong = ~_same(rows, asked, "story") & (texts.languages != "en")[None]
    limits = np.array([scale.limit(language) for language in texts.languages])
    write_rows(out / "watch-ntrex.jsonl", _found(rows, asked, z, limits))
    figures = {"statements": len(chosen), "passages": len(rows)}
    figures |= _at_rate(z, right, wrong, texts.languages) | _at_limits(
        z >= limits, right, wrong, texts.languages
    )
    return Result(
        figures,
        [
            Floor("recall_at_1_in_10000", figures["recall_at_1_in_10000"], 0.80),
            Floor("worst_language_at_1_in_10000", figures["worst_language_at_1_in_10000"], 0.65),
        ],
    )


def texts_of(space: Space, rows: Sequence[Row]) -> Texts:
    parts = [sentences_in(row["text"]) for row in rows]
    sentences = [sentence for part in parts for sentence in part]
    languages = np.array([row["lang"] for row in rows])
    return Texts(
        languages=languages,
        vectors=space.centred([row["text"] for row in rows], languages.tolist()),
        sentences=sentences,
        owners=np.repeat(np.arange(len(rows)), [len(part) for part in parts]),
        sentence_vectors=space.raw(sentences),
    )


def _statement_places(rows: Sequence[Row], texts: Texts) -> list[int]:
    """One sentence each of some English passages, by place."""
    by_passage: defaultdict[int, list[int]] = defaultdict(list)
    for place, owner in enumerate(texts.owners.tolist()):
        if texts.languages[owner] == "en" and len(texts.sentences[place].split()) >= LEAST_WORDS:
            by_passage[owner].append(place)
    passages = stable_sample(by_passage, lambda owner: str(rows[owner]["id"]), STATEMENTS)
    return [
        stable_sample(by_passage[owner], lambda place: texts.sentences[place], 1)[0]
        for owner in sorted(passages)
    ]


def scale_of(space: Space, texts: Texts, statements: Vectors) -> tuple[SentenceScale, Vectors]:
    """What is ordinary among all the sentences, and their centred vectors."""
    spoken = texts.languages[texts.owners]
    vectors = centre(texts.sentence_vectors, spoken.tolist(), space.table(texts.sentences, spoken.tolist()))
    ordinary = {}
    for language in sorted(set(spoken.tolist())):
        own = spoken == language
        _, passages = np.unique(texts.owners[own], return_inverse=True)
        ordinary[language] = Sentences(vectors[own], passages)
    return SentenceScale(statements, ordinary, false_rate=FALSE_RATE), vectors


def passage_z(texts: Texts, scale: SentenceScale, sentence_vectors: Vectors, statements: Vectors) -> Floats:
    """z of the best sentence of every passage that is near enough for its sentences to be read, shape
    (statements, passages).
    """
    spoken = texts.languages[texts.owners]
    z = np.empty((len(statements), len(spoken)))
    for language in sorted(set(spoken.tolist())):
        z[:, spoken == language] = scale.z(sentence_vectors[spoken == language], language)
    by_language = {
        key: texts.vectors[texts.languages == key] for key in sorted(set(texts.languages.tolist()))
    }
    ordinary = background(statements, by_language)
    screened = ordinary.z(cosine(statements, texts.vectors), texts.languages.tolist()) >= SCREEN
    return np.where(screened, best_of(z, texts.owners), -np.inf)


def _same(rows: Sequence[Row], asked: Ints, field: str) -> Flags:
    """Whether statement and passage agree in a field, shape (statements, passages)."""
    values = np.array([row[field] for row in rows])
    return np.asarray(values[asked][:, None] == values[None])


def _at_rate(z: Floats, right: Flags, wrong: Flags, languages: Strings) -> dict[str, Any]:
    """Recall where one half of the statements says from which z on one wrong passage in 10,000 is let in, and
    the other half is asked.
    """
    first = np.arange(len(z)) % 2 == 0
    hits = np.zeros_like(right)
    for half in (first, ~first):
        hits[half] = z[half] >= np.quantile(z[~half][wrong[~half]], 1 - FALSE_RATE)
    recall = _recall(hits, right, languages)
    return {
        "recall_at_1_in_10000": mean(recall.values()),
        "worst_language_at_1_in_10000": min(recall.values()),
        "recall_by_language": recall,
    }


def _at_limits(hits: Flags, right: Flags, wrong: Flags, languages: Strings) -> dict[str, Any]:
    """Recall, and the share of wrong passages, at the product's own limits."""
    recall = _recall(hits, right, languages)
    return {
        "recall_at_own_limits": mean(recall.values()),
        "worst_language_at_own_limits": min(recall.values()),
        "false_in_10000_at_own_limits": 10_000 * float(hits[wrong].mean()),
    }


def _recall(hits: Flags, right: Flags, languages: Strings) -> dict[str, float]:
    """Share of the right passages that is found, by language."""
    tags = [tag for tag in sorted(set(languages.tolist())) if right[:, languages == tag].any()]
    return {tag: float(hits[:, languages == tag][right[:, languages == tag]].mean()) for tag in tags}


def _found(rows: Sequence[Row], asked: Ints, z: Floats, limits: Floats) -> list[Row]:
    return [
        {
            "id": rows[int(asked[statement])]["id"],
            "found": [rows[place]["id"] for place in np.flatnonzero(z[statement] >= limits).tolist()],
        }
        for statement in range(len(z))
    ]
