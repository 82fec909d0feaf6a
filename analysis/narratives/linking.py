"""Which texts say one thing: groups that are nearly as alike to each other as their own members are among
themselves.

    vectors -> common directions damped -> nearest neighbours, and how alike each text is to its own
            -> average link, near a text's own likeness -> groups meet groups while likeness allows
            -> strays move

A fixed cosine cannot do it. Two tellings of one event lie at cosine 0.6, two independently worded texts of
one claim at 0.05 to 0.2, and two different events of one war at 0.25 (centred multilingual-e5-small): a cut
that keeps events apart tears claims to pieces. So cosines are scaled by how near each text's own neighbours
are (local scaling: Zelnik-Manor and Perona 2004; CSLS: Conneau et al. 2018):

    scaled(x, y) = cosine(x, y) / sqrt(own(x) * own(y))
    own(x) = mean cosine of x to its three nearest, in bounds
    likeness(a, b) = mean scaled cosine between a and b / sqrt(mean within a * mean within b)

The means within are drawn to 1, the scaled cosine of near neighbours, as by `PRIOR_PAIRS` pairs, because a
pair that was just found to be alike says little about its group. Every quantity belongs to the texts and
groups concerned or to a table that ships, and neighbours are found whatever else is there (`neighbours.py`),
so that unrelated texts beside them change nothing. `LEAST_OWN` is the null: texts whose neighbours lie no
nearer than unrelated texts do are not drawn together for being each other's nearest.

Measured as BCubed F1 at likeness 0.52, groups of any size / of six passages and more, all sets used for
choosing: news items in 45 languages (ITN) 0.886 / 0.823, English events (ECB+) 0.844; the planted narratives
of the sample world all at once 0.879, and 0.909 in the whole product played day by day (`make demo`), where
`lineage` keeps identities. With the likeness that is typical of the collection in place of each text's own,
and directions damped by their variance in the collection: 0.901 / 0.817, 0.822, 0.847 and 0.965, but every
text added moved the groups of all others.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints, Labels, Vectors, numbered, unit_rows
from analysis.narratives.merging import Groups, merge, pairs_of
from analysis.narratives.neighbours import NOBODY, Neighbours, Rows, neighbours

DAMPING = 0.35
"""Power of the variance by which common directions are damped; 0.25 gives the world 0.91 and ITN 0.85, 0.5
the world 0.82 and ITN 0.885. Measured with `python -m tests quality --only clusters`, in sample."""
NEIGHBOURS = 32
"""Neighbours of a text that are merge candidates. A claim that everyone words in his own way lies no nearer
to its other tellings than to what is near by chance, and the more texts there are, the more are near by
chance. Measured, the planted narratives of the sample world (in sample), alone and among 250,000 and a
million vectors mixed from real news passages, as BCubed F1: with 12 neighbours 0.881, 0.882, 0.803; with
32 0.881, 0.899, 0.861. Of a planted text's 12 nearest 9.8, 6.2 and 5.2 tell its narrative, of its 32
nearest 20.5, 10.0 and 8.0. Without anything beside them 12, 16, 24 and 32 give the world the same groups,
ITN 0.886 and 0.886, ECB+ 0.844 and 0.840 (12 and 32). `python -m tests.benchmarks.discovery planted
--count N`.
"""
FLOOR = 0.12
"""Cosine, damped, from which a text is a neighbour at all: what unrelated texts reach once in
twenty pairs. Chosen, not measured by any command."""
NEAREST = 3
"""Neighbours that say how alike a text is to its own. Chosen, not measured."""
LEAST_OWN, MOST_OWN = 0.3, 0.7
"""Bounds of that: below, unrelated texts would count as each other's own; above, a text that was printed in
much the same words a few times would keep out all that is worded freely. Measured (as above, ITN / ECB+ /
sample world at once): without the upper bound 0.886, 0.847, 0.879; at 0.7 0.886, 0.844, 0.879; at 0.5 0.884,
0.826, 0.879. Of the lower bound: 0.25 and 0.35 give the world 0.92 and 0.79, ITN 0.876 and 0.897.
"""
FIRST_CUT = 0.75
"""Mean scaled cosine of the first groups; at 0.6 they are as good, but rounder ones are dearer. Measured,
in sample."""
PRIOR_PAIRS = 6
GAIN = 0.03
"""A text moves to another group when it is nearer to it by more than this (cosine to the mean of the
others). Chosen, not measured."""
ROUNDS = 3
SMALLEST = 3
"""Only groups of so many texts send and take strays. Chosen, not measured."""
_BLOCK = 8192  # decides memory only


def grouped(vectors: npt.ArrayLike, likeness: float, *, overwrite: bool = False) -> Labels:
    """A group number for each of `vectors` (unit rows, shape (n, d)); numbers run in the order in which
    groups first appear.

    Args:
        likeness: threshold of merging, 0 to 1; higher gives more and tighter groups.
        overwrite: `vectors`, an array of float16, may be changed: half of the memory.
    """
    given = np.asarray(vectors)
    if len(given) < 2:
        return np.zeros(len(given), np.int64)
    rows = damped(given, out=given if overwrite else None)
    found = neighbours(rows, NEIGHBOURS, floor=FLOOR)
    own = own_likeness(found)
    groups = Groups(rows, own**-0.5)
    _first_groups(groups, found, own)
    _meet(groups, found, likeness)
    return numbered(_settled(rows, groups.labels, found))


def damped(rows: npt.ArrayLike, *, out: Rows | None = None) -> Rows:
    """Unit rows in which the directions that news has in common weigh less; others than of the shipped size
    stay as they are.
    """
    given = np.asarray(rows)
    axes = common_directions()
    found = np.empty(given.shape, np.float16) if out is None else out
    for start in range(0, len(given), _BLOCK):
        part = np.asarray(given[start : start + _BLOCK], np.float32)
        found[start : start + _BLOCK] = unit_rows(part @ axes) if part.shape[1] == len(axes) else part
    return found


@functools.cache
def common_directions() -> Vectors:
    """Axes of the covariance of news passages, each scaled by its variance (largest 1) to the power
    -`DAMPING`; shape (384, 384).

    Made once of 3,544 passages, read in their articles, of 420 real pages: a random choice of the 634 whose
    text is longer than 1,500 characters in public test sets of web pages (NOTICE names them). The script that
    chose the pages is not kept. `python -m tests.benchmarks.discovery directions --data DIR --cache DIR --out
    FILE` makes such a table by the same formula, of all 634 pages, so that its figures are near these, not
    the same.
    """
    with (
        resources.files("analysis").joinpath("data/directions.npz").open("rb") as file,
        np.load(file) as kept,
    ):
        axes = kept["axes"].astype(np.float32)
        return np.asarray(axes * kept["variances"] ** -DAMPING, np.float32)


def own_likeness(found: Neighbours) -> Floats:
    """How alike each text is to its own: mean cosine to the nearest three, between `LEAST_OWN` and
    `MOST_OWN`.
    """
    means = found.cosines[:, :NEAREST].mean(axis=1, dtype=np.float64)
    return np.asarray(np.clip(means, LEAST_OWN, MOST_OWN), np.float64)


def _first_groups(groups: Groups, found: Neighbours, own: Floats) -> None:
    """Average link of scaled cosines; pairs below the cut cannot meet before others brought them together."""
    known = np.where(found.rows == NOBODY, 0, found.rows)
    least = FIRST_CUT * np.sqrt(own[:, None] * own[known])
    merge(groups, pairs_of(found, least), lambda _g, _a, _b, mean: mean, FIRST_CUT, keep=FIRST_CUT)


def _meet(groups: Groups, found: Neighbours, likeness: float) -> None:
    """Groups merge with neighbouring groups while they are alike compared with themselves."""
    row, other = pairs_of(found)
    pairs = [(groups.labels[row], groups.labels[other]), _near_centroids(groups)]
    ones, others = (np.concatenate(side) for side in zip(*pairs, strict=True))
    merge(groups, (ones, others), _likeness, likeness, keep=likeness / 2)


def _likeness(groups: Groups, ones: Ints, others: Ints, between: Floats) -> Floats:
    """Mean scaled cosine between two groups, compared with that within them."""
    asked, places = np.unique(np.concatenate([ones, others]), return_inverse=True)
    within = groups.within(asked, expected=1.0, pairs=PRIOR_PAIRS)[places]
    return np.round(between / np.sqrt(within[: len(ones)] * within[len(ones) :]), 6)


def _near_centroids(groups: Groups) -> tuple[Ints, Ints]:
    """Pairs of groups of two texts and more whose centroids are neighbours."""
    several = np.flatnonzero(groups.sizes * (groups.labels == np.arange(len(groups.labels))) > 1)
    if len(several) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    centroids = unit_rows(groups.sums(several)).astype(np.float16)
    one, other = pairs_of(neighbours(centroids, NEIGHBOURS, floor=FLOOR))
    return several[one], several[other]


def _settled(rows: Rows, labels: Labels, found: Neighbours) -> Labels:
    """Strays moved to the group of a neighbour that they are clearly nearer to, in a few rounds."""
    for _ in range(ROUNDS):
        labels = numbered(labels)
        target = _moves(rows, labels, found)
        if (target == labels).all():
            break
        labels = target
    return labels


def _moves(rows: Rows, labels: Labels, found: Neighbours) -> Labels:
    """Where each row belongs, rows of groups that are large enough only."""
    groups = _Directions.of(rows, labels)
    target = labels.copy()
    for start in range(0, len(rows), _BLOCK):
        places = start + np.flatnonzero(groups.large[labels[start : start + _BLOCK]])
        own = labels[places]
        others = _groups_near(found.rows[places], labels, own)
        target[places] = groups.nearer(rows[places].astype(np.float32), own, others)
    return target


@dataclass(frozen=True, slots=True)
class _Directions:
    """Groups of rows, as a row of theirs is compared with them."""

    large: npt.NDArray[np.bool_]
    """Whether a group sends and takes rows."""
    sums: Vectors
    lengths: Vectors
    """Lengths of `sums`."""

    @staticmethod
    def of(rows: Rows, labels: Labels) -> _Directions:
        """All groups."""
        sums = _sums(rows, labels)
        return _Directions(np.bincount(labels) >= SMALLEST, sums, np.linalg.norm(sums, axis=1))

    def nearer(self, rows: Vectors, own: Ints, others: Ints) -> Ints:
        """For each row of the group `own` the group that it is clearly nearer to, of
        `others`; else its own.
        """
        cosines = self._cosines(rows, others)
        cosines[~self.large[others] | (others == own[:, None])] = -1.0
        every = np.arange(len(rows))
        best = cosines.argmax(axis=1)
        moves = cosines[every, best] > _own_cosine(rows, self.sums[own]) + GAIN
        return np.where(moves, others[every, best], own)

    def _cosines(self, rows: Vectors, groups: Ints) -> Vectors:
        """Cosine of each row to the means of some groups, shape as `groups`."""
        products = [np.einsum("ij,ij->i", rows, self.sums[column]) for column in groups.T]
        return np.asarray(np.stack(products, axis=1) / self.lengths[groups], np.float32)


def _groups_near(near: npt.NDArray[np.int32], labels: Labels, own: Labels) -> Labels:
    """The groups of neighbours, shape as `near`; where there is none, the row's own."""
    return np.where(near == NOBODY, own[:, None], labels[near])


def _own_cosine(rows: Vectors, sums: Vectors) -> Vectors:
    """Cosine of each row to the mean of the others of its group."""
    return np.asarray(np.einsum("ij,ij->i", unit_rows(sums - rows), rows), np.float32)


def _sums(rows: Rows, labels: Labels) -> Vectors:
    """Sum of the rows of each group, float32."""
    order = np.argsort(labels, kind="stable")
    found = np.zeros((int(labels.max()) + 1, rows.shape[1]), np.float32)
    for start in range(0, len(order), _BLOCK):
        part = order[start : start + _BLOCK]
        np.add.at(found, labels[part], rows[part].astype(np.float32))
    return found
