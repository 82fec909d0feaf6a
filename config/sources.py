"""The source directory: outlets as data."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, HttpUrl, StringConstraints

from config.settings import Section

SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


class FeedConfig(Section):
    """An address to poll."""

    url: HttpUrl
    kind: Literal["feed", "news_sitemap", "sitemap", "section"] = "feed"
    language: LanguageTag | None = None
    listed_in: str = ""
    """The list that states this address."""


class OwnershipConfig(Section):
    """An ownership label in the words of a named list."""

    label: str
    listed_in: str
    as_of: date | None = None


class SourceConfig(Section):
    """An outlet."""

    id: SourceId
    name: str
    domain: str
    country: CountryCode
    region: str = ""
    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1)]
    ownership: OwnershipConfig | None = None
    """Absent means "not listed"; never inferred."""
    feeds: Annotated[tuple[FeedConfig, ...], Field(min_length=1)]
    verified: bool = False
    listed_in: str = ""
    delay_seconds: Annotated[float, Field(ge=0)] | None = None
    poll_minutes: Annotated[int, Field(gt=0)] = 60
    link_pattern: Annotated[str, AfterValidator(_regular_expression)] | None = None
    """Regular expression an article link of a section page must match."""
    coverage_start: date | None = None
    coverage_end: date | None = None
    allow_private_addresses: bool = False
    enabled: bool = True
