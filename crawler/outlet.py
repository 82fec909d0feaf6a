"""Crawl one outlet: poll what is due (polling.py), then fetch the pages that wait.

feeds due? --> polls --> rows
pages due? --> fetch, archive --> own, and no other address of a known page? --> rows --> first crawl done
pages dated anew, pages a while old? --> fetch --> other than before? --> archive, a version
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace

import structlog

from config.clock import Clock
from config.errors import ConfigError
from config.sources import SourceConfig
from config.workspace import Workspace
from crawler.answers import Answer
from crawler.canonicals import stated_address
from crawler.links import is_own
from crawler.polling import CrawlTools, OutletPolls
from crawler.recording import Entry
from crawler.results import (
    WAITING,
    page_after,
)
from crawler.revisits import LOOK_AFTER, look_headers, version_after, was_there
from crawler.select import (
    Finder,
    finder_for,
)
from crawler.urls import canonical
from storage.records import Page, PageLook, PageVersion

logger = structlog.get_logger(__name__)

SECONDS_PER_SOURCE = 1_800.0
"""After this time an outlet's remaining polls and pages wait for the next crawl, so that one slow host does
not hold up the schedule. Chosen, not measured."""
LOOKS_PER_CRAWL = 50
"""Pages dated anew that are looked at again in one crawl. Chosen, not measured."""


class OutletCrawl:
    """One outlet in one crawl."""

    def __init__(self, source: SourceConfig, tools: CrawlTools) -> None:
        self._source = source
        self._tools = tools
        self._ends = asyncio.get_running_loop().time() + SECONDS_PER_SOURCE
        self._polls = OutletPolls(source, tools, self._is_over)

    async def run(self) -> None:
        """Poll, fetch, and remember the first crawl once something could be polled."""
        stored = await self._tools.recorder.ask(lambda store: store.sources.get(self._source.id))
        first = stored is None or stored.first_crawled_at is None
        settings = self._tools.settings
        finder = finder_for(
            self._source, first=first, now=self._tools.clock.now(), backfill_days=settings.backfill_days
        )
        reached = await self._polls.poll_feeds(finder)
        await self._fetch_pages(finder)
        await self._look_again()
        if first and reached:
            await self._tools.recorder.ask(
                lambda store: store.sources.mark_first_crawled(self._source.id, finder.now)
            )

    def _is_over(self) -> bool:
        """Whether this outlet's time is up."""
        return asyncio.get_running_loop().time() > self._ends

    async def _fetch_pages(self, finder: Finder) -> None:
        now, limit = self._tools.clock.now(), self._tools.settings.max_pages_per_source
        pages = await self._tools.recorder.ask(lambda store: store.pages.due(self._source.id, now, limit))
        for position, page in enumerate(pages):
            if self._is_over():
                self._tools.counts["postponed"] += len(pages) - position
                logger.info("postponed", source=self._source.id, pages=len(pages) - position)
                return
            await self._fetch_page(page, finder)

    async def _fetch_page(self, page: Page, finder: Finder) -> None:
        answer = await self._tools.fetch(self._source, page.url, "page")
        after = page_after(
            page, answer, run_id=self._tools.run_id, attempts_allowed=self._tools.settings.attempts
        )
        if after.fetch_outcome == "stored":
            after = await self._placed(page, after, answer, finder)
        await self._tools.recorder.put(Entry(answer=answer, page=after))
        tried = after.attempts > page.attempts
        outcome = (after.fetch_outcome or WAITING) if tried else "postponed"
        self._tools.counts.update({"tried": int(tried), outcome: 1})
        _log_page(self._source.id, page.url, outcome, answer)

    async def _placed(self, page: Page, after: Page, answer: Answer, finder: Finder) -> Page:
        """A fetched page under the address that it has in the end: of this outlet, and of no other page."""
        if answer.hops and not is_own(answer.final_url, finder.domains):
            return replace(after, fetch_outcome="other_site")
        stated = stated_address(answer.body, answer.final_url)
        if (answer.hops or stated) and await self._is_known(stated or answer.final_url, page):
            # One article under two addresses: `http` in the feed and `https` in the sitemap, a short link, a
            # form for printing.
            after = replace(after, fetch_outcome="duplicate")
        return replace(after, final_url=stated) if stated else after

    async def _is_known(self, final_url: str, page: Page) -> bool:
        """Whether another page stands for this address: found under it or led to it, and stored or still to
        be fetched."""
        address = canonical(final_url) or final_url
        other = await self._tools.recorder.ask(lambda store: store.pages.by_url(address))
        return other is not None and other.page_id != page.page_id and other.fetch_outcome in (None, "stored")

    async def _look_again(self) -> None:
        """Fetch pages that listings dated anew, and some of the newest; what is different, or gone, is kept as a
        version."""
        pages = await self._to_look_at()
        latest = await self._tools.recorder.ask(
            lambda store: store.versions.latest([page.page_id for page in pages])
        )
        for page in pages:
            if self._is_over() or not await self._look_at(page, latest.get(page.page_id)):
                return

    async def _to_look_at(self) -> list[Page]:
        """Pages whose next look is due, those first that a listing dated anew."""
        anew = list(self._polls.dated_anew.values())[:LOOKS_PER_CRAWL]
        source_id, now, limit = self._source.id, self._tools.clock.now(), self._tools.settings.recheck_pages
        old = await self._tools.recorder.ask(
            lambda store: store.versions.to_look_at(source_id, now, LOOK_AFTER, limit)
        )
        return list({page.page_id: page for page in (*anew, *old)}.values())

    async def _look_at(self, page: Page, latest: PageVersion | None) -> bool:
        """Ask for a page again; False where the host wants peace."""
        headers = look_headers(page, latest)
        answer = await self._tools.fetch(self._source, page.url, "page", headers)
        if answer.failure == WAITING:
            return False
        version = version_after(page, latest, answer, run_id=self._tools.run_id)
        look = PageLook(page_id=page.page_id, looked_at=answer.fetched_at, was_there=was_there(answer))
        kept = answer if version is not None else None
        await self._tools.recorder.put(Entry(answer=kept, version=version, look=look))
        outcome = "changed" if version is not None else "unchanged"
        self._tools.counts.update({"looked_again": 1, f"looked_again_{outcome}": 1})
        _log_page(self._source.id, page.url, outcome, answer)
        return True


def _log_page(source_id: str, url: str, outcome: str, answer: Answer) -> None:
    logger.info(
        "page", source=source_id, url=url, outcome=outcome, status=answer.status, detail=answer.detail
    )


def require_known(only: Collection[str], workspace: Workspace) -> None:
    """Refuse ids that the source directory does not have.

    Raises:
        ConfigError: names the first of them.
    """
    unknown = sorted(set(only) - {source.id for source in workspace.sources})
    if unknown:
        raise ConfigError(
            f"source {unknown[0]!r}: no such source in {workspace.root}; "
            "`drumbeat sources list` shows the ids"
        )


def chosen_sources(
    sources: Collection[SourceConfig], only: Collection[str], clock: Clock
) -> list[SourceConfig]:
    """The outlets of a crawl, by id: those named, or all that are enabled and whose coverage has begun and
    not ended."""
    today = clock.now().date()
    running = [
        source
        for source in sources
        if (source.id in only if only else source.enabled)
        and (source.coverage_start is None or source.coverage_start <= today)
        and (source.coverage_end is None or today <= source.coverage_end)
    ]
    return sorted(running, key=lambda source: source.id)
