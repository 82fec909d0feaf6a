"""What an answer to /robots.txt allows."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import FixedClock
from crawler.answers import Answer
from crawler.robots import RobotsBook, RobotsDenied, RobotsUnreadable, Rules, product_token, read_rules

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
PAGE = "http://o.example/news/1"


def rules(body: bytes = b"", status: int | None = 200, **changes: Any) -> Rules:
    """Rules read from an answer."""
    url = "http://o.example/robots.txt"
    return read_rules(
        Answer(url=url, final_url=url, kind="robots", fetched_at=NOW, status=status, body=body, **changes),
        "Drumbeat",
    )


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (rules(), "rules"),
        (rules(status=404), "allowed"),
        (rules(status=410), "allowed"),
        (rules(status=400), "allowed"),
        (rules(b"nonsense \x00 \xff"), "rules"),
    ],
)
def test_no_rules_allow_everybody(given: Rules, verdict: str) -> None:
    """No robots.txt, an empty one and one without a rule let everybody fetch everything."""
    assert given.verdict == verdict
    for token in ("Drumbeat", "other"):
        given.check(PAGE, token)


@pytest.mark.parametrize(
    ("given", "url", "token"),
    [
        (rules(b"User-agent: other\nDisallow: /"), PAGE, "other"),
        (rules(b"User-agent: *\nDisallow: /\nUser-agent: DRUMBEAT\nAllow: /"), PAGE, "other"),
        (rules(b"\xef\xbb\xbfUser-agent: *\nDisallow: /private"), "http://o.example/private/1", "Drumbeat"),
        (rules(b"User-agent: *\nDisallow: /news\nAllow: /news/1"), "http://o.example/news/2", "Drumbeat"),
        (
            rules("User-agent: *\nDisallow: /private".encode("utf-16")),
            "http://o.example/private/1",
            "Drumbeat",
        ),
        (
            rules("\ufeffUser-agent: *\nDisallow: /private".encode("utf-16-be")),
            "http://o.example/private/1",
            "Drumbeat",
        ),
    ],
)
def test_allowed(given: Rules, url: str, token: str) -> None:
    """Rules for others, for us by name in any case, for other pages, behind a byte-order mark: our page
    passes, what they forbid does not."""
    given.check(PAGE, "Drumbeat")
    with pytest.raises(RobotsDenied, match=f"forbids {url} to {token}"):
        given.check(url, token)


@pytest.mark.parametrize(
    "given",
    [
        rules(b"User-agent: *\nDisallow: /news"),
        rules(b"user-agent: drumbeat\ndisallow: /*/1$"),
        rules(status=401),
        rules(status=403),
    ],
)
def test_denied(given: Rules) -> None:
    """Rules that match us, wildcards too, and a locked robots.txt forbid."""
    with pytest.raises(RobotsDenied):
        given.check(PAGE, "Drumbeat")


@pytest.mark.parametrize(
    "given",
    [
        rules(status=500),
        rules(status=503),
        rules(status=429),
        rules(status=None, failure="timeout", detail="slow"),
        rules(status=None, failure="connection_failed"),
        rules(status=None, failure="dns_failed"),
        rules(status=None, failure="too_large"),
    ],
)
def test_unreadable_means_not_now(given: Rules) -> None:
    """Server errors, no answer and endless redirects never mean "allow all"."""
    with pytest.raises(RobotsUnreadable, match=r"robots\.txt"):
        given.check(PAGE, "Drumbeat")


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><html>soft 404", b"\xef\xbb\xbf\n<HTML>", b"<!-- front --><html lang=fr>"]
)
def test_a_web_page_in_its_place_holds_no_rules(body: bytes) -> None:
    """A front page or an error page sent as robots.txt forbids nothing (RFC 9309 2.2)."""
    assert rules(body).verdict == "allowed"
    rules(body).check(PAGE, "Drumbeat")


def test_delays_and_sitemaps() -> None:
    """Crawl-delay and Request-rate, the slower counts; sitemaps are told."""
    found = rules(b"User-agent: *\nCrawl-delay: 7\nRequest-rate: 1/10s\nSitemap: http://o.example/s.xml")
    assert (found.delay_seconds, found.sitemaps) == (10.0, ("http://o.example/s.xml",))
    assert rules(b"User-agent: *\nCrawl-delay: soon").delay_seconds == 0.0


def test_product_token() -> None:
    """robots.txt addresses the first word of the user agent."""
    assert product_token("Drumbeat/0.1 (+media research)") == "Drumbeat"
    assert product_token("Desk Reader/2") == "Desk"


def test_asked_once_a_day() -> None:
    """Each site is asked once, by whoever comes first, and again after a day of clock time."""
    clock = FixedClock(NOW)
    asked: list[str] = []

    async def ask(address: str) -> Rules:
        asked.append(address)
        await asyncio.sleep(0)
        return rules()

    async def work() -> None:
        book = RobotsBook(clock)
        await asyncio.gather(
            *(book.rules(f"http://o.example/{n}", ask) for n in range(5)),
            book.rules("https://o.example/1", ask),
        )
        assert await book.known("http://o.example/7") is not None
        assert await book.known("http://other.example/") is None
        clock.advance(timedelta(hours=24))
        await book.rules(PAGE, ask)

    asyncio.run(work())
    assert asked == [
        "http://o.example/robots.txt",
        "https://o.example/robots.txt",
        "http://o.example/robots.txt",
    ]


@pytest.mark.quality
@pytest.mark.skipif(not os.environ.get("DRUMBEAT_DATA"), reason="needs the data folder: set DRUMBEAT_DATA")
def test_every_robots_txt_of_the_data_is_read() -> None:
    """Of 2,184 real files, each gives rules or is told to be a web page, which holds none; none raises."""
    folder = Path(os.environ["DRUMBEAT_DATA"]) / "robots"
    html = {
        row["file"]
        for row in map(json.loads, gzip.decompress((folder / "index.jsonl.gz").read_bytes()).splitlines())
        if row["looks_html"]
    }
    with tarfile.open(folder / "files.tar.gz") as packed:
        files = {
            Path(member.name).name: packed.extractfile(member).read() for member in packed if member.isfile()
        }  # type: ignore[union-attr]
    verdicts = {name: rules(body).verdict for name, body in files.items()}
    assert {name for name, verdict in verdicts.items() if verdict != "rules"} == html
