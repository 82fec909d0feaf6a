"""Required entities: an embedding hardly sees that a name was swapped, a word list does.

Case, accents and vowel signs do not matter. In scripts that write words apart without prefixes (Latin, Cyrillic, Greek, Armenian, Georgian)
a spelling must begin a word, so that "Oman" is not found in "woman"; it may go on, so that one stem serves for all its endings.
Spellings of up to three letters (EU, UAE, США) must be whole words. Elsewhere a spelling is found anywhere: Arabic and Hebrew glue articles
and prepositions to a name, Chinese and Thai write no spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

SHORT = 3
_TATWEEL = "\u0640"


class Guard:
    """Whether a text names all that a statement requires: one spelling at least of every group.

    >>> Guard([["Mauritania", "موريتانيا"], ["Russia", "Росси"]]).lets("В России говорят о Mauritania")
    True
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._groups = [re.compile("|".join(_pattern(fold(spelling)) for spelling in group)) for group in groups]

    def lets(self, *texts: str) -> bool:
        """Whether the texts together name one entity of every group; without groups everything passes."""
        text = fold("\n".join(texts))
        return all(group.search(text) for group in self._groups)


def fold(text: str) -> str:
    """`text` without case, accents, vowel signs and lengthening strokes."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in plain if not unicodedata.combining(mark) and mark != _TATWEEL)


def _pattern(spelling: str) -> str:
    if not _begins_words(spelling):
        return re.escape(spelling)
    return rf"(?<!\w){re.escape(spelling)}" + (r"(?!\w)" if len(spelling) <= SHORT else "")


def _begins_words(spelling: str) -> bool:
    """Whether the script writes words apart and puts nothing before a name."""
    first = spelling[:1]
    return first.isalnum() and (first < "\u0590" or "\u10a0" <= first <= "\u10ff")
