"""Crawls against a real server: polls, pages, outcomes, sums, again and again."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta

import pytest

from config.errors import ConfigError
from config.sources import SourceConfig
from crawler.crawl import least_recently_served
from storage.archive import ArchiveReader
from storage.records import FeedState
from tests.crawler.lab import CONTACT, NOW, Lab, assert_balanced, source
from tests.crawler.server import (
    Fresh,
    Gzipped,
    LocalSite,
    Page,
    Redirect,
    Status,
    Then,
    article,
    rss,
    sitemap,
)

MakeLab = Callable[..., Lab]


def stories(site: LocalSite, count: int) -> list[str]:
    """Pages on a site."""
    return [site.put(f"/news/{number}.html", Page(article(f"Story {number}"))) for number in range(count)]


def test_feed_to_stored_pages(site: LocalSite, lab: MakeLab) -> None:
    """Links of a feed become pages, are fetched once, archived byte for byte, and carry what the feed
    said."""
    links = stories(site, 3)
    feed = site.put("/feed.xml", Page(rss(links, language="fr"), "application/rss+xml"))
    made = lab(source([feed]))
    counts = made.crawl()
    assert counts["found"] == counts["tried"] == counts["stored"] == 3
    assert_balanced(counts)
    page = made.page(links[0])
    assert (page.fetch_outcome, page.fetch_run, page.status, page.final_url) == (
        "stored",
        made.run_id,
        200,
        links[0],
    )
    assert page.hints == {"title": f"Title of {links[0]}", "language": "fr"}
    assert page.warc is not None
    assert ArchiveReader(made.workspace.archive_dir).read(page.warc).body == article("Story 0")
    assert made.archived("robots") == [site.url("/robots.txt")]
    assert made.archived("feed") == [feed]
    assert sorted(made.archived("page")) == links
    assert made.store.pages.fetch_outcomes(made.run_id) == {"stored": 3}
    (poll,) = made.polls()
    assert (poll.outcome, poll.status, poll.entries, poll.new_links, poll.polled_at) == (
        "stored",
        200,
        3,
        3,
        NOW,
    )


def test_who_we_are(site: LocalSite, lab: MakeLab) -> None:
    """Every request names the product and the contact."""
    lab(source([site.put("/feed.xml", Page(rss(stories(site, 1))))])).crawl()
    assert [seen.path for seen in site.requests] == ["/robots.txt", "/feed.xml", "/news/0.html"]
    for seen in site.requests:
        assert seen.headers["user-agent"] == f"Drumbeat/0.1 (+media research) ({CONTACT})"
        assert seen.headers["from"] == CONTACT


def test_a_second_crawl_fetches_only_what_is_new(site: LocalSite, lab: MakeLab) -> None:
    """Not due: nothing is asked; due and unchanged: 304 by ETag and Last-Modified; changed: the new page
    only."""
    links = stories(site, 3)
    feed = site.put("/feed.xml", Fresh(rss(links[:2])))
    made = lab(source([feed]))
    made.crawl()
    made.later(minutes=20)
    assert made.crawl()["polls"] == 0
    made.later(minutes=40)
    counts = made.crawl()
    assert (counts["polls_unchanged"], counts["tried"], counts["found"]) == (1, 0, 0)
    asked = site.seen("/feed.xml")[-1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"one"', "Mon, 02 Mar 2026 08:00:00 GMT")
    site.put("/feed.xml", Fresh(rss(links), etag='"two"', modified="Mon, 02 Mar 2026 10:00:00 GMT"))
    made.later(hours=1)
    assert made.crawl()["stored"] == 1
    assert [len(site.seen(f"/news/{number}.html")) for number in range(3)] == [1, 1, 1]
    state = made.store.feeds.get(feed)
    assert state is not None
    assert (state.etag, state.last_new_at, state.last_polled_at) == (
        '"two"',
        NOW + timedelta(hours=2),
        NOW + timedelta(hours=2),
    )


def test_asked_for_by_hand(site: LocalSite, lab: MakeLab) -> None:
    """Named sources are polled although their interval is not over, others are left alone; an unknown name
    is an error."""
    feeds = [site.put(f"/{name}.xml", Page(rss([]))) for name in ("one", "two")]
    made = lab(source([feeds[0]], source_id="one"), source([feeds[1]], source_id="two", enabled=False))
    assert made.crawl()["sources"] == 1
    made.crawl(only=["two"])
    made.crawl(only=["two"])
    assert (len(site.seen("/one.xml")), len(site.seen("/two.xml"))) == (1, 2)
    with pytest.raises(ConfigError, match="'three': no such source"):
        made.crawl(only=["three"])


def test_coverage_that_has_ended_or_not_begun(site: LocalSite, lab: MakeLab) -> None:
    """Outside its coverage a source is not asked for anything."""
    feed = site.put("/feed.xml", Page(rss([])))
    made = lab(
        source([feed], source_id="ended", coverage_end=(NOW - timedelta(days=1)).date()),
        source([feed], source_id="to-come", coverage_start=(NOW + timedelta(days=1)).date()),
    )
    assert made.crawl()["sources"] == 0
    assert site.requests == []


def test_first_crawl_is_back_fill(site: LocalSite, lab: MakeLab) -> None:
    """A source's first crawl brings history, not older than the back-fill days; what comes later is live."""
    links = stories(site, 3)
    old, young = "Mon, 01 Dec 2025 08:00:00 GMT", "Sun, 01 Feb 2026 08:00:00 GMT"
    site.put("/feed.xml", Page(rss([(links[0], young), (links[1], old)])))
    made = lab(source([site.url("/feed.xml")]))
    made.crawl()
    assert made.page(links[0]).origin == "backfill"
    assert made.page(links[0]).hints["published"] == "2026-02-01T08:00:00+00:00"
    assert made.store.pages.by_url(links[1]) is None
    site.put("/feed.xml", Page(rss(links)))
    made.later(hours=1)
    made.crawl()
    assert made.page(links[2]).origin == "live"
    stored = made.store.sources.get("outlet")
    assert stored is not None
    assert stored.first_crawled_at == NOW


