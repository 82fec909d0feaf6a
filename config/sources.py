"""The source directory: outlets as data."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, HttpUrl, StringConstraints, model_validator

from config.settings import Section, Text

SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Domain = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\s/@?#]+$")]
"""A host name such as `news.example.org`, not an address."""
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


def _without_login(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:
        raise ValueError("an address with a user name is not fetched; what needs a login is not crawled")
    return url


class FeedConfig(Section):
    """An address to poll."""

    url: Annotated[HttpUrl, AfterValidator(_without_login)]
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
    name: Text
    domain: Domain
    country: CountryCode
    region: str = ""
    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1)]
    ownership: OwnershipConfig | None = None
    """Absent means "not listed"; never inferred."""
    feeds: Annotated[tuple[FeedConfig, ...], Field(min_length=1)]
    verified: bool = False
    listed_in: str = ""
    delay_seconds: Annotated[float, Field(ge=0, le=1_800)] | None = None
    poll_minutes: Annotated[int, Field(gt=0, le=366 * 24 * 60)] = 60
    link_pattern: Annotated[str, AfterValidator(_regular_expression)] | None = None
    """Regular expression that an article's address must match on section pages. Links are told by headline,
    heading, date and layout; this overrides it where a site is strange: `link_pattern = 'article\\d+'`."""
    coverage_start: date | None = None
    coverage_end: date | None = None
    allow_private_addresses: bool = False
    enabled: bool = True

    @model_validator(mode="after")
    def _coverage_has_days(self) -> SourceConfig:
        if self.coverage_start and self.coverage_end and self.coverage_end < self.coverage_start:
            raise ValueError(
                f"coverage_end {self.coverage_end} lies before coverage_start {self.coverage_start}: "
                "it would never be crawled"
            )
        return self
