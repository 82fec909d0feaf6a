"""Doors for people: one address looked at closely, a site's feeds found, a directory checked.

None stores anything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from config.errors import ConfigError
from crawler.check import check_sources
from crawler.discover import discover
from crawler.inspect import inspect
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, Redirect, Status, article, rss, sitemap

MakeLab = Callable[..., Lab]


def test_inspect_shows_every_stage(site: LocalSite, lab: MakeLab) -> None:
    """Address, names, robots.txt, request, redirects, answer and outcome of one page."""
    site.put("/robots.txt", Page(b"User-agent: *\nCrawl-delay: 0.1", "text/plain"))
    url = site.put("/short", Redirect("/long.html"))
    site.put("/long.html", Page(article("Long")))
    made = lab(source([site.url("/feed.xml")]))
    found = inspect(url + "?utm_source=x#top", workspace=made.workspace, clock=made.clock)
    assert (found.outcome, found.answer.body, found.source and found.source.id) == (
        "stored",
        article("Long"),
        "outlet",
    )
    assert list(found.stages) == [
        "address",
        "names",
        "robots.txt",
        "request",
        "redirects",
        "answer",
        "outcome",
    ]
    assert found.stages["address"]["canonical"] == url
    assert found.stages["names"] == {
        "host": "127.0.0.1",
        "addresses": "127.0.0.1",
        "verdict": "private, allowed",
    }
    assert (found.stages["robots.txt"]["verdict"], found.stages["robots.txt"]["crawl delay, seconds"]) == (
        "rules",
        0.1,
    )
    assert found.stages["redirects"] == {"1": url}
    assert found.stages["answer"]["address"] == site.url("/long.html")
    assert made.store.pages.fetch_outcomes() == {}
    assert made.store.feeds.all() == []
    assert not made.workspace.archive_dir.exists()


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://127.0.0.1:1/x", "private_address"),
        ("http://nowhere.invalid/", "dns_failed"),
        ("mailto:a@b.org", "bad_url"),
    ],
)
def test_inspect_names_what_is_wrong(lab: MakeLab, url: str, outcome: str) -> None:
    """An address that cannot be fetched has its outcome, its meaning and no answer."""
    made = lab()
    found = inspect(url, workspace=made.workspace, clock=made.clock)
    assert (found.outcome, found.source) == (outcome, None)
    assert found.stages["answer"] == {}
    assert found.stages["robots.txt"] == {"verdict": "not asked"}
    assert found.stages["outcome"]["means"]


def test_discover(site: LocalSite, lab: MakeLab) -> None:
    """Feeds from the page's head and links, sitemaps from robots.txt; each tried, what cannot be read left
    out."""
    home = f"""<html><head><link rel="alternate" type="application/rss+xml" title="All news" href="/all.xml"><link rel="stylesheet" href="/feed.css">
    <link rel="alternate" type="application/atom+xml" href="{site.url("/broken.xml")}"></head><body><a href="/sport/rss">Sport</a><a href="/about">x</a></body></html>"""
    site.put("/", Page(home.encode()))
    site.put("/all.xml", Page(rss([("http://127.0.0.1/1", "Mon, 02 Mar 2026 07:00:00 GMT")])))
    site.put("/sport/rss", Page(rss(["http://127.0.0.1/2", "http://127.0.0.1/3"])))
    site.put("/broken.xml", Page(article("no feed")))
    site.put("/map.xml", Page(sitemap([site.url("/1")], dates=["2026-03-01"])))
    news = f'<urlset xmlns:n="x"><url><loc>{site.url("/1")}</loc><n:news><n:title>T</n:title><n:publication_date>2026-03-02</n:publication_date></n:news></url></urlset>'
    site.put("/news.xml", Page(news.encode()))
    site.put(
        "/robots.txt",
        Page(
            f"Sitemap: {site.url('/map.xml')}\nSitemap: {site.url('/news.xml')}\nSitemap: {site.url('/gone.xml')}".encode(),
            "text/plain",
        ),
    )
    made = lab(allow_private_addresses=True)
    found = discover(site.url("/"), workspace=made.workspace, clock=made.clock)
    assert [(row.kind, row.url, row.title, row.entries, row.announced_by) for row in found] == [
        ("feed", site.url("/all.xml"), "All news", 1, "home page"),
        ("feed", site.url("/sport/rss"), "Sport", 2, "home page"),
        ("sitemap", site.url("/map.xml"), "", 1, "robots.txt"),
        ("news_sitemap", site.url("/news.xml"), "", 1, "robots.txt"),
    ]
    assert found[0].newest == datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "message"),
    [("mailto:x", "not a web address"), ("http://127.0.0.1:1/", "connection_failed|robots_unreadable")],
)
def test_discover_says_what_is_wrong(lab: MakeLab, given: str, message: str) -> None:
    """A site that is none, or cannot be read, is an error that says so."""
    made = lab(allow_private_addresses=True)
    with pytest.raises(ConfigError, match=message):
        discover(given, workspace=made.workspace, clock=made.clock)


def test_check_sources(site: LocalSite, lab: MakeLab) -> None:
    """Each address of each source is asked once, and what it answers is told: read or not, how much, how new,
    how much of it is followed."""
    body = rss(
        [
            (site.url("/1"), "Mon, 02 Mar 2026 07:00:00 GMT"),
            (site.url("/2"), "Wed, 01 Jan 2025 07:00:00 GMT"),
            ("http://other.example/3", ""),
        ]
    )
    good, gone = site.put("/good.xml", Page(body)), site.put("/gone.xml", Status(410))
    index = site.put(
        "/index.xml",
        Page(f"<sitemapindex><sitemap><loc>{site.url('/s.xml')}</loc></sitemap></sitemapindex>".encode()),
    )
    made = lab(
        source([good, gone], source_id="zulu"),
        source([{"url": index, "kind": "sitemap"}], source_id="alpha", enabled=False),
    )
    rows = check_sources(workspace=made.workspace, clock=made.clock)
    assert [
        (row.source_id, row.url, row.outcome, row.status, row.entries, row.followed, row.off_domain)
        for row in rows
    ] == [
        ("alpha", index, "stored", 200, 1, 1, 0),
        ("zulu", good, "stored", 200, 3, 1, 1),
        ("zulu", gone, "http_410", 410, 0, 0, 0),
    ]
    assert rows[1].newest == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert [row.url for row in check_sources(workspace=made.workspace, clock=made.clock, only=["alpha"])] == [
        index
    ]
    with pytest.raises(ConfigError, match="no such source"):
        check_sources(workspace=made.workspace, clock=made.clock, only=["beta"])
    assert made.store.feeds.all() == []


def test_check_tells_what_a_listing_lost(site: LocalSite, lab: MakeLab) -> None:
    """Entries that cannot be read, and a listing that leads to another domain, are told with figures and its
    name."""
    entry = f"<item><link>{site.url('/1')}</link></item>"
    broken = site.put("/broken.xml", Page(f"<rss><channel>{entry}<item><title>& cut".encode()))
    moved = site.put("/moved.xml", Page(rss([f"http://new-name.example/{n}" for n in range(4)])))
    made = lab(source([broken, moved]))
    lost, gone = check_sources(workspace=made.workspace, clock=made.clock)
    assert (lost.entries, lost.followed, lost.unreadable, lost.unread_bytes) == (1, 1, 1, 18)
    assert (gone.followed, gone.refused, gone.leads_to) == (0, {"off_domain": 4}, "new-name.example")


def test_a_poll_records_what_it_read(site: LocalSite, lab: MakeLab) -> None:
    """Entries read, unreadable, followed and left aside by reason stay with the poll, and the newest of each
    feed is
    found."""
    entry = f"<item><link>{site.url('/1')}</link></item><item><link>http://other.example/2</link></item>"
    feed = site.put("/feed.xml", Page(f"<rss><channel>{entry}<item><title>& cut".encode()))
    made = lab(source([feed, site.url("/none.xml")]))
    made.crawl()
    made.later(hours=2)
    made.crawl()
    read, failed = made.store.feeds.last_polls()
    assert read.polled_at == failed.polled_at == made.clock.now()
    assert (read.entries, read.unreadable, read.followed, read.refused) == (2, 1, 1, {"off_domain": 1})
    assert (failed.outcome, failed.entries, failed.refused) == ("http_404", 0, {})
    assert [poll.unreadable for poll in made.polls()] == [1, 0, 1, 0]
