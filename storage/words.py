"""Words of any script as the full-text index sees them: the same on both engines, the folding is ours.

Lower case, compatibility forms unified, without accents, vowel marks or other marks (Arabic with and without
harakat meet). Scripts written without spaces (Thai, Lao, Burmese, Khmer, kana, Han) become one word per
character and are found as phrases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from storage.text import for_searching, searched_pieces

MAX_TERMS: Final = 32
"""Terms of a query that are looked for; engines limit the depth of an expression, and nobody types more."""

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r'"([^"]*)"?|([^\s"]+)')
_BEFORE, _AFTER = 80, 160


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand next to each other; with `prefix` the last is only the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


def words(text: str) -> list[str]:
    """Folded words, letters and digits only, in order."""
    return _WORD.findall(for_searching(text))


def parse_query(query: str) -> list[Term]:
    """What a person typed, as terms that must all be found: words, "phrases in quotes", beginnings
    (`secur*`).

    Nothing that is typed is an error; signs that mean something to an engine are only separators here.
    """
    terms = []
    for quoted, bare in _PART.findall(query):
        found = tuple(words(quoted or bare))
        if found:
            terms.append(Term(found, prefix=bare.endswith("*")))
    return terms[:MAX_TERMS]


def snippet(text: str, terms: list[Term]) -> str:
    """The surroundings of the first place where a term stands, or the beginning; cut between words."""
    at = min((place for term in terms if (place := _find(text, term)) is not None), default=0)
    start, end = max(0, at - _BEFORE), min(len(text), at + _AFTER)
    if start > 0 and (space := text.find(" ", start, at)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", at, end)) > at:
        end = space
    return ("… " if start else "") + " ".join(text[start:end].split()) + (" …" if end < len(text) else "")


def _find(text: str, term: Term) -> int | None:
    """Where the term begins in the original text."""
    pieces = searched_pieces(text)
    folded = "".join(pieces)
    end = "" if term.prefix else r"(?![^\W_])"
    match = re.search(r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, term.words)) + end, folded)
    if match is None:
        return None
    place = 0
    for index, piece in enumerate(pieces):
        place += len(piece)
        if place > match.start():
            return index
    return None
