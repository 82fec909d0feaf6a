"""Which discovered narratives tell what is watched: they are counted and shown as one.

    hits that support a statement --most of them in one discovered narrative, a good part of which they are-->
        the narrative is nearer to the statement than to what says the opposite --> linked

Numbers stay what they were: each leads to the page of both, and the link can be undone. An analyst's word
goes before. Where no counter-statement says what the opposite is, nothing is linked by itself: a vector
cannot tell a claim from its denial, and a denial that is counted as the claim is worse than two pages.

Measured on the sample world, 24 pairs of a sentence and its opposite in three languages (none of them read by
the product): in 22 the narrative's centroid is nearer to the claim than to its opposite.

Pure: records in, decisions out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.arrays import Vectors
from analysis.watch.scores import cosine
from storage.records import Correction, Narrative, Vector

FEWEST: Final = 3
"""Texts that both have, at least: of fewer a share says nothing. Chosen, not measured."""
OF_HITS: Final = 0.5
"""Share of the statement's texts that the narrative has: most of them, by definition."""
OF_NARRATIVE: Final = 0.25
"""Share of the narrative's texts that the statement has: a bin of a whole country is no claim. Chosen, not
measured; on the sample world the narrative that tells a statement has 0.8 and more, others at most 0.1."""
KEPT: Final = 0.5
"""Share of these shares from which a link that was made stays. Chosen, not measured."""
DENIED: Final = 1 / 3
"""Share of the hits in a narrative that may refute the statement. Chosen, not measured."""
NEARER: Final = 0.02
"""By how much nearer to the statement than to its opposite a centroid is, at least: with the pairs above 19
of 24 claims are linked and 2 of 24 opposites; with 0, 22 and 2."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What a statement and the discovered narratives have, by text (copy group)."""

    supporting: Set[str]
    """Texts with a hit that does not refute."""
    refuting: Set[str]
    told: Mapping[int, Set[str]]
    """Discovered narrative -> its texts of the same time."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A statement and what says the opposite, as centred unit vectors."""

    statement: Vectors
    counters: Vectors


@dataclass(frozen=True, slots=True)
class Same:
    """A narrative that tells a statement."""

    narrative_id: int
    shared: float
    """Share of the statement's texts that it has."""
    nearer: float
    """By how much its centroid is nearer to the statement than to its opposite; 0 where nobody looked."""


def same_claim(
    texts: Texts, sides: Sides, centroids: Mapping[int, Vector], *, before: Set[int] = frozenset()
) -> list[Same]:
    """The discovered narratives that tell a statement, by number.

    Args:
        centroids: narrative -> centred unit vector; of others nothing can be told.
        before: narratives that are linked to it already.
    """
    if not len(sides.counters):
        return []
    found = []
    for number in sorted(texts.told.keys() & centroids.keys()):
        shared = _shared(texts, number, KEPT if number in before else 1.0)
        nearer = _nearer(sides, centroids[number])
        if shared is not None and nearer >= (0.0 if number in before else NEARER):
            found.append(Same(number, round(shared, 4), round(nearer, 4)))
    return found


def _shared(texts: Texts, number: int, ease: float) -> float | None:
    """Share of the statement's texts that a narrative has; None where too few are shared, or denied."""
    told = texts.told[number]
    both, denied = len(told & texts.supporting), len(told & texts.refuting - texts.supporting)
    if both < FEWEST or denied > DENIED * (both + denied):
        return None
    of_hits, of_narrative = both / len(texts.supporting), both / len(told)
    enough = of_hits >= OF_HITS * ease and of_narrative >= OF_NARRATIVE * ease
    return of_hits if enough else None


def _nearer(sides: Sides, centroid: Vector) -> float:
    """How much nearer a centroid is to the statement than to its opposite."""
    for_it, against = (cosine(side, centroid[None]) for side in (sides.statement, sides.counters))
    return float(np.max(for_it) - np.max(against))


def decided_links(decisions: Sequence[Correction], survivors: Mapping[int, int]) -> dict[int, int | None]:
    """Discovered narrative -> the watched one that an analyst linked it to; None: to none.

    Args:
        decisions: those in force, by time: the later one wins.
        survivors: narrative -> the one that stands for it now.
    """
    found: dict[int, int | None] = {}
    for item in decisions:
        if item.kind in ("link", "unlink"):
            number = survivors.get(item.narrative_id, item.narrative_id)
            found[number] = item.other_id if item.kind == "link" else None
    return found


def comparable_centroids(
    narratives: Sequence[Narrative], *, build: str, mean_version: int
) -> dict[int, Vector]:
    """The centroids of living discovered narratives that lie in one space, each a unit vector."""
    return {
        item.narrative_id: item.centroid
        for item in narratives
        if item.kind == "discovered"
        and item.centroid is not None
        and (item.build, item.mean_version) == (build, mean_version)
    }