def test_a_first_crawl_that_reached_nothing_was_none(site: LocalSite, lab: MakeLab) -> None:
    """As long as no poll succeeds, the source was not crawled, and its history is history still."""
    (link,) = stories(site, 1)
    feed = site.put("/feed.xml", Then([Status(500), Page(rss([link]))]))
    made = lab(source([feed]))
    made.crawl()
    stored = made.store.sources.get("outlet")
    assert stored is not None
    assert stored.first_crawled_at is None
    made.later(hours=1)
    made.crawl()
    assert made.page(link).origin == "backfill"


def test_at_most_so_many_pages(site: LocalSite, lab: MakeLab) -> None:
    """A crawl takes no more pages of a source than allowed; the rest comes next time."""
    made = lab(source([site.put("/feed.xml", Page(rss(stories(site, 5))))]), max_pages_per_source=2)
    tried = [made.crawl()["tried"] for _ in range(4)]
    assert tried == [2, 2, 1, 0]
    assert made.store.pages.fetch_outcomes() == {"stored": 5}


def test_only_own_pages_are_followed(site: LocalSite, lab: MakeLab) -> None:
    """Links to other domains are not fetched."""
    foreign = f"http://other.localhost:{site.port}/news/1.html"
    made = lab(source([site.put("/feed.xml", Page(rss([foreign, *stories(site, 1)])))]))
    assert made.crawl()["found"] == 1
    assert site.seen("/news/1.html") == []


