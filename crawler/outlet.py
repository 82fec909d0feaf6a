"""Crawl one outlet: poll what is due, then fetch the pages that wait.

feeds due? --> fetch, archive --> read --> own, young links --> rows
pages due? --> fetch, archive, rows --> first crawl done
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import structlog

from config.clock import Clock
from config.errors import ConfigError
from config.settings import CrawlSettings
from config.sources import SourceConfig
from config.workspace import Workspace
from crawler.answers import Answer, Kind
from crawler.feeds import parse_listing
from crawler.fetcher import Fetcher
from crawler.listings import Listing
from crawler.recording import Entry, Recorder
from crawler.results import (
    POLL_SUCCESSES,
    WAITING,
    conditional_headers,
    new_state,
    page_after,
    poll_outcome,
    state_after,
)
from crawler.select import Finder, finder_for, select_children, select_pages
from crawler.urls import canonical
from crawler.waiting import is_due
from storage.records import FeedKind, FeedPoll, FeedState, Page

logger = structlog.get_logger(__name__)

SECONDS_PER_SOURCE = 1_800.0
"""After this time an outlet's remaining pages wait for the next crawl, so that one slow host does not hold up
the schedule."""

REQUEST_KINDS: dict[FeedKind, Kind] = {
    "feed": "feed",
    "news_sitemap": "sitemap",
    "sitemap": "sitemap",
    "section": "section",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlTools:
    """What every outlet of one crawl shares."""

    fetcher: Fetcher
    recorder: Recorder
    settings: CrawlSettings
    clock: Clock
    run_id: str
    by_hand: bool
    """The sources were named: they are polled although their interval is not over."""
    counts: Counter[str]


class OutletCrawl:
    """One outlet in one crawl."""

    def __init__(self, source: SourceConfig, tools: CrawlTools) -> None:
        self._source = source
        self._tools = tools
        self._ends = asyncio.get_running_loop().time() + SECONDS_PER_SOURCE

    async def run(self) -> None:
        """Poll, fetch, and remember the first crawl once something could be polled."""
        stored = await self._tools.recorder.ask(lambda store: store.sources.get(self._source.id))
        first = stored is None or stored.first_crawled_at is None
        settings = self._tools.settings
        finder = finder_for(
            self._source, first=first, now=self._tools.clock.now(), backfill_days=settings.backfill_days
        )
        reached = await self._poll_feeds(finder)
        await self._fetch_pages()
        if first and reached:
            await self._tools.recorder.ask(
                lambda store: store.sources.mark_first_crawled(self._source.id, finder.now)
            )

    async def _poll_feeds(self, finder: Finder) -> bool:
        reached = False
        for feed in self._source.feeds:
            state = await self._state(str(feed.url), feed.kind)
            if not is_due(state, finder.now, self._source.poll_minutes, by_hand=self._tools.by_hand):
                # polled by a crawl that was killed before it could say so
                reached = reached or state.last_outcome in POLL_SUCCESSES
                continue
            listing = await self._poll(state, finder, feed.language)
            reached = reached or listing is not None
            seen = finder.feeds | {state.feed_url}
            for child in select_children(listing, finder, state.feed_url, seen=seen) if listing else ():
                await self._poll(await self._state(child, feed.kind), finder, feed.language)
        return reached

    async def _state(self, feed_url: str, kind: FeedKind) -> FeedState:
        state = await self._tools.recorder.ask(lambda store: store.feeds.get(feed_url))
        return state or new_state(feed_url, self._source.id, kind)

    async def _poll(self, state: FeedState, finder: Finder, language: str | None) -> Listing | None:
        """One poll, archived before it is read; None where it failed."""
        answer, listing = await self._ask(state)
        read = listing or Listing()
        selection = select_pages(read, finder, answer.final_url, language=language)
        poll = self._told(state, answer, listing)
        after = state_after(state, answer, listing, poll_minutes=self._source.poll_minutes)
        new = await self._tools.recorder.put(Entry(state=after, poll=poll, found=selection.pages))
        self._tools.counts.update({"polls": 1, f"polls_{poll.outcome}": 1, "found": new})
        logger.info(
            "poll",
            source=poll.source_id,
            feed=poll.feed_url,
            outcome=poll.outcome,
            entries=poll.entries,
            new=new,
            off_domain=selection.off_domain,
            too_old=selection.too_old,
            detail=answer.detail,
        )
        return read if poll.outcome in POLL_SUCCESSES else None

    async def _ask(self, state: FeedState) -> tuple[Answer, Listing | None]:
        """A feed's answer, archived, and the listing in it, if it brought one."""
        answer = await self._fetch(state.feed_url, REQUEST_KINDS[state.kind], conditional_headers(state))
        if answer.status is not None:
            await self._tools.recorder.keep(answer)
        answered = answer.failure is None and answer.status == 200
        return answer, await self._read(state, answer) if answered else None

    def _told(self, state: FeedState, answer: Answer, listing: Listing | None) -> FeedPoll:
        return FeedPoll(
            run_id=self._tools.run_id,
            feed_url=state.feed_url,
            source_id=self._source.id,
            polled_at=answer.fetched_at,
            outcome=poll_outcome(answer, listing),
            status=answer.status,
            entries=len(listing.links) if listing else 0,
        )

    async def _read(self, state: FeedState, answer: Answer) -> Listing:
        def read() -> Listing:
            return parse_listing(
                state.kind, answer.body, answer.final_url, link_pattern=self._source.link_pattern
            )

        return await asyncio.get_running_loop().run_in_executor(self._tools.fetcher.threads, read)

    async def _fetch_pages(self) -> None:
        now, limit = self._tools.clock.now(), self._tools.settings.max_pages_per_source
        pages = await self._tools.recorder.ask(lambda store: store.pages.due(self._source.id, now, limit))
        for position, page in enumerate(pages):
            if asyncio.get_running_loop().time() > self._ends:
                self._tools.counts["postponed"] += len(pages) - position
                logger.info("postponed", source=self._source.id, pages=len(pages) - position)
                return
            await self._fetch_page(page)

    async def _fetch_page(self, page: Page) -> None:
        answer = await self._fetch(page.url, "page")
        after = page_after(
            page, answer, run_id=self._tools.run_id, attempts_allowed=self._tools.settings.attempts
        )
        if answer.hops and after.fetch_outcome == "stored" and await self._is_known(answer.final_url, page):
            # One article under two addresses: `http` in the feed and `https` in the sitemap, or a short link.
            after = replace(after, fetch_outcome="duplicate")
        await self._tools.recorder.put(Entry(answer=answer, page=after))
        tried = after.attempts > page.attempts
        outcome = (after.fetch_outcome or WAITING) if tried else "postponed"
        self._tools.counts.update({"tried": int(tried), outcome: 1})
        logger.info(
            "page",
            source=self._source.id,
            url=page.url,
            outcome=outcome,
            status=answer.status,
            detail=answer.detail,
        )

    async def _is_known(self, final_url: str, page: Page) -> bool:
        """Whether another page stands for this address: found under it or led to it, and stored or still to
        be fetched."""
        address = canonical(final_url) or final_url
        other = await self._tools.recorder.ask(lambda store: store.pages.by_url(address))
        return other is not None and other.page_id != page.page_id and other.fetch_outcome in (None, "stored")

    async def _fetch(self, url: str, kind: Kind, headers: dict[str, str] | None = None) -> Answer:
        return await self._tools.fetcher.fetch(
            url,
            kind,
            delay_seconds=self._source.delay_seconds,
            allow_private=self._source.allow_private_addresses,
            headers=headers,
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
