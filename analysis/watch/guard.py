"""Required entities: an embedding hardly sees that a name was swapped, a word list does. How a name is found: `inflection.py`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.watch.inflection import bare, fold, name_pattern


class Guard:
    """Whether a text names all that a statement requires: one spelling at least of every group.

    >>> Guard([["Mauritania", "موريتانيا"], ["Russia", "Россия"]]).lets("В России говорят о Mauritania")
    True
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._groups = [re.compile("|".join(map(name_pattern, group))) for group in groups]

    def lets(self, *texts: str) -> bool:
        """Whether the texts together name one entity of every group; without groups everything passes."""
        joined = "\n".join(texts)
        # Names are looked for in small letters, abbreviations in capitals: neither can be found in the other's half.
        both = f"{fold(joined)}\n{bare(joined)}"
        return all(group.search(both) for group in self._groups)
