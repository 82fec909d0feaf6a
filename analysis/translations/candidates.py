"""Pairs of texts worth a closer look, found by the vectors of their passages alone.

    whole texts: one product a day and day --cosine--> pairs --passages aligned in order--> candidates

Both tests ask about two texts only. Days are compared one with another, so that no more than a window is in
memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints, Vectors
from analysis.translations.alignment import aligned

PASSAGES = 6
"""Passages of a text that are looked at, from its beginning: 600 words. Chosen, not measured."""
SHORT_COSINE = 0.25
"""Of two whole texts of which one is a single passage. Three sentences in Hausa lie at 0.16 to 0.26 from
their original; NTREX, three sentences in six languages: all translations above 0.3, 1.5 of 100 other pairs
above 0.25."""
WHOLE_COSINE = 0.35
"""The same for texts of several passages. NTREX, 320 words in 14 languages: 99 of 100 translations lie above
0.40 in the worst language (Hausa), 1 of 100 other pairs above 0.35; of web pages in several languages 0.16 of
100 pairs."""
ALIGNED_COSINE = 0.35
"""Of passages aligned in order, where both texts have several. NTREX, as above: 99 of 100 translations above
0.35 in the worst language (Hausa), 0.03 of 100 other pairs."""
_SLACK = 1e-5
_ROWS = 512
_PAIRS = 4096
"""Rows of a product, and pairs aligned at a time. Decides memory only."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DayTexts:
    """The texts of a day, row i of every array for text i."""

    ids: tuple[str, ...]
    languages: npt.NDArray[np.str_]
    seconds: Floats
    """When each counts, since the epoch."""
    whole: Vectors
    """Centred unit vectors, shape (n, dimensions)."""
    passages: npt.NDArray[np.float16]
    """Centred unit vectors, shape (n, PASSAGES, dimensions); zero where there is no passage."""
    counts: Ints
    """Passages of each, at most PASSAGES."""
    asked: Flags
    """Which are asked about; pairs of two others are not looked for."""


def candidate_pairs(earlier: DayTexts, later: DayTexts, *, window_seconds: float) -> list[tuple[str, str]]:
    """Pairs of a text of each day, the smaller id first, sorted; `earlier` and `later` may be one day."""
    found: set[tuple[str, str]] = set()
    for rows, columns in _products(earlier, later, window_seconds):
        for start in range(0, len(rows), _PAIRS):
            part = slice(start, start + _PAIRS)
            near = _is_near(earlier, rows[part], later, columns[part])
            for row, column in zip(rows[part][near].tolist(), columns[part][near].tolist(), strict=True):
                one, other = sorted((earlier.ids[row], later.ids[column]))
                found.add((one, other))
    return sorted(found)


def _products(earlier: DayTexts, later: DayTexts, window_seconds: float) -> Iterator[tuple[Ints, Ints]]:
    """Places of pairs whose whole texts are near, a block of rows at a time."""
    for rows, columns in _asked_parts(earlier, later):
        for start in range(0, len(rows), _ROWS):
            block = rows[start : start + _ROWS]
            row, column = np.nonzero(_fits(earlier, block, later, columns, window_seconds))
            yield block[row], columns[column]


def _asked_parts(earlier: DayTexts, later: DayTexts) -> list[tuple[Ints, Ints]]:
    """Rows and columns whose pairs somebody asks about: asked rows with all, others with asked columns."""
    everything, asked = np.arange(len(later.ids)), np.flatnonzero(later.asked)
    parts = [(np.flatnonzero(earlier.asked), everything), (np.flatnonzero(~earlier.asked), asked)]
    return [(rows, columns) for rows, columns in parts if len(rows) and len(columns)]


def _fits(earlier: DayTexts, rows: Ints, later: DayTexts, columns: Ints, window_seconds: float) -> Flags:
    """Which pairs are near as whole texts, in two languages, and within the window; shape (rows, columns)."""
    least = np.minimum.outer(_least(earlier)[rows], _least(later)[columns]) - _SLACK
    near = earlier.whole[rows] @ later.whole[columns].T >= least
    apart = np.abs(earlier.seconds[rows][:, None] - later.seconds[columns])
    fits: Flags = near & (earlier.languages[rows][:, None] != later.languages[columns])
    return fits & (apart <= window_seconds)


def _is_near(earlier: DayTexts, rows: Ints, later: DayTexts, columns: Ints) -> Flags:
    """Which pairs are near enough; computed pair by pair, so that a block's last bits decide nothing."""
    cosines = (earlier.whole[rows] * later.whole[columns]).sum(axis=1).round(4)
    near: Flags = cosines >= np.minimum(_least(earlier)[rows], _least(later)[columns])
    several = near & (earlier.counts[rows] > 1) & (later.counts[columns] > 1)
    left, right = rows[several], columns[several]
    scores = aligned(*_passages(earlier, left), *_passages(later, right))
    near[several] = scores >= ALIGNED_COSINE
    return near


def _least(texts: DayTexts) -> Vectors:
    """The cosine that each text asks of another; of two, the lower one counts."""
    return np.where(texts.counts > 1, WHOLE_COSINE, SHORT_COSINE).astype(np.float32)


def _passages(texts: DayTexts, places: Ints) -> tuple[Vectors, Floats]:
    """Passages of the texts at `places`, each of length 1: passages are cut to be alike in length."""
    lengths = (np.arange(PASSAGES) < texts.counts[places][:, None]).astype(np.float64)
    return texts.passages[places].astype(np.float32), lengths
