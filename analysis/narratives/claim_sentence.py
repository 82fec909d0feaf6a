"""The sentence that states what a narrative claims: the nearest to its centre, and the most assertive, of
those that most of its members bear out. Pure; vectors are given.

    members -> the most central of a language -> headlines and leads -> borne out by most members?
            -> near the centre, and reads like a claim -> what names the narrative
    none borne out -> their other sentences, the same way

A member bears a sentence out when the sentence is as near to it as its fellow members usually are: the bar
belongs to each member, so that neither the model nor the length of the texts sets it.

Headlines and leads come first because they stand by themselves: what follows them says "he" and "meanwhile".
A question states nothing, nor does half a quotation. Under a rubric that an outlet sets over many articles
("Commentary: ...") a headline is asked with the other sentences.

Languages are tried in the reader's order. A stray in the reader's language states nothing for others: few
members bear it out, and the next language is asked.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Matrix, unit
from analysis.text.attribution import asks, said_in, without_dateline
from analysis.text.passages import measure
from analysis.text.sentences import sentences
from storage.records import PassageRow

COMMON = ("en", "fr")
"""Languages that are looked for where a narrative is told in none of the reader's: what analysts of many
countries read. Chosen, not measured."""
TELLERS = 12
"""Members of a language whose sentences are looked at, the most central first: decides speed; chosen, not
measured.
"""
MEMBERS = 256
"""Members that are asked, every n-th of more: decides speed only, a share of 256 is known to 0.03."""
MOST = 0.5
"""Share of the members that bear a sentence out which may name a narrative: most of them, by definition."""
READERS = 1 / 3
"""The same for a language that the reader reads. Chosen, not measured; a stray is borne out by a tenth."""
HELD = 0.25
"""Share from which a label that was given stays: half of what it takes to be given. Names that change every
week help nobody. Measured on ten weeks of real headlines, 606 narratives seen by two refits: 2.0 % renamed
at a refit, 18.2 % when the label was the headline of a near member.
"""
SHORTEST, LONGEST = 3.0, 40.0
"""Words of a sentence that can state a claim and be read in a line. Chosen, not measured."""
LONGEST_LABEL = 240
"""Characters: a label stands in subjects of mails and lines of tables. Chosen, not measured."""
ASSERTS = 0.04
"""What one spread of the head's score counts beside the cosine to the centre, where a head is known. Chosen,
not measured, on the eight claims of the sample world: with 0 two labels there report where they should state,
from 0.06 on what asserts most is preferred to what is nearest.
"""
SHORT = 10.0
"""Words up to which a sentence costs nothing: a headline. Chosen, not measured."""
A_WORD = 0.004
"""What each further word costs beside the cosine: measured with `READERS`."""
LATER = 0.05
"""What it costs that a sentence does not stand by itself, beside the cosine. Chosen, not measured."""
AT_A_GLANCE = 20.0
"""Words from which on a shorter sentence is looked for further down in the texts. Chosen, not measured."""
SIXTHS = 6  # of a word, by definition: what `measure` counts
_QUOTES = (("«", "»"), ("“", "”"), ("「", "」"), ("(", ")"))
_RUBRIC = re.compile(r"^([^:|]{2,40})[:|]\s")


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


@dataclass(frozen=True, slots=True)
class Rated:
    """A sentence with how well it names the members."""

    stated: Stated
    score: float


Read = Callable[[Sequence[Said]], tuple[Matrix, Floats]]
"""Sentences -> their centred unit vectors, row i for the i-th, and how much each reads like a claim."""


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
    standing: Collection[tuple[str, str]] = frozenset(),
    read: Read,
) -> Stated | None:
    """The sentence that states what the members claim; None where no sentence of theirs is borne out.

    Args:
        rows: members, each text once; row i has `vectors[i]`.
        order: places of `rows`, the most central first.
        readers: languages, the most wanted first.
        standing: (outlet, title or rubric) of what stands over many articles (`labels.standing_titles`).
        read: asked for few sentences at a time, and only as long as none was found.
    """
    members = Members.of(vectors)
    central = [rows[place] for place in order]
    wanted = wanted_languages(readers)
    for language in languages_in_order([row.language for row in rows], readers):
        tellers = _tellers(central, language)
        found = _best_of(tellers, members, standing, READERS if language in wanted else MOST, read)
        if found is not None:
            return found
    return None


def _best_of(
    tellers: Sequence[PassageRow],
    members: Members,
    standing: Collection[tuple[str, str]],
    least: float,
    read: Read,
) -> Stated | None:
    """The best of a language: of what stands by itself if that can be read at a glance, else of all."""
    best: Rated | None = None
    for cost, said in zip((0.0, LATER), _by_rank(tellers, standing), strict=True):
        found = _rated(said, members, *read(said), least=least, cost=cost) if said else None
        best = max(filter(None, (best, found)), key=lambda item: item.score, default=None)
        if best is not None and _words(best.stated.said.text) <= AT_A_GLANCE:
            break
    return best.stated if best else None


def _tellers(central: Sequence[PassageRow], language: str) -> list[PassageRow]:
    """The most central members in a language."""
    return [row for row in central if row.language == language][:TELLERS]


def _by_rank(tellers: Sequence[PassageRow], standing: Collection[tuple[str, str]]) -> Iterator[list[Said]]:
    """What stands by itself, headlines and leads; then what follows, and what stands under a rubric."""
    first: dict[str, Said] = {}
    later: dict[str, Said] = {}
    for row in tellers:
        for text, stands in _said_in(row, standing):
            (first if stands else later).setdefault(text, Said(text, row.language, row.passage_id))
    yield list(first.values())
    yield [later[text] for text in later if text not in first]


def _said_in(row: PassageRow, standing: Collection[tuple[str, str]]) -> Iterator[tuple[str, bool]]:
    """The headline and the sentences of a passage, each with whether it stands by itself."""
    title = in_line(row.title)
    if (row.source_id, title) not in standing:
        yield from _readings(title, row.language, (row.source_id, rubric_of(title)) not in standing)
    for number, text in enumerate(_sentences_of(row)):
        yield from _readings(text, row.language, number == 0 and row.ordinal == 0)


def _readings(text: str, language: str, stands: bool) -> Iterator[tuple[str, bool]]:
    """A sentence, and what it says that somebody says, as far as they can state a claim."""
    return ((found, stands) for found in (text, *said_in(text, language)) if can_state(found))


def _sentences_of(row: PassageRow) -> list[str]:
    """The sentences of a passage, each on one line, without the dateline of a wire."""
    text = without_dateline(row.text)
    return [in_line(text[item.start : item.end]) for item in sentences(text)]


def in_line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def rubric_of(title: str) -> str:
    """What a title sets before a colon or a bar; empty where there is none."""
    found = _RUBRIC.match(title)
    return found.group(1).strip() if found else ""


def share_of(vectors: Matrix, sentence: Floats) -> float:
    """Share of members, shape (n, dimensions), that bear one sentence out."""
    return float(Members.of(vectors).shares(sentence[None])[0])


def _rated(
    said: Sequence[Said], members: Members, rows: Matrix, asserts: Floats, *, least: float, cost: float
) -> Rated | None:
    """The nearest to the centre, most assertive and shortest of the sentences that so large a share of the
    members bear out; of equals the first.
    """
    shares = members.shares(rows)
    longer = np.array([max(0.0, _words(item.text) - SHORT) for item in said])
    scores = np.round(rows @ members.centre + ASSERTS * asserts - A_WORD * longer - cost, 6)
    borne_out = np.flatnonzero(shares >= least)
    if not len(borne_out):
        return None
    best = int(borne_out[np.argmax(scores[borne_out])])
    return Rated(Stated(said[best], float(shares[best])), float(scores[best]))


def _words(text: str) -> float:
    return measure(text) / SIXTHS


def wanted_languages(readers: Sequence[str]) -> tuple[str, ...]:
    """The languages that are looked for first: the reader's, then those that most analysts read."""
    return tuple(dict.fromkeys((*readers, *COMMON)))


def languages_in_order(languages: Sequence[str], readers: Sequence[str]) -> list[str]:
    """The languages of members: those that a reader reads, then English and French, then the most frequent;
    of equals the first by name.
    """
    counts = Counter(languages)
    wanted = [language for language in wanted_languages(readers) if language in counts]
    rest = sorted(counts.keys() - set(wanted), key=lambda language: (-counts[language], language))
    return [*wanted, *rest]


def can_state(text: str) -> bool:
    """Whether a sentence has the length of a statement, asks nothing, and holds its quotations whole."""
    words = _words(text)
    return SHORTEST <= words <= LONGEST and len(text) <= LONGEST_LABEL and not asks(text) and _is_whole(text)


def _is_whole(text: str) -> bool:
    """Whether every quotation and bracket that is opened is closed."""
    closed = all(text.count(first) == text.count(last) for first, last in _QUOTES)
    # German opens with „ and closes with “, which opens elsewhere.
    return text.count('"') % 2 == 0 and (closed or "„" in text)
