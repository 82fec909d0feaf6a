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

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

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


def average_link(
    vectors: npt.ArrayLike, cosine: float, *, days: npt.ArrayLike | None = None, span: float = np.inf
) -> Labels:
    """Average-link groups of unit rows: merged while the mean cosine between two groups is at least `cosine`. Exact, n * n / 2 distances.

    Args:
        days: when each text was told; texts more than `span` days apart count as unrelated (cosine 0). NaN: not known, near to all.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    rows = np.asarray(vectors, np.float64)
    count = len(rows)
    if count < 2:
        return np.zeros(count, np.int64)
    moments = np.full(count, np.nan) if days is None else np.asarray(days, np.float64)
    distances = np.empty(count * (count - 1) // 2)
    filled = 0
    for row in range(count - 1):
        cosines = rows[row + 1 :] @ rows[row]
        cosines[np.abs(moments[row + 1 :] - moments[row]) > span] = 0.0
        distances[filled : filled + len(cosines)] = 1.0 - cosines
        filled += len(cosines)
    if count == 2:
        # Most copy groups are an article of two passages: a tree for each took a third of the time of a refit.
        return np.array([0, int(max(distances[0], 0.0) > 1.0 - cosine)], np.int64)
    tree = linkage(np.maximum(distances, 0.0, out=distances), "average")
    return numbered(fcluster(tree, 1.0 - cosine, "distance"))


def numbered(labels: npt.ArrayLike) -> Labels:
    """The same groups, numbered from 0 in the order in which they first appear."""
    _, first, inverse = np.unique(np.asarray(labels), return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return place[inverse.reshape(-1)]


def unit(rows: Matrix) -> Matrix:
    """Rows at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)


def likeness_of(one: Matrix, other: Matrix) -> float:
    """Mean cosine between two groups of unit rows, relative to the mean cosines within them; 0 where either has fewer than two rows."""
    if min(len(one), len(other)) < 2:
        return 0.0
    within = [max(_mean_pair(rows), 1e-6) for rows in (one, other)]
    return float(one.mean(axis=0) @ other.mean(axis=0) / np.sqrt(within[0] * within[1]))


def _mean_pair(rows: Matrix) -> float:
    total = rows.sum(axis=0)
    return float((total @ total - len(rows)) / (len(rows) * (len(rows) - 1)))


def sums_of(rows: Matrix, labels: Labels) -> Matrix:
    """Sum of the rows of each group, shape (groups, d)."""
    sums = np.zeros((int(labels.max()) + 1, rows.shape[1]))
    np.add.at(sums, labels, rows)
    return sums


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
