"""Single sentences seen from statements: a claim is one sentence, and a passage of a hundred words dilutes
it.

    crowding(x) = mean cosine of x to the nearest hundredth of a cohort of ordinary sentences
    c(q, x)     = cos(q, x) - crowding(x)           a sentence that is near to everything is near to nothing
    z(q, x)     = (c - place) / spread              place and spread per statement and language
    limit(l)    = what one ordinary passage in 10,000 of language l reaches with its best sentence

Local scaling is what bitext mining does against hubs (Artetxe and Schwenk 2019, CSLS and ratio margin); place
and spread are the Z-norm of speaker verification. Sentences of news as statements against passages in 13
languages (`python -m tests quality --only watch-ntrex`; recall at one false in 10,000, mean / worst
language): whole passages 0.34 / 0.14, sentences 0.68 / 0.47, and with crowding 0.88 / 0.73.

Pure: vectors in, decisions out. Sentences have means of their own: they are shorter than passages, and with
the means of passages 0.02 of the recall is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.arrays import Ints, Vectors
from analysis.embedding.languages import language_key
from analysis.watch.scores import Background, Floats, background_of, cosine

COHORT: Final = 2_000
"""Sentences that crowding is measured against; 500 to 4,000 make no difference above 0.02 of recall."""
CROWD_SHARE: Final = 0.01
"""Share of the cohort that is near: measured on NTREX, 0.5 to 2 % are equal within 0.01 of recall."""
ITSELF: Final = 0.999
"""Cosine from which a sentence is the same sentence. Chosen, not measured."""
PSEUDO_STATEMENTS: Final = 200
"""Sentences of the cohort that stand for statements where a limit is taken: a watchlist may have only one.
Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Tail:
    """How the z of ordinary texts goes on where too few are left to be counted.

    A share of `common` is measured in the collection itself; rarer ones would be the few texts that do say
    what a statement says. Beyond, z grows by a share for every further tenth. Both measured on passages of
    other stories (NTREX, 13 languages).
    """

    common: float
    per_decade: float

    def rarer(self, false_rate: float) -> float:
        """How much higher a limit is for so small a share of false texts than for `common`."""
        return float(1 + self.per_decade * max(0.0, np.log10(self.common / false_rate)))


OF_SENTENCES: Final = Tail(0.1, 0.49)
"""z less crowding of a passage's best sentence, measured on NTREX: by language 0.44 to 0.54 (Portuguese
0.61), to one in 1,000
0.48. Taken at one in 100 instead, the collection's own translations would raise the limit by 0.10."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Ordinary sentences of one language: centred unit vectors, and which passage each is from."""

    vectors: Vectors
    passages: Ints


class SentenceScale:
    """What is ordinary among a collection's sentences for some statements."""

    def __init__(self, statements: Vectors, ordinary: Mapping[str, Sentences], *, false_rate: float) -> None:
        """`statements`: centred unit vectors, shape (statements, dimensions); `ordinary` by language."""
        self._statements = statements
        self._false_rate = false_rate
        self._cohort = _cohort(ordinary)
        pseudo = self._cohort[:: max(1, len(self._cohort) // PSEUDO_STATEMENTS)]
        everything = np.concatenate([statements, pseudo])
        seen = {
            language: cosine(everything, part.vectors) - self.crowding(part.vectors)
            for language, part in ordinary.items()
        }
        self._background: Background = background_of(seen, rows=len(everything))
        self._common = {
            language_key(language): self._reached(values, ordinary[language], language)
            for language, values in seen.items()
        }

    def crowding(self, vectors: Vectors) -> Floats:
        """How near each sentence is to ordinary ones, shape (sentences,)."""
        near = max(1, round(CROWD_SHARE * len(self._cohort)))
        cosines = cosine(vectors, self._cohort)
        # Not to itself: a sentence of the sample would seem more crowded than one that comes new.
        cosines[cosines > ITSELF] = -1
        return np.asarray(np.partition(cosines, -near, axis=1)[:, -near:].mean(axis=1), np.float64)

    def z(self, vectors: Vectors, language: str) -> Floats:
        """z of every statement and sentence, shape (statements, sentences)."""
        seen = cosine(self._statements, vectors) - self.crowding(vectors)
        place, spread = self._background.scale(language)[: len(self._statements)].T
        return np.asarray((seen - place[:, None]) / spread[:, None], np.float64)

    def limit(self, language: str) -> float:
        """The z from which a sentence says what a statement says."""
        common = self._common.get(language_key(language), max(self._common.values(), default=np.inf))
        return common * OF_SENTENCES.rarer(self._false_rate)

    def _reached(self, values: Floats, part: Sentences, language: str) -> float:
        """The z that a common share of ordinary passages reaches with its best sentence."""
        place, spread = self._background.scale(language).T
        best = best_of((values - place[:, None]) / spread[:, None], part.passages)
        return float(np.quantile(best, 1 - OF_SENTENCES.common))


def best_of(values: Floats, passages: Ints) -> Floats:
    """The largest value of each passage, shape (rows, passages); `passages` numbers them from 0, none left
    out.
    """
    best = np.full((len(values), int(passages.max(initial=-1)) + 1), -np.inf)
    np.maximum.at(best.T, passages, values.T)
    return best


def _cohort(ordinary: Mapping[str, Sentences]) -> Vectors:
    """Equally many sentences of every language, evenly spaced in each."""
    parts: Sequence[Vectors] = [ordinary[language].vectors for language in sorted(ordinary)]
    each = max(1, COHORT // max(1, len(parts)))
    return np.concatenate([part[:: max(1, len(part) // each)][:each] for part in parts])
