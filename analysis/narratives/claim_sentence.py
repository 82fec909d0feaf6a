"""The sentence that states what a narrative claims: the one nearest to its centre among those that most of its
members bear out. Pure; vectors are given.

    members -> the most central of a language -> their sentences -> borne out by most members?
            -> the nearest to the centre -> what names the narrative

A member bears a sentence out when the sentence is as near to it as its fellow members usually are: the bar
belongs to each member, so that neither the model nor the length of the texts sets it.

Languages are tried in the reader's order. A stray in the reader's language states nothing for others: few
members bear it out, and the next language is asked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Matrix, unit
from analysis.text.passages import measure
from analysis.text.sentences import sentences
from storage.records import PassageRow

ENGLISH = "en"
"""What is shown where a reader's languages are not told: settings name it as the default too."""
TELLERS = 8
"""Members of a language whose sentences are looked at, the most central first: decides speed; chosen, not
measured.
"""
MEMBERS = 256
"""Members that are asked, every n-th of more: decides speed only, a share of 256 is known to 0.03."""
MOST = 0.5
"""Share of the members that bear a sentence out which may name a narrative: most of them, by definition."""
HELD = 0.25
"""Share from which a label that was given stays: half of what it takes to be given. Names that change every
week help nobody.
"""
SHORTEST, LONGEST = 3.0, 32.0
"""Words of a sentence that can state a claim and be read in a line. Chosen, not measured."""
LONGEST_LABEL = 240
"""Characters: a label stands in subjects of mails and lines of tables."""
SIXTHS = 6  # of a word, by definition: what `measure` counts
_ASKS = frozenset("?\uff1f\u061f\u037e\u055e\u1367")
_CLOSING = "\"'»”’›)]」』） "


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a member."""

    text: str
    language: str
    passage_id: str


@dataclass(frozen=True, slots=True)
class Stated:
    """A sentence with how far the members bear it out."""

    said: Said
    share: float
    """Of the members that bear it out."""


Embed = Callable[[Sequence[Said]], Matrix]
"""Sentences -> their centred unit vectors, row i for the i-th."""


@dataclass(frozen=True, slots=True)
class Members:
    """What is asked whether it bears a sentence out."""

    vectors: Matrix
    usual: Floats
    """The median cosine of each member to the others, shape (n,)."""
    centre: Floats

    @staticmethod
    def of(vectors: Matrix) -> Members:
        """Of distinct member texts, shape (n, dimensions), n >= 1; every n-th of many."""
        asked = vectors[:: math.ceil(len(vectors) / MEMBERS)]
        return Members(asked, _usual(asked), unit(vectors.sum(axis=0)[None])[0])

    def shares(self, rows: Matrix) -> Floats:
        """Share of the members that bear each row out, shape (len(rows),)."""
        cosines = np.round(self.vectors @ rows.T, 6)
        return np.asarray((cosines >= self.usual[:, None]).mean(axis=0), np.float64)


def _usual(rows: Matrix) -> Floats:
    """The median cosine of each row to the others; of a single one its cosine to itself, which nothing else
    reaches.
    """
    cosines = np.round(rows @ rows.T, 6)
    if len(rows) > 1:
        np.fill_diagonal(cosines, np.nan)
    return np.asarray(np.nanmedian(cosines, axis=1), np.float64)


def stated(
    rows: Sequence[PassageRow],
    order: Sequence[int],
    vectors: Matrix,
    *,
    readers: Sequence[str],
    embed: Embed,
) -> Stated | None:
    """The sentence that states what the members claim; None where no sentence of theirs is borne out.

    Args:
        rows: members, each text once; row i has `vectors[i]`.
        order: places of `rows`, the most central first.
        readers: languages, the most wanted first.
        embed: asked for few sentences at a time, and only as long as none was found.
    """
    members = Members.of(vectors)
    for language in languages_in_order([row.language for row in rows], readers):
        said = list(_sentences_in(rows, order, language))
        found = _best(said, members, embed(said)) if said else None
        if found is not None:
            return found
    return None


def share_of(vectors: Matrix, sentence: Floats) -> float:
    """Share of members, shape (n, dimensions), that bear one sentence out."""
    return float(Members.of(vectors).shares(sentence[None])[0])


def _best(said: Sequence[Said], members: Members, rows: Matrix) -> Stated | None:
    """The sentence nearest to the centre of those that most members bear out; of equals the first."""
    shares, near = members.shares(rows), np.round(rows @ members.centre, 6)
    borne_out = np.flatnonzero(shares >= MOST)
    if not len(borne_out):
        return None
    best = int(borne_out[np.argmax(near[borne_out])])
    return Stated(said[best], float(shares[best]))


def languages_in_order(languages: Sequence[str], readers: Sequence[str]) -> list[str]:
    """The languages of members: those that a reader reads, then English, then the most frequent; of equals
    the first by name.
    """
    counts = Counter(languages)
    wanted = [language for language in dict.fromkeys((*readers, ENGLISH)) if language in counts]
    rest = sorted(counts.keys() - set(wanted), key=lambda language: (-counts[language], language))
    return [*wanted, *rest]


def _sentences_in(rows: Sequence[PassageRow], order: Sequence[int], language: str) -> Iterator[Said]:
    """Sentences of the most central members in a language that can state something."""
    tellers = [rows[place] for place in order if rows[place].language == language][:TELLERS]
    for row in tellers:
        for found in sentences(row.text):
            text = " ".join(row.text[found.start : found.end].split())
            if can_state(text):
                yield Said(text, row.language, row.passage_id)


def can_state(text: str) -> bool:
    """Whether a sentence has the length of a statement and asks nothing."""
    words = measure(text) / SIXTHS
    asks = text.rstrip(_CLOSING)[-1:] in _ASKS
    return SHORTEST <= words <= LONGEST and len(text) <= LONGEST_LABEL and not asks
