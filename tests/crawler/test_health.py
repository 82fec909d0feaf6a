"""What is wrong with a feed is told apart, kept since when, and a change of it is a finding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from crawler.check import check_sources
from crawler.health import condition_of
from storage.records.conditions import CONDITIONS
from tests.crawler.lab import NOW, Lab, source
from tests.crawler.server import (
    Behaviour,
    Drop,
    LocalSite,
    Page,
    Redirect,
    RedirectLoop,
    Silent,
    Status,
    Then,
    article,
    rss,
)

MakeLab = Callable[..., Lab]
HUMAN = (
    b"<html><head><title>Just a moment...</title></head><body><script src='/cdn-cgi/challenge-platform/x'>"
)
EMPTY = b"<?xml version='1.0'?><rss version='2.0'><channel><title>F</title></channel></rss>"
TROUBLES: dict[str, Behaviour] = {
    "gone": Status(404),
    "forbidden": Status(403),
    "rate_limited": Status(429),
    "server_error": Status(502),
    "refused": Status(418),
    "unreachable": Drop(),
    "redirects": RedirectLoop(),
    "challenge": Page(HUMAN, status=403),
    "empty": Page(EMPTY, "application/rss+xml"),
    "unreadable": Page(b"\x00\x01 no feed at all"),
    "moved": Page(rss([f"http://elsewhere.example/{n}" for n in range(9)]), "application/rss+xml"),
    "private": Redirect("http://10.0.0.1/feed.xml"),
    "well": Page(rss(["/news/1.html"]), "application/rss+xml"),
}


def condition(made: Lab) -> str:
    """Of the one feed."""
    [health] = made.store.health.all()
    return health.condition


@pytest.mark.parametrize("name", sorted(TROUBLES))
def test_each_trouble_by_its_name(site: LocalSite, lab: MakeLab, name: str) -> None:
    """A crawl and a check name the same trouble, and each has a remedy."""
    site.put("/news/1.html", Page(article("One")))
    made = lab(source([site.put("/feed.xml", TROUBLES[name])]))
    made.crawl()
    assert condition(made) == name
    assert all(CONDITIONS[name])
    checked = check_sources(workspace=made.workspace, clock=made.clock)
    assert [row.condition for row in checked] == [name]


def test_a_slow_feed_is_unreachable(site: LocalSite, lab: MakeLab) -> None:
    """No answer in time."""
    made = lab(source([site.put("/feed.xml", Silent())]), timeout_seconds=0.3)
    made.crawl()
    assert condition(made) == "unreachable"


@pytest.mark.parametrize(
    ("robots", "expected"),
    [
        (Page(b"User-agent: *\nDisallow: /", "text/plain"), "robots_closed"),
        (Status(403), "robots_closed"),
        (Page(HUMAN, status=403), "challenge"),
        (Status(500), "robots_unreadable"),
        (Drop(), "unreachable"),
    ],
)
def test_what_stands_behind_robots_txt(
    site: LocalSite, lab: MakeLab, robots: Behaviour, expected: str
) -> None:
    """A closed robots.txt, one that fails, and a host that cannot be reached at all are told apart."""
    site.put("/robots.txt", robots)
    made = lab(source([site.put("/feed.xml", Page(rss([])))]))
    made.crawl()
    assert condition(made) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({"cf-mitigated": "challenge"}, "challenge"), ({"server": "cloudflare"}, "forbidden")],
)
def test_a_challenge_by_its_header(
    site: LocalSite, lab: MakeLab, headers: dict[str, str], expected: str
) -> None:
    """The header says it, not the name of the server."""
    made = lab(source([site.put("/feed.xml", Status(403, headers))]))
    made.crawl()
    assert condition(made) == expected


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("robots.txt: tls_failed: certificate has expired", "tls"),
        ("robots.txt: dns_failed: no such host", "dns"),
        ("robots.txt: http_5xx: HTTP 500", "robots_unreadable"),
        ("robots.txt: takes too long to read", "robots_unreadable"),
    ],
)
def test_the_cause_behind_an_unreadable_robots_txt(detail: str, expected: str) -> None:
    """TLS and DNS are named although robots.txt is asked first."""
    assert condition_of("robots_unreadable", None, detail)[0] == expected


def test_changes_are_findings(site: LocalSite, lab: MakeLab) -> None:
    """Well, broken twice, well again: two changes, and the trouble keeps the moment of its beginning."""
    well = Page(rss(["/news/1.html"]), "application/rss+xml")
    site.put("/news/1.html", Page(article("One")))
    feed = site.put("/feed.xml", Then([well, Status(404), Status(404), well]))
    made = lab(source([feed], poll_minutes=60))
    seen = []
    for _ in range(4):
        made.crawl()
        [health] = made.store.health.all()
        seen.append((health.condition, health.since))
        made.later(hours=3)
    broken = NOW + timedelta(hours=3)
    assert seen == [("well", NOW), ("gone", broken), ("gone", broken), ("well", NOW + timedelta(hours=9))]
    changes = made.store.health.changes(NOW, NOW + timedelta(days=1))
    assert [(change.before, change.after) for change in changes] == [("well", "gone"), ("gone", "well")]


def test_a_section_whose_layout_changed(site: LocalSite, lab: MakeLab) -> None:
    """Articles were found there before, and none now."""
    links = [
        site.put(f"/news/2026/03/0{n}/a-headline-of-the-day-{n}.html", Page(article(f"S {n}")))
        for n in range(1, 9)
    ]
    rows = "".join(
        f"<li><h2><a href='{link}'>A headline of the day number {n}</a></h2></li>"
        for n, link in enumerate(links)
    )
    before, after = (Page(f"<html><body><ul>{rows}</ul></body></html>".encode()), Page(b"<html><body><p>new"))
    section = {"url": site.put("/section", Then([before, after])), "kind": "section"}
    made = lab(source([section]))  # type: ignore[list-item]
    made.crawl()
    assert condition(made) == "well"
    made.later(hours=3)
    made.crawl()
    assert condition(made) == "layout_changed"


def test_a_feed_without_news(site: LocalSite, lab: MakeLab) -> None:
    """A feed that brought two entries a day and nothing for a month; one that always was
    that quiet is well.
    """
    days = [f"{n:02d} Feb 2026" for n in range(22, 29)]
    busy = [(f"/news/{n}-{k}.html", f"{day} 0{k}:00:00 GMT") for n, day in enumerate(days) for k in (7, 9)]
    feeds = [
        site.put("/busy.xml", Page(rss(busy), "application/rss+xml")),
        site.put(
            "/quiet.xml", Page(rss([("/news/old.html", "10 Feb 2026 08:00:00 GMT")]), "application/rss+xml")
        ),
    ]
    made = lab(source(feeds))
    for _ in range(30):
        made.crawl()
        made.later(days=1)
    found = {health.feed_url: health.condition for health in made.store.health.all()}
    assert found == {feeds[0]: "no_news", feeds[1]: "well"}


def test_never_tried_addresses_are_told_at_their_first_crawl(site: LocalSite, lab: MakeLab) -> None:
    """Of two addresses that nobody had tried the dead one is told, once."""
    site.put("/news/1.html", Page(article("One")))
    feeds = [site.put("/feed.xml", Page(rss(["/news/1.html"]))), site.put("/dead.xml", Status(404))]
    made = lab(source(feeds, never_tried="2026-01-01"))
    counts = made.crawl()
    assert (counts["first_tried"], counts["first_tried_dead"]) == (2, 1)
    made.later(days=2)
    assert "first_tried" not in made.crawl()
