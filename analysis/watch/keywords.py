"""Queries over words against passages: each word is found as names are, in its cases and with what is glued
to it; a word that the query writes small is found in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from analysis.watch.guard import Guard, NamedText
from config.queries import Every, Query, Some, Term, Without, parse_query
from storage.records import PassageRow


@dataclass(frozen=True, slots=True)
class _Fields:
    """A passage made ready to be searched by any number of queries."""

    title: NamedText
    text: NamedText
    any: NamedText
    row: PassageRow


class KeywordQuery:
    """Whether passages hold what a query asks.

    Raises:
        ValueError: the query cannot be read.
    """

    def __init__(self, text: str) -> None:
        self._query = parse_query(text)

    def holds(self, row: PassageRow) -> bool:
        """Whether a passage with its title, or its article's field, has what is asked."""
        return _holds(self._query, _fields(row))


def _holds(query: Query, fields: _Fields) -> bool:
    if isinstance(query, Every):
        return all(_holds(part, fields) for part in query.parts)
    if isinstance(query, Some):
        return any(_holds(part, fields) for part in query.parts)
    if isinstance(query, Without):
        return not _holds(query.part, fields)
    return _has(query, fields)


def _has(term: Term, fields: _Fields) -> bool:
    row, asked = fields.row, term.words.casefold()
    if term.field == "language":
        return row.language.casefold() == asked
    if term.field == "country":
        return row.country.casefold() == asked
    if term.field == "source":
        return row.source_id.casefold() == asked
    text = {"title": fields.title, "text": fields.text}.get(term.field, fields.any)
    return _guard_of(term.words).lets_text(text)


@lru_cache(maxsize=4096)
def _guard_of(words: str) -> Guard:
    return Guard([[words]])


@lru_cache(maxsize=1)
def _fields(row: PassageRow) -> _Fields:
    """The last passage stays ready: it meets one query after another."""
    title, text = NamedText.of(row.title), NamedText.of(row.text)
    return _Fields(title, text, NamedText.of(row.title, row.text), row)
