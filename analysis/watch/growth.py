"""A statement grows by what it finds: by the discovered narrative that tells the same, and by its own hits,
in whatever language they are.

    statement --z--> the 20 nearest texts --half of them in one narrative, whose texts stand out--> linked
    seeds = texts of the linked narrative + own hits
    direction = statement + 3 x mean over languages of the mean of the seeds   (Rocchio 1971, languages equal)
    new texts that stand out for the direction, and for the statement a little --> seeds --> again

It stops when nothing new comes, when most of what comes no longer has to do with the statement, or after
`ROUNDS`. The direction has a limit of its own, from the same false rate, taken over all that is no seed.

Planted claims of the sample world, one-sentence statements in five languages without entities (`python -m
tests quality --only watch-demo`): recall 0.10 before, 0.87 by the linked narrative alone, 0.89 with growth,
precision 0.98.

Pure: arrays in, decisions out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.arrays import Ints, Vectors
from analysis.watch.ordinary import POOLED
from analysis.watch.scores import Background, Floats, background, cosine
from analysis.watch.sentences import Tail
from storage.records import Vector

Flags = npt.NDArray[np.bool_]

NONE: Final = -1
"""Number of no narrative, by definition."""
NEAREST: Final = 20
"""Articles nearest to a statement that are asked which narrative they tell. Chosen, not measured."""
SHARE: Final = 0.45
"""Measured with `LEVEL`."""
LEVEL: Final = 1.0
"""A narrative tells what a statement says where it holds so large a share of the nearest articles and its
texts stand out by so much on average (drawn to 0 where they are few). Measured on the sample world, 40
statements of eight planted claims: the right narrative has 0.45 to 1 and 1.06 to 2.95. Of 1,302 sentences
about other countries' claims, many of the same families, 6 % would be linked.
"""
FEW: Final = 10
"""Texts at which a narrative's level is halved. Chosen, not measured."""
OWN_WEIGHT: Final = 1 / 3
"""Weight of the statement beside its seeds: 1 to 1/6 give the same recall within 0.01, precision 0.94 to
0.97.
"""
LEAST_SEEDS: Final = 3
"""Articles from which on a statement grows by its own hits. Chosen, not measured."""
MAJORITY: Final = 0.5
"""Share of what comes in a round that must have to do with the statement, by definition."""
RELATED: Final = 1.0
"""z that a new seed has for the statement itself, at least. Chosen, not measured."""
ROUNDS: Final = 3
"""Chosen, not measured: of 40 statements none needed the third."""
STANDS_OUT: Final = 3.0
"""Measured with `ORDINARY_SHARE`."""
ORDINARY_SHARE: Final = 0.009
"""z that tellings reach which were not found, and the share of passages of other stories that reach it too:
measured on NTREX, 13 languages."""
TAILS: Final = (Tail(0.01, 0.57), Tail(0.1, 1.17))
"""z of whole passages, measured on passages of other stories (NTREX), from one in 100 (by language 0.49 to
0.71) and from one in 10 (0.98 to 1.32); its tail is heavier than that of sentences: passages on one subject
are near to each other. The lower limit counts: where more than one in 100 tells the claim and was not found
yet, the first is taken among tellings.
"""
MEMBER: Final = 0.5
"""Share of the limit that a text of the linked narrative must reach: that most of its narrative says it
speaks for it. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages of a window, row by row."""

    vectors: Vectors
    """Centred, unit length."""
    languages: npt.NDArray[np.str_]
    articles: Ints
    """Number of the article."""
    narratives: Ints
    """Number of the discovered narrative, or `NONE`."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What a statement has become."""

    direction: Vector
    linked: int
    """The discovered narrative that tells the same, or `NONE`."""
    seeds: Ints
    """Places of the passages it grew by."""
    found: Flags
    """Which passages of the collection it finds by its direction or its narrative."""
    z: Floats
    """How far each passage stands out for the direction."""
    scales: Mapping[str, tuple[float, float]]
    """Language -> place and spread of cosines to the direction; `*` for all together."""
    limit: float
    """The z from which a passage is found."""
    stopped: str
    """Why it did not grow further."""
    recall: float
    """Estimated share of the collection's tellings that it finds."""


def link_of(z: Floats, collection: Collection) -> int:
    """The discovered narrative that tells what a statement says, or `NONE`.

    Args:
        z: how far each passage stands out for the statement.
    """
    nearest = _first_of_articles(np.argsort(-z, kind="stable"), collection.articles)
    told = collection.narratives[nearest]
    numbers, counts = np.unique(told[told != NONE], return_counts=True)
    if not len(numbers) or counts.max() < SHARE * len(nearest):
        return NONE
    best = int(numbers[counts.argmax()])
    return best if _level(z[collection.narratives == best]) >= LEVEL else NONE


