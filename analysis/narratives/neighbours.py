"""The nearest other rows of every row: every two rows are compared, in whole numbers; what may be among the
nearest is compared again, exactly.

    rows -> codes (`analysis.embedding.products`) -> blocks of products, each two blocks once
         -> of each group of products the largest: is it near enough for one of its rows?
         -> the nearest so far of each row, some more than are asked -> their exact cosines -> the nearest

Nothing is left out for being one of many: whoever is near is found, whatever else is there. Candidates from
cells (k-means, each row in 24 cells, one round of NN-descent) found 0.91 of the true three nearest of the
sample world's texts among 250,000 vectors mixed from real news passages, and among a million no more than
half of a planted narrative hung together: a claim that everyone words in his own way has no near neighbours,
and those are hardest to find by cells. This asks every pair and is cheaper. The planted narratives of the
sample world among vectors mixed from real news passages (alone BCubed F1 0.881), 12 neighbours:

                        cells                           every two rows
    250,000 vectors     F1 0.870, 531 CPU-seconds       0.882
    a million           F1 0.696, 1,778 CPU-seconds     0.803, 2,468 CPU-seconds

(`python -m tests.benchmarks.discovery planted`, the whole grouping; two shared cores with VNNI. What became
of it with more neighbours stands at `linking.NEIGHBOURS`.)

What it costs grows with the square of the rows. Six weeks of a large desk are 1.5 million passages; as text
units they are 169,000 in a generated one, and its whole refit takes 1,418 CPU-seconds and 2.1 GB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Ints, Vectors
from analysis.embedding.products import Coded, Products, WholeNumbers, coded, farthest_off, whole
from config.machine import cores

Rows = npt.NDArray[Any]
"""Unit rows, float16 or float32, shape (n, d)."""
SPARE = 8
"""Neighbours that are kept by their codes beyond those that are asked. Measured: the cosines of codes are off
by 0.0016 (standard deviation, rows of 384); among a million vectors the twelfth neighbour and the next ones
lie 0.0003 to 0.0006 apart.
"""
_ROOM = 12
"""Candidates of a row that are noted before the farther ones are dropped; decides speed only."""
_SIDE = 1024
"""Rows of a block; decides speed only."""
_GROUP = 32
"""Rows of which only the largest product with another row is looked at first; decides speed only."""
_BLOCK = 2048  # rows whose exact cosines are in memory at a time; decides memory only
_DIGITS = 4
"""Digits of a cosine that are kept; chosen, not measured: the rest depends on the shape of a block."""
_SELF = -(2**30)  # below any product, by definition
_NEVER = 2**30  # above any product, by definition
NOBODY = -1  # no row, by definition


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest rows of each row, the nearest first."""

    rows: npt.NDArray[np.int32]
    """Shape (n, k); -1 where there are no more."""
    cosines: npt.NDArray[np.float32]
    """Shape (n, k); 0 where there are no more."""


def neighbours(rows: Rows, count: int, *, floor: float) -> Neighbours:
    """At most `count` nearest other rows of each row, of those at a cosine of at least `floor` (above 0)."""
    lists = _lists(rows, count, floor)
    found = Neighbours(
        np.full((len(rows), count), NOBODY, np.int32), np.zeros((len(rows), count), np.float32)
    )
    for start in range(0, len(rows), _BLOCK):
        asked = np.arange(start, min(start + _BLOCK, len(rows)))
        others, cosines = _nearest(rows, asked, lists.of(asked), floor)
        found.rows[asked], found.cosines[asked] = others[:, :count], cosines[:, :count]
    return found


def _lists(rows: Rows, count: int, floor: float) -> _Lists:
    """The candidates of each row, by codes."""
    known = coded(rows, to_multiple_of=_GROUP)
    lists = _Lists(len(known.codes), count + SPARE, _floor_of_codes(known, floor))
    # Rows that only fill the last group are near to nobody.
    lists.floors[len(rows) :] = _NEVER
    products = Products(cores())
    for start in range(0, len(known.codes), _SIDE):
        columns = known.part(slice(start, start + _SIDE)).columns()
        for first in range(start, -1, -_SIDE):
            codes = known.codes[first : first + _SIDE]
            lists.compare(first, start, products.between(codes, columns))
    return lists


def _floor_of_codes(known: Coded, floor: float) -> int:
    """What a product of codes exceeds wherever the cosine of their rows is at least `floor`."""
    size = known.codes.shape[1]
    off = farthest_off(known.missed, known.missed, size).max(initial=0.0)
    return max(0, int(floor * whole(size) - float(off)) - 1)


