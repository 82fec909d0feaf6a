"""Servers that misbehave by name: each ends in its own outcome, and nothing else suffers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from scrapy import Request

from crawler import fetcher
from crawler.tickets import Ticket, request_for
from storage.archive import ArchiveReader
from tests.crawler.lab import NOW, Lab, assert_balanced, source
from tests.crawler.server import (
    BROKEN_FEED,
    EMPTY_PAGE,
    WRONG_CHARSET,
    BadGzip,
    Behaviour,
    Drop,
    EndlessPage,
    ForeverTaking,
    GzipBomb,
    LocalSite,
    Page,
    Partial,
    Redirect,
    RedirectChain,
    RedirectLoop,
    Silent,
    Status,
    Then,
    article,
    rss,
)

MakeLab = Callable[..., Lab]

FINAL: dict[str, tuple[Behaviour, str]] = {
    "good": (Page(article("Good")), "stored"),
    "empty": (EMPTY_PAGE, "empty"),
    "wrong-charset": (WRONG_CHARSET, "stored"),
    "missing": (Status(404), "http_404"),
    "gone": (Status(410), "http_410"),
    "forbidden": (Status(403), "http_4xx"),
    "paywall": (Status(402), "http_4xx"),
    "pdf": (Page(b"%PDF-1.7", "application/pdf"), "not_html"),
    "bad-gzip": (BadGzip(), "bad_encoding"),
    "bomb": (GzipBomb(), "too_large"),
    "endless": (EndlessPage(), "too_large"),
    "large": (Page(b"<html>" + b"x" * 200_000), "too_large"),
    "loop": (RedirectLoop(), "redirect_loop"),
    "chain": (RedirectChain(), "redirect_loop"),
    "nowhere": (Status(302), "redirect_loop"),
    "off-the-web": (Redirect("ftp://127.0.0.1/file"), "redirect_loop"),
    "network-card": (Redirect("http://[2001:4860::1%25nowhere]/"), "redirect_loop"),
}
PASSING: dict[str, tuple[Behaviour, str]] = {
    "error": (Status(500), "http_5xx"),
    "drop": (Drop(), "connection_failed"),
    "partial": (Partial(), "connection_failed"),
    "no-such-host": (Redirect("http://no-such-host.invalid/"), "dns_failed"),
    "closed-port": (Redirect("http://127.0.0.1:1/"), "robots_unreadable"),
}


def offer(site: LocalSite, behaviours: dict[str, tuple[Behaviour, str]]) -> tuple[str, dict[str, str]]:
    """Put pages on a site; its feed, and the address of each page with the outcome that it must have."""
    expected = {
        site.put(f"/p/{name}", behaviour): outcome for name, (behaviour, outcome) in behaviours.items()
    }
    return site.put("/feed.xml", Page(rss(list(expected)))), expected


def test_each_has_one_outcome(site: LocalSite, lab: MakeLab) -> None:
    """Named at once, and the sums balance; what came back is archived, what never came whole is not. What was
    refused
    is tried again while it is listed, and comes to the same."""
    feed, expected = offer(site, FINAL)
    made = lab(source([feed]))
    counts = made.crawl()
    assert {url: made.page(url).fetch_outcome for url in expected} == expected
    assert_balanced(counts)
    assert counts["tried"] == len(FINAL)
    outcomes = made.store.pages.fetch_outcomes(made.run_id)
    assert outcomes == {name: counts[name] for name in outcomes}
    unarchived = {name for name in FINAL if made.page(site.url(f"/p/{name}")).warc is None}
    assert unarchived == {"endless", "large", "loop", "chain", "off-the-web", "network-card"}
    made.later(days=30)
    refused = [outcome for outcome in expected.values() if outcome != "stored"]
    assert made.crawl()["tried"] == len(refused)
    assert {url: made.page(url).fetch_outcome for url in expected} == expected


def test_damaged_answers_are_archived_as_they_came(site: LocalSite, lab: MakeLab) -> None:
    """What cannot be unpacked is kept as it was sent."""
    feed, _ = offer(site, {"bad-gzip": FINAL["bad-gzip"]})
    made = lab(source([feed]))
    made.crawl()
    place = made.page(site.url("/p/bad-gzip")).warc
    assert place is not None
    assert ArchiveReader(made.workspace.archive_dir).read(place).body == b"this is no gzip stream at all"


def test_passing_failures_are_tried_again_and_then_final(site: LocalSite, lab: MakeLab) -> None:
    """Failures that may pass leave the page waiting, with a back-off, until the attempts are used up."""
    feed, expected = offer(site, PASSING)
    made = lab(source([feed]), attempts=2, allow_private_addresses=True)
    counts = made.crawl()
    assert counts["waiting"] == counts["tried"] == len(PASSING)
    assert_balanced(counts)
    assert {made.page(url).fetch_outcome for url in expected} == {None}
    assert {made.page(url).next_attempt_at for url in expected} == {NOW + timedelta(minutes=30)}
    made.later(minutes=29)
    assert made.crawl()["tried"] == 0
    made.later(hours=2)
    counts = made.crawl()
    assert {url: made.page(url).fetch_outcome for url in expected} == expected
    assert_balanced(counts)
    assert {made.page(url).attempts for url in expected} == {2}


@pytest.mark.slow
def test_time_limit(site: LocalSite, lab: MakeLab) -> None:
    """Servers that never answer, or drip for ever, are left after the time limit."""
    feed, expected = offer(site, {"silent": (Silent(), "timeout"), "drip": (ForeverTaking(), "timeout")})
    made = lab(source([feed]), attempts=1, timeout_seconds=1)
    made.crawl()
    assert {url: made.page(url).fetch_outcome for url in expected} == expected


def test_a_failure_that_passed(site: LocalSite, lab: MakeLab) -> None:
    """A page that failed once is stored when the server is well again."""
    feed, _ = offer(site, {"flaky": (Then([Status(503), Page(article("Back"))]), "stored")})
    made = lab(source([feed]))
    assert made.crawl()["waiting"] == 1
    made.later(hours=1)
    assert made.crawl()["stored"] == 1
    assert made.page(site.url("/p/flaky")).attempts == 2


def test_a_status_of_eleven_digits_fits_a_column(site: LocalSite, lab: MakeLab) -> None:
    """What no integer column of PostgreSQL holds is kept as 999, an error of the outlet's."""
    feed, expected = offer(site, {"long": (Status(99_999_999_999), "http_4xx")})
    made = lab(source([feed]))
    assert_balanced(made.crawl())
    (url,) = expected
    assert (made.page(url).fetch_outcome, made.page(url).status) == ("http_4xx", 999)


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (Status(500), "http_5xx"),
        (Status(404), "http_404"),
        (Drop(), "connection_failed"),
        (Page(article("A page, no feed")), "broken_feed"),
        (Page(b"\x00\x01"), "broken_feed"),
        (BadGzip(), "bad_encoding"),
        (GzipBomb(), "too_large"),
        (RedirectLoop(), "redirect_loop"),
    ],
)
def test_broken_polls(site: LocalSite, lab: MakeLab, behaviour: Behaviour, outcome: str) -> None:
    """A poll has one outcome too; failures are counted in the feed's state and back off from the second
    on."""
    feed = site.put("/feed.xml", behaviour)
    made = lab(source([feed]))
    for _ in range(2):
        counts = made.crawl()
        assert counts[f"polls_{outcome}"] == 1
        assert_balanced(counts)
        made.later(hours=1)
    state = made.store.feeds.get(feed)
    assert state is not None
    assert (state.failures, state.last_outcome) == (2, outcome)
    assert made.crawl()["polls"] == 0
    assert [poll.outcome for poll in made.polls()] == [outcome, outcome]


