"""Which pairs of texts are worth a comparison: those whose sketches share enough. A property of the two
sketches alone.

All pairs above the threshold are found, and found without walking through the long lists of what very many
texts
share: every text may pass over its commonest runs, as long as a pair that shares enough must still meet in
the others (prefix filter; Chaudhuri, Ganti and Kaushik 2006, Bayardo, Ma and Srikant 2007). How common a run
is decides the cost only, never the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from crawler.copies.shingles import Sketch, Values, is_sampled

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Pairs = tuple[Numbers, Numbers]

SHARE: Final = 0.2
"""Least share of the smaller sketch that a pair has in common. Chosen, not measured finer: `python -m
tests.benchmarks.copies` tells what it finds."""
PASSED_OVER: Final = 0.5
"""Part of that share which a text may leave out: its commonest runs. Decides speed: with `SHARE` kept, a
true copy still meets in the other half."""
BLOCK: Final = 4_000_000
"""Meetings that are held in memory at once. Decides memory only."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The runs of many texts, one entry for each text and run, texts in order."""

    values: Values
    owners: Numbers
    sampled: Flags
    is_whole: Flags
    """By text."""
    counts: Numbers
    """Runs of each text, shape (2, texts): sampled ones, all that are kept."""
    ends: Numbers
    """Where the entries of each text end."""

    @classmethod
    def of(cls, sketches: Sequence[Sketch]) -> Postings:
        """Lay the sketches one after the other."""
        values = np.concatenate([np.zeros(0, np.uint32), *(sketch.values for sketch in sketches)])
        sizes = np.array([len(sketch.values) for sketch in sketches], np.int64)
        owners = np.repeat(np.arange(len(sketches)), sizes)
        whole = np.array([sketch.is_whole for sketch in sketches], np.bool_)
        sampled = is_sampled(values)
        counts = np.stack([np.bincount(owners[sampled], minlength=len(sketches)), sizes])
        return cls(values, owners, sampled, whole, counts, np.cumsum(sizes))

    def of_text(self, text: int) -> Values:
        """The runs of one text."""
        return self.values[self.ends[text] - self.counts[1, text] : self.ends[text]]

    @property
    def allowances(self) -> Numbers:
        """Runs that each text may pass over, shape (2, texts): among the sampled ones, among the others."""
        few, every = self.counts
        return np.stack([_allowance(few), _allowance(every - few)])


def candidates(sketches: Sequence[Sketch], new: int) -> Pairs:
    """Pairs (left < right) of texts that share enough, at least one of them among the first `new`; sorted."""
    postings = Postings.of(sketches)
    meetings = _Meetings(postings, new)
    found = [_confirmed(postings, *block) for block in meetings.blocks()]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    left, right = (np.concatenate([pairs[side] for pairs in found]) for side in (0, 1))
    order = np.lexsort((right, left))
    return left[order], right[order]


def _allowance(counts: Numbers) -> Numbers:
    allowed: Numbers = np.floor(SHARE * PASSED_OVER * counts).astype(np.int64)
    return allowed


def _needed(counts: Numbers) -> Numbers:
    needed: Numbers = np.maximum(1, np.ceil(SHARE * counts)).astype(np.int64)
    return needed


@dataclass(frozen=True, slots=True)
class _Entries:
    """Texts that hold runs, one entry for each text and run; `runs` counts the distinct runs from 0."""

    runs: Numbers
    owners: Numbers

    def where(self, chosen: Flags) -> _Entries:
        return _Entries(self.runs[chosen], self.owners[chosen])


class _Meetings:
    """Pairs of texts that meet in a run that the smaller of them has not passed over."""

    def __init__(self, postings: Postings, new: int) -> None:
        self._postings = postings
        entries, sampled = _shared(postings, new)
        kept = ~_passed_over(postings, entries, sampled)
        is_new = entries.owners < new
        self._runs = int(entries.runs.max(initial=0)) + 1
        self._joins = [
            (entries.where(is_new & kept), entries, True),
            (entries.where(is_new), entries.where(kept), False),
        ]

    def blocks(self) -> Iterator[Pairs]:
        """Pairs (left < right) that may share enough, block by block."""
        for left, right, smaller_is_left in self._joins:
            starts, sizes = _lists(right, self._runs)
            for part in _parts(left, sizes):
                yield self._often(_joined(part, right, starts, sizes), smaller_is_left=smaller_is_left)

    def _often(self, pairs: Pairs, *, smaller_is_left: bool) -> Pairs:
        """Those of the pairs that meet often enough."""
        (left, right), texts = pairs, len(self._postings.is_whole)
        sizes = _compared_sizes(self._postings, left, right)
        chosen = (left < right) & ((sizes[0] <= sizes[1]) == smaller_is_left)
        keys, times = np.unique(left[chosen] * texts + right[chosen], return_counts=True)
        left, right = np.divmod(keys, texts)
        enough = times >= self._meetings_needed(left, right, left if smaller_is_left else right)
        return left[enough], right[enough]

    def _meetings_needed(self, left: Numbers, right: Numbers, smaller: Numbers) -> Numbers:
        """Runs that a pair must share at least, without those that its smaller text has passed over."""
        few, others = self._postings.allowances[:, smaller]
        both_whole = self._postings.is_whole[left] & self._postings.is_whole[right]
        sizes = _compared_sizes(self._postings, left, right).min(axis=0)
        needed: Numbers = np.maximum(1, _needed(sizes) - few - np.where(both_whole, others, 0))
        return needed


