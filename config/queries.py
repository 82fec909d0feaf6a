"""Boolean queries over words, in the syntax of Lucene: `(wagner OR "africa corps") AND mali NOT football`.

a b, a AND b, +a      both            "a b"        the words in this order
a OR b                either          rus*         a beginning
NOT a, -a             not             title:a      in a field: title, text, language, country, source
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Field = Literal["any", "title", "text", "language", "country", "source"]
FIELDS: Final = ("title", "text", "language", "country", "source")


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row that must stand in a field; a star at the end lets the last one go on."""

    words: str
    field: Field = "any"


@dataclass(frozen=True, slots=True)
class Every:
    """All parts must hold."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One part at least must hold."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part must not hold."""

    part: Query


Query = Term | Every | Some | Without


def parse_query(text: str) -> Query:
    """What a query asks.

    Raises:
        ValueError: it cannot be read, names an unknown field, asks only for what must not stand, or uses what
            is not supported (ranges, fuzzy words).
    """
    from luqum.exceptions import ParseError
    from luqum.parser import parser

    try:
        tree = parser.parse(text)
    except ParseError as error:
        raise ValueError(f"the query cannot be read: {error}") from error
    query = _read(tree, "any")
    if _is_negative(query):
        raise ValueError("the query only says what must not stand; it would find nearly everything")
    return query


def _read(node: Any, field: Field) -> Query:
    """A node of luqum's tree."""
    kind = type(node).__name__
    if kind in ("Group", "FieldGroup", "Plus"):
        return _read(node.children[0], field)
    if kind in ("Not", "Prohibit"):
        return Without(_read(node.children[0], field))
    if kind in ("AndOperation", "UnknownOperation", "BoolOperation"):
        return Every(tuple(_read(child, field) for child in node.children))
    if kind == "OrOperation":
        return Some(tuple(_read(child, field) for child in node.children))
    if kind == "SearchField":
        return _read(node.expr, _field(node.name))
    return _term(kind, node, field)


def _term(kind: str, node: Any, field: Field) -> Term:
    if kind not in ("Word", "Phrase"):
        raise ValueError(f"{str(node).strip()!r}: words, phrases, AND, OR, NOT and brackets are understood")
    words = str(node.value).strip('"').strip()
    if not any(map(str.isalnum, words)) or "*" in words[:-1] or "?" in words:
        raise ValueError(f"{words!r}: a star may stand at the end of a word only")
    return Term(words, field)


def _field(name: str) -> Field:
    for field in FIELDS:
        if name == field:
            return field
    raise ValueError(f"unknown field {name!r}; there are {', '.join(FIELDS)}")


def _is_negative(query: Query) -> bool:
    """Whether a query can hold for a text that has nothing of what it names."""
    if isinstance(query, Every):
        return all(map(_is_negative, query.parts))
    if isinstance(query, Some):
        return any(map(_is_negative, query.parts))
    return isinstance(query, Without)
