"""What stands beside a name: a club, an outlet, a person or a dateline makes it name no country."""

from __future__ import annotations

import re
from typing import Final

from analysis.places.gazetteer import Gazetteer
from analysis.places.matching import FoldedText, Match
from analysis.watch.capitals import is_headline_at, proves_name

_BEFORE: Final = re.compile(r"(?:([\w'.-]+)\s+)?([\w'.-]+)\s+$")
_AFTER: Final = re.compile(r"\s+([\w'-]+)")
_DATELINE: Final = re.compile(
    r"[^\n.!?—–]{0,40}?(?:\([^)\n]{2,30}\)\s*)?[—–-]\s|[^\n.!?]{0,24}?(?:日电|日消息|电（|电\()"
)
LOOK_BACK: Final = 40
"""Signs read before a name. Decides cost only."""
DATELINE_WITHIN: Final = 30
"""Signs of the text before which a dateline's town stands. Chosen, not measured."""


def is_named(text: FoldedText, match: Match, names: Gazetteer) -> bool:
    """Whether the match names a place, and no club, outlet, person or dateline."""
    if match.entry.form.kind == "X":
        return True
    before, after = words_beside(text, match)
    if before[-1:] and before[-1] in names.club_before:
        return False
    if after in names.club_after and match.entry.form.kind == "C":
        return False
    return not _is_person(text, match, before, after, names) and not _is_dateline(text, match)


def is_placed(text: FoldedText, match: Match, names: Gazetteer) -> bool:
    """Whether a word of place stands before it ("in Jordan")."""
    return any(word.lower() in names.place_before for word in words_beside(text, match)[0][-1:])


def words_beside(text: FoldedText, match: Match) -> tuple[tuple[str, ...], str]:
    """Up to two words before a match, and the one after it, as written but for accents."""
    found = _BEFORE.search(text.bare[max(0, match.start - LOOK_BACK) : match.start])
    before = (
        tuple(word.casefold() if not word[0].isupper() else word for word in found.groups() if word)
        if found
        else ()
    )
    after = _AFTER.match(text.bare, match.end)
    return before, after[1] if after else ""


def _is_person(text: FoldedText, match: Match, before: tuple[str, ...], after: str, names: Gazetteer) -> bool:
    """Whether another word with a capital stands beside a name that persons bear."""
    written = text.low[match.start : match.end]
    is_town = match.entry.form.kind == "C"
    if not is_town and written not in names.personal_low:
        return False
    if not match.entry.needs_capital or is_headline_at(text.bare, match.start, match.end):
        return False
    has_surname = after[:1].isupper() and not is_town
    return has_surname or (match.proved and _follows_first_name(text, match, before))


def _follows_first_name(text: FoldedText, match: Match, before: tuple[str, ...]) -> bool:
    """Whether the word before is a name of more than two letters with a capital."""
    word = before[-1] if before else ""
    return len(word) > 2 and word[:1].isupper() and _is_name(text, match, word)


def _is_name(text: FoldedText, match: Match, word: str) -> bool:
    """Whether the word before is a name too, and no first word of a sentence."""
    start = text.bare.rfind(word, 0, match.start)
    return start >= 0 and proves_name(text.bare, start, start + len(word), short=False)


def _is_dateline(text: FoldedText, match: Match) -> bool:
    """Whether a text begins with the town and a dash: where its author sat."""
    if match.entry.form.kind != "C" and match.entry.form.kind != "A":
        return False
    line = text.bare.rfind("\n", 0, match.start) + 1
    return (
        match.start - line <= DATELINE_WITHIN // 2
        and line == 0
        and _DATELINE.match(text.bare, match.end) is not None
    )