def test_sitemap_index_with_gzipped_children(site: LocalSite, lab: MakeLab) -> None:
    """An index is followed to its recent children, gzipped files too; the index is asked for in full each
    time, its children with their ETag."""
    links = stories(site, 2)
    site.put("/s1.xml.gz", Page(gzip.compress(sitemap(links[:1])), "application/gzip"))
    site.put("/s2.xml", Fresh(sitemap(links[1:]), content_type="application/xml"))
    children = "".join(
        f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/s1.xml.gz", "/s2.xml")
    )
    old = f"<sitemap><loc>{site.url('/old.xml')}</loc><lastmod>2025-01-01</lastmod></sitemap>"
    index = site.put(
        "/sitemap.xml",
        Fresh(f"<sitemapindex>{children}{old}</sitemapindex>".encode(), content_type="application/xml"),
    )
    made = lab(source([{"url": index, "kind": "sitemap"}]))
    counts = made.crawl()
    assert (counts["stored"], counts["polls_stored"]) == (2, 3)
    assert made.archived("sitemap") == [index, site.url("/s1.xml.gz"), site.url("/s2.xml")]
    made.later(hours=1)
    counts = made.crawl()
    assert (counts["polls_stored"], counts["polls_unchanged"]) == (2, 1)
    assert site.seen("/old.xml") == []


def test_section_page(site: LocalSite, lab: MakeLab) -> None:
    """Articles linked from a section page are fetched, by the source's pattern."""
    stories(site, 2)
    body = b'<html><a href="/news/0.html">A title long enough</a><a href="/news/1.html">Another long title</a><a href="/about">About</a></html>'
    made = lab(
        source([{"url": site.put("/politics", Page(body)), "kind": "section"}], link_pattern=r"/news/\d+")
    )
    assert made.crawl()["stored"] == 2
    assert made.archived("section") == [site.url("/politics")]
    assert made.page(site.url("/news/0.html")).hints["title"] == "A title long enough"


def test_a_site_without_feeds_is_read_at_its_front_page(site: LocalSite, lab: MakeLab) -> None:
    """Of an outlet that states no feed, the front page is polled as a section page."""
    stories(site, 2)
    links = b'<a href="/news/0.html">A title long enough</a><a href="/news/1.html">Another long title</a>'
    front = site.put("/", Page(b"<html>" + links + b"</html>"))
    row = SourceConfig(
        id="outlet",
        name="Outlet",
        domain="127.0.0.1",
        site=front,
        country="XA",
        languages=["en"],
        link_pattern=r"/news/\d+",
        allow_private_addresses=True,
    )
    made = lab(row)
    assert made.crawl()["stored"] == 2
    assert made.archived("section") == [front]


def test_redirected_and_compressed_pages(site: LocalSite, lab: MakeLab) -> None:
    """A page keeps its own address and the one that answered; the archive has the page unpacked, and the
    redirect."""
    link = site.put("/news/short.html", Redirect("/news/long.html", 301))
    site.put("/news/long.html", Gzipped(article("Long")))
    made = lab(source([site.put("/feed.xml", Page(rss([link])))]))
    made.crawl()
    page = made.page(link)
    assert (page.url, page.final_url, page.fetch_outcome) == (link, site.url("/news/long.html"), "stored")
    assert page.warc is not None
    assert ArchiveReader(made.workspace.archive_dir).read(page.warc).body == article("Long")
    assert made.archived("redirect") == [link]


def test_one_article_under_several_addresses_is_one(site: LocalSite, lab: MakeLab) -> None:
    """Where the feed's address leads to the sitemap's, or two lead to a third, one page is stored and the
    others are duplicates of it."""
    target = site.put("/news/long.html", Page(article("Long")))
    feed = site.put(
        "/feed.xml",
        Page(
            rss(
                [
                    site.put("/news/short.html", Redirect(target, 301)),
                    site.put("/a", Redirect("/z")),
                    site.put("/b", Redirect("/z")),
                ]
            )
        ),
    )
    site.put("/z", Page(article("Z")))
    made = lab(source([feed, {"url": site.put("/map.xml", Page(sitemap([target]))), "kind": "sitemap"}]))
    counts = made.crawl()
    assert_balanced(counts)
    assert made.store.pages.fetch_outcomes() == {"duplicate": 2, "stored": 2}
    assert made.page(site.url("/news/short.html")).fetch_outcome == "duplicate"
    assert made.page(target).fetch_outcome == "stored"
    assert sorted(made.page(site.url(path)).fetch_outcome or "" for path in ("/a", "/b")) == [
        "duplicate",
        "stored",
    ]


