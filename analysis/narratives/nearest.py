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

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints, Matrix, Vectors, unit
from analysis.embedding.products import Coded, Columns, Products, WholeNumbers, coded, farthest_off, whole

_BLOCK = 256
"""Vectors compared at a time: with 5,000 centroids, 5 MB of products; decides memory and speed only."""
_CLOSED = -(2**30)  # below any product, by definition


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
    found: list[Match | None] = [None] * len(rows)
    if not len(rows) or not centroids:
        return found
    known = _Known.of(centroids)
    asked, closed = coded(rows), _closed_columns(known.numbers, barred or ())
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        for place, match in known.matches(rows[part], asked.part(part), closed[part], margin):
            found[start + place] = match
    return found


def _closed_columns(numbers: Sequence[int], barred: Sequence[Collection[int]]) -> list[list[int]]:
    """For each vector the columns of the narratives that it must not join."""
    columns = {number: column for column, number in enumerate(numbers)}
    return [[columns[number] for number in closed if number in columns] for closed in barred]


@dataclass(frozen=True, slots=True)
class _Known:
    """Centroids as vectors are compared with them: by codes first, which say what must be asked exactly."""

    numbers: Sequence[int]
    matrix: Vectors
    radii: Floats
    columns: Columns
    missed: float
    """The most that coding left out of a centroid."""
    products: Products

    @staticmethod
    def of(centroids: Sequence[Centroid]) -> _Known:
        """Some centroids, at least one; row and column i is that of the i-th."""
        matrix = np.stack([item.vector for item in centroids]).astype(np.float32)
        known = coded(matrix)
        return _Known(
            [item.narrative_id for item in centroids],
            matrix,
            np.array([item.radius for item in centroids]),
            known.columns(),
            float(known.missed.max()),
            Products(),
        )

    def matches(
        self, rows: Vectors, asked: Coded, closed: Sequence[Sequence[int]], margin: float
    ) -> Iterator[tuple[int, Match]]:
        """Places of those of `rows` that belong somewhere, within the radius of the nearest and clearly
        farther from the second nearest.
        """
        places, found, columns = self._may_match(asked, closed)
        cosines = cosines_of(rows[places[found]], self.matrix[columns])
        nearest, cosines, second = _two_nearest(found, columns, cosines)
        belong = np.flatnonzero((cosines >= self.radii[nearest]) & (cosines - second >= margin))
        for place, column, cosine in zip(places[belong], nearest[belong], cosines[belong], strict=True):
            yield int(place), Match(self.numbers[column], round(float(cosine), 4))

    def _may_match(self, asked: Coded, closed: Sequence[Sequence[int]]) -> tuple[Ints, Ints, Ints]:
        """Places of rows that may lie within a radius; and pairs of the number of such a row and of a column
        that may be its nearest or second nearest, one of every row at least.
        """
        size = self.matrix.shape[1]
        off = np.ceil(farthest_off(asked.missed, self.missed, size))
        products = self.products.between(asked.codes, self.columns)
        for row, columns in enumerate(closed):
            products[row, columns] = _CLOSED
        places = np.flatnonzero(products.max(axis=1) + off >= self.radii.min() * whole(size))
        return places, *_may_be_nearest(products[places], off[places])


def _may_be_nearest(products: WholeNumbers, off: Vectors) -> tuple[Ints, Ints]:
    """Row and column of whatever may be the nearest or second nearest of a row, where products are off by so
    much at most.
    """
    every = np.arange(len(products))
    best = products.argmax(axis=1)
    highest = products[every, best]
    products[every, best] = _CLOSED
    second = products.max(axis=1)
    products[every, best] = highest
    # A column may be nearer than the second by its code only if its own code is less than this lower.
    least = np.clip(second - 2 * off, _CLOSED + 1, highest).astype(np.int32)
    row, column = np.nonzero(products >= least[:, None])
    return row, column


def _two_nearest(rows: Ints, columns: Ints, cosines: Floats) -> tuple[Ints, Floats, Floats]:
    """Nearest column of each row, its cosine and that of the second nearest (-1 where there is none); of
    equals the first column.
    """
    order = np.lexsort((columns, -cosines, rows))
    rows, columns, cosines = rows[order], columns[order], cosines[order]
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    return columns[first], cosines[first], _second_cosines(cosines, first)


def _second_cosines(cosines: Floats, first: Ints) -> Floats:
    """The second cosine of each run that begins at `first`, -1 where there is none."""
    has_second = np.diff(np.append(first, len(cosines))) > 1
    second = np.full(len(first), -1.0)
    second[has_second] = cosines[first[has_second] + 1]
    return second


def cosines_of(rows: Matrix | Vectors, others: Matrix | Vectors) -> Floats:
    """Cosine of each two rows to six digits, the same in whatever company."""
    return np.asarray(np.round(np.einsum("ij,ij->i", rows, others, dtype=np.float64), 6), np.float64)
