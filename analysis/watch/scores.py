"""How far a passage stands out from its language's ordinary passages, seen from a statement.

    z(q, x) = (cos(q, x) - m) / s
    m, s: place and spread of cos(q, .) over a sample of the workspace's passages in x's language

A fixed cosine cannot do it: every statement and every language has its own level (recall at one false hit in
10,000 passages: 0.57 with one cosine, 0.70 with z; worst language 0.35 and 0.55). Place and spread are the
median and the scaled median deviation, because a small workspace's sample holds the narrative itself: on the
sample world the plain standard deviation is up to 1.5 times as large in languages that tell it, and recall of
its passages at z 3 falls from 0.49 to 0.22. Languages with few passages lean on all languages together, and
those on what is usual for centred vectors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Vectors
from analysis.embedding.languages import language_key

Floats = npt.NDArray[np.float64]

ENOUGH = 300
"""Passages from which on a language stands for itself; with fewer all languages together count for the
missing ones. Chosen, not measured."""
USUAL_SPREAD = 0.09
"""Spread of cosines between unrelated centred texts, counted as `USUAL_WEIGHT` passages.
Chosen, not measured by any command."""
USUAL_WEIGHT = 20
LEAST_SPREAD = 0.05
"""However alike a sample's cosines are: half of what was ever seen, so that no z explodes. XX
measured."""
_NORMAL = 1.4826
"""What makes a median deviation a standard deviation of a normal distribution, by definition."""


@dataclass(frozen=True, slots=True)
class Background:
    """Place and spread of each statement's cosines, by language key; `pooled` for languages without.

    Arrays have the shape (statements, 2): place, spread.
    """

    by_language: Mapping[str, Floats]
    pooled: Floats

    def scale(self, language: str) -> Floats:
        """Place and spread of each statement in a language, shape (statements, 2)."""
        return self.by_language.get(language_key(language), self.pooled)

    def z(self, cosines: Floats, languages: Sequence[str]) -> Floats:
        """z of every statement and passage.

        `cosines` and the result have the shape (statements, passages).
        """
        if not languages:
            return np.zeros_like(cosines)
        stacked = np.stack([self.scale(language) for language in languages], axis=1)
        return np.asarray((cosines - stacked[:, :, 0]) / stacked[:, :, 1], np.float64)


def background(statements: Vectors, sample: Mapping[str, Vectors]) -> Background:
    """What is ordinary for each statement.

    Args:
        statements: centred unit vectors, shape (statements, dimensions).
        sample: language -> centred unit vectors of passages, drawn without regard to content.
    """
    found = {language: cosine(statements, rows) for language, rows in sample.items() if len(rows)}
    return background_of(found, rows=len(statements))


def background_of(values: Mapping[str, Floats], *, rows: int) -> Background:
    """What is ordinary for each of `rows` statements.

    Args:
        values: language -> how near its ordinary texts are, shape (statements, texts).
    """
    cosines = _by_key(values)
    everything = np.concatenate([np.zeros((rows, 0)), *cosines.values()], axis=1)
    usual = np.tile(np.array([0.0, USUAL_SPREAD]), (rows, 1))
    count = everything.shape[1]
    pooled = _leaning(everything, usual, count / (count + USUAL_WEIGHT))
    own = {key: _leaning(seen, pooled, min(1.0, seen.shape[1] / ENOUGH)) for key, seen in cosines.items()}
    return Background(own, pooled)


def _by_key(values: Mapping[str, Floats]) -> dict[str, Floats]:
    """The values by the keys of their languages, sorted; variants of a language are one."""
    parts: defaultdict[str, list[Floats]] = defaultdict(list)
    for language in sorted(values):
        parts[language_key(language)].append(values[language])
    return {key: np.concatenate(found, axis=1) for key, found in sorted(parts.items())}


def cosine(left: Vectors, right: Vectors) -> Floats:
    """Cosines of unit vectors, shape (left, right), in double precision."""
    return np.asarray(np.asarray(left, np.float64) @ np.asarray(right, np.float64).T)


def _leaning(values: Floats, towards: Floats, weight: float) -> Floats:
    """Median and spread of each row of `values`, with `weight`, and those of `towards` with the rest.

    Shape (rows, 2).
    """
    if not values.shape[1]:
        return towards
    place = np.median(values, axis=1)
    spread = _NORMAL * np.median(np.abs(values - place[:, None]), axis=1)
    own = np.stack([place, spread], axis=1)
    mixed = weight * own + (1 - weight) * towards
    mixed[:, 1] = np.maximum(mixed[:, 1], LEAST_SPREAD)
    return np.asarray(mixed, np.float64)
