"""robots.txt first and closed, one request at a time, delays, Retry-After."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.crawler.lab import NOW, Lab, assert_balanced, source
from tests.crawler.server import (
    Behaviour,
    Drop,
    Gzipped,
    LocalSite,
    Page,
    Redirect,
    RedirectLoop,
    Slow,
    Status,
    Then,
    article,
    rss,
)

MakeLab = Callable[..., Lab]
ROBOTS = "text/plain"


def outlet(site: LocalSite, pages: int = 3, **changes: float) -> tuple[Lab | None, list[str], str]:
    """Pages and a feed on the default host."""
    links = [site.put(f"/news/{number}.html", Page(article(f"Story {number}"))) for number in range(pages)]
    return None, links, site.put("/feed.xml", Page(rss(links)))


@pytest.mark.parametrize(
    "robots",
    [
        Status(500),
        Status(503),
        Status(429),
        Drop(),
        RedirectLoop(),
    ],
)
def test_unreadable_robots_mean_not_now(site: LocalSite, lab: MakeLab, robots: Behaviour) -> None:
    """Where robots.txt cannot be read nothing else is asked for, and the next crawl asks again."""
    _, _, feed = outlet(site)
    site.put("/robots.txt", robots)
    made = lab(source([feed]))
    counts = made.crawl()
    assert counts["polls_robots_unreadable"] == 1
    assert {seen.path for seen in site.requests} == {"/robots.txt"}
    site.put("/robots.txt", Status(404))
    made.later(hours=1)
    assert made.crawl()["stored"] == 3


def test_unreadable_robots_leave_pages_waiting(site: LocalSite, lab: MakeLab) -> None:
    """A page whose host's robots.txt fails is tried again in a later crawl."""
    link = f"http://www.paper.localhost:{site.port}/news/1.html"
    site.put("/news/1.html", Page(article("One")))
    site.put("/robots.txt", Then([Status(500), Status(404)]), host="www.paper.localhost")
    site.put("/feed.xml", Page(rss([link])))
    made = lab(source([f"http://feeds.paper.localhost:{site.port}/feed.xml"], domain="paper.localhost"))
    counts = made.crawl()
    assert counts["waiting"] == 1
    assert_balanced(counts)
    made.later(hours=1)
    assert made.crawl()["stored"] == 1


@pytest.mark.parametrize(
    "robots",
    [
        Page(b"User-agent: drumbeat\nDisallow: /news", ROBOTS),
        Page(b"User-agent: *\nDisallow: /*.html$", ROBOTS),
    ],
)
def test_denied_pages_are_never_asked_for(site: LocalSite, lab: MakeLab, robots: Behaviour) -> None:
    """What robots.txt forbids has its outcome without a request."""
    _, _, feed = outlet(site)
    site.put("/robots.txt", robots)
    made = lab(source([feed]))
    counts = made.crawl()
    assert counts["robots_denied"] == 3
    assert [seen.path for seen in site.requests] == ["/robots.txt", "/feed.xml"]
    assert made.archived("robots") == [site.url("/robots.txt")]


@pytest.mark.parametrize("status", [401, 403])
def test_a_locked_robots_txt_denies(site: LocalSite, lab: MakeLab, status: int) -> None:
    """Whoever locks robots.txt away does not invite robots."""
    _, _, feed = outlet(site)
    site.put("/robots.txt", Status(status))
    assert lab(source([feed])).crawl()["polls_robots_denied"] == 1
    assert len(site.requests) == 1


def test_robots_are_asked_on_every_host_of_a_redirect(site: LocalSite, lab: MakeLab) -> None:
    """A redirect to another host passes that host's robots.txt first; robots.txt itself may be redirected."""
    link = site.put("/news/1.html", Redirect(f"http://closed.localhost:{site.port}/news/1.html"))
    site.put("/robots.txt", Redirect("/robots-too.txt"))
    site.put("/robots-too.txt", Page(b"User-agent: *\nAllow: /", ROBOTS))
    site.put("/robots.txt", Page(b"User-agent: *\nDisallow: /", ROBOTS), host="closed.localhost")
    made = lab(source([site.put("/feed.xml", Page(rss([link])))]), allow_private_addresses=True)
    assert made.crawl()["robots_denied"] == 1
    assert [seen.path for seen in site.requests if seen.host == "closed.localhost"] == ["/robots.txt"]
    assert made.page(link).final_url == link


@pytest.mark.slow
def test_delay_per_host(site: LocalSite, lab: MakeLab) -> None:
    """Between two requests to a host lies the longest of the settings', the source's and robots.txt's
    delay; hosts do not wait for each other."""
    delays = {
        "settings.localhost": (None, b"", 0.4),
        "source.localhost": (0.6, b"", 0.6),
        "robots.localhost": (0.2, b"User-agent: *\nCrawl-delay: .8", 0.8),
    }
    rows = []
    for host, (own, robots, _) in delays.items():
        base = f"http://{host}:{site.port}"
        site.put("/robots.txt", Page(robots, ROBOTS), host=host)
        site.put("/feed.xml", Page(rss([f"{base}/a.html", f"{base}/b.html"])), host=host)
        rows.append(
            source([f"{base}/feed.xml"], source_id=host.replace(".", "-"), domain=host, delay_seconds=own)
        )
    lab(*rows, delay_seconds=0.4).crawl()
    for host, (_, _, expected) in delays.items():
        times = [seen.at for seen in site.requests if seen.host == host]
        # The first gap is robots.txt to feed, before robots.txt's own delay is known.
        gaps = [after - before for before, after in pairwise(times)][1:]
        assert len(gaps) == 2
        assert min(gaps) > expected * 0.9, host
    assert site.requests[1].host != site.requests[0].host