def _shared(postings: Postings, new: int) -> tuple[_Entries, Flags]:
    """Entries of runs that a new text shares with any other, by run, and whether each is a sampled run."""
    runs = np.unique(postings.values[: np.searchsorted(postings.owners, new)])
    inside = _inside(postings.values, runs)
    places = np.searchsorted(runs, postings.values[inside])
    order = np.argsort(places, kind="stable")
    order = order[np.bincount(places, minlength=len(runs))[places[order]] > 1]
    chosen = inside[order]
    return _Entries(places[order], postings.owners[chosen]), postings.sampled[chosen]


def _inside(values: Values, runs: Values) -> Numbers:
    """Places of the values that are among the (sorted) runs; a table of bits rules most of the others out."""
    table = np.zeros(1 << 24, np.bool_)
    table[runs >> np.uint32(8)] = True
    maybe = np.flatnonzero(table[values >> np.uint32(8)])
    places = np.minimum(np.searchsorted(runs, values[maybe]), max(len(runs) - 1, 0))
    return maybe[runs[places] == values[maybe]] if len(runs) else maybe[:0]


def _passed_over(postings: Postings, entries: _Entries, sampled: Flags) -> Flags:
    """The commonest runs of each text, as many as it may pass over."""
    texts = np.bincount(entries.runs, minlength=1)[entries.runs]
    level = np.where(sampled, 0, 1)
    groups = entries.owners * 2 + level
    order = np.lexsort((entries.runs, -texts, groups))
    ordered = groups[order]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    passed: Flags = rank < postings.allowances[level, entries.owners]
    return passed


def _lists(entries: _Entries, runs: int) -> Pairs:
    """Where the list of each run begins, and how long it is; entries come by run."""
    sizes = np.bincount(entries.runs, minlength=runs)
    return np.cumsum(sizes) - sizes, sizes


def _parts(entries: _Entries, sizes: Numbers) -> Iterator[_Entries]:
    """The entries in blocks of whole texts, with at most about `BLOCK` meetings each."""
    order = np.argsort(entries.owners, kind="stable")
    runs, owners = entries.runs[order], entries.owners[order]
    blocks = np.cumsum(sizes[runs]) // BLOCK
    # the block of a text is that of its first entry
    blocks = blocks[np.searchsorted(owners, owners)]
    for block in np.unique(blocks):
        chosen = (blocks == block) & (sizes[runs] > 0)
        yield _Entries(runs[chosen], owners[chosen])


def _joined(part: _Entries, right: _Entries, starts: Numbers, sizes: Numbers) -> Pairs:
    """Every entry with every entry of `right` that has the same run."""
    times = sizes[part.runs]
    left = np.repeat(part.owners, times)
    first = np.repeat(starts[part.runs] - np.cumsum(times) + times, times)
    return left, right.owners[first + np.arange(len(left))]


def _compared_sizes(postings: Postings, left: Numbers, right: Numbers) -> Numbers:
    """Runs of the two that count when they are compared, shape (2, pairs): all where both keep all."""
    both = postings.is_whole[left] & postings.is_whole[right]
    level = np.where(both, 1, 0)
    return np.stack([postings.counts[level, left], postings.counts[level, right]])


def _confirmed(postings: Postings, left: Numbers, right: Numbers) -> Pairs:
    """Those of the pairs whose sketches share enough in fact."""
    shared = [
        _shared_count(postings, one, other) for one, other in zip(left.tolist(), right.tolist(), strict=True)
    ]
    needed = _needed(_compared_sizes(postings, left, right).min(axis=0))
    enough = np.array(shared, np.int64) >= needed
    return left[enough], right[enough]


def _shared_count(postings: Postings, left: int, right: int) -> int:
    one, other = postings.of_text(left), postings.of_text(right)
    if len(one) > len(other):
        one, other = other, one
    places = np.minimum(np.searchsorted(other, one), len(other) - 1)
    return int(np.count_nonzero(other[places] == one))
