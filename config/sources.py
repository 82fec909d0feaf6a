"""The source directory: outlets as data."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    HttpUrl,
    StringConstraints,
    Tag,
    model_validator,
)

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


Address = Annotated[HttpUrl, AfterValidator(_without_login)]
SPIDER = "spider:"
"""What the address of a spider of the workspace begins with."""
SpiderAddress = Annotated[str, StringConstraints(pattern=r"^spider:[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$")]
""""spider:NAME", the `name` of a Scrapy spider in the workspace's folder `spiders`."""


def _kind_of(url: object) -> str:
    """What an address is judged as, so that one message says what is wrong with it; no key begins so."""
    return "=spider" if str(url).startswith(SPIDER) else "=address"


class FeedConfig(Section):
    """An address to poll."""

    url: Annotated[
        Annotated[Address, Tag("=address")] | Annotated[SpiderAddress, Tag("=spider")],
        Discriminator(_kind_of),
    ]
    kind: Literal["feed", "news_sitemap", "sitemap", "section", "spider"] = "feed"
    language: LanguageTag | None = None
    listed_in: str = ""
    """The list that states this address."""

    @model_validator(mode="before")
    @classmethod
    def _spiders_are_spiders(cls, stated: Any) -> Any:
        """A spider's address says what it is."""
        if not isinstance(stated, dict):
            return stated
        is_spider = str(stated.get("url", "")).startswith(SPIDER)
        if is_spider and stated.setdefault("kind", "spider") != "spider":
            raise ValueError(f"{stated['url']} is a spider; expected kind = 'spider', or none")
        if not is_spider and stated.get("kind") == "spider":
            raise ValueError(f"a spider's address is written 'spider:NAME', not {stated.get('url')!r}")
        return stated


class OwnershipConfig(Section):
    """An ownership label in the words of a named list."""

    label: str
    listed_in: str
    as_of: date | None = None


def _site_as_section(stated: dict[str, Any]) -> tuple[FeedConfig, ...]:
    """The front page as a section page: what is polled of an outlet until its feeds are known."""
    site = stated["site"]
    return (FeedConfig(url=site, kind="section", listed_in=stated["listed_in"]),) if site else ()


def _some_address(feeds: tuple[FeedConfig, ...]) -> tuple[FeedConfig, ...]:
    if not feeds:
        raise ValueError("an outlet needs feeds, or a site whose front page is read until they are known")
    return feeds


class SourceConfig(Section):
    """An outlet."""

    id: SourceId
    name: Text
    domain: Domain
    site: Address | None = None
    """The front page; polled as a section page where no feed is stated."""
    country: CountryCode
    region: str = ""
    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1)]
    ownership: OwnershipConfig | None = None
    """Absent means "not listed"; never inferred."""
    also_labelled: tuple[OwnershipConfig, ...] = ()
    """What other lists say, whether they agree or not."""
    not_listed_in: tuple[str, ...] = ()
    """Lists of ownership that were asked and do not name the outlet."""
    listed_in: str = ""
    """The list that states the outlet."""
    feeds: Annotated[
        tuple[FeedConfig, ...],
        AfterValidator(_some_address),
        Field(default_factory=_site_as_section, validate_default=True),
    ]
    verified: bool = False
    never_tried: date | None = None
    """The day the addresses were written down without anybody having tried them; absent where they were."""
    delay_seconds: Annotated[float, Field(ge=0, le=1_800)] | None = None
    poll_minutes: Annotated[int, Field(gt=0, le=366 * 24 * 60)] | None = None
    """A fixed interval between polls; absent: each feed by its own rhythm, between ten minutes and a day."""
    link_pattern: Annotated[str, AfterValidator(_regular_expression)] | None = None
    """Regular expression that an article's address must match on section pages. Links are told by headline,
    heading, date and layout; this overrides it where a site is strange: `link_pattern = 'article\\d+'`."""
    browser: Literal["never", "without_text", "always"] = "never"
    """Whether its pages are rendered in a browser: those in which no text was found, or all of them. Needs
    the extra `browser` and Chromium (`crawl.browser_path`)."""
    coverage_start: date | None = None
    coverage_end: date | None = None
    allow_private_addresses: bool = False
    enabled: bool = True

    @property
    def asked_addresses(self) -> tuple[str, ...]:
        """Addresses of the web that are asked for it: its feeds, and its domain where a spider decides."""
        stated = (str(feed.url) for feed in self.feeds)
        return tuple(f"https://{self.domain}/" if url.startswith(SPIDER) else url for url in stated)

    @model_validator(mode="after")
    def _coverage_has_days(self) -> SourceConfig:
        if self.coverage_start and self.coverage_end and self.coverage_end < self.coverage_start:
            raise ValueError(
                f"coverage_end {self.coverage_end} lies before coverage_start {self.coverage_start}: "
                "it would never be crawled"
            )
        return self
