"""Blocks of passages against all statements at once: which passages stand out far enough, and by how much.

    passages x texts of statements --one product--> cosines --limit per text and language--> near pairs
    near pair --the same again in double precision--> z and cosine of the text that stands out most

The product is in single precision and its last bits depend on what else is in a block, so it only finds
pairs, a little generously; what is kept of a hit is computed for its pair alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Ints, Vectors
from analysis.watch.scores import Background
from analysis.watch.statements import Prepared
from storage.records import Vector

_SLACK = 2e-5
"""More than a product of 384 numbers in single precision is ever off; measured."""
_Z_DIGITS = 3
_COSINE_DIGITS = 4
"""As they are kept; chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a passage stands out for a statement; both of the statement's text for which it does most."""

    z: float
    cosine: float


class Matcher:
    """The texts of statements as rows of one matrix, and what is ordinary for each."""

    def __init__(self, statements: Sequence[Prepared], ordinary: Background) -> None:
        """`ordinary` has a row for every text, in the order of the statements and their texts."""
        self._texts: Vectors = np.concatenate([item.vectors for item in statements]).astype(np.float32)
        self._ordinary = ordinary
        counts = [len(item.vectors) for item in statements]
        self._owner: Ints = np.repeat(np.arange(len(statements)), counts)
        self._first = np.concatenate([[0], np.cumsum(counts)])
        self._least: Floats = np.repeat([item.threshold for item in statements], counts)

    def near(self, vectors: Vectors, languages: Sequence[str]) -> list[tuple[int, int]]:
        """(place of the passage, place of the statement) of all pairs that may reach their threshold, sorted.

        Args:
            vectors: centred unit vectors of passages, shape (n, dimensions).
            languages: the language of each.
        """
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, language in enumerate(languages):
            places[language].append(place)
        found: set[tuple[int, int]] = set()
        for language, rows in places.items():
            cosines = self._texts @ vectors[rows].T
            texts, columns = np.nonzero(cosines >= self._limits(language)[:, None])
            found.update(zip(np.asarray(rows)[columns].tolist(), self._owner[texts].tolist(), strict=True))
        return sorted(found)

    def standing(self, statement: int, vector: Vector, language: str) -> Standing | None:
        """How far one passage stands out for one statement; None under the threshold."""
        own = self._rows_of(statement)
        cosines = self._texts[own].astype(np.float64) @ vector.astype(np.float64)
        place, spread = self._ordinary.scale(language)[own].T
        z = (cosines - place) / spread
        best = int(z.argmax())
        standing = _as_kept(float(z[best]), float(cosines[best]))
        return standing if standing.z >= self._least[own][best] else None

    def _rows_of(self, statement: int) -> slice:
        """The rows of a statement's texts."""
        return slice(self._first[statement], self._first[statement + 1])

    def z(self, vectors: Vectors, languages: Sequence[str]) -> Floats:
        """z of every statement and passage, that of the statement's text which stands out most, shape
        (statements, passages).
        """
        cosines = np.asarray(self._texts.astype(np.float64) @ vectors.astype(np.float64).T)
        by_text = self._ordinary.z(cosines, languages)
        return np.asarray(np.maximum.reduceat(by_text, self._first[:-1], axis=0))

    def _limits(self, language: str) -> Vectors:
        """The cosine that each text asks of a passage in this language, shape (texts,)."""
        place, spread = self._ordinary.scale(language).T
        least = self._least - 10.0**-_Z_DIGITS
        return np.asarray(place + least * spread - _SLACK, np.float32)


def _as_kept(z: float, cosine: float) -> Standing:
    """Rounded as it is kept, so that the decision and the record agree."""
    return Standing(round(z, _Z_DIGITS), round(cosine, _COSINE_DIGITS))
