"""Passages that mean what a query means.

    query --centred--> nearest by sketch (all passages)
          --filters and vectors from the store--> ranked by centred cosine (some thousands)

Not exact, and told so: a passage among the true first twenty is missed where its sketch lies beyond what the
steps leave. Where no more passages than the last step leaves are within the filters, it is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.centring import centre
from analysis.embedding.sketches import refresh_sketches
from config.undetermined import UNDETERMINED
from storage.errors import StageBusy
from storage.records import EmbeddedPassage, MeanTable, SearchFilters, Vector
from storage.sketches import Manifest, Narrowing, Sketches, SketchFolder, Steps
from storage.store import Store

STEPS: Final = Steps(by_signs=100_000, by_sketch=10_000, by_product=1_000)
"""How many passages each step leaves. Of 7 million mixed passages, 0.985 of the true first 20 are found for
headlines and passages as queries, in 0.16 CPU-seconds (95 %: 0.25); with 150,000 and 15,000 0.993 in 0.19
(`python -m tests.benchmarks.meaning`).
"""
QUERY_LANGUAGE: Final = UNDETERMINED
"""The language of a few words cannot be told: the overall mean is what they share."""


@dataclass(frozen=True, slots=True)
class NearPassage:
    """A passage that answers a query, by centred cosine."""

    passage_id: str
    article_id: str
    cosine: float


def nearest_passages(
    store: Store, folder: Path, query: Vector, table: MeanTable, *, filters: SearchFilters, limit: int
) -> list[NearPassage]:
    """The passages most alike to a query, best first, ties by id; none where none is within the filters.

    Args:
        query: the query's raw vector, of the table's build.
        table: the present means.
        limit: how many are wanted at least, if there are so many; more come.

    Raises:
        OSError: the sketches are stale and cannot be written.
    """
    sketches = present_sketches(store, folder, table)
    if sketches is None:
        return []
    older = store.means.get(table.build, sketches.manifest.mean_version) or table
    steps = replace(STEPS, by_product=max(limit, STEPS.by_product), by_sketch=max(4 * limit, STEPS.by_sketch))
    numbers = sketches.nearest(_centred(query, older), narrowing=_narrowing(store, filters), steps=steps)
    found = store.vectors.embedded(table.build, numbers.tolist(), filters=filters)
    return _ranked(found, _centred(query, table), table)


def present_sketches(store: Store, folder: Path, table: MeanTable) -> Sketches | None:
    """The sketches with what came since; where another process is at them, as they are. None before the
    first.
    """
    files = SketchFolder(folder)
    sketches = files.open()
    if sketches is not None and _is_current(store, sketches.manifest, table):
        return sketches
    try:
        refresh_sketches(store, folder, table, verify=False)
    except StageBusy:
        return sketches
    return files.open()


def _is_current(store: Store, manifest: Manifest, table: MeanTable) -> bool:
    marks = store.vectors.marks()
    follows = manifest.passage_no >= marks.passage_no and manifest.change_no >= marks.change_no
    return follows and manifest.build == table.build


def _centred(query: Vector, table: MeanTable) -> Vector:
    row: Vector = centre(query[np.newaxis, :], [QUERY_LANGUAGE], table)[0]
    return row


def _ranked(found: Sequence[EmbeddedPassage], query: Vector, table: MeanTable) -> list[NearPassage]:
    if not found:
        return []
    vectors: Vectors = np.stack([row.vector for row in found])
    cosines = centre(vectors, [row.language for row in found], table) @ query
    near = [
        NearPassage(row.passage_id, row.article_id, cosine)
        for row, cosine in zip(found, cosines.tolist(), strict=True)
    ]
    return sorted(near, key=lambda hit: (-hit.cosine, hit.passage_id))


def _narrowing(store: Store, filters: SearchFilters) -> Narrowing:
    chosen = frozenset(filters.source_ids) if filters.source_ids else None
    if filters.countries:
        there = {row.source_id for row in store.sources.all() if row.country in filters.countries}
        chosen = frozenset(there) if chosen is None else chosen & there
    return Narrowing(
        start=None if filters.start is None else int(filters.start.timestamp()),
        end=None if filters.end is None else int(filters.end.timestamp()),
        sources=chosen,
        languages=frozenset(filters.languages) if filters.languages else None,
    )
