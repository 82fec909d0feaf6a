"""Which known narrative a new passage belongs to, if any.

A narrative's reach is set by its own members: a passage joins when it is at least as near to the centroid as the farther ones of them are,
and clearly nearer than to any other narrative. One cosine for all cannot do it: retellings of one event lie at 0.8 from its centroid,
independently worded texts of one claim at 0.3.

Measured on the sample world (half of the articles known, the other half new, with all ordinary news around them; mean of five halvings,
shares of articles): reach beyond the farthest 0.15 of members, at least 0.25: 0.91 of those that belong somewhere are placed, 0.001 of all
are placed wrongly. At least 0.20: 0.93 and 0.002; 0.30: 0.83 and 0.001. Whatever is left out here waits for the next clustering.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Matrix, unit


@dataclass(frozen=True, slots=True)
class Home:
    """A narrative that passages can join."""

    narrative_id: int
    centroid: Matrix
    """Unit vector, shape (dimensions,)."""
    reach: float
    """Least cosine to the centroid."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage belongs."""

    narrative_id: int
    similarity: float


def home_of(narrative_id: int, members: Matrix, *, floor: float, share: float) -> Home:
    """The home that distinct member texts make.

    Args:
        members: centred unit vectors, shape (n, dimensions), n >= 1.
        floor: least reach.
        share: share of members that may lie beyond the reach; each is measured against the others.
    """
    total = members.sum(axis=0)
    centroid = unit(total[None])[0]
    if len(members) < 2:
        return Home(narrative_id, centroid, max(floor, (1.0 + floor) / 2))
    others = unit(total - members)
    cosines = np.einsum("ij,ij->i", others, members)
    return Home(narrative_id, centroid, max(floor, float(np.quantile(cosines, share))))


def place(
    vectors: npt.ArrayLike,
    homes: Sequence[Home],
    *,
    margin: float,
    barred: Sequence[Collection[int]] | None = None,
) -> list[Place | None]:
    """The home of each vector, None where none is near enough.

    Args:
        vectors: centred unit vectors, shape (n, dimensions).
        homes: at most one per narrative; of equally near ones the first is taken.
        margin: a passage belongs nowhere if the second nearest home, within its reach or not, is as near within this.
        barred: narratives that each vector must not join.
    """
    rows = np.asarray(vectors, np.float64)
    if not len(rows) or not homes:
        return [None] * len(rows)
    centroids = np.stack([home.centroid for home in homes]).T
    reaches = np.array([home.reach for home in homes])
    numbers = [home.narrative_id for home in homes]
    column = {number: place for place, number in enumerate(numbers)}
    found = []
    for row, vector in enumerate(rows):
        cosines = vector @ centroids
        for number in barred[row] if barred else ():
            if number in column:
                cosines[column[number]] = -1.0
        found.append(_best(cosines, reaches, numbers, margin))
    return found


def _best(cosines: Matrix, reaches: Matrix, numbers: Sequence[int], margin: float) -> Place | None:
    best = int(cosines.argmax())
    if cosines[best] < reaches[best]:
        return None
    if len(cosines) > 1 and cosines[best] - np.partition(cosines, -2)[-2] < margin:
        return None
    return Place(numbers[best], round(float(cosines[best]), 4))
