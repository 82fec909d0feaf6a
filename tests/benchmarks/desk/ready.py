"""Vectors that embedding would make of texts that are not cut yet: passages of a new day, first sentences
that translations are told by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.embedding.e5 import build_name
from analysis.text.passages import spans
from analysis.text.sentences import sentences
from analysis.translations.alignment import SENTENCES
from storage import ids
from tests.benchmarks.desk.rows import Row, Told, vector_rows
from tests.benchmarks.desk.vectors import RESIDUAL, Space

SENTENCE_SHARE = 0.6
"""Of a sentence's vector that is its passage's; the rest is its own. Chosen, not measured."""


def passage_vectors(items: Sequence[Told], words: int) -> list[Row]:
    """For the passages that cutting will make: the vector of the paragraph in which each begins."""
    found = [
        (item, start, item.draft.body[start:end])
        for item in items
        for start, end in spans(item.draft.body, words=words)
    ]
    return _rows(
        [(item, start, text) for item, start, text in found], [_of(item, start) for item, start, _ in found]
    )


def lead_vectors(space: Space, day: int, items: Sequence[Told]) -> list[Row]:
    """For the first sentences of each article: its paragraph's direction and one of its own."""
    found = []
    for item in items:
        body = item.draft.body
        found += [(item, part.start, body[part.start : part.end]) for part in sentences(body)[:SENTENCES]]
    if not found:
        return []
    means = np.stack([space.mean(item.outlet.language) for item, _, _ in found])
    around = unit_rows(
        np.asarray(np.stack([_of(item, start) for item, start, _ in found]) - means, np.float32)
    )
    own = space.draw(len(found), 10, day + 10_000)
    centred = unit_rows(np.sqrt(SENTENCE_SHARE) * around + np.sqrt(1 - SENTENCE_SHARE) * own)
    return _rows(found, list(unit_rows(np.asarray(means + RESIDUAL * centred, np.float32))))


def _rows(found: Sequence[tuple[Told, int, str]], vectors: Sequence[Vectors]) -> list[Row]:
    return vector_rows(build_name(), [ids.text_hash(text) for _, _, text in found], vectors)


def _of(item: Told, start: int) -> Vectors:
    """The vector of the paragraph that holds a place of the body."""
    starts = np.cumsum([0, *(len(text) + 1 for text, _ in item.draft.passages)])
    return item.vectors[int(np.searchsorted(starts, start, side="right")) - 1]