def test_one_request_at_a_time(site: LocalSite, lab: MakeLab) -> None:
    """Two outlets on one host never have two requests under way there."""
    under_way: list[int] = []
    most = 0

    class Counting:
        """A page that takes a moment and watches who else is there."""

        def serve(self, request: object) -> None:
            nonlocal most
            under_way.append(1)
            most = max(most, len(under_way))
            Slow(Page(article("x")), 0.03).serve(request)  # type: ignore[arg-type]
            under_way.pop()

    rows = []
    for name in ("one", "two"):
        links = [site.put(f"/{name}/{number}.html", Counting()) for number in range(3)]
        rows.append(source([site.put(f"/{name}.xml", Page(rss(links)))], source_id=name))
    assert lab(*rows).crawl()["stored"] == 6
    assert most == 1


def test_retry_after_for_pages(site: LocalSite, lab: MakeLab) -> None:
    """A host that asks us to stay away is left alone: the page waits, the others of that host are not even
    asked for."""
    _, links, feed = outlet(site)
    for number in range(3):
        site.put(f"/news/{number}.html", Status(503, {"Retry-After": "7200"}))
    made = lab(source([feed]))
    counts = made.crawl()
    assert (counts["waiting"], counts["tried"], counts["postponed"]) == (1, 1, 2)
    assert_balanced(counts)
    assert sum(len(site.seen(f"/news/{number}.html")) for number in range(3)) == 1
    waits = [made.page(link).next_attempt_at for link in links]
    assert all(wait is not None and wait > NOW + timedelta(minutes=119) for wait in waits)
    assert sorted(made.page(link).attempts for link in links) == [0, 0, 1]
    made.later(hours=1)
    assert made.crawl()["tried"] == 0


def test_retry_after_for_feeds(site: LocalSite, lab: MakeLab) -> None:
    """A feed is not polled before the date its server named, not even by hand."""
    feed = site.put(
        "/feed.xml", Then([Status(429, {"Retry-After": "Mon, 02 Mar 2026 12:00:00 GMT"}), Page(rss([]))])
    )
    made = lab(source([feed]))
    assert made.crawl()["polls_http_4xx"] == 1
    made.later(hours=3, minutes=59)
    assert made.crawl(only=["outlet"])["polls"] == 0
    made.later(minutes=1)
    assert made.crawl()["polls_stored"] == 1


@pytest.mark.slow
def test_a_short_pause_is_waited_out(site: LocalSite, lab: MakeLab) -> None:
    """A second's pause is kept within the crawl."""
    links = [
        site.put("/news/0.html", Status(503, {"Retry-After": "1"})),
        site.put("/news/1.html", Status(503, {"Retry-After": "1"})),
    ]
    made = lab(source([site.put("/feed.xml", Page(rss(links)))]))
    assert made.crawl()["waiting"] == 2
    first, second = sorted(seen.at for path in ("/news/0.html", "/news/1.html") for seen in site.seen(path))
    assert second - first > 0.9


def test_too_many_requests_without_a_word_how_long(site: LocalSite, lab: MakeLab) -> None:
    """After a bare 429 the host is left alone for the rest of the crawl."""
    _, _, feed = outlet(site)
    for number in range(3):
        site.put(f"/news/{number}.html", Status(429))
    counts = lab(source([feed])).crawl()
    assert (counts["waiting"], counts["postponed"]) == (1, 2)


def test_an_endless_crawl_delay_is_a_no(site: LocalSite, lab: MakeLab) -> None:
    """A host that wants hours between two requests is not crawled."""
    _, _, feed = outlet(site)
    site.put("/robots.txt", Page(b"User-agent: *\nCrawl-delay: 86400", ROBOTS))
    assert lab(source([feed])).crawl()["polls_robots_denied"] == 1


def test_a_slow_host_does_not_hold_up_the_schedule(site: LocalSite, lab: MakeLab) -> None:
    """When an outlet's time is up, in the middle of an answer too, its remaining polls and pages wait for the
    next crawl."""
    _, _, feed = outlet(site)
    slow = site.put("/slow.xml", Slow(Page(rss([])), 5.0))
    counts = lab(source([feed, slow, site.url("/never.xml")]), source_seconds=3.0).crawl()
    assert (counts["polls"], counts["found"], counts["tried"], counts["postponed"]) == (1, 3, 0, 3)
    assert not site.seen("/never.xml")


@pytest.mark.parametrize("filler", [b"# comment\n" * 60_000, b"#" * 600_000])
def test_of_a_long_robots_txt_the_beginning_counts(site: LocalSite, lab: MakeLab, filler: bytes) -> None:
    """Rules in the first 512 kB hold, those behind them do not (RFC 9309 2.5), packed or not."""
    _, _, feed = outlet(site)
    rule = b"User-agent: *\nDisallow: /news/\n"
    for body, outcome in ((rule + filler, "robots_denied"), (filler + b"\n" + rule, "stored")):
        for robots in (Page(body, "text/plain"), Gzipped(body, "text/plain")):
            site.put("/robots.txt", robots)
            assert lab(source([feed])).crawl()[outcome] == 3
