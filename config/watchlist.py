"""The watchlist: statements an analyst wants to be told about."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config.names import names_of
from config.queries import parse_query
from config.settings import Section, Text
from config.sources import CountryCode, LanguageTag, SourceId

Spelling = Annotated[str, Field(pattern=r"\w")]
"""A name: whole words, found in their cases and with glued articles; with a star at the end the last word may
go on."""


class EntityConfig(Section):
    """Any one of these spellings must occur in the article (title or passage), whatever the language."""

    any_of: Annotated[tuple[Spelling, ...], Field(min_length=1)]


def _entity(given: object) -> object:
    """An entity given by its id in the library of names, as its spellings."""
    return {"any_of": names_of(given)} if isinstance(given, str) else given


Entity = Annotated[EntityConfig, BeforeValidator(_entity)]
"""Spellings, or an id of the library of names (`country:MR`)."""


def _readable(query: str) -> str:
    """The query, if it can be read."""
    parse_query(query)
    return query


class StatementConfig(Section):
    """What is watched: a statement in any language, with its opposite, or a query over words, or both."""

    id: SourceId
    label: Text
    statements: tuple[Text, ...] = ()
    counter_statements: tuple[Text, ...] = ()
    entities: tuple[Entity, ...] = ()
    countries: tuple[CountryCode, ...] = ()
    """Only outlets of these countries; empty: all."""
    languages: tuple[LanguageTag, ...] = ()
    """Only articles in these languages, a region counting for nothing; empty: all."""
    query: Annotated[Text, AfterValidator(_readable)] | None = None
    """Words that a passage or its title must hold, as `(wagner OR "africa corps") AND mali NOT football`;
    without statements every such passage is a hit."""
    z_threshold: float | None = None
    """In place of the threshold of `[watch]` for so many entities."""

    @model_validator(mode="after")
    def _says_something(self) -> StatementConfig:
        if not self.statements and self.query is None:
            raise ValueError("give statements, or a query, or both")
        if self.counter_statements and not self.statements:
            raise ValueError("counter_statements need statements that they are the opposite of")
        return self