def test_an_address_whose_target_failed_is_stored(site: LocalSite, lab: MakeLab) -> None:
    """What leads to a page that was given up is no duplicate: it is all there is."""
    target = site.put("/news/long.html", Then([Status(404), Page(article("Long"))]))
    site.put("/feed.xml", Page(rss([target])))
    made = lab(source([site.url("/feed.xml")]))
    made.crawl()
    short = site.put("/news/short.html", Redirect(target, 301))
    site.put("/feed.xml", Page(rss([short])))
    made.later(hours=1)
    made.crawl()
    assert (made.page(target).fetch_outcome, made.page(short).fetch_outcome) == ("http_404", "stored")


def test_many_sources_on_many_hosts(site: LocalSite, lab: MakeLab) -> None:
    """Outlets under their own names are crawled side by side, each by its own robots.txt."""
    rows = []
    for name in ("a", "b", "c"):
        host = f"{name}.localhost"
        site.put("/news/1.html", Page(article(name)), host=host)
        site.put("/feed.xml", Page(rss([f"http://{host}:{site.port}/news/1.html"])), host=host)
        rows.append(source([f"http://{host}:{site.port}/feed.xml"], source_id=f"outlet-{name}", domain=host))
    made = lab(*rows)
    counts = made.crawl()
    assert (counts["stored"], counts["polls_stored"]) == (3, 3)
    assert sorted(seen.host for seen in site.seen("/robots.txt")) == [
        "a.localhost",
        "b.localhost",
        "c.localhost",
    ]


def test_the_order_of_sources_leaves_no_trace(site: LocalSite, lab: MakeLab) -> None:
    """Two workspaces that list their sources in opposite order know the same pages with the same outcomes."""
    feeds = [site.put(f"/{number}.xml", Page(rss([link]))) for number, link in enumerate(stories(site, 3))]
    rows = [source([feed], source_id=f"outlet-{number}") for number, feed in enumerate(feeds)]
    one, other = lab(*rows), lab(*reversed(rows))
    assert one.crawl() == other.crawl()
    known = []
    for made in (one, other):
        pages = [made.page(site.url(f"/news/{number}.html")) for number in range(3)]
        known.append([(page.page_id, page.source_id, page.sha256, page.fetch_outcome) for page in pages])
    assert known[0] == known[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contact": ""}, r"crawl\.contact: empty.*news\.example\.org"),
        ({"contact": "a\nb"}, r"crawl\.contact"),
        ({"user_agent": ""}, r"crawl\.user_agent"),
    ],
)
def test_real_outlets_need_a_contact(lab: MakeLab, changes: dict[str, str], message: str) -> None:
    """Without a contact that can be sent no real host is asked for anything."""
    made = lab(source(["https://news.example.org/feed"], domain="example.org"), **changes)
    with pytest.raises(ConfigError, match=message):
        made.crawl()


def test_who_was_not_served_for_longest_comes_first() -> None:
    """Outlets never polled come first, then by their last poll, whatever their ids."""
    sources = [source([f"http://{name}.example/feed"], source_id=f"outlet-{name}") for name in "abc"]
    states = [
        FeedState(feed_url=f"http://{name}.example/feed", source_id="x", kind="feed", last_polled_at=at)
        for name, at in (("a", NOW), ("b", NOW - timedelta(hours=1)), ("c", None))
    ]
    order = [row.id for row in least_recently_served(sources, states)]
    assert order == ["outlet-c", "outlet-b", "outlet-a"]
