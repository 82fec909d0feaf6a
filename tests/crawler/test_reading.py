"""Listings that are made to harm: they cost their own outlet a poll, and nobody else anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler import apart
from crawler.apart import close_readers
from crawler.reading import read_listing
from tests.crawler.child import start
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, article, rss

MakeLab = Callable[..., Lab]
ATTRIBUTES = b"<html><body><a " + b" ".join(b"x%d=1" % n for n in range(400_000)) + b">x</a>"
"""Reading it takes minutes: each attribute is compared with all before it."""


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two seconds for a document."""
    monkeypatch.setattr(apart, "READING_SECONDS", 2.0)
    yield
    close_readers()


def test_an_endless_document_is_given_up(patience: None) -> None:
    """What takes longer than its time is unreadable, and the next document is read."""

    async def work() -> tuple[bool, int]:
        bad = await read_listing("section", ATTRIBUTES, "http://o.example/")
        good = await read_listing("feed", rss(["http://o.example/1"]), "http://o.example/")
        return bad.readable, len(good.links)

    assert asyncio.run(work()) == (False, 1)


def test_a_hostile_outlet_holds_up_nobody(site: LocalSite, lab: MakeLab, patience: None) -> None:
    """Beside two outlets whose listings take for ever, the others are crawled whole, and the crawl ends."""
    bad = [site.put(f"/bad{n}", Page(ATTRIBUTES)) for n in range(2)]
    links = [site.put(f"/news/{number}.html", Page(article(f"Story {number}"))) for number in range(5)]
    good = site.put("/feed.xml", Page(rss(links)))
    sources = [source([{"url": url, "kind": "section"}], source_id=f"a{n}") for n, url in enumerate(bad)]
    began = time.monotonic()
    counts = lab(*sources, source([good], source_id="good"), max_page_bytes=9_000_000).crawl()
    assert (counts["polls_broken_feed"], counts["stored"]) == (2, 5)
    assert time.monotonic() - began < 60


@pytest.mark.slow
def test_a_crawl_ends_at_a_signal_while_a_document_is_read(site: LocalSite, tmp_path: Path) -> None:
    """Told to end in the middle of a document that takes minutes, the process is gone within ten seconds."""
    child = start(tmp_path, site.put("/bad", Page(ATTRIBUTES)), 0, "section")
    ends = time.monotonic() + 60
    while not site.seen("/bad") and time.monotonic() < ends:
        time.sleep(0.01)
    time.sleep(2)
    child.terminate()
    child.join(10)
    assert child.exitcode is not None


@pytest.mark.parametrize(
    "body",
    [
        b"\n" * 1_000_000 + b"<rss><channel></channel></rss>",
        b"<rss><channel>" + b"<item></item>" * 300_000,
        b"<rss><channel><item>" + b"<![CDATA[" * 50_000,
        b"<rss><channel><item>" + b"<!--" * 100_000,
        b"<rss><channel>" + b"<item><title>" * 60_000,
        b"<rss><channel><item><link>" + b"&" * 2_000_000,
    ],
    ids=["newlines", "empty items", "open sections", "open comments", "open items", "ampersands"],
)
def test_reading_takes_a_time_that_follows_the_size(body: bytes) -> None:
    """Documents on which readers of feeds take the square of their length are read, or given up, in
    seconds."""
    from crawler.feeds import parse_listing

    began = time.process_time()
    parse_listing("feed", body, "http://o.example/")
    assert time.process_time() - began < 10
