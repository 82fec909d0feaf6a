"""Which known narrative a new passage belongs to, if any.

A narrative's radius is set by its own members: a passage joins when it is at least as near to the centroid as
the farther ones of them are, and clearly nearer than to any other narrative. One cosine for all cannot do it:
retellings of one event lie at 0.8 from its centroid, independently worded texts of one claim at 0.3.

Measured on the sample world (half of the articles known, the other half new, with all ordinary news around
them; mean of five halvings, shares of articles): radius beyond the farthest 0.15 of members, at least 0.25:
0.91 of those that belong somewhere are placed, 0.001 of all are placed wrongly. At least 0.20: 0.93 and
0.002; 0.30: 0.83 and 0.001. Whatever is left out here waits for the next clustering.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints, Matrix, Vectors, unit

_BLOCK = 1024
"""Vectors compared at a time: with 5,000 centroids, 20 MB of cosines; decides memory only."""


@dataclass(frozen=True, slots=True)
class Centroid:
    """A narrative that passages can join."""

    narrative_id: int
    vector: Floats | Vectors
    """Unit vector, shape (dimensions,)."""
    radius: float
    """Least cosine to the centroid."""


@dataclass(frozen=True, slots=True)
class Match:
    """The narrative that a passage belongs to."""

    narrative_id: int
    similarity: float


def centroid_of(narrative_id: int, members: Matrix, *, floor: float, share: float) -> Centroid:
    """The centroid and radius that distinct member texts make.

    Args:
        members: centred unit vectors, shape (n, dimensions), n >= 1.
        floor: least radius.
        share: share of members that may lie beyond the radius; each is measured against the others.
    """
    total = members.sum(axis=0)
    centroid = unit(total[None])[0]
    if len(members) < 2:
        return Centroid(narrative_id, centroid, max(floor, (1.0 + floor) / 2))
    others = unit(total - members)
    cosines = np.einsum("ij,ij->i", others, members)
    return Centroid(narrative_id, centroid, max(floor, float(np.quantile(cosines, share))))


def place(
    vectors: npt.ArrayLike,
    centroids: Sequence[Centroid],
    *,
    margin: float,
    barred: Sequence[Collection[int]] | None = None,
) -> list[Match | None]:
    """The narrative of each vector, None where none is near enough; what else is asked in the same call
    leaves no trace.

    Args:
        vectors: centred unit vectors, shape (n, dimensions).
        centroids: at most one per narrative; of equally near ones the first is taken.
        margin: a passage belongs nowhere if the second nearest centroid, within its radius or not, is as
            near within this.
        barred: narratives that each vector must not join.
    """
    rows = np.asarray(vectors, np.float32)
    if not len(rows) or not centroids:
        return [None] * len(rows)
    matrix = np.stack([item.vector for item in centroids]).astype(np.float32)
    closed = _closed_columns(centroids, barred or ())
    found: list[Match | None] = []
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        nearest = zip(*_two_nearest(rows[part], matrix, closed[part]), strict=True)
        found += [_match(centroids[column], cosine, second, margin) for column, cosine, second in nearest]
    return found


def _closed_columns(centroids: Sequence[Centroid], barred: Sequence[Collection[int]]) -> list[list[int]]:
    """For each vector the columns of the narratives that it must not join."""
    columns = {item.narrative_id: column for column, item in enumerate(centroids)}
    return [[columns[number] for number in numbers if number in columns] for numbers in barred]


def _match(nearest: Centroid, cosine: float, second: float, margin: float) -> Match | None:
    """The nearest narrative, if a vector lies within its radius and clearly farther from
    the second nearest.
    """
    if cosine < nearest.radius or cosine - second < margin:
        return None
    return Match(nearest.narrative_id, round(cosine, 4))


def _two_nearest(
    rows: Vectors, matrix: Vectors, closed: Sequence[Sequence[int]]
) -> tuple[list[int], list[float], list[float]]:
    """For each row the nearest column, its cosine, and that of the second nearest (-1 where there is none).

    The products only choose: their last bits depend on the shape of the block. The cosines told are summed
    anew, pair by pair.
    """
    cosines = _open_cosines(rows, matrix, closed)
    best, first = _take_best(cosines, rows, matrix)
    second, other = _take_best(cosines, rows, matrix)
    # The second may be the nearer one by its exact cosine; of equals the first column is taken.
    nearest = np.where((other > first) | ((other == first) & (second < best)), second, best)
    high, low = np.maximum(first, other), np.minimum(first, other)
    return nearest.tolist(), high.tolist(), low.tolist()


def _open_cosines(rows: Vectors, matrix: Vectors, closed: Sequence[Sequence[int]]) -> Vectors:
    """Cosines of all rows to all columns, -1 for those that a row must not join."""
    cosines = rows @ matrix.T
    for row, columns in enumerate(closed):
        cosines[row, list(columns)] = -1.0
    return cosines


def _take_best(cosines: Vectors, rows: Vectors, matrix: Vectors) -> tuple[Ints, Floats]:
    """The best open column of each row and its exact cosine, -1 where all are closed; it is closed then."""
    every = np.arange(len(rows))
    best = cosines.argmax(axis=1)
    is_open = cosines[every, best] > -1.0
    cosines[every, best] = -1.0
    return best, np.where(is_open, cosines_of(rows, matrix[best]), -1.0)


def cosines_of(rows: Matrix | Vectors, others: Matrix | Vectors) -> Floats:
    """Cosine of each two rows to six digits, the same in whatever company."""
    return np.asarray(np.round(np.einsum("ij,ij->i", rows, others, dtype=np.float64), 6), np.float64)
