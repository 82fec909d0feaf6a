"""The door of crawling: fetch what the outlets published since the last time, and archive it.

    crawl(...)      in a reactor that runs already; a Deferred with the counts
    run_crawl(...)  the same with a reactor of its own

    sources, those first that were not served for longest
            --> all outlets at once (outlet.py), each request in its turn (places.py) --> Fetcher (gates,
             Scrapy)
            --> Recorder (archive, then rows)

Counts: `sources`; `polls` = sum of `polls_<outcome>`; `found` new pages; `tried` = sum of the fetch outcomes,
`waiting` among them (failed for a passing reason, tried again later); `postponed` pages that were due but not
asked for (the host wants peace, or time was up); `looked_again` = sum of `looked_again_<outcome>`, stored
pages that a listing dated anew.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from config.clock import Clock
from config.progress import Progress
from config.sources import SourceConfig
from config.workspace import Workspace
from crawler.additions import Additions
from crawler.asking import CrawlTools
from crawler.fetcher import Fetcher
from crawler.outlet import DAY, OutletCrawl, chosen_sources, require_browser, require_known
from crawler.pauses import HostPauses
from crawler.places import WEIGHT_OF_A_FAILURE
from crawler.recording import Recorder
from crawler.running import run_in_reactor, start_in_reactor
from crawler.session import open_session, require_contact
from storage.archive import ArchiveWriter
from storage.records import FeedState
from storage.store import Store

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    store: Store
    workspace: Workspace
    clock: Clock
    run_id: str
    progress: Progress
    archive: ArchiveWriter
    only: frozenset[str]


def crawl(
    *,
    store: Store,
    workspace: Workspace,
    clock: Clock,
    run_id: str,
    progress: Progress,
    archive: ArchiveWriter,
    only: Collection[str] = (),
) -> Deferred[dict[str, int]]:
    """Crawl once inside a running asyncio reactor; fires with the counts.

    Cancelling it, or stopping the reactor, ends the crawl within moments: what was fetched is made safe
    first, the rest stays due.

    Args:
        only: ids of sources to crawl now, whether or not their interval is over; empty means all that are
            due.

    Raises (as a failure of the Deferred):
        ConfigError: `only` names no source, or real outlets are to be crawled without a contact.
        StorageError: rows or archive could not be written.
    """
    job = _Job(
        store=store,
        workspace=workspace,
        clock=clock,
        run_id=run_id,
        progress=progress,
        archive=archive,
        only=frozenset(only),
    )
    return start_in_reactor(_crawl(job))


def run_crawl(
    *,
    store: Store,
    workspace: Workspace,
    clock: Clock,
    run_id: str,
    progress: Progress,
    archive: ArchiveWriter,
    only: Collection[str] = (),
) -> dict[str, int]:
    """Crawl once with a reactor of its own, which a process can start only once.

    In a process whose reactor runs in another thread, in that one.

    Raises:
        ConfigError, StorageError: see `crawl`.
        SystemExit: a signal ended the crawl; what was fetched is safe.
    """
    return run_in_reactor(
        lambda: crawl(
            store=store,
            workspace=workspace,
            clock=clock,
            run_id=run_id,
            progress=progress,
            archive=archive,
            only=only,
        )
    )


async def _crawl(job: _Job) -> dict[str, int]:
    sources = _sources(job)
    now, settings = job.clock.now(), job.workspace.settings.crawl
    burden = burdens(job.store.feeds.all())
    spent = job.store.pages.fetched_by_source(now - DAY)
    pauses = HostPauses(job.clock, job.store.health.pauses(now))
    writer = ThreadPoolExecutor(1, thread_name_prefix="store")
    recorder = Recorder(job.store, job.archive, writer)
    counts: Counter[str] = Counter(sources=len(sources), polls=0, found=0, tried=0)

    async def work(fetcher: Fetcher) -> None:
        fetcher.places.rank({source.id: burden.get(source.id, 0.0) for source in sources})
        tools = _tools(job, fetcher, recorder, counts, spent)
        try:
            await _crawl_outlets(sources, tools, job.progress)
        finally:
            await recorder.flush()

    try:
        await open_session(
            work,
            settings=settings,
            clock=job.clock,
            keep=recorder.keep,
            pauses=pauses,
            additions=Additions(job.workspace.root, job.workspace.settings.scrapy),
        )
    finally:
        writer.shutdown()
    return dict(sorted(counts.items()))


def _tools(
    job: _Job,
    fetcher: Fetcher,
    recorder: Recorder,
    counts: Counter[str],
    spent: Mapping[str, tuple[int, int]],
) -> CrawlTools:
    """What the outlets of this crawl share."""
    lasts_seconds = job.workspace.settings.crawl.crawl_seconds
    return CrawlTools(
        fetcher=fetcher,
        recorder=recorder,
        root=job.workspace.root,
        workspace_settings=job.workspace.settings,
        clock=job.clock,
        run_id=job.run_id,
        by_hand=bool(job.only),
        counts=counts,
        spent=spent,
        ends=asyncio.get_running_loop().time() + lasts_seconds,
    )


async def _crawl_outlets(sources: list[SourceConfig], tools: CrawlTools, progress: Progress) -> None:
    progress.start("crawl", len(sources))

    async def one(source: SourceConfig) -> None:
        await OutletCrawl(source, tools).run()
        progress.step()

    tasks = [asyncio.ensure_future(one(source)) for source in sources]
    try:
        # The first error of one outlet ends the crawl: what a server or the net does is an outcome, so an
        # error is ours or the disk's.
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _sources(job: _Job) -> list[SourceConfig]:
    require_known(job.only, job.workspace)
    sources = chosen_sources(job.workspace.sources, job.only, job.clock)
    require_contact(job.workspace.settings.crawl, [url for row in sources for url in row.asked_addresses])
    require_browser(sources, job.workspace.settings.crawl.browser_path)
    return least_recently_served(sources, job.store.feeds.all())


def least_recently_served(sources: Sequence[SourceConfig], states: Sequence[FeedState]) -> list[SourceConfig]:
    """The sources by the time of their last poll, those that never had one first: where a crawl is too short
    for all, nobody is always the last."""
    polled = {state.feed_url: state.last_polled_at for state in states if state.last_polled_at is not None}

    def last(source: SourceConfig) -> tuple[float, str]:
        times = [polled[url].timestamp() for feed in source.feeds if (url := str(feed.url)) in polled]
        return max(times, default=0.0), source.id

    return sorted(sources, key=last)


def burdens(states: Sequence[FeedState]) -> dict[str, float]:
    """What weighs on sources from before: those whose polls failed last time come after those that were well,
    by the weight of one failure and no more, so that their turn comes."""
    return {state.source_id: WEIGHT_OF_A_FAILURE for state in states if state.failures}
