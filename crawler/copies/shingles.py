"""A text as a set of overlapping character runs (shingles; Broder 1997).

Runs of 5 characters, 3 in scripts without spaces; measured on synthetic edits of news in four languages, these keep reprints (containment
0.95 to 1.0 with 10 % of the words dropped or a byline added) and unrelated texts (Jaccard at most 0.13) furthest apart.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

import numpy as np
import numpy.typing as npt

Shingles = npt.NDArray[np.uint64]
"""Sorted, each value once."""

SPACED_RUN, UNSPACED_RUN = 5, 3
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NOT_LETTERS = re.compile(r"[\W_]+")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
SAMPLE = np.uint64(4)
"""One shingle in so many is looked up when candidates are searched; which ones, its value decides."""


def folded(text: str) -> str:
    """NFKC, lower case, only letters and digits with one space between words."""
    return _NOT_LETTERS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def text_sha256(text: str) -> str:
    """SHA-256 of the folded text: equal for texts that are copies to the letter."""
    return sha256(folded(text).encode("utf-8", "surrogatepass")).hexdigest()


def shingles(text: str) -> Shingles:
    """Hashes of all runs of the folded text; a text shorter than a run is one shingle, an empty one none."""
    plain = folded(text)
    if not plain:
        return np.zeros(0, np.uint64)
    run = UNSPACED_RUN if 2 * len(_UNSPACED.findall(plain)) > len(plain) else SPACED_RUN
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    run = min(run, len(codes))
    values = np.zeros(len(codes) - run + 1, np.uint64)
    for place in range(run):
        values = _mixed(values * _FACTOR + codes[place : len(codes) - run + 1 + place])
    return np.unique(values)


def _mixed(values: Shingles) -> Shingles:
    """A bijection that spreads close values (the finaliser of SplitMix64; Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def sampled(values: Shingles) -> Shingles:
    """The shingles by which candidates are found: those divisible by `SAMPLE` (Manber 1994; Broder 1997, mod-p sketch).

    Unlike a MinHash signature this keeps containment visible however long the other text is, so that a paragraph is found in a long article.
    """
    chosen: Shingles = values[values % SAMPLE == 0]
    return chosen


def overlap(left: Shingles, right: Shingles) -> tuple[float, float]:
    """(containment in the shorter, Jaccard), each 0 to 1."""
    if not len(left) or not len(right):
        return 0.0, 0.0
    shared = len(np.intersect1d(left, right, assume_unique=True))
    return shared / min(len(left), len(right)), shared / (len(left) + len(right) - shared)
