"""Groups that merge pair by pair along a graph of merge candidates, the likest first; what two groups are to
each other is exact.

    rounds: every group names its likest candidate -> pairs that name each other merge -> their candidates are
    asked anew

For average link this gives the tree of the greedy algorithm, which merges the likest pair of all at each
step: merging two groups never brings a third nearer to them than it was to the nearer one (reducibility;
Murtagh 1983), so pairs that name each other can merge at once. The mean cosine between groups comes from
their sums, never from the graph; the graph says only who is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints, Labels, Vectors
from analysis.narratives.neighbours import NOBODY, Neighbours, Rows

Value = Callable[["Groups", Ints, Ints, Floats], Floats]
"""How alike groups are, pair by pair: (groups, ones, others, mean products between them) -> values."""
_CHUNK = 65_536
"""Pairs of which the sums are in memory at a time: 200 MB; decides memory only."""
_ALONE = -1  # no slot, by definition


class Groups:
    """Rows in groups: their sizes and sums. A group's number is the smallest row in it.

    Rows are weighted: row i stands as `weights[i] * rows[i]` in every product.
    """

    def __init__(self, rows: Rows, weights: npt.ArrayLike) -> None:
        self._rows = rows
        self.weights = np.asarray(weights, np.float32)
        self.labels = np.arange(len(rows), dtype=np.int64)
        self.sizes = np.ones(len(rows), np.float64)
        self.squares: Floats = self.weights.astype(np.float64) ** 2
        """Sum of each group's products of rows with themselves."""
        # Most rows stay alone; only groups of two and more have a sum of their own.
        self._slots = np.full(len(rows), _ALONE, np.int64)
        self._sums: Vectors = np.zeros((0, rows.shape[1]), np.float32)

    def sums(self, groups: Ints) -> Vectors:
        """Weighted sum of the rows of each of `groups`, shape (len(groups), d)."""
        slots = self._slots[groups]
        alone = slots == _ALONE
        found = np.empty((len(groups), self._rows.shape[1]), np.float32)
        found[~alone] = self._sums[slots[~alone]]
        singles = groups[alone]
        found[alone] = self._rows[singles].astype(np.float32) * self.weights[singles, None]
        return found

    def between(self, ones: Ints, others: Ints) -> Floats:
        """Mean product between the rows of two groups, pair by pair."""
        totals = np.empty(len(ones))
        for start in range(0, len(ones), _CHUNK):
            part = slice(start, start + _CHUNK)
            totals[part] = np.einsum(
                "ij,ij->i", self.sums(ones[part]), self.sums(others[part]), dtype=np.float64
            )
        return np.round(totals / (self.sizes[ones] * self.sizes[others]), 6)

    def within(self, groups: Ints, *, expected: float, pairs: float) -> Floats:
        """Mean product of two different rows of each group, drawn to what is expected as by so many pairs."""
        own = np.empty(len(groups))
        for start in range(0, len(groups), _CHUNK):
            sums = self.sums(groups[start : start + _CHUNK])
            own[start : start + _CHUNK] = np.einsum("ij,ij->i", sums, sums, dtype=np.float64)
        known = self.sizes[groups] * (self.sizes[groups] - 1)
        return np.maximum((own - self.squares[groups] + pairs * expected) / (known + pairs), 1e-6)

    def join(self, kept: Ints, gone: Ints) -> None:
        """Merge groups pair by pair; no group stands in two pairs."""
        for start in range(0, len(kept), _CHUNK):
            self._add(kept[start : start + _CHUNK], gone[start : start + _CHUNK])
        self.sizes[kept] += self.sizes[gone]
        self.squares[kept] += self.squares[gone]
        into = np.arange(len(self.labels))
        into[gone] = kept
        self.labels = into[self.labels]

    def _add(self, kept: Ints, gone: Ints) -> None:
        totals = self.sums(kept) + self.sums(gone)
        # A sum stays where one of the two was, else it is put at the end.
        slots = np.where(self._slots[kept] == _ALONE, self._slots[gone], self._slots[kept])
        new = slots == _ALONE
        slots[new] = self._more_slots(int(new.sum()))
        self._slots[kept] = slots
        self._sums[slots] = totals

    def _more_slots(self, count: int) -> Ints:
        """Slots that nobody has used, with room for their sums."""
        used = int(self._slots.max(initial=_ALONE)) + 1
        self._make_room(used + count)
        return np.arange(used, used + count)

    def _make_room(self, needed: int) -> None:
        """Room for so many sums, and for those of later rounds: growing copies what is there."""
        if needed > len(self._sums):
            grown = np.zeros((needed + needed // 4, self._sums.shape[1]), np.float32)
            grown[: len(self._sums)] = self._sums
            self._sums = grown


def pairs_of(found: Neighbours, least: npt.ArrayLike | None = None) -> tuple[Ints, Ints]:
    """Each two rows of which one is a neighbour of the other, once, smaller row first.

    Args:
        least: only neighbours at this cosine or more, by row and neighbour, shape as `found.rows`.
    """
    kept = found.rows != NOBODY
    if least is not None:
        kept &= found.cosines >= np.asarray(least)
    row, column = np.nonzero(kept)
    other = found.rows[row, column].astype(np.int64)
    return _once(row, other, len(found.rows))


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Pairs of groups that may merge, smaller number first."""

    ones: Ints
    others: Ints
    values: Floats
    """How alike they are."""

    def at_least(self, least: float) -> _Candidates:
        """Those of this value and more."""
        return self.where(self.values >= least)

    def where(self, chosen: npt.NDArray[np.bool_]) -> _Candidates:
        """Those that are chosen."""
        return _Candidates(self.ones[chosen], self.others[chosen], self.values[chosen])

    def joined(self, more: _Candidates) -> _Candidates:
        """These, then `more`."""
        return _Candidates(
            np.concatenate([self.ones, more.ones]),
            np.concatenate([self.others, more.others]),
            np.concatenate([self.values, more.values]),
        )


def merge(groups: Groups, pairs: tuple[Ints, Ints], value: Value, threshold: float, *, keep: float) -> None:
    """Merge while two candidates are alike by `threshold` or more.

    Args:
        value: how alike two groups are.
        keep: candidates below this value are asked no more.
    """
    candidates = _asked(groups, *pairs, value)
    while True:
        candidates = candidates.at_least(keep)
        kept, gone = _mutual(candidates.at_least(threshold), len(groups.labels))
        if not len(kept):
            return
        groups.join(kept, gone)
        candidates = _asked_anew(groups, candidates, kept, gone, value)


def _asked(groups: Groups, ones: Ints, others: Ints, value: Value) -> _Candidates:
    """Pairs of groups, each once, with their values."""
    ones, others = _once(ones, others, len(groups.labels))
    return _Candidates(ones, others, value(groups, ones, others, groups.between(ones, others)))


def _asked_anew(groups: Groups, candidates: _Candidates, kept: Ints, gone: Ints, value: Value) -> _Candidates:
    """Candidates after a round: those of merged groups have new values, the rest their old ones."""
    into = np.arange(len(groups.labels))
    into[gone] = kept
    changed = np.zeros(len(groups.labels), bool)
    changed[kept] = True
    ones, others = into[candidates.ones], into[candidates.others]
    new = changed[ones] | changed[others]
    return candidates.where(~new).joined(_asked(groups, ones[new], others[new], value))


def _mutual(candidates: _Candidates, count: int) -> tuple[Ints, Ints]:
    """Pairs, smaller number first, that are each other's likest; of equally like ones the smaller number is
    taken.
    """
    partner = _likest(candidates, count)
    named = np.flatnonzero(partner < count)
    kept = named[(partner[partner[named]] == named) & (named < partner[named])]
    return kept, partner[kept]


def _likest(candidates: _Candidates, count: int) -> Ints:
    """The likest candidate of each group; `count` where there is none."""
    groups = np.concatenate([candidates.ones, candidates.others])
    partners = np.concatenate([candidates.others, candidates.ones])
    values = np.concatenate([candidates.values, candidates.values])
    best = np.full(count, -np.inf)
    np.maximum.at(best, groups, values)
    likest = values == best[groups]
    found = np.full(count, count, np.int64)
    np.minimum.at(found, groups[likest], partners[likest])
    return found


def _once(ones: Ints, others: Ints, count: int) -> tuple[Ints, Ints]:
    """Each pair of different groups once, smaller number first, sorted."""
    low, high = np.minimum(ones, others), np.maximum(ones, others)
    keys = np.unique((low * count + high)[low != high])
    return keys // count, keys % count


def merged_labels(groups: Groups) -> Labels:
    """Group of each row: the smallest row in it."""
    return groups.labels
