"""Crawl one outlet: poll what is due (polling.py), then fetch the pages that wait.

feeds due? --> polls --> rows
pages due? --> fetch, archive --> own, and no other address of a known page? --> rows --> first crawl done
pages dated anew, or a while old? --> looks.py
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import structlog

from config.clock import Clock
from config.errors import ConfigError
from config.sources import SourceConfig
from config.workspace import Workspace
from crawler.answers import Answer
from crawler.asking import CrawlTools, OutletRequests, TimeIsUp
from crawler.browser.need import lacks_text
from crawler.browser.rendering import browser_problem
from crawler.canonicals import stated_address
from crawler.links import is_own
from crawler.looks import Looks
from crawler.polling import OutletPolls
from crawler.recording import Entry
from crawler.results import (
    WAITING,
    page_after,
)
from crawler.select import (
    Finder,
    finder_for,
)
from crawler.urls import canonical
from storage.records import Page

logger = structlog.get_logger(__name__)

DAY = timedelta(days=1)


class OutletCrawl:
    """One outlet in one crawl."""

    def __init__(self, source: SourceConfig, tools: CrawlTools) -> None:
        self._source = source
        self._tools = tools
        self._requests = OutletRequests(source, tools)
        self._polls = OutletPolls(source, tools, self._requests)
        pages, size = tools.spent.get(source.id, (0, 0))
        self._pages_left = tools.settings.max_pages_per_source_day - pages
        self._bytes_left = tools.settings.max_bytes_per_source_day - size

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
        looks = Looks(finder=finder, tools=self._tools, requests=self._requests)
        with suppress(TimeIsUp):
            await looks.look_again(self._polls.dated_anew.values())
        if first and reached:
            await self._tools.recorder.ask(
                lambda store: store.sources.mark_first_crawled(self._source.id, finder.now)
            )

    async def _fetch_pages(self, finder: Finder) -> None:
        now, limit = self._tools.clock.now(), self._tools.settings.max_pages_per_source
        pages = await self._tools.recorder.ask(lambda store: store.pages.due(self._source.id, now, limit))
        for position, page in enumerate(pages):
            try:
                await self._fetch_page(page, finder)
            except TimeIsUp:
                self._tools.counts["postponed"] += len(pages) - position
                logger.info("postponed", source=self._source.id, pages=len(pages) - position)
                return

    async def _fetch_page(self, page: Page, finder: Finder) -> None:
        self._take_share()
        given = self._polls.answers.pop(page.url, None)
        answer = replace(given, kind="page") if given else await self._requests.fetch(page.url, "page")
        self._bytes_left -= len(answer.body)
        after = page_after(
            page, answer, run_id=self._tools.run_id, attempts_allowed=self._tools.settings.attempts
        )
        if after.fetch_outcome == "stored":
            after = await self._placed(page, after, answer, finder)
        after = await self._kept(page, after, answer)
        tried = after.attempts > page.attempts
        outcome = (after.fetch_outcome or WAITING) if tried else "postponed"
        self._tools.counts.update({"tried": int(tried), outcome: 1})
        _log_page(self._source.id, page.url, outcome, answer)

    async def _kept(self, page: Page, after: Page, answer: Answer) -> Page:
        """Make an answer safe, with what a browser makes of it; the page as it is stored."""
        rendered = await self._rendered(page, after, answer)
        if rendered is not None:
            after = replace(after, sha256=sha256(rendered).hexdigest())
        await self._tools.recorder.put(Entry(answer=answer, rendered=rendered, page=after))
        return after

    async def _rendered(self, page: Page, after: Page, answer: Answer) -> bytes | None:
        """What a browser makes of an answer, where the source allows it and the answer has no text itself."""
        wanted = self._source.browser
        if wanted == "never" or after.fetch_outcome != "stored" or self._requests.is_over:
            return None
        if wanted == "without_text" and not await lacks_text(
            page, answer, self._tools.workspace_settings.clean
        ):
            return None
        rendered = await self._tools.fetcher.rendered(answer, self._source)
        self._tools.counts["rendered"] += rendered is not None
        return rendered

    def _take_share(self) -> None:
        """Count a page against the outlet's share of a day.

        Raises:
            TimeIsUp: it is used up.
        """
        if self._pages_left <= 0 or self._bytes_left <= 0:
            logger.warning("its share of the day is used up", source=self._source.id)
            raise TimeIsUp(self._source.id)
        self._pages_left -= 1

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


def _log_page(source_id: str, url: str, outcome: str, answer: Answer) -> None:
    logger.info(
        "page", source=source_id, url=url, outcome=outcome, status=answer.status, detail=answer.detail
    )


def require_browser(sources: Collection[SourceConfig], path: Path) -> None:
    """Refuse to crawl sources that want a browser where there is none.

    Raises:
        ConfigError: names the first of them, and what is missing.
    """
    wanting = next((source.id for source in sources if source.browser != "never"), None)
    if wanting is not None and (problem := browser_problem(path)):
        raise ConfigError(f"source {wanting!r}: its pages are rendered in a browser, but {problem}")


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
