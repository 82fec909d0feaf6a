"""What a capital proves: inside a sentence that a word is a name, at its start or in a headline nothing.

    inside a sentence                            ... сообщили в Того        a name
    the first word of a sentence or a quotation  Того, кто ушёл ...         perhaps
    a line in capitals, a headline in Title Case ДО ТОГО КАК НАЧАЛИСЬ ...   perhaps
    small                                        ... до того как            a word

Most sentences that begin with a state's name are about that state, so "perhaps" counts, unless the same text
writes the word small as well: then it is a word of this text. A name of several capital words is proved by
its second capital, an abbreviation by its capitals, wherever the line is not all in capitals.
"""

from __future__ import annotations

import re
from typing import Final

TITLE_SHARE: Final = 0.8
"""Share of a line's longer words with a capital from which the line is in Title Case. Chosen, not
measured."""
TITLE_WORDS: Final = 4
"""Longer words that such a line has at least: "Mali and Chad" alone says nothing. Chosen, not measured."""

_LONGER_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_SENTENCE_START: Final = re.compile(r"[\n.!?…:;][^\w\n]*$|(?<!\w)[\"'«»“”„‘(\[—–]\s*$")
_LOOK_BACK: Final = 12
"""Signs before a word in which the end of the last sentence is looked for. Chosen, not measured."""


def proves_name(text: str, start: int, end: int, *, short: bool) -> bool:
    """Whether the capitals of `text[start:end]` can only be those of a name.

    Args:
        short: an abbreviation, which is written in capitals at the start of a sentence too.
    """
    if _is_headline(_line_of(text, start, end)):
        return False
    return short or _later_capital(text[start:end]) or not _starts_sentence(text, start)


def is_headline_at(text: str, start: int, end: int) -> bool:
    """Whether the line around `text[start:end]` is a headline, whose capitals tell nothing."""
    return _is_headline(_line_of(text, start, end))


def _line_of(text: str, start: int, end: int) -> str:
    """The line around a place."""
    stop = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : stop if stop >= 0 else len(text)]


def _is_headline(line: str) -> bool:
    """Whether the line is written in capitals, or nearly all its longer words begin with one."""
    if line.isupper():
        return True
    words = _LONGER_WORD.findall(line)
    capital = sum(word[0].isupper() for word in words)
    return len(words) >= TITLE_WORDS and capital >= TITLE_SHARE * len(words)


def _later_capital(name: str) -> bool:
    """Whether a word after the first has a capital."""
    return any(word[0].isupper() for word in name.split()[1:])


def _starts_sentence(text: str, start: int) -> bool:
    """Whether the word at `start` is the first of a sentence, a line or a quotation."""
    begin = max(0, start - _LOOK_BACK)
    before = text[begin:start]
    return (begin == 0 and not re.search(r"\w", before)) or _SENTENCE_START.search(before) is not None
