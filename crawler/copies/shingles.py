"""A text as sets of overlapping character runs (shingles; Broder 1997): short runs to compare, long ones to
be found by.

Two texts are compared by all their runs of 5 characters, 3 in scripts without spaces. Measured on synthetic
edits of news in four languages, these keep reprints (containment 0.95 to 1.0 with 10 % of the words dropped
or a byline added) and unrelated texts (Jaccard at most 0.13) furthest apart.

They are found by a sketch of longer runs, which unrelated texts rarely share. Of a long text it holds the
runs whose hash is a multiple of `SAMPLE` (Manber 1994; Broder 1997, mod-p sketch), of a short one all: unlike
a MinHash signature this keeps containment visible however long the other text is, so that a paragraph is
found in a long article.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from storage.text import for_comparing, mostly_unspaced

Shingles = npt.NDArray[np.uint64]
"""Sorted, each value once."""
Values = npt.NDArray[np.uint32]
"""Sorted, each value once."""

SPACED_RUN, UNSPACED_RUN = 5, 3
SPACED_SKETCH_RUN, UNSPACED_SKETCH_RUN = 16, 6
SAMPLE: Final = 16
"""A power of two, so that whether a run is sampled can be read from a part of its hash. All lengths are
chosen, not measured finer: `python -m tests.benchmarks.copies` tells what they find."""
WHOLE_SKETCH: Final = 512
"""Texts of at most so many long runs keep all of them ... Decides memory: a longer text is found as well by
a sample of its runs (`python -m tests.benchmarks.copies`)."""
LEAST_SAMPLE: Final = 8
"""... and so do those of which no more than this would be sampled: a line printed over and over. Chosen,
not measured."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""The golden ratio's 64 bits: multiplicative hashing, by definition."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a text is found by."""

    values: Values
    is_whole: bool
    """All long runs of the text, not only the sampled ones."""


def shingles(text: str) -> Shingles:
    """Hashes of all short runs; a text shorter than a run is one shingle, an empty one none."""
    folded = for_comparing(text)
    return np.unique(_runs(folded, UNSPACED_RUN if mostly_unspaced(folded) else SPACED_RUN))


def sketch_of(text: str) -> Sketch:
    """The long runs that stand for a text."""
    folded = for_comparing(text)
    run = UNSPACED_SKETCH_RUN if mostly_unspaced(folded) else SPACED_SKETCH_RUN
    values = _runs(folded, run).astype(np.uint32)
    sample = np.unique(values[is_sampled(values)])
    is_whole = len(values) <= WHOLE_SKETCH or len(sample) < LEAST_SAMPLE
    return Sketch(np.unique(values) if is_whole else sample, is_whole)


def is_sampled(values: Values) -> npt.NDArray[np.bool_]:
    """Which values a long text keeps."""
    chosen: npt.NDArray[np.bool_] = values % np.uint32(SAMPLE) == 0
    return chosen


def overlap(left: Shingles, right: Shingles) -> tuple[float, float]:
    """(containment in the shorter, Jaccard), each 0 to 1."""
    if not len(left) or not len(right):
        return 0.0, 0.0
    shared = len(np.intersect1d(left, right, assume_unique=True))
    return shared / min(len(left), len(right)), shared / (len(left) + len(right) - shared)


def _runs(folded: str, run: int) -> Shingles:
    """Hashes of the runs, in their order."""
    codes = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    run = min(run, len(codes))
    return _mixed(_polynomials(codes, run))


def _polynomials(codes: Shingles, run: int) -> Shingles:
    """Of each run, the sum of its code points times powers of `_FACTOR`; from those of half the length."""
    if run < 2:
        return codes
    half = _polynomials(codes, run // 2)
    power = np.uint64(pow(int(_FACTOR), run // 2, 2**64))
    whole = half[: -(run // 2)] * power + half[run // 2 :]
    return whole if run % 2 == 0 else whole[:-1] * _FACTOR + codes[run - 1 :]


def _mixed(values: Shingles) -> Shingles:
    """A bijection that spreads close values (the finaliser of SplitMix64; Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
