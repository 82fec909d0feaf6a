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


def children_of(count: int, *, days_apart: float = 1) -> tuple[ChildSitemap, ...]:
    """Children of an index, the newest first."""
    return tuple(
        ChildSitemap(url=f"http://outlet.example/s{n}.xml", updated=NOW - timedelta(days=n * days_apart))
        for n in range(count)
    )


def test_bounds_keep_the_newest() -> None:
    """Of too many links the newest are taken, and of the children of an index half are the newest."""
    many = [FoundLink(link=f"/{n}", published=NOW - timedelta(minutes=n)) for n in range(LINKS_PER_POLL + 5)]
    pages = select_pages(listing(*reversed(many)), finder(), FEED).pages
    assert len(pages) == LINKS_PER_POLL
    assert pages[0].url.endswith("/0")
    index = Listing(children=children_of(90)[::-1])
    chosen = select_children(index, finder(), FEED, seen=["http://outlet.example/s0.xml"])
    half = CHILDREN_PER_POLL // 2
    assert len(set(chosen)) == CHILDREN_PER_POLL
    assert chosen[:half] == [f"http://outlet.example/s{n}.xml" for n in range(1, half + 1)]


@pytest.mark.parametrize("count", [1, 7, 43])
@pytest.mark.parametrize("dates", ["none", "one old day", "all old", "today", "apart"])
def test_every_child_of_an_index_has_its_turn(count: int, dates: str) -> None:
    """Whatever an index says of its children's dates, each is polled within as many polls as it takes, the
    first and the
    last of an index that says nothing at once."""
    updated = {
        "none": [None] * count,
        "one old day": [NOW - timedelta(days=900)] * count,
        "all old": [NOW - timedelta(days=900 + n) for n in range(count)],
        "today": [NOW] * count,
        "apart": [NOW - timedelta(hours=n) for n in range(count)],
    }[dates]
    children = tuple(ChildSitemap(url=f"http://cdn.test/{n}.xml", updated=at) for n, at in enumerate(updated))
    polled: dict[str, datetime] = {}
    for step in range(count // (CHILDREN_PER_POLL // 2) + 1):
        chosen = select_children(Listing(children=children), finder(), FEED, seen=(), polled=polled)
        assert len(chosen) <= CHILDREN_PER_POLL
        if step == 0 and dates != "apart":
            assert {children[0].url, children[-1].url} <= set(chosen)
        polled |= dict.fromkeys(chosen, NOW + timedelta(hours=step))
    assert set(polled) == {child.url for child in children}


@pytest.mark.parametrize("newest_at", ["first", "last"])
def test_long_undated_listings_are_read_from_both_ends_and_to_the_end(newest_at: str) -> None:
    """The newest of a long listing are among the pages of the first poll, at whichever end they stand, and
    all others
    follow in later polls."""
    addresses = [f"http://outlet.example/{n}" for n in range(3 * LINKS_PER_POLL)]
    written = addresses[::-1] if newest_at == "first" else addresses
    known: set[str] = set()
    for poll in range(3):
        found = select_pages(listing(*written), finder(), FEED, known=known)
        assert len(found.pages) == LINKS_PER_POLL
        assert poll or addresses[-1] in {page.url for page in found.pages}
        known |= {page.url for page in found.pages}
    assert known == set(addresses) == set(found.addresses)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("www.outlet.example/1", "http://www.outlet.example/1"),
        ("outlet.example:8080/1", "http://outlet.example:8080/1"),
        ("http:/outlet.example/1", "http://outlet.example/1"),
        ("https:outlet.example/1", "https://outlet.example/1"),
        ("https//outlet.example/1", "https://outlet.example/1"),
        ("http://https://outlet.example/1", "https://outlet.example/1"),
        ("HTTP:///outlet.example/1", "http://outlet.example/1"),
        ("//outlet.example/1", "http://outlet.example/1"),
        ("news.html/1", "http://feeds.outlet.example/feeds/news.html/1"),
        ("https://search.test/url?rct=j&q=https://outlet.example/1%3Fp%3D2&ct=x",
         "https://outlet.example/1?p=2"),
        ("https://go.test/to/https%3A%2F%2Foutlet.example%2F1", "https://outlet.example/1"),
        ("https://go.test/?u=https://other.test/1", None),
        ("https://outlet.example/share?u=https://outlet.example/1",
         "https://outlet.example/share?u=https://outlet.example/1"),
    ],
)  # fmt: skip
def test_addresses_are_what_they_mean(written: str, meant: str | None) -> None:
    """A missing or broken scheme, and an address inside another site's, lead to the outlet's page; nothing
    else does."""
    found = select_pages(listing(written), finder(), "http://feeds.outlet.example/feeds/news.xml")
    assert [page.url for page in found.pages] == ([] if meant is None else [meant])


def test_a_listing_that_leads_elsewhere_says_where() -> None:
    """If all entries lead to one other domain, the selection names it; not if they scatter, or one is the
    outlet's own."""
    away = [f"https://new.outlet-new.test/{n}" for n in range(9)]
    assert select_pages(listing(*away, "http://other.test/1"), finder(), FEED).leads_to == "outlet-new.test"
    assert select_pages(listing(*away, "/own"), finder(), FEED).leads_to is None
    assert select_pages(listing("http://a.test/1", "http://b.test/1"), finder(), FEED).leads_to is None
    assert select_pages(listing(), finder(), FEED).leads_to is None


def test_dates_of_the_future_are_none() -> None:
    """An entry dated next year is followed without a date, behind those that have one."""
    late = FoundLink(link="/late", published=NOW + timedelta(days=300), updated=NOW)
    found = select_pages(listing(late, FoundLink(link="/new", published=NOW)), finder(), FEED)
    assert {page.url.rpartition("/")[2]: page.hints.get("published") for page in found.pages} == {
        "new": NOW.isoformat(),
        "late": None,
    }


def test_plain() -> None:
    """Titles lose tags and entities, and keep a lone less-than sign."""
    assert plain("<p>a&nbsp;&lt; b</p> < c") == "a < b < c"
    assert plain(None) == ""


def test_link_patterns_are_checked_when_the_directory_is_read() -> None:
    """A regular expression that is none stops the start, not a crawl."""
    with pytest.raises(ValidationError, match="not a regular expression"):
        source([FEED], link_pattern="(")
