"""The head: how much a passage reads like a claim, as a number. A dot product with its vector.

    raw vector - reference mean of its language -> length 1 -> weights . vector -> standardised

Means of a workspace will not do here: whatever a collection consists of, its centred vectors have the mean
zero, so that a collection without any claim would show its least newsy part as claims. The means of reference
ship with the weights and belong to news in general, so that a text's score is the same in every workspace.

The number is standardised for texts of the same length: 0 is the mean and 1 the spread of ordinary headlines,
sentences or passages. A short text says one thing and a passage several, so that a headline of plain news
scores as high as a passage that asserts: without this 77 % of real headlines stood in claims, with it 29 %.
`python -m analysis.kinds.train` makes the file; what it was made of stands in NOTICE.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from typing import IO

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Vectors
from analysis.embedding.centring import centre
from analysis.embedding.means import has_priors
from analysis.text.passages import measure
from storage.records import MeanTable

RIDGE = 0.45
"""How strongly weights are drawn to the shipped ones when an analyst disagrees: about the squared length of a
narrative's mean vector (measured: 0.39 to 0.64 in the sample world), so that one decision brings a narrative
of that very direction half of the way to where it was said to belong.
"""
SIXTHS = 6  # of a word, by definition: what `analysis.text.passages.measure` counts
_UNKNOWN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What ordinary texts of some lengths score before it is standardised; in between, a straight line."""

    lengths: Floats
    """Words, rising, shape (k,)."""
    places: Floats
    spreads: Floats

    def place(self, words: npt.ArrayLike) -> Floats:
        """Mean of ordinary texts of these lengths."""
        return np.asarray(np.interp(np.asarray(words), self.lengths, self.places), np.float64)

    def spread(self, words: npt.ArrayLike) -> Floats:
        """Standard deviation of ordinary texts of these lengths."""
        return np.asarray(np.interp(np.asarray(words), self.lengths, self.spreads), np.float64)


@dataclass(frozen=True, slots=True)
class Head:
    """Weights with what they are applied to."""

    weights: Floats
    """Shape (dimensions,)."""
    ordinary: Ordinary
    means: MeanTable
    """Of reference: what is subtracted from a raw vector, by language."""
    version: str
    """Names the weights: of the shipped file, and how many decisions moved them."""

    def centred(self, raw: Vectors, languages: Sequence[str]) -> Vectors:
        """Raw vectors less the means of reference, at length 1; same shape."""
        return centre(raw, languages, self.means)

    def score(self, centred: npt.ArrayLike, words: npt.ArrayLike) -> Floats:
        """How much each row reads like a claim, shape (n,).

        Args:
            centred: rows as by `centred`.
            words: length of each row's text (`words_of`).
        """
        raw = np.asarray(centred, np.float64) @ self.weights
        return np.asarray((raw - self.ordinary.place(words)) / self.ordinary.spread(words), np.float64)

    def taught(self, rows: npt.ArrayLike, words: npt.ArrayLike, targets: npt.ArrayLike) -> Head:
        """Weights that answer for these rows as an analyst did, and else stay as near to these as they can.

        A ridge regression towards the present weights: the least change of them that brings the scores of
        the rows, shape (n, dimensions), near to `targets`, shape (n,).
        """
        x, y = np.asarray(rows, np.float64), np.asarray(targets, np.float64)
        if not len(x):
            return self
        away = (y - self.score(x, words)) * self.ordinary.spread(words)
        change = x.T @ np.linalg.solve(x @ x.T + RIDGE * np.eye(len(x)), away)
        return replace(self, weights=self.weights + change, version=f"{self.version}+{len(x)}")


def words_of(texts: Sequence[str]) -> Floats:
    """Length of each text in words, as passages are measured."""
    return np.array([measure(text) / SIXTHS for text in texts], np.float64)


def text_scores(scores: Floats, texts: Sequence[Hashable]) -> Floats:
    """The mean score of each text, in the order in which texts first appear.

    Args:
        scores: of passages, shape (n,).
        texts: the text that each passage belongs to.
    """
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    belongs = np.array([places[text] for text in texts], np.int64)
    sums = np.bincount(belongs, scores, minlength=len(places))
    return np.asarray(sums / np.bincount(belongs, minlength=len(places)), np.float64)


@functools.cache
def shipped() -> Head:
    """The head that ships, for vectors of `multilingual-e5-small`."""
    with resources.files("analysis").joinpath("data/claim_head.npz").open("rb") as file:
        return read(file)


def head_for(build: str) -> Head | None:
    """The head for vectors of a build; None for another model than it was trained with."""
    return shipped() if has_priors(build) else None


def read(file: IO[bytes]) -> Head:
    """A head as `python -m analysis.kinds.train` wrote it."""
    with np.load(file) as kept:
        means = dict(zip(kept["tags"].tolist(), kept["means"].astype(np.float32), strict=True))
        table = MeanTable(version=0, build="", made_at=_UNKNOWN, means=means, counts={})
        weights = kept["weights"].astype(np.float64)
        found = (kept[name].astype(np.float64) for name in ("lengths", "places", "spreads"))
        return Head(weights, Ordinary(*found), table, str(kept["version"]))
