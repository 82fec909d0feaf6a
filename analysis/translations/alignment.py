"""Whether two texts in different languages are probably one text, translated. Pure: records and numbers in, numbers out.

Vectors of whole texts find candidates; they cannot tell a translation from another report on the same thing. The order of the sentences can:
a translation follows its original sentence by sentence. So the first sentences of both are aligned in order, and the score is the mean
centred cosine of the aligned pairs, weighed by length; what has no counterpart counts zero. Figures in the text decide the middle ground.

Measured (pairs of languages; recall pair by pair / after groups are joined; false pairs), sure score 0.43:
NTREX, 63 stories in 14 languages, whole (351 words) 0.87 / 0.99, 0 of 355,446; their first three sentences (85 words) 0.86 / 0.99, 0 of 355,446;
the sample world (100 words), 8 translated items among 568 texts that tell the same 8 narratives in their own words 0.91 / 1.00, 0 of 166,280.
With no true partner present (languages split, disjoint stories; 441 texts) 0 and 1 false pairs of 48,608. The rule it replaces (share of
passages with a mutual best match at cosine 0.5) has 0.92 on long texts with 0.039 false on the hardest other story, and cannot be used on
texts of one or two passages. The thresholds were chosen on these sets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analysis.arrays import Vectors
from storage.records import Vector

SENTENCES = 12
"""Sentences of a text that are aligned: the lead carries the story, and agencies' clients cut the end."""
CANDIDATE_COSINE = 0.25
"""Of whole texts; unrelated texts lie at 0.0, 99 of 100 below this, translations of short news at 0.27 (5 % quantile) and above."""
MARGIN = 0.08
"""A pair may be this much worse than the best that either text has in the other's language."""
SUPPORTED_SCORE = 0.27
"""Score that is enough where the figures of both texts agree."""
AGREEMENT = 0.75
"""Share of all figures of two texts that both must have. Two reports on one disaster share the death toll, but hardly every figure."""
BLOCK = 512
SHORTEST = 0.5
"""Length of the shorter text relative to the longer."""

_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)|\d+(?:[.,'’٫٬]\d+)*")


@dataclass(frozen=True, slots=True)
class Text:
    """One text as the search for translations sees it."""

    text_id: str
    language: str
    at: datetime
    vector: Vector
    """Centred unit vector of the whole text."""
    length: int
    """In words or their like, any unit that is the same for all."""
    numbers: frozenset[str]


def numbers(text: str) -> frozenset[str]:
    """The figures of `text`, in whatever digits, as plain digits without separators: `2,840`, `2 840` and `٢٬٨٤٠` are one."""
    found = (
        "".join(str(unicodedata.digit(sign)) for sign in match[0] if sign.isdigit())
        for match in _NUMBER.finditer(text)
    )
    return frozenset(digits.lstrip("0") or "0" for digits in found)


def numbers_agree(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether most figures stand in both texts, and they say something: two of them, or one of two digits."""
    shared = left & right
    return len(shared) >= AGREEMENT * len(left | right) and (
        len(shared) > 1 or any(len(digits) > 1 for digits in shared)
    )


def numbers_differ(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether both texts have figures, at least two, and none in common."""
    return min(len(left), len(right)) > 1 and not left & right


def candidates(texts: Sequence[Text], asked: frozenset[str], *, window: timedelta) -> list[tuple[Text, Text]]:
    """Pairs worth a closer look, at least one of them in `asked`, sorted by id; the order of `texts` does not matter.

    Both were published within `window`, are of like length, and neither has a much better match in the other's language.
    """
    ordered = sorted(texts, key=lambda text: (text.at, text.text_id))
    pairs = _alike(ordered, window)
    best: dict[tuple[str, str], float] = {}
    for left, right, cosine in pairs:
        for one, other in ((left, right), (right, left)):
            key = (one.text_id, other.language)
            best[key] = max(cosine, best.get(key, 0.0))
    found = [
        (min(left, right, key=_by_id), max(left, right, key=_by_id))
        for left, right, cosine in pairs
        if cosine >= max(best[left.text_id, right.language], best[right.text_id, left.language]) - MARGIN
        and (left.text_id in asked or right.text_id in asked)
        and not numbers_differ(left.numbers, right.numbers)
    ]
    return sorted(found, key=lambda pair: (pair[0].text_id, pair[1].text_id))


def _by_id(text: Text) -> str:
    return text.text_id


def _alike(texts: Sequence[Text], window: timedelta) -> list[tuple[Text, Text, float]]:
    """All pairs of different languages that are close enough in meaning, time and length; `texts` are sorted by time.

    Works in blocks of rows against the columns that the window allows, so that months of history fit in memory.
    """
    found = []
    times = np.array([text.at.timestamp() for text in texts])
    languages = np.array([text.language for text in texts])
    lengths = np.array([text.length for text in texts], np.float32)
    for start in range(0, len(texts), BLOCK):
        stop = min(start + BLOCK, len(texts))
        rows = np.arange(start, stop)
        # Columns from the block on: each pair is met once, in the block of its earlier text.
        last = int(np.searchsorted(times, times[stop - 1] + window.total_seconds(), side="right"))
        columns = np.arange(start, last)
        cosines = (
            np.stack([text.vector for text in texts[start:stop]])
            @ np.stack([text.vector for text in texts[start:last]]).T
        )
        longest = np.maximum.outer(lengths[rows], lengths[columns])
        fits = (cosines >= CANDIDATE_COSINE) & (
            np.minimum.outer(lengths[rows], lengths[columns]) >= SHORTEST * longest
        )
        fits &= (languages[rows][:, None] != languages[columns]) & (rows[:, None] < columns)
        fits &= times[columns] - times[rows][:, None] <= window.total_seconds()
        for row, column in np.argwhere(fits).tolist():
            found.append((texts[start + row], texts[start + column], float(cosines[row, column])))
    return found


def alignment(
    left: Vectors, left_lengths: Sequence[int], right: Vectors, right_lengths: Sequence[int]
) -> float:
    """Score of the best order-keeping one-to-one alignment of two texts' sentences, at most 1.

    `left` and `right` hold centred unit vectors of sentences, shape (n, dimensions); a pair counts its cosine times the shorter sentence.
    """
    gains = (left @ right.T) * np.minimum.outer(
        np.asarray(left_lengths, np.float32), np.asarray(right_lengths, np.float32)
    )
    best = [0.0] * (len(right) + 1)
    for row in gains.tolist():
        above = best
        best = [0.0]
        for column, gain in enumerate(row):
            best.append(max(above[column + 1], best[column], above[column] + gain))
    return best[-1] * 2 / (sum(left_lengths) + sum(right_lengths))


def is_translation(score: float, left: Text, right: Text, *, sure_score: float) -> bool:
    """The decision on one pair of candidates with its alignment score; from `sure_score` on the figures need not agree."""
    return score >= sure_score or (score >= SUPPORTED_SCORE and numbers_agree(left.numbers, right.numbers))


def best_pairs(
    scores: Mapping[tuple[str, str], float], languages: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Of the accepted pairs, those that no better pair of either text in the same other language outdoes by the margin; sorted."""
    best: dict[tuple[str, str], float] = {}
    for (left, right), score in scores.items():
        for one, other in ((left, right), (right, left)):
            key = (one, languages[other])
            best[key] = max(score, best.get(key, 0.0))
    return sorted(
        pair
        for pair, score in scores.items()
        if score >= max(best[pair[0], languages[pair[1]]], best[pair[1], languages[pair[0]]]) - MARGIN
    )
