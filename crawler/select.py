"""Choose, among what a listing says, the links that become pages. Pure.

meant address -> own domain? -> no front page, no feed -> young enough? -> newest first, at most so many
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from config.sources import SourceConfig
from crawler.links import is_own, meant_address
from crawler.listings import ChildSitemap, FoundLink, Listing
from crawler.urls import canonical, host_of, is_front_page, registered_domain
from storage.ids import page_id
from storage.records import Origin, Page

T = TypeVar("T")

LINKS_PER_POLL = 2_000
"""Of one listing; the rest waits for the next polls. Chosen, not measured."""
CHILDREN_PER_POLL = 10
"""Sitemaps that are followed from one index in one poll; the others have their turn later. Chosen, not
measured."""
AHEAD = timedelta(days=2)
"""A date further in the future is a mistake: no zone is more than 14 hours ahead, and no clock of a newsroom
more than a day wrong. Chosen, not measured."""
_MOVED_SHARE = 0.9
"""Share of foreign entries on one domain from which a listing without own ones leads there. Chosen, not
measured."""
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
    addresses: tuple[str, ...]
    """Of all entries that may become pages, those that wait for later polls too."""
    off_domain: int
    too_old: int
    no_link: int
    leads_to: str | None = None
    """The domain that all its entries lead to, where that is not the outlet's: moved?"""

    @property
    def refused(self) -> dict[str, int]:
        """Entries left aside by reason, those that there are."""
        counts = {"no_link": self.no_link, "off_domain": self.off_domain, "too_old": self.too_old}
        return {reason: count for reason, count in counts.items() if count}


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
    listing: Listing,
    finder: Finder,
    listing_url: str,
    *,
    language: str | None = None,
    known: Collection[str] = (),
) -> Selection:
    """The pages that a listing brings for a finder, newest first, undated ones after them in the listing's
    order.

    Of more than `LINKS_PER_POLL`, those that are not known come first; undated ones are taken from both ends
    of the listing, because nothing says at which the newest stand.

    Args:
        language: what the source directory says of this listing; it knows better than the listing, whose own
            statement is often a template's.
        known: addresses that were found before.
    """
    pages: dict[str, tuple[FoundLink, str]] = {}
    refused: list[tuple[str, str]] = []
    for written in listing.links:
        url = meant_address(written.original or written.link or "", listing_url, finder.domains) or ""
        entry = _with_possible_dates(written, finder.now)
        reason = _reason_against(entry, url, finder)
        if reason is None:
            pages.setdefault(url, (replace(entry, language=language or entry.language), url))
        else:
            refused.append((reason, url))
    left = Counter(reason for reason, _ in refused)
    return Selection(
        pages=tuple(_page(entry, url, finder, listing_url) for entry, url in _chosen(pages, known)),
        addresses=tuple(pages),
        off_domain=left["off_domain"],
        too_old=left["too_old"],
        no_link=left["no_link"],
        leads_to=None if pages else _common_domain(refused),
    )


def _with_possible_dates(entry: FoundLink, now: datetime) -> FoundLink:
    """The entry without dates that lie in the future."""
    late = [name for name in ("published", "updated") if (getattr(entry, name) or now) > now + AHEAD]
    return replace(entry, **dict.fromkeys(late)) if late else entry


def _common_domain(refused: Sequence[tuple[str, str]]) -> str | None:
    """The one domain that foreign entries lead to."""
    elsewhere = Counter(registered_domain(host_of(url)) for reason, url in refused if reason == "off_domain")
    if not elsewhere:
        return None
    [(domain, count)] = elsewhere.most_common(1)
    return domain if count >= elsewhere.total() * _MOVED_SHARE else None


def _reason_against(entry: FoundLink, url: str, finder: Finder) -> str | None:
    """Why an entry is no page to fetch, as `Selection` counts it; None where it is one."""
    if not url or is_front_page(url) or url in finder.feeds:
        return "no_link"
    if not is_own(url, finder.domains):
        return "off_domain"
    stated = entry.published or entry.updated
    return "too_old" if stated is not None and stated < finder.oldest else None


def _chosen(
    pages: Mapping[str, tuple[FoundLink, str]], known: Collection[str]
) -> list[tuple[FoundLink, str]]:
    """As many as one poll may bring, newest first."""
    ordered = _newest_first(list(pages.values()))
    if len(ordered) <= LINKS_PER_POLL:
        return ordered
    new = [item for item in ordered if item[1] not in known]
    dated = [item for item in new if item[0].published or item[0].updated]
    undated = new[len(dated) :]
    return [*dated, *from_both_ends(undated)][:LINKS_PER_POLL]


def from_both_ends(items: Sequence[T]) -> list[T]:
    """First, last, second, last but one ..."""
    middle = (len(items) + 1) // 2
    ends = [item for pair in zip(items[:middle], reversed(items[middle:]), strict=False) for item in pair]
    return [*ends, items[middle - 1]] if len(items) % 2 else ends


def select_children(
    listing: Listing,
    finder: Finder,
    listing_url: str,
    *,
    seen: Collection[str],
    polled: Mapping[str, datetime] | None = None,
) -> list[str]:
    """Addresses of the sitemaps that an index names and whose turn it is, on whatever host they lie.

    Half of them are the newest, if the index tells them apart by date; the others those that were not polled
    for
    longest, so that each has its turn, from both ends of the index. Dates all too old say nothing.

    Args:
        seen: addresses that are polled anyway.
        polled: when children were polled last.
    """
    return choose_children(named_children(listing, listing_url, seen), finder, polled or {})


def choose_children(
    found: Mapping[str, ChildSitemap], finder: Finder, polled: Mapping[str, datetime]
) -> list[str]:
    """As `select_children`, among the sitemaps of an index by address."""
    fresh = {url: child for url, child in found.items() if _is_fresh(child, finder)}
    newest = _newest_children(fresh)[: CHILDREN_PER_POLL // 2]
    waiting = [url for url in from_both_ends(list(fresh or found)) if url not in newest]
    waiting.sort(key=lambda url: polled[url].timestamp() if url in polled else 0.0)
    return [*newest, *waiting][:CHILDREN_PER_POLL]


def named_children(listing: Listing, listing_url: str, seen: Collection[str]) -> dict[str, ChildSitemap]:
    """The sitemaps of an index by address, each once."""
    found: dict[str, ChildSitemap] = {}
    for child in listing.children:
        url = canonical(child.url, listing_url)
        if url is not None and url not in seen:
            found.setdefault(url, child)
    return found


def _is_fresh(child: ChildSitemap, finder: Finder) -> bool:
    return child.updated is None or child.updated >= finder.oldest


def _newest_children(children: Mapping[str, ChildSitemap]) -> list[str]:
    """Those with a date, newest first; none where all have the same."""
    dated = {url: child.updated for url, child in children.items() if child.updated is not None}
    if len(set(dated.values())) < 2:
        return []
    return sorted(dated, key=lambda url: -dated[url].timestamp())


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
