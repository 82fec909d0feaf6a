"""Grown statements against blocks of passages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.languages import language_key
from analysis.watch.matching import Standing
from analysis.watch.ordinary import POOLED
from storage.records import GrownStatement


@dataclass(frozen=True, slots=True)
class Directed:
    """A passage that a grown statement finds."""

    passage: int
    statement: int
    standing: Standing


class Directions:
    """The directions of grown statements as rows of one matrix."""

    def __init__(self, grown: Mapping[int, GrownStatement]) -> None:
        """`grown`: place of the statement -> what it has grown to."""
        self._places = sorted(grown)
        self._grown = [grown[place] for place in self._places]

    def near(self, vectors: Vectors, languages: Sequence[str]) -> list[Directed]:
        """All pairs that reach their limit.

        Args:
            vectors: centred unit vectors of passages, shape (n, dimensions).
            languages: the language of each.
        """
        if not self._grown:
            return []
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for place, language in enumerate(languages):
            rows[language].append(place)
        directions = np.stack([item.direction for item in self._grown]).astype(np.float32)
        found: list[Directed] = []
        for language, places in sorted(rows.items()):
            found += self._found(directions @ vectors[places].T, places, language_key(language))
        return found

    def _found(self, cosines: Vectors, places: Sequence[int], language: str) -> list[Directed]:
        scale = np.array([item.scales.get(language, item.scales[POOLED]) for item in self._grown])
        z = (cosines - scale[:, :1]) / scale[:, 1:]
        limits = np.array([item.least_z for item in self._grown])
        return [
            Directed(
                places[passage],
                self._places[statement],
                Standing(
                    round(float(z[statement, passage]), 3), round(float(cosines[statement, passage]), 4)
                ),
            )
            for statement, passage in np.argwhere(z >= limits[:, None]).tolist()
        ]
