"""The archive before the rows, in groups, and nothing said to be safe that is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import recording
from crawler.answers import Answer
from crawler.recording import GROUP, Entry, Recorder
from storage.archive import ArchiveWriter
from storage.errors import DatabaseLocked, DiskFull
from storage.stores.pages import PageStore
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, article, rss

MakeLab = Callable[..., Lab]
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


class _Log:
    """Stands for archive and store; writes down who was called, in order."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.pages = self

    def write(self, **said: Any) -> str:
        self.calls.append("write")
        return f"place of {said['url']}"

    def sync(self) -> None:
        self.calls.append("sync")

    def record_fetch(self, pages: list[Any]) -> None:
        self.calls.append(f"rows {len(pages)}")


def _answer(number: int) -> Answer:
    url = f"http://o.example/{number}"
    return Answer(url=url, final_url=url, kind="page", fetched_at=NOW, status=200)


def test_groups_share_one_sync_and_rows_come_last() -> None:
    """Of a hundred answers that come at once, fifty share a sync; the rows that point to them are written
    after it."""
    log = _Log()

    async def work() -> None:
        from storage.records import Page as PageRecord

        with ThreadPoolExecutor(1) as thread:
            recorder = Recorder(log, log, thread)  # type: ignore[arg-type]
            page = PageRecord(page_id="p", url="u", source_id="o", discovered_at=NOW, origin="live")
            await asyncio.gather(
                *(recorder.put(Entry(answer=_answer(number), page=page)) for number in range(2 * GROUP))
            )
            await recorder.flush()

    asyncio.run(work())
    assert log.calls == [*["write"] * GROUP, "sync", f"rows {GROUP}"] * 2


def test_what_is_called_off_is_written_all_the_same() -> None:
    """Somebody who stops waiting does not lose what was put."""
    log = _Log()

    async def work() -> None:
        with ThreadPoolExecutor(1) as thread:
            recorder = Recorder(log, log, thread)  # type: ignore[arg-type]
            putting = asyncio.ensure_future(recorder.keep(_answer(1)))
            await asyncio.sleep(0)
            putting.cancel()
            await recorder.flush()

    asyncio.run(work())
    assert log.calls == ["write", "sync"]


@pytest.mark.parametrize(
    ("where", "method", "problem"),
    [(ArchiveWriter, "sync", DiskFull("no room")), (PageStore, "record_fetch", DatabaseLocked("locked"))],
)
def test_a_failing_store_ends_the_crawl_and_loses_nothing(
    site: LocalSite,
    lab: MakeLab,
    monkeypatch: pytest.MonkeyPatch,
    where: type,
    method: str,
    problem: Exception,
) -> None:
    """A full disk or a locked database is an error of its own name; the next crawl takes up what is
    missing."""
    links = [site.put(f"/news/{number}.html", Page(article(f"Story {number}"))) for number in range(4)]
    made = lab(source([site.put("/feed.xml", Page(rss(links)))]))
    real = getattr(where, method)
    calls = 0

    def failing(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise problem
        return real(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(where, method, failing)
        with pytest.raises(type(problem)):
            made.crawl()
    counts = made.store.pages.fetch_outcomes()
    assert counts["waiting"] > 0
    made.crawl(only=["outlet"])
    assert made.store.pages.fetch_outcomes() == {"stored": 4}


def test_a_crawl_leaves_nothing_behind(site: LocalSite, lab: MakeLab) -> None:
    """After a crawl its threads are gone and the reactor resolves names as before; a hundred can run in
    one process."""
    import threading

    from crawler.running import the_reactor

    made = lab(source([site.put("/feed.xml", Page(rss([])))]))
    made.crawl()
    resolver = the_reactor().nameResolver
    made.crawl(only=["outlet"])
    assert the_reactor().nameResolver is resolver
    for thread in threading.enumerate():
        if thread.name.startswith(("crawl", "store")):
            thread.join(10)
            assert not thread.is_alive()
    assert recording.LINGER_SECONDS < 0.05


def test_the_archive_holds_what_the_rows_say(site: LocalSite, lab: MakeLab, tmp_path: Path) -> None:
    """Archive and rows agree by the storage room's own check."""
    from storage.check import check

    links = [site.put(f"/news/{number}.html", Page(article(f"Story {number}"))) for number in range(3)]
    made = lab(source([site.put("/feed.xml", Page(rss([*links, site.url("/missing")])))]))
    made.crawl()
    report = check(made.store, made.workspace.archive_dir, adopt=False, clock=made.clock)
    assert (report.orphans, report.missing) == ((), ())