def test_an_error_nobody_foresaw_costs_one_request(
    site: LocalSite, lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a library below fails in its own way, that page waits for another try, and the pages beside it
    are stored."""
    feed, expected = offer(site, {"odd": (Page(article("Odd")), "connection_failed"), "good": FINAL["good"]})
    made = lab(source([feed]), attempts=1)

    def failing(url: str, ticket: Ticket) -> Request:
        if url.endswith("/odd"):
            raise LookupError("a table has no such entry")
        return request_for(url, ticket)

    monkeypatch.setattr(fetcher, "request_for", failing)
    assert_balanced(made.crawl())
    assert {url: made.page(url).fetch_outcome for url in expected} == expected


def test_a_feed_that_breaks_its_parser_hurts_no_other(site: LocalSite, lab: MakeLab) -> None:
    """A document that cannot be read at all is a broken feed of its outlet; the others are crawled as
    ever."""
    site.put("/bad.xml", Page(b"\x00<?xml version='1.0' encoding='\xfe'?><a " + b"<b " * 50))
    good = site.put("/feed.xml", Page(rss([site.put("/news/1.html", Page(article("One")))])))
    counts = lab(source([site.url("/bad.xml")], source_id="bad"), source([good], source_id="good")).crawl()
    assert (counts["polls_broken_feed"], counts["polls_stored"], counts["stored"]) == (1, 1, 1)


def test_a_torn_feed_gives_what_it_has(site: LocalSite, lab: MakeLab) -> None:
    """A feed that is cut off is read as far as it goes, and loses nothing that was known."""
    link = site.put("/news/1.html", Page(article("One")))
    torn = rss([link])[:-20]
    feed = site.put("/feed.xml", Then([Page(torn), BROKEN_FEED]))
    made = lab(source([feed]))
    assert made.crawl()["stored"] == 1
    made.later(hours=1)
    assert made.crawl()["polls_stored"] == 1
    assert made.page(link).fetch_outcome == "stored"


def test_one_bad_outlet_hurts_no_other(site: LocalSite, lab: MakeLab) -> None:
    """Beside an outlet whose server hangs up, another is crawled as ever."""
    site.put("/robots.txt", Drop(), host="bad.localhost")
    link = site.put("/news/1.html", Page(article("One")))
    made = lab(
        source([f"http://bad.localhost:{site.port}/feed.xml"], source_id="bad", domain="bad.localhost"),
        source([site.put("/feed.xml", Page(rss([link])))], source_id="good"),
    )
    counts = made.crawl()
    assert (counts["stored"], counts["polls_robots_unreadable"], counts["polls_stored"]) == (1, 1, 1)
