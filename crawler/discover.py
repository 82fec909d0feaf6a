"""Find the feeds and sitemaps that a site announces: `drumbeat sources discover`. Nothing is stored.

home page: <link rel="alternate">, links that look like feeds    robots.txt: Sitemap
each tried once --> what could be read
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from config.clock import Clock
from config.errors import ConfigError
from config.workspace import Workspace
from crawler.answers import Answer, status_outcome
from crawler.check import newest_of
from crawler.fetcher import Fetcher
from crawler.listings import Listing
from crawler.probing import probe
from crawler.reading import read_listing
from crawler.urls import canonical, host_of, registered_domain, site_of
from storage.records import FeedKind

CANDIDATES = 30
"""Addresses that are tried at most."""

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml"}
)
_FEED_MARKS = ("/rss", "/feed", ".rss", "atom.xml", "rss.xml", "feed.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A feed or sitemap of a site that could be read."""

    kind: FeedKind
    url: str
    title: str
    entries: int
    newest: datetime | None
    announced_by: str
    """`home page` or `robots.txt`."""


def discover(site: str, *, workspace: Workspace, clock: Clock) -> list[Announced]:
    """What a site announces and could be read, feeds first, in the site's order.

    Args:
        site: the home page; `https://` may be left out.

    Raises:
        ConfigError: this is no address, the page cannot be read, or a contact is missing.
    """
    home = canonical(site if "://" in site else f"https://{site}")
    if home is None:
        raise ConfigError(f"site {site!r}: not a web address; expected one such as https://www.example.org")

    async def work(fetcher: Fetcher) -> list[Announced]:
        page = await _home_page(fetcher, home)
        rules = await fetcher.known_rules(page.final_url)
        named = [(url, "", "robots.txt") for url in (rules.sitemaps if rules else ())]
        candidates = _candidates([*_announced(page), *named], page.final_url)
        found = [await _try(fetcher, *candidate) for candidate in candidates]
        return sorted((row for row in found if row is not None), key=lambda row: row.kind != "feed")

    rows, _ = probe(work, addresses=[home], workspace=workspace, clock=clock)
    return rows


async def _home_page(fetcher: Fetcher, home: str) -> Answer:
    page = await fetcher.fetch(home, "page")
    outcome = status_outcome(page)
    if outcome != "stored":
        told = page.detail or f"HTTP {page.status}"
        raise ConfigError(f"site {home}: {outcome} ({told}); nothing can be found there")
    return page


def _candidates(named: list[tuple[str, str, str]], home: str) -> list[tuple[str, str, str]]:
    """Each address once, on the site's own domain or announced by the site as its feed."""
    chosen: dict[str, tuple[str, str, str]] = {}
    for address, title, by in named:
        url = canonical(address, home)
        if url is not None:
            chosen.setdefault(url, (url, title, by))
    return list(chosen.values())[:CANDIDATES]


def _announced(page: Answer) -> Iterator[tuple[str, str, str]]:
    from lxml import etree, html

    try:
        tree = html.document_fromstring(page.body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        # Nothing in it that could be a page.
        return
    for link in tree.xpath("//link[@rel and @href]"):
        if "alternate" in link.get("rel").lower().split() and (link.get("type") or "").lower() in _FEED_TYPES:
            yield link.get("href"), (link.get("title") or "").strip(), "home page"
    domain = registered_domain(host_of(page.final_url))
    for anchor in tree.xpath("//a[@href]"):
        url = canonical(anchor.get("href"), page.final_url)
        if url and _looks_like_feed(url) and registered_domain(host_of(url)) == domain:
            yield url, " ".join(anchor.text_content().split()), "home page"


def _looks_like_feed(url: str) -> bool:
    path = url.removeprefix(site_of(url)).lower()
    return any(mark in path for mark in _FEED_MARKS)


async def _try(fetcher: Fetcher, url: str, title: str, announced_by: str) -> Announced | None:
    from_robots = announced_by == "robots.txt"
    answer = await fetcher.fetch(url, "sitemap" if from_robots else "feed")
    if status_outcome(answer) != "stored":
        return None
    sent = answer.header("content-type") or ""
    kind: FeedKind = "sitemap" if from_robots else "feed"
    listing = await read_listing(kind, answer.body, answer.final_url, content_type=sent)
    if not listing.readable:
        return None
    kind = _kind(listing, is_sitemap=from_robots)
    entries = len(listing.links) or len(listing.children)
    return Announced(
        kind=kind, url=url, title=title, entries=entries, newest=newest_of(listing), announced_by=announced_by
    )


def _kind(listing: Listing, *, is_sitemap: bool) -> FeedKind:
    if not is_sitemap:
        return "feed"
    is_news = bool(listing.links) and all(row.title and row.published for row in listing.links)
    return "news_sitemap" if is_news else "sitemap"


def country_of(address: str) -> str | None:
    """The country of an address's domain, where its ending is a country's; None for `.com` and the like."""
    ending = host_of(address).rpartition(".")[2]
    code = {"uk": "GB", "su": "RU"}.get(ending, ending.upper())
    return code if len(code) == 2 and code.isalpha() and code != "EU" else None
