"""Where a text names what: candidates of the automaton, each held against the word it stands in.

    Latin, Cyrillic, Greek   a whole word, which may go on by the letters that its form allows
    Arabic, Hebrew           a whole word, after the particles that are written with it
    Armenian, Georgian       begins a word
    Ethiopic, Korean, India  begins a word, or stands after one glued letter; particles may follow
    Chinese, Japanese, Thai  anywhere

Of what overlaps the first and longest counts, so that "South Sudan" is not Sudan and "Indian Ocean" nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from analysis.places.gazetteer import Entry, Gazetteer, folded
from analysis.watch.capitals import proves_name
from storage.text import is_unspaced

ARABIC_BEFORE: Final = re.compile("[وف]?(?:[بكل]?(?:ال)?|لل)")
HEBREW_BEFORE: Final = re.compile("[והבלמשכ]{0,3}")
GLUED_BEFORE: Final = 2
"""Letters that Ethiopic puts before a name at most. Chosen, not measured."""
GLUED_AFTER: Final = 9
"""Signs that Korean (in parts of syllables) and languages of India put after a name at most. Chosen, not
measured."""


@dataclass(frozen=True, slots=True)
class Match:
    """A form in a text, whole words of it."""

    start: int
    end: int
    entry: Entry
    proved: bool
    """Its capital can only be a name's; true where the script has none."""

    @property
    def name(self) -> str:
        """The id of what it names."""
        return self.entry.form.name


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text made ready to be looked through."""

    bare: str
    low: str

    @classmethod
    def of(cls, text: str) -> FoldedText:
        """The text without accents."""
        return cls(*folded(text))


def matches_of(text: FoldedText, languages: frozenset[str] | None, names: Gazetteer) -> list[Match]:
    """What a text names, in its order, nothing twice at one place."""
    found = sorted(_candidates(text, languages, names), key=lambda match: (match.start, -match.end))
    kept: list[Match] = []
    reached = 0
    for match in found:
        if match.start >= reached:
            kept.append(match)
            reached = match.end
        elif kept[-1].start == match.start and kept[-1].end == match.end and _goes_first(match, kept[-1]):
            kept[-1] = match
    return kept


def _goes_first(match: Match, other: Match) -> bool:
    """Of two readings of one word: a phrase, then what is not weak, then names of countries."""
    return _rank(match) < _rank(other)


def _rank(match: Match) -> tuple[int, bool, int]:
    return "PNRAXC".index(match.entry.form.kind), match.entry.form.weak, match.entry.form.goes_on


def _candidates(text: FoldedText, languages: frozenset[str] | None, names: Gazetteer) -> Iterator[Match]:
    for last, entries in names.automaton.iter(text.low):
        for entry in entries:
            if not entry.speaks(languages) or not _has_its_capitals(
                text, last + 1 - entry.length, last + 1, entry
            ):
                continue
            match = _whole(text, last + 1 - entry.length, last + 1, entry)
            if match is not None:
                yield match


def _has_its_capitals(text: FoldedText, start: int, end: int, entry: Entry) -> bool:
    if entry.abbreviation:
        return text.bare[start:end].isupper()
    return not entry.needs_capital or text.bare[start].isupper()


def _whole(text: FoldedText, start: int, end: int, entry: Entry) -> Match | None:
    """The match as whole words, or None: the key only stands inside others."""
    if entry.continues is not None:
        rest = entry.continues.match(text.low, end)
        if rest is None:
            return None
        end = rest.end()
    elif not is_unspaced(text.low[end - 1]):
        goes_on = _rest_of_word(text.low, end)
        if not _may_go_on(text.low, start, end, goes_on, entry):
            return None
        end += len(goes_on)
    if not _may_begin(text.low, start):
        return None
    proved = not entry.needs_capital or proves_name(text.bare, start, end, short=entry.abbreviation)
    return Match(start, end, entry, proved)


def _may_begin(low: str, start: int) -> bool:
    """Whether a word begins here, but for what its script writes before names."""
    first = low[start]
    if is_unspaced(first):
        return True
    before = _word_before(low, start)
    if not before:
        return True
    if "\u0600" <= first <= "\u06ff":
        return ARABIC_BEFORE.fullmatch(before) is not None
    if "\u05d0" <= first <= "\u05ea":
        return HEBREW_BEFORE.fullmatch(before) is not None
    return "\u1200" <= first <= "\u139f" and len(before) <= GLUED_BEFORE


def _may_go_on(low: str, start: int, end: int, rest: str, entry: Entry) -> bool:
    """Whether the form may go on by this."""
    if not rest or len(rest) <= entry.form.goes_on:
        return True
    first = low[start]
    if first < "\u0370":
        return rest == "s" and entry.length > 3
    if "\u0900" <= first <= "\u0dff" or "\u1100" <= first <= "\u11ff" or "\u1200" <= first <= "\u139f":
        return len(rest) <= GLUED_AFTER and entry.length > 3
    return "\u0530" <= first <= "\u058f" or "\u10a0" <= first <= "\u10ff"


def _rest_of_word(low: str, end: int) -> str:
    stop = end
    while stop < len(low) and _in_word(low[stop]):
        stop += 1
    return low[end:stop]


def _word_before(low: str, start: int) -> str:
    begin = start
    while begin > 0 and _in_word(low[begin - 1]):
        begin -= 1
    return low[begin:start]


def _in_word(sign: str) -> bool:
    """Letters, digits and the vowel signs of India; scripts without spaces end words of others."""
    if sign.isalnum() or sign == "_":
        return not is_unspaced(sign)
    return sign > "\u0900" and unicodedata.category(sign).startswith("M")
