"""Which links of a listing become pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from crawler.listings import ChildSitemap, FoundLink, Listing
from crawler.select import (
    CHILDREN_PER_POLL,
    LINKS_PER_POLL,
    Finder,
    finder_for,
    plain,
    select_children,
    select_pages,
)
from tests.crawler.lab import source

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
FEED = "http://feeds.outlet.example/rss.xml"


def finder(*, first: bool = False) -> Finder:
    """For an outlet whose feed comes through a proxy's domain."""
    return finder_for(
        source([FEED, "http://feedproxy.test/outlet"], domain="www.outlet.example"),
        first=first,
        now=NOW,
        backfill_days=60,
    )


def listing(*links: FoundLink | str) -> Listing:
    """A listing of links."""
    return Listing(links=tuple(FoundLink(link=link) if isinstance(link, str) else link for link in links))


def test_own_domains_only() -> None:
    """Links on the outlet's registered domain, below it, and on the domain of its own feed address are
    followed; others are counted."""
    found = select_pages(
        listing(
            "http://outlet.example/1",
            "/2",
            "https://fr.outlet.example/3",
            "http://feedproxy.test/~r/4",
            "http://other.example/5",
        ),
        finder(),
        FEED,
    )
    assert [page.url for page in found.pages] == [
        "http://outlet.example/1",
        "http://feeds.outlet.example/2",
        "https://fr.outlet.example/3",
        "http://feedproxy.test/~r/4",
    ]
    assert found.off_domain == 1


def test_what_is_no_page() -> None:
    """The front page, the feed itself, other schemes and missing links are left aside; spellings of one
    address are one page."""
    found = select_pages(
        listing(
            "http://outlet.example/",
            FEED,
            "mailto:a@outlet.example",
            FoundLink(link=None),
            "http://outlet.example/1",
            "HTTP://outlet.example/1?utm_source=x",
        ),
        finder(),
        FEED,
    )
    assert [page.url for page in found.pages] == ["http://outlet.example/1"]
    assert found.no_link == 4


def test_old_coverage_is_not_followed() -> None:
    """What is dated before the back-fill days is left aside, by publication or by last change; what has no
    date is followed."""
    old, young = NOW - timedelta(days=61), NOW - timedelta(days=59)
    found = select_pages(
        listing(
            FoundLink(link="/old", published=old),
            FoundLink(link="/changed-long-ago", updated=old),
            FoundLink(link="/young", published=young),
            FoundLink(link="/undated"),
            FoundLink(link="/new", published=NOW),
        ),
        finder(),
        FEED,
    )
    assert [page.url.rpartition("/")[2] for page in found.pages] == ["new", "young", "undated"]
    assert found.too_old == 2


def test_origin_and_hints() -> None:
    """Pages of a first crawl are back-fill; what the feed said stays with the page, without markup."""
    link = FoundLink(
        link="/1",
        title="A <b>bold</b> &amp; new  title",
        published=NOW,
        language="fr",
        summary="<p>Lead</p>",
        original="http://outlet.example/one",
    )
    (page,) = select_pages(listing(link), finder(first=True), FEED).pages
    assert (page.origin, page.url, page.discovered_from, page.discovered_at) == (
        "backfill",
        "http://outlet.example/one",
        FEED,
        NOW,
    )
    assert page.hints == {
        "title": "A bold & new title",
        "published": NOW.isoformat(),
        "language": "fr",
        "summary": "Lead",
    }
    assert select_pages(listing("/1"), finder(), FEED).pages[0].origin == "live"
    assert select_pages(listing(link), finder(), FEED, language="ar").pages[0].hints["language"] == "ar"


@pytest.mark.parametrize(
    ("stated", "kept"), [("zh_Hant-TW", "zh_Hant-TW"), ("x" * 4_000_000, None), ("en fr", None), ("", None)]
)
def test_a_language_is_kept_only_if_it_is_one(stated: str, kept: str | None) -> None:
    """What a listing states as its language stands with every one of its pages: megabytes in its place are
    not stored thousands of times."""
    (page,) = select_pages(listing(FoundLink(link="/1", language=stated)), finder(), FEED).pages
    assert page.hints.get("language") == kept


def test_bounds_keep_the_newest() -> None:
    """Of too many links, or children of an index, the newest are taken."""
    many = [FoundLink(link=f"/{n}", published=NOW - timedelta(minutes=n)) for n in range(LINKS_PER_POLL + 5)]
    pages = select_pages(listing(*reversed(many)), finder(), FEED).pages
    assert len(pages) == LINKS_PER_POLL
    assert pages[0].url.endswith("/0")
    children = [
        ChildSitemap(url=f"http://outlet.example/s{n}.xml", updated=NOW - timedelta(days=n))
        for n in range(90)
    ]
    foreign = ChildSitemap(url="http://other.example/s.xml", updated=NOW)
    chosen = select_children(
        Listing(children=(*children[::-1], foreign)), finder(), FEED, seen=["http://outlet.example/s0.xml"]
    )
    assert chosen == [f"http://outlet.example/s{n}.xml" for n in range(1, CHILDREN_PER_POLL + 1)]


def test_plain() -> None:
    """Titles lose tags and entities, and keep a lone less-than sign."""
    assert plain("<p>a&nbsp;&lt; b</p> < c") == "a < b < c"
    assert plain(None) == ""


def test_link_patterns_are_checked_when_the_directory_is_read() -> None:
    """A regular expression that is none stops the start, not a crawl."""
    with pytest.raises(ValidationError, match="not a regular expression"):
        source([FEED], link_pattern="(")
