"""How far a narrative has moved from what it was when it got its label, and what in it is another claim.
Pure.

    texts of the window x anchor (what it was)  -> share nearer to the old centre, likeness then and now
    texts of the window, grouped among themselves -> parts that would not be one narrative

A subject drifts slowly: each week's centre is near to the last one's, and after three months a number stands
for something else. So what it was is kept (`storage.records.Anchor`), and every refit measures against that.

Likeness is relative, as everywhere (`analysis.arrays.likeness_of`): what was found between two groups,
compared with what their own members have among themselves. Neither the size of a narrative nor the model sets
it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Labels, Matrix, likeness_of, unit
from analysis.narratives.linking import grouped

DRIFTED = 0.5
"""Likeness of the texts then and now below which they would not be found to be one narrative: just under
`cluster_likeness`. Merging asks for 0.7, so that nothing flaps. Chosen, not measured.
"""
FEWEST = 6
"""Distinct texts from which a narrative has a centre that can be told from another: as many as a birth needs
by default. Chosen, not measured.
"""
TIGHTER = 0.08
"""Added to `narratives.cluster_likeness` when a narrative's own texts are grouped: on two real sets groups
are better at 0.60 than at 0.52, which the sample world prefers: measured, BCubed F1 on ECB+ 0.016 higher.
"""
UNLIKE = 0.6
"""A part leaves the part that keeps the number if they are less alike than this: the likeness at which they
were grouped. Merging asks for 0.7. Chosen, not measured.
"""
LARGEST = 1_500
"""Texts that are grouped at most, every n-th of more; the rest goes to the nearest part: decides speed only.
"""
_LEAST = 1e-6  # by definition: no division by nothing


@dataclass(frozen=True, slots=True)
class Centre:
    """Where some texts lie."""

    vector: Floats
    """Their mean direction, shape (dimensions,)."""
    cohesion: float
    """Their mean cosine to each other."""
    texts: int

    @staticmethod
    def of(rows: Matrix) -> Centre:
        """Of distinct texts, shape (n, dimensions), n >= 1."""
        total, count = rows.sum(axis=0), len(rows)
        pairs = count * (count - 1)
        cohesion = (float(total @ total) - count) / pairs if pairs else 1.0
        return Centre(unit(total[None])[0], max(cohesion, _LEAST), count)

    @property
    def length(self) -> float:
        """Of the mean of the texts' unit vectors, as cohesion and number tell it."""
        return math.sqrt(self.cohesion + (1 - self.cohesion) / self.texts)


@dataclass(frozen=True, slots=True)
class Moved:
    """How far some texts lie from what was before."""

    nearer_old: float
    """Share of them nearer to the old centre than to the centre of the others."""
    likeness: float
    """Of the texts then and now; about 1 where nothing moved."""

    @property
    def drifted(self) -> bool:
        """Whether then and now are two things, and most texts belong to the new one."""
        return self.likeness < DRIFTED and self.nearer_old < DRIFTED


def moved(old: Centre, rows: Matrix) -> Moved:
    """Measure distinct texts against what was, shape (n, dimensions), n >= 2."""
    now = Centre.of(rows)
    cosine = float(old.vector @ now.vector)
    scale = math.sqrt(old.cohesion * now.cohesion)
    return Moved(float(np.mean(nearer_to(old, rows))), cosine * old.length * now.length / scale)


def nearer_to(old: Centre, rows: Matrix) -> Labels:
    """For each row 1 where the old centre is nearer than the centre of the other rows, else 0."""
    others = unit(rows.sum(axis=0) - rows)
    return np.asarray(rows @ old.vector > np.einsum("ij,ij->i", others, rows), np.int64)


def parts_of(rows: Matrix, *, likeness: float, least: int, keeps: Floats | None = None) -> list[list[int]]:
    """Places of the texts that are another claim than the narrative, one list for each claim; none where all
    is one.

    Args:
        rows: text units, shape (n, dimensions).
        likeness: that of the clusters (`narratives.cluster_likeness`).
        least: text units of a part that can stand by itself.
        keeps: a direction; the part nearest to it keeps the number. None: the largest does.
    """
    if len(rows) < 2 * least:
        return []
    asked = np.arange(0, len(rows), math.ceil(len(rows) / LARGEST))
    labels = grouped(rows[asked], min(1.0, likeness + TIGHTER))
    large = [np.flatnonzero(labels == label) for label in np.flatnonzero(np.bincount(labels) >= least)]
    if len(large) < 2:
        return []
    groups = [rows[asked[places]] for places in large]
    main = _main(groups, keeps)
    leaving = [
        place
        for place, group in enumerate(groups)
        if place != main and likeness_of(groups[main], group) < UNLIKE
    ]
    return _gathered(rows, groups, leaving) if leaving else []


def _main(groups: Sequence[Matrix], keeps: Floats | None) -> int:
    """The group that keeps the number."""
    if keeps is None:
        return max(range(len(groups)), key=lambda place: (len(groups[place]), -place))
    near = [float(Centre.of(group).vector @ keeps) for group in groups]
    return max(range(len(groups)), key=lambda place: (round(near[place], 6), -place))


def _gathered(rows: Matrix, groups: Sequence[Matrix], leaving: Sequence[int]) -> list[list[int]]:
    """Every row with the group that it is nearest to; those of the groups that leave."""
    centres = np.stack([Centre.of(group).vector for group in groups])
    nearest = np.argmax(np.round(rows @ centres.T, 6), axis=1)
    return [np.flatnonzero(nearest == place).tolist() for place in leaving]