class _Lists:
    """The nearest so far of each row, in no order, and some that may be."""

    def __init__(self, rows: int, kept: int, floor: int) -> None:
        self._kept = kept
        self._rows = np.empty((rows, kept + _ROOM), np.int32)
        self._values = np.empty((rows, kept + _ROOM), np.int32)
        self._noted = np.zeros(rows, np.int64)
        self.floors = np.full(rows, floor, np.int32)
        """What a product of each row must exceed to be noted."""

    def of(self, rows: Ints) -> npt.NDArray[np.int32]:
        """The nearest of some rows by their codes, in no order, -1 where there are fewer."""
        noted = np.arange(self._rows.shape[1]) < self._noted[rows][:, None]
        nearest = np.argpartition(np.where(noted, self._values[rows], _SELF), _ROOM, axis=1)[:, _ROOM:]
        others = np.where(noted, self._rows[rows], np.int32(NOBODY))
        return np.take_along_axis(others, nearest, axis=1)

    def compare(self, first: int, start: int, products: WholeNumbers) -> None:
        """Note what is near, of the products of the rows from `first` on with those from `start` on."""
        if first == start:
            np.fill_diagonal(products, _SELF)
        height, width = products.shape
        ones, others, values = _above(
            products, self.floors[first : first + height], self.floors[start : start + width]
        )
        ones, others = first + ones, start + others
        self._note(others, ones, values)
        if first != start:
            self._note(ones, others, values)

    def _note(self, rows: Ints, others: Ints, values: WholeNumbers) -> None:
        """Note pairs that are near enough for their first row; where there is no more room, the farther ones
        are dropped first.
        """
        order = np.argsort(rows, kind="stable")
        rows, others, values = rows[order], others[order], values[order]
        while len(rows):
            near = values > self.floors[rows]
            rows, others, values = rows[near], others[near], values[near]
            left = ~self._put(rows, others, values)
            rows, others, values = rows[left], others[left], values[left]
            self._drop(np.unique(rows))

    def _put(self, rows: Ints, others: Ints, values: WholeNumbers) -> npt.NDArray[np.bool_]:
        """Note pairs, by row, as far as there is room; returns which were."""
        places = self._noted[rows] + _ranks(rows)
        fits = places < self._rows.shape[1]
        where = rows[fits], places[fits]
        self._rows[where] = others[fits]
        self._values[where] = values[fits]
        self._noted[rows[fits]] = places[fits] + 1  # of a row's places the last is written last
        return fits

    def _drop(self, rows: Ints) -> None:
        """Of rows without room, keep the nearest alone."""
        values = self._values[rows]
        nearest = np.argpartition(values, _ROOM, axis=1)[:, _ROOM:]
        values = np.take_along_axis(values, nearest, axis=1)
        self._rows[rows, : self._kept] = np.take_along_axis(self._rows[rows], nearest, axis=1)
        self._values[rows, : self._kept] = values
        self._noted[rows] = self._kept
        self.floors[rows] = values.min(axis=1)


def _above(
    products: WholeNumbers, floors: WholeNumbers, other_floors: WholeNumbers
) -> tuple[Ints, Ints, WholeNumbers]:
    """Row, column and value of the products that exceed the floor of their row or of their column."""
    groups = products.reshape(-1, _GROUP, products.shape[1])
    row_floors = floors.reshape(-1, _GROUP)
    largest = groups.max(axis=1)
    group, column = np.nonzero(largest > np.minimum(row_floors.min(axis=1)[:, None], other_floors))
    inside = groups[group, :, column]
    found, place = np.nonzero(inside > np.minimum(row_floors[group], other_floors[column][:, None]))
    return group[found] * _GROUP + place, column[found], inside[found, place]


def _ranks(rows: Ints) -> Ints:
    """How many times each of some sorted numbers came before."""
    places = np.arange(len(rows))
    is_first = np.ones(len(rows), bool)
    is_first[1:] = rows[1:] != rows[:-1]
    return np.asarray(places - np.maximum.accumulate(np.where(is_first, places, 0)), np.int64)


def _nearest(
    rows: Rows, asked: Ints, others: npt.NDArray[np.int32], floor: float
) -> tuple[npt.NDArray[np.int32], Vectors]:
    """Candidates of each asked row with their exact cosines, the nearest first, of equals the first row."""
    others = np.sort(others, axis=1)
    cosines = np.round(_cosines(rows, asked, others), _DIGITS)
    cosines[(others == NOBODY) | (cosines < floor)] = 0.0
    order = np.argsort(-cosines, axis=1, kind="stable")
    others, cosines = np.take_along_axis(others, order, axis=1), np.take_along_axis(cosines, order, axis=1)
    return np.where(cosines > 0.0, others, np.int32(NOBODY)), cosines


def _cosines(rows: Rows, asked: Ints, others: npt.NDArray[np.int32]) -> Vectors:
    """Cosine of each asked row to each of its `others`, shape as `others`."""
    near = np.asarray(rows[others], np.float32)
    own = np.asarray(rows[asked], np.float32)
    return np.asarray(np.matmul(near, own[:, :, None])[:, :, 0], np.float32)
