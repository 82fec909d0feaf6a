"""Whose page an address is, where nobody's listing led to it. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from config.sources import SourceConfig
from crawler.urls import canonical, host_of, is_front_page, registered_domain

_LISTING: Final = re.compile(r"rss|feed|atom|sitemap|\.(?:xml|rss|php\d?|aspx?|json|html?)$", re.IGNORECASE)
"""A first part of a path that names a listing, and no part of the site."""


class Owners:
    """The outlets of the directory by their domains.

    A domain that several outlets share (language services of one house) is told apart by host and by the
    first part of the path, as their sites and listings have them.

    Args:
        unlisted: pages of other domains are taken too; their domain stands for the outlet.
    """

    def __init__(self, sources: Sequence[SourceConfig], *, unlisted: bool = False) -> None:
        self._unlisted = unlisted
        self._by_domain: dict[str, list[SourceConfig]] = defaultdict(list)
        for source in sources:
            for domain in sorted({registered_domain(host) for host in _hosts(source)}):
                self._by_domain[domain].append(source)
        self._listings = {canonical(str(feed.url)) for source in sources for feed in source.feeds}

    def of(self, url: str) -> str | None:
        """The id of the outlet that an address is of; None where it is none's."""
        host = host_of(url)
        domain = registered_domain(host) if host else ""
        found = self._by_domain.get(domain, [])
        if not found:
            return domain if self._unlisted and domain else None
        if len(found) == 1:
            return found[0].id
        fits = [(_fit(source, host, _first_part(url)), source.id) for source in found]
        best, name = max(fits)
        is_only = [fit for fit, _ in fits].count(best) == 1
        return name if best and is_only else None

    def is_page(self, url: str) -> bool:
        """Whether an address can be an article's: no front page, no listing, no robots.txt."""
        return not (is_front_page(url) or url in self._listings or url.endswith("/robots.txt"))


def _hosts(source: SourceConfig) -> list[str]:
    """The hosts of an outlet's own addresses; a feed that comes through a proxy of feeds is not among its
    pages."""
    addresses = [str(feed.url) for feed in source.feeds] + ([str(source.site)] if source.site else [])
    hosts = [host for address in addresses if (host := host_of(address))]
    own = registered_domain(source.domain)
    return [source.domain, *(host for host in hosts if registered_domain(host) == own)]


def _fit(source: SourceConfig, host: str, first: str) -> int:
    """How well an address fits an outlet among those of its domain; 0 where it does not."""
    addresses = [str(feed.url) for feed in source.feeds] + ([str(source.site)] if source.site else [])
    if first and first in map(_first_part, addresses):
        return 2
    return int(host.removeprefix("www.") in {each.removeprefix("www.") for each in _hosts(source)})


def _first_part(url: str) -> str:
    """The first part of a path that is a part of the site, such as a language; empty where there is none."""
    part = urlsplit(url).path.strip("/").partition("/")[0]
    return "" if _LISTING.search(part) else part.lower()
