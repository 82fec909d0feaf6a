"""The watchlist: statements an analyst wants to be told about."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from config.names import names_of
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


class StatementConfig(Section):
    """A watched statement in any language, with its opposite."""

    id: SourceId
    label: Text
    statements: Annotated[tuple[Text, ...], Field(min_length=1)]
    counter_statements: tuple[Text, ...] = ()
    entities: tuple[Entity, ...] = ()
    countries: tuple[CountryCode, ...] = ()
    """Only outlets of these countries; empty: all."""
    languages: tuple[LanguageTag, ...] = ()
    """Only articles in these languages, a region counting for nothing; empty: all."""
    z_threshold: float | None = None
    """In place of the threshold of `[watch]` for so many entities."""
