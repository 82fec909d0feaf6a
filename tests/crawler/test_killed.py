"""A crawl in a process of its own: killed anywhere, stopped by signal, and run again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from storage.archive import ArchiveReader, recover
from tests.crawler.child import start
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, Silent, Slow, article, rss

PAGES = 10


def wait_until(condition: Callable[[], bool], child: ForkServerProcess) -> None:
    """Return as soon as the condition holds."""
    ends = time.monotonic() + 60
    while not condition():
        assert child.is_alive(), child.exitcode
        assert time.monotonic() < ends
        time.sleep(0.005)


def served(site: LocalSite) -> int:
    """Page requests so far."""
    return sum(seen.path.startswith("/news/") for seen in list(site.requests))


@pytest.mark.slow
def test_kill_9_and_again(site: LocalSite, tmp_path: Path) -> None:
    """Killed at robots.txt, at the feed and in the middle of the pages, then run to the end: every page has
    one row, one outcome and its bytes.

    No page is fetched again whose row was written; what a kill can cost is the one page under way.
    """
    links = [
        site.put(f"/news/{number}.html", Slow(Page(article(f"Story {number}")), 0.03))
        for number in range(PAGES)
    ]
    feed = site.put("/feed.xml", Slow(Page(rss(links)), 0.03))
    site.put("/robots.txt", Slow(Page(b"", "text/plain"), 0.03))
    kills: list[Callable[[], bool]] = [
        lambda: len(site.seen("/robots.txt")) == 1,
        lambda: len(site.seen("/feed.xml")) == 1,
        lambda: served(site) == 4,
        lambda: served(site) == 8,
    ]
    for number, reached in enumerate(kills):
        child = start(tmp_path, feed, number)
        wait_until(reached, child)
        child.kill()
        child.join()
    child = start(tmp_path, feed, len(kills))
    child.join(60)
    assert child.exitcode == 0
    assert served(site) <= PAGES + 2
    lab = Lab(tmp_path, [source([feed])])
    recover(lab.workspace.archive_dir)
    reader = ArchiveReader(lab.workspace.archive_dir)
    for number, link in enumerate(links):
        page = lab.page(link)
        assert (page.fetch_outcome, page.attempts, page.origin) == ("stored", 1, "backfill")
        assert page.warc is not None
        assert reader.read(page.warc).body == article(f"Story {number}")
    assert lab.store.pages.fetch_outcomes() == {"stored": PAGES}
    assert not list(lab.workspace.archive_dir.glob("*.open"))
    lab.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_cleanly(site: LocalSite, tmp_path: Path, number: signal.Signals) -> None:
    """Told to stop while a server keeps it waiting, the crawl ends within seconds; what was fetched is
    safe, the rest stays due."""
    links = [site.put(f"/news/{number}.html", Page(article(f"Story {number}"))) for number in range(3)]
    hanging = site.put("/news/hanging.html", Silent())
    feed = site.put("/feed.xml", Page(rss([*links, hanging])))
    child = start(tmp_path, feed, 0)
    wait_until(lambda: len(site.seen("/news/hanging.html")) == 1, child)
    before = served(site) - 1
    told = time.monotonic()
    os.kill(child.pid or 0, number)
    child.join(60)
    assert time.monotonic() - told < 5
    assert child.exitcode == 128 + signal.SIGTERM
    lab = Lab(tmp_path, [source([feed])])
    assert lab.store.pages.fetch_outcomes().get("stored", 0) == before
    assert lab.store.pages.fetch_outcomes()["waiting"] == 4 - before
    assert not list(lab.workspace.archive_dir.glob("*.open"))
    lab.close()


@pytest.mark.slow
def test_a_signal_while_robots_txt_hangs(site: LocalSite, tmp_path: Path) -> None:
    """Also what is asked on behalf of several outlets at once is called off."""
    site.put("/robots.txt", Silent())
    child = start(tmp_path, site.url("/feed.xml"), 0)
    wait_until(lambda: len(site.seen("/robots.txt")) == 1, child)
    told = time.monotonic()
    child.terminate()
    child.join(60)
    assert time.monotonic() - told < 5
    assert child.exitcode == 128 + signal.SIGTERM
