"""Whether two texts in different languages are probably one text, translated. Pure.

Vectors of whole texts find candidates (`candidates.py`); they cannot tell a translation from another report
on the same thing. The order of the sentences can: a translation follows its original sentence by sentence. So
the first sentences of both are aligned in order, and the score is the mean centred cosine of the aligned
pairs, weighed by length; what has no counterpart counts zero. Two texts that share none of their figures are
never one.

A decision rests on its two texts alone. Neither asks whether either text has a better partner: that would
make a pair come and go with every other text in the window.

Measured on NTREX, sentences centred by the prior means, score 0.42: the first three sentences (57 words) of
63 stories in five languages (`tests/embedding/test_quality.py`): 0.94 of 630 true pairs found, 1 of 39,060
false. A lower score where the figures of both texts agree was tried: 0.39 finds 0.95 with 3 false, all of two
reports on one disaster that give the same figures. The score was chosen on this set.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Vectors

SENTENCES = 12
"""Sentences of a text that are aligned: the lead carries the story, and agencies' clients cut the end.
Chosen, not measured."""
SHORTEST = 0.5
"""Length of the shorter text relative to the longer; no true pair of NTREX is below. Measured on its shared
part."""
_DIGITS = 4
"""Scores are rounded, so that they do not hang on how a product was computed. Chosen, not measured."""

# Begins with one kind of sign, so that the engine skips to the next digit: four times as fast as two
# alternatives.
_NUMBER = re.compile(r"\d(?:\d{0,2}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)|\d*(?:[.,'’٫٬]\d+)*)")


@dataclass(frozen=True, slots=True)
class Lead:
    """What the decision needs of one text."""

    vectors: npt.NDArray[np.float16]
    """Centred unit vectors of its first sentences, shape (n, dimensions), n at most `SENTENCES`."""
    lengths: tuple[int, ...]
    """Of these sentences, in any unit that is the same for all."""
    length: int
    """Of the whole text."""
    numbers: frozenset[str]
    """The figures in the whole text."""


def numbers(text: str) -> frozenset[str]:
    """The figures of `text`, in whatever digits, as plain digits without separators.

    `2,840`, `2 840` and `٢٬٨٤٠` are one.
    """
    return frozenset(_plain_digits(match[0]) for match in _NUMBER.finditer(text))


def _plain_digits(figure: str) -> str:
    digits = "".join(str(unicodedata.digit(sign)) for sign in figure if sign.isdigit())
    return digits.lstrip("0") or "0"


def numbers_differ(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether both texts have figures, at least two, and none in common."""
    return min(len(left), len(right)) > 1 and not left & right


def translation_scores(pairs: Sequence[tuple[Lead, Lead]], *, least_score: float) -> list[float | None]:
    """For each pair its alignment score, at most 1, or None where it is no translation."""
    possible = [place for place, (left, right) in enumerate(pairs) if _is_possible(left, right)]
    scores: list[float | None] = [None] * len(pairs)
    for place, score in zip(possible, _lead_scores([pairs[place] for place in possible]), strict=True):
        scores[place] = score if score >= least_score else None
    return scores


def _is_possible(left: Lead, right: Lead) -> bool:
    """Whether length and figures allow it."""
    shorter, longer = sorted((left.length, right.length))
    return shorter >= SHORTEST * longer and not numbers_differ(left.numbers, right.numbers)


def _lead_scores(pairs: Sequence[tuple[Lead, Lead]]) -> list[float]:
    if not pairs:
        return []
    left, right = (_padded([pair[side] for pair in pairs]) for side in (0, 1))
    return [float(score) for score in aligned(*left, *right)]


def _padded(leads: Sequence[Lead]) -> tuple[Vectors, Floats]:
    """Vectors of shape (leads, SENTENCES, dimensions) and lengths of shape (leads, SENTENCES).

    Zero where there is no sentence.
    """
    vectors = np.zeros((len(leads), SENTENCES, leads[0].vectors.shape[1]), np.float32)
    lengths = np.zeros((len(leads), SENTENCES))
    for place, lead in enumerate(leads):
        vectors[place, : len(lead.vectors)] = lead.vectors
        lengths[place, : len(lead.lengths)] = lead.lengths
    return vectors, lengths


def aligned(
    left: Vectors, left_lengths: Floats, right: Vectors, right_lengths: Floats
) -> npt.NDArray[np.float64]:
    """Score of the best order-keeping one-to-one alignment of the parts of two texts, for many pairs.

    Args:
        left, right: centred unit vectors, shape (pairs, n, dimensions) and (pairs, m, dimensions).
        left_lengths, right_lengths: shape (pairs, n) and (pairs, m), zero where there is no part. A pair of
            parts counts its cosine times the shorter length; the score is that sum by the mean length of both
            texts.
    """
    weights = np.minimum(left_lengths[:, :, None], right_lengths[:, None, :])
    gains = np.matmul(left, right.transpose(0, 2, 1)) * weights
    best = _best_in_order(gains)
    total = left_lengths.sum(axis=1) + right_lengths.sum(axis=1)
    scores: npt.NDArray[np.float64] = np.minimum(best * 2 / np.maximum(total, 1), 1.0)
    return scores.round(_DIGITS)


def _best_in_order(gains: Floats) -> Floats:
    """The most that parts paired in order can gain, shape (pairs,); `gains` has the shape (pairs, n, m)."""
    pairs, rows, columns = gains.shape
    best = np.zeros((columns + 1, pairs))
    for row in range(rows):
        above, best = best, np.zeros_like(best)
        for column in range(columns):
            longer = np.maximum(above[column + 1], best[column])
            best[column + 1] = np.maximum(longer, above[column] + gains[:, row, column])
    return np.asarray(best[-1])