def _level(z: Floats) -> float:
    """How far the texts of a narrative stand out on average, drawn to 0 where they are few."""
    return float(z.sum() / (len(z) + FEW))


def grow(
    statement: Vector, z: Floats, hits: Flags, collection: Collection, *, false_rate: float
) -> Growth | None:
    """The statement grown by its narrative and its hits; None where there is nothing to grow by.

    Args:
        statement: centred unit vector; the mean of the statement's texts.
        z: how far each passage stands out for the statement.
        hits: which passages say what it says by themselves.
    """
    linked = link_of(z, collection)
    members: Flags = (collection.narratives == linked) & (linked != NONE)
    seeds = members | hits
    if linked == NONE and len(np.unique(collection.articles[seeds])) < LEAST_SEEDS:
        return None
    seeds, stopped = _grown_seeds(statement, z, seeds, collection, false_rate)
    seen = _seen(statement, seeds, collection, false_rate)
    found = hits | seen.found | (members & (seen.z >= MEMBER * seen.limit))
    return Growth(
        direction=seen.direction,
        linked=linked,
        seeds=np.flatnonzero(seeds),
        found=found,
        z=seen.z,
        scales=_scales(seen.background),
        limit=seen.limit,
        stopped=stopped,
        recall=estimated_recall(seen.z, found),
    )


def _grown_seeds(
    statement: Vector, z: Floats, seeds: Flags, collection: Collection, false_rate: float
) -> tuple[Flags, str]:
    """The seeds with what they find, round after round, and why it ended."""
    for _ in range(ROUNDS):
        new = _seen(statement, seeds, collection, false_rate).found & ~seeds
        if not new.any():
            return seeds, "nothing new"
        if (z[new] < RELATED).mean() > MAJORITY:
            return seeds, "what came had little to do with the statement"
        seeds = seeds | (new & (z >= RELATED))
    return seeds, f"{ROUNDS} rounds"


def estimated_recall(z: Floats, found: Flags) -> float:
    """Which share of the tellings in a collection is found, as far as can be told without reading them.

    What stands out for the direction and was not found, less what ordinary passages alone would give, is
    taken for tellings that were missed.
    """
    missed = float(((z >= STANDS_OUT) & ~found).sum()) - ORDINARY_SHARE * len(z)
    told = float(found.sum())
    return told / (told + max(0.0, missed)) if told else 0.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A collection seen from a direction."""

    direction: Vector
    background: Background
    z: Floats
    limit: float

    @property
    def found(self) -> Flags:
        return self.z >= self.limit


def _seen(statement: Vector, seeds: Flags, collection: Collection, false_rate: float) -> _Seen:
    """How far every passage stands out among those that are no seeds."""
    direction = _direction(statement, collection.vectors[seeds], collection.languages[seeds])
    ordinary = ~seeds
    by_language = {
        language: collection.vectors[ordinary & (collection.languages == language)]
        for language in sorted(set(collection.languages.tolist()))
    }
    scale = background(direction[None], by_language)
    z = scale.z(cosine(direction[None], collection.vectors), collection.languages.tolist())[0]
    return _Seen(direction, scale, z, _limit(z[ordinary], false_rate))


def _limit(z: Floats, false_rate: float) -> float:
    """The z that so small a share of ordinary passages reaches."""
    if not len(z):
        return np.inf
    return min(float(np.quantile(z, 1 - tail.common)) * tail.rarer(false_rate) for tail in TAILS)


def _scales(scale: Background) -> dict[str, tuple[float, float]]:
    """Place and spread by language."""
    rows = {POOLED: scale.pooled, **scale.by_language}
    return {language: (float(values[0, 0]), float(values[0, 1])) for language, values in rows.items()}


def _direction(statement: Vector, seeds: Vectors, languages: npt.NDArray[np.str_]) -> Vector:
    """Statement and seeds together; every language counts the same, however much of it there is."""
    means = [_unit(seeds[languages == key].mean(axis=0)) for key in sorted(set(languages.tolist()))]
    told = _unit(np.mean(means, axis=0))
    return np.asarray(_unit(OWN_WEIGHT * statement + told), np.float32)


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12))


def _first_of_articles(order: Ints, articles: Ints) -> Ints:
    """The first `NEAREST` places of an order that are of different articles."""
    # Every article is met within so many places, unless it has hundreds of passages.
    head = order[: 50 * NEAREST]
    _, first = np.unique(articles[head], return_index=True)
    return head[np.sort(first)[:NEAREST]]
