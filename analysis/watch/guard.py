"""Required entities: an embedding hardly sees that a name was swapped, a word list does.

How a name is found: `inflection.py`; what its capital proves: `capitals.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.watch.capitals import proves_name
from analysis.watch.inflection import has_capital, is_abbreviation, name_pattern, needle
from storage.text import for_names


@dataclass(frozen=True, slots=True)
class NamedText:
    """A text made ready to be searched by any number of guards."""

    bare: str
    """Without accents and vowel signs; capitals stay."""
    folded: str

    @classmethod
    def of(cls, *texts: str) -> NamedText:
        """The texts, a line each."""
        plain = for_names("\n".join(texts), keep_case=True)
        return cls(plain, plain.casefold())


class Guard:
    """Whether a text names all that a statement requires: one spelling at least of every group.

    >>> Guard([["Mauritania", "موريتانيا"], ["Russia", "Россия"]]).lets("В России говорят о Mauritania")
    True
    >>> Guard([["Того"]]).lets("До того как начались переговоры")
    False
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._firsts = [group[0] for group in groups]
        self._groups = [[_name_of(spelling) for spelling in group] for group in groups]

    def lets(self, *texts: str) -> bool:
        """Whether the texts together name one entity of every group; without groups everything passes."""
        return self.lets_text(NamedText.of(*texts))

    def missing(self, *texts: str) -> list[str]:
        """The first spelling of every group that the texts do not name."""
        ready = NamedText.of(*texts)
        return [
            first
            for first, group in zip(self._firsts, self._groups, strict=True)
            if not any(name.is_in(ready) for name in group)
        ]

    def lets_text(self, text: NamedText) -> bool:
        """The same for a text that is ready: a passage meets many guards."""
        return all(any(name.is_in(text) for name in group) for group in self._groups)


@dataclass(frozen=True, slots=True)
class _Name:
    """One spelling, and the same written small; None where its capital tells nothing."""

    needle: str
    """What any form of it holds: told apart at once, most names stand in few texts."""
    pattern: re.Pattern[str]
    small: re.Pattern[str] | None
    short: bool

    def is_in(self, text: NamedText) -> bool:
        """Whether the text names it.

        By a capital that proves a name, or by one that nothing speaks against.
        """
        if self.needle not in text.folded:
            return False
        found = list(self.pattern.finditer(text.bare))
        if not found or self.small is None:
            return bool(found)
        proved = (proves_name(text.bare, *match.span(), short=self.short) for match in found)
        return any(proved) or self.small.search(text.bare) is None


def _name_of(spelling: str) -> _Name:
    small = re.compile(name_pattern(spelling, small=True)) if has_capital(spelling) else None
    return _Name(needle(spelling), re.compile(name_pattern(spelling)), small, is_abbreviation(spelling))
