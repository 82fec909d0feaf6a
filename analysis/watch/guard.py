"""Required entities: an embedding hardly sees that a name was swapped, a word list does.

How a name is found: `inflection.py`; what its capital proves: `capitals.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.watch.capitals import proves_name
from analysis.watch.inflection import bare, has_capital, is_abbreviation, name_pattern


class Guard:
    """Whether a text names all that a statement requires: one spelling at least of every group.

    >>> Guard([["Mauritania", "موريتانيا"], ["Russia", "Россия"]]).lets("В России говорят о Mauritania")
    True
    >>> Guard([["Того"]]).lets("До того как начались переговоры")
    False
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._groups = [_Group(group) for group in groups]

    def lets(self, *texts: str) -> bool:
        """Whether the texts together name one entity of every group; without groups everything passes."""
        return self.lets_bare(bare("\n".join(texts)))

    def lets_bare(self, text: str) -> bool:
        """The same for a text that is `bare` already: a passage meets many guards."""
        return all(group.is_named(text) for group in self._groups)


class _Group:
    """The spellings of one entity."""

    def __init__(self, spellings: Sequence[str]) -> None:
        self._any = re.compile("|".join(map(name_pattern, spellings)))
        self._names = [_name_of(spelling) for spelling in spellings]

    def is_named(self, text: str) -> bool:
        return self._any.search(text) is not None and any(name.is_in(text) for name in self._names)


@dataclass(frozen=True, slots=True)
class _Name:
    """One spelling, and the same written small; None where its capital tells nothing."""

    pattern: re.Pattern[str]
    small: re.Pattern[str] | None
    short: bool

    def is_in(self, text: str) -> bool:
        """Whether the text names it: by a capital that proves a name, or by one that nothing speaks against."""
        found = list(self.pattern.finditer(text))
        if not found or self.small is None:
            return bool(found)
        if any(proves_name(text, match.start(), match.end(), short=self.short) for match in found):
            return True
        return self.small.search(text) is None


def _name_of(spelling: str) -> _Name:
    small = re.compile(name_pattern(spelling, small=True)) if has_capital(spelling) else None
    return _Name(re.compile(name_pattern(spelling)), small, is_abbreviation(spelling))
