"""Which texts say one thing: groups that are nearly as alike to each other as their own members are among themselves.

    vectors -> balanced -> average link at a share of the typical likeness -> neighbours merged while likeness allows -> strays moved

A fixed cosine cannot do it. Two tellings of one event lie at cosine 0.6, two independently worded texts of one claim at 0.05 to 0.2, and
two different events of one war at 0.25 (centred multilingual-e5-small): a cut that keeps events apart tears claims to pieces. So the cut is
relative. Groups a and b are merged while

    likeness(a, b) = mean cosine between them / sqrt(mean cosine within a * mean cosine within b)

is at least a threshold. The means within are drawn to the likeness that is typical of this collection, as by `PRIOR_PAIRS` pairs, because
a pair that was just found to be alike says little about its group.

`balanced` first damps what all texts of the collection have in common (one war, one region) by the eighth root of its variance.

Measured as BCubed F1 at likeness 0.52, passages read in their articles (`context.py`): news items in 45 languages (ITN) 0.90, English
events (ECB+) 0.82, the planted narratives of the sample world all at once 0.88, and 0.92 when they are played day by day and `lineage`
keeps identities (mean of that world and eight variations of it; the least 0.89). At 0.50: 0.86, 0.82, 0.89 and 0.93; at 0.55: 0.90, 0.84,
0.82 and 0.91. Average link at a fixed cosine fits one of them and fails the others: 0.89 on ITN at 0.30 is 0.11 on the sample world;
0.86 there at 0.10 is 0.28 on ITN.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.arrays import Labels, Matrix, average_link, numbered, sums_of, unit

BALANCE = 0.125
"""Power of the variance by which directions are damped; 0.075 to 0.175 are as good within 0.01."""
FIRST_CUT = 0.6
"""The first cut, as a share of the typical likeness; 0.5 is as good."""
NEIGHBOURS = 3
PRIOR_PAIRS = 6
GAIN = 0.03
"""A text moves to another group when it is nearer to it by more than this (cosine to the mean of the others)."""
ROUNDS = 3
SMALLEST_HOME = 3
"""Only groups of so many texts send and take strays."""
_BLOCK = 1024


def grouped(vectors: npt.ArrayLike, likeness: float) -> Labels:
    """A group number for each of `vectors` (unit rows, shape (n, d)); numbers run in the order in which groups first appear.

    Args:
        likeness: threshold of merging, 0 to 1; higher gives more and tighter groups.
    """
    given = np.asarray(vectors, np.float64)
    if len(given) < 2:
        return np.zeros(len(given), np.int64)
    rows = balanced(given)
    typical = typical_likeness(rows)
    labels = average_link(rows, FIRST_CUT * typical)
    labels = _Merger(rows, labels, typical).merge(likeness)
    return numbered(_settled(rows, labels))


def balanced(rows: Matrix) -> Matrix:
    """Unit rows with common directions damped.

    The covariance is drawn to a round one as by `d` more rows, so that few rows do not invent directions.
    """
    count, size = rows.shape
    away = rows - rows.mean(axis=0)
    variances, axes = np.linalg.eigh(away.T @ away / count)
    variances = np.maximum(variances, 0.0)
    drawn = (count * variances + size * variances.mean()) / (count + size)
    if not drawn[-1]:
        return rows
    return unit((rows @ axes) * (drawn / drawn[-1]) ** -BALANCE)


def typical_likeness(rows: Matrix) -> float:
    """Median over rows of the mean cosine to the nearest three others: how alike texts of this collection are that belong together."""
    count = len(rows)
    nearest = min(NEIGHBOURS, count - 1)
    means = np.empty(count)
    for start in range(0, count, _BLOCK):
        part = rows[start : start + _BLOCK] @ rows.T
        part[np.arange(len(part)), np.arange(start, start + len(part))] = -2.0
        means[start : start + len(part)] = np.partition(part, count - nearest, axis=1)[
            :, count - nearest :
        ].mean(axis=1)
    return float(np.median(means))


class _Merger:
    """Merges the two likest groups again and again; keeps each group's best partner so that a step costs one row."""

    def __init__(self, rows: Matrix, labels: Labels, typical: float) -> None:
        sums = sums_of(rows, labels)
        self._labels = labels
        self._typical = max(typical, 1e-6)
        self._sizes = np.bincount(labels).astype(np.float64)
        self._totals = sums @ sums.T
        self._alive = np.ones(len(sums), bool)
        self._within = np.array([self._mean_within(group) for group in range(len(sums))])
        self._partner = np.zeros(len(sums), np.int64)
        self._best = np.empty(len(sums))
        for group in range(len(sums)):
            self._look_around(group)

    def merge(self, likeness: float) -> Labels:
        """Groups after merging; the group with the smaller number keeps it."""
        home = np.arange(len(self._sizes))
        while True:
            one = int(self._best.argmax())
            if self._best[one] < likeness:
                return home[self._labels]
            keeps, goes = sorted((one, int(self._partner[one])))
            home[home == goes] = keeps
            self._join(keeps, goes)

    def _mean_within(self, group: int) -> float:
        pairs = self._sizes[group] * (self._sizes[group] - 1)
        total = self._totals[group, group] - self._sizes[group] + PRIOR_PAIRS * self._typical
        return float(max(total / (pairs + PRIOR_PAIRS), 1e-6))

    def _likenesses(self, group: int) -> Matrix:
        between = self._totals[group] / (self._sizes[group] * self._sizes)
        found: Matrix = between / np.sqrt(self._within[group] * self._within)
        found[~self._alive] = -np.inf
        found[group] = -np.inf
        return found

    def _look_around(self, group: int) -> Matrix:
        found = self._likenesses(group)
        self._partner[group] = found.argmax()
        self._best[group] = found[self._partner[group]]
        return found

    def _join(self, keeps: int, goes: int) -> None:
        self._totals[keeps] += self._totals[goes]
        self._totals[:, keeps] += self._totals[:, goes]
        self._sizes[keeps] += self._sizes[goes]
        self._within[keeps] = self._mean_within(keeps)
        self._alive[goes] = False
        self._best[goes] = -np.inf
        widowed = self._alive & ((self._partner == keeps) | (self._partner == goes))
        found = self._look_around(keeps)
        courted = self._alive & (found > self._best)
        courted[keeps] = False
        self._partner[courted], self._best[courted] = keeps, found[courted]
        for group in np.flatnonzero(widowed & ~courted):
            if group != keeps:
                self._look_around(int(group))


def _settled(rows: Matrix, labels: Labels) -> Labels:
    """Strays moved to the group they are clearly nearer to, in a few rounds."""
    for _ in range(ROUNDS):
        labels = numbered(labels)
        sizes = np.bincount(labels)
        homes = np.flatnonzero(sizes >= SMALLEST_HOME)
        movable = np.flatnonzero(sizes[labels] >= SMALLEST_HOME)
        if len(homes) < 2:
            break
        sums = sums_of(rows, labels)
        near = rows[movable] @ unit(sums[homes]).T
        others = unit(sums[labels[movable]] - rows[movable])
        own = np.einsum("ij,ij->i", others, rows[movable])
        near[np.arange(len(movable)), np.searchsorted(homes, labels[movable])] = own
        target = near.argmax(axis=1)
        moves = near[np.arange(len(movable)), target] > own + GAIN
        if not moves.any():
            break
        labels = labels.copy()
        labels[movable[moves]] = homes[target[moves]]
    return labels
