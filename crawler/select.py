"""Choose, among what a listing says, the links that become pages. Pure.

canonical address -> own domain? -> no front page, no feed -> young enough? -> newest first, at most so many
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from config.sources import SourceConfig
from crawler.listings import ChildSitemap, FoundLink, Listing
from crawler.urls import canonical, host_of, is_front_page, registered_domain
from storage.ids import page_id
from storage.records import Origin, Page

LINKS_PER_POLL = 2_000
"""Of one listing; more is an archive, not news."""
CHILDREN_PER_POLL = 10
"""Sitemaps that are followed from one index, newest first."""
_LONGEST_TITLE = 500
_TAG = re.compile(r"<[^<>]*>")
_TAG_OF_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")
"""A listing's language is stored with every one of its pages, so that it must be a language and not a
megabyte."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """For whom and when a listing is read."""

    source_id: str
    domains: frozenset[str]
    """Registered domains that are the outlet's own."""
    feeds: frozenset[str]
    """The outlet's own listing addresses; never pages."""
    origin: Origin
    now: datetime
    oldest: datetime
    """Coverage dated before this is not followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The pages of a listing, and how many entries were left aside, by reason."""

    pages: tuple[Page, ...]
    off_domain: int
    too_old: int
    no_link: int


def finder_for(source: SourceConfig, *, first: bool, now: datetime, backfill_days: int) -> Finder:
    """What a source's listings are read for.

    Own domains are the registered domain of the source and those of its listing addresses: the directory
    names both, and a feed that comes through a feed proxy links through that proxy.
    """
    addresses = [str(feed.url) for feed in source.feeds]
    hosts = [source.domain, *(host_of(address) for address in addresses)]
    return Finder(
        source_id=source.id,
        domains=frozenset(registered_domain(host) for host in hosts if host),
        feeds=frozenset(found for address in addresses if (found := canonical(address))),
        origin="backfill" if first else "live",
        now=now,
        oldest=now - timedelta(days=backfill_days),
    )


def select_pages(
    listing: Listing, finder: Finder, listing_url: str, *, language: str | None = None
) -> Selection:
    """The pages that a listing brings for a finder, newest first, undated ones after them in the listing's
    order.

    Args:
        language: what the source directory says of this listing; it knows better than the listing, whose own
            statement is often a template's.
    """
    pages: dict[str, tuple[FoundLink, str]] = {}
    left: Counter[str] = Counter()
    for entry in listing.links:
        url = canonical(entry.original or entry.link or "", listing_url)
        reason = _reason_against(entry, url, finder)
        if url is None or reason is not None:
            left[reason or "no_link"] += 1
        else:
            pages.setdefault(url, (replace(entry, language=language or entry.language), url))
    chosen = _newest_first(list(pages.values()))[:LINKS_PER_POLL]
    return Selection(
        pages=tuple(_page(entry, url, finder, listing_url) for entry, url in chosen),
        off_domain=left["off_domain"],
        too_old=left["too_old"],
        no_link=left["no_link"],
    )


def _reason_against(entry: FoundLink, url: str | None, finder: Finder) -> str | None:
    """Why an entry is no page to fetch, as `Selection` counts it; None where it is one."""
    if url is None or is_front_page(url) or url in finder.feeds:
        return "no_link"
    if not is_own(url, finder.domains):
        return "off_domain"
    stated = entry.published or entry.updated
    return "too_old" if stated is not None and stated < finder.oldest else None


def select_children(
    listing: Listing, finder: Finder, listing_url: str, *, seen: Collection[str]
) -> list[str]:
    """Addresses of the sitemaps that an index names and that are worth a look, newest first."""
    found: dict[str, ChildSitemap] = {}
    for child in listing.children:
        url = canonical(child.url, listing_url)
        fresh = child.updated is None or child.updated >= finder.oldest
        if url is not None and fresh and url not in seen and is_own(url, finder.domains):
            found.setdefault(url, child)
    ranked = sorted(
        found.items(),
        key=lambda item: (item[1].updated is not None, item[1].updated or finder.oldest),
        reverse=True,
    )
    return [url for url, _ in ranked[:CHILDREN_PER_POLL]]


def is_own(url: str, domains: Collection[str]) -> bool:
    """Whether an address lies on one of the domains or below."""
    return registered_domain(host_of(url)) in domains


def _newest_first(links: Sequence[tuple[FoundLink, str]]) -> list[tuple[FoundLink, str]]:
    def age(item: tuple[FoundLink, str]) -> tuple[bool, float]:
        stated = item[0].published or item[0].updated
        return (stated is None, -stated.timestamp() if stated else 0.0)

    return sorted(links, key=age)


def _page(entry: FoundLink, url: str, finder: Finder, listing_url: str) -> Page:
    return Page(
        page_id=page_id(url),
        url=url,
        source_id=finder.source_id,
        discovered_at=finder.now,
        origin=finder.origin,
        discovered_from=listing_url,
        hints=_hints(entry),
    )


def _hints(entry: FoundLink) -> dict[str, Any]:
    stated = {
        "title": plain(entry.title)[:_LONGEST_TITLE],
        "published": entry.published.isoformat() if entry.published else "",
        "updated": entry.updated.isoformat() if entry.updated else "",
        "language": entry.language if _TAG_OF_LANGUAGE.fullmatch(entry.language or "") else "",
        "summary": plain(entry.summary),
    }
    return {name: value for name, value in stated.items() if value}


def plain(text: str | None) -> str:
    """A title or summary without markup and with single spaces."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", text or ""))).strip()
