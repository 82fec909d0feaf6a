"""Crawl one outlet: poll what is due, then fetch the pages that wait.

feeds due? --> fetch, archive --> read --> own, young links --> rows
    sitemaps that an index names, and those that these name, in turn
    known pages: refused, or dated anew? --> asked for again
pages due? --> fetch, archive, rows --> first crawl done
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

import structlog

from config.clock import Clock
from config.errors import ConfigError
from config.settings import CrawlSettings
from config.sources import FeedConfig, SourceConfig
from config.workspace import Workspace
from crawler.answers import Answer, Kind
from crawler.canonicals import stated_address
from crawler.feeds import parse_listing
from crawler.fetcher import Fetcher
from crawler.links import is_own
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
from crawler.revisits import MEMORY, is_dated_anew, may_be_tried_again, version_after
from crawler.select import (
    CHILDREN_PER_POLL,
    LINKS_PER_POLL,
    Finder,
    Selection,
    finder_for,
    select_children,
    select_pages,
)
from crawler.urls import canonical
from crawler.waiting import is_due
from storage.records import FeedKind, FeedPoll, FeedState, Page

logger = structlog.get_logger(__name__)

SECONDS_PER_SOURCE = 1_800.0
"""After this time an outlet's remaining polls and pages wait for the next crawl, so that one slow host does not hold up
the schedule. Chosen, not measured."""
DEPTH_OF_INDEXES = 3
"""Indexes in each other that are followed; the protocol knows one. Chosen, not measured."""
SITEMAPS_PER_FEED = 3 * CHILDREN_PER_POLL
"""Sitemaps that are polled for one address of the directory in one crawl. Chosen, not measured."""
LOOKS_PER_CRAWL = 50
"""Pages dated anew that are looked at again in one crawl. Chosen, not measured."""

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
        self._dated_anew: dict[str, Page] = {}

    async def run(self) -> None:
        """Poll, fetch, and remember the first crawl once something could be polled."""
        stored = await self._tools.recorder.ask(lambda store: store.sources.get(self._source.id))
        first = stored is None or stored.first_crawled_at is None
        settings = self._tools.settings
        finder = finder_for(
            self._source, first=first, now=self._tools.clock.now(), backfill_days=settings.backfill_days
        )
        reached = await self._poll_feeds(finder)
        await self._fetch_pages(finder)
        await self._look_again()
        if first and reached:
            await self._tools.recorder.ask(
                lambda store: store.sources.mark_first_crawled(self._source.id, finder.now)
            )

    def _is_over(self) -> bool:
        """Whether this outlet's time is up."""
        return asyncio.get_running_loop().time() > self._ends

    async def _poll_feeds(self, finder: Finder) -> bool:
        reached = False
        for feed in self._source.feeds:
            state = await self._state(str(feed.url), feed.kind)
            if self._is_over() or not is_due(
                state, finder.now, self._source.poll_minutes, by_hand=self._tools.by_hand
            ):
                # polled by a crawl that was killed before it could say so
                reached = reached or state.last_outcome in POLL_SUCCESSES
                continue
            listing = await self._poll(state, finder, feed.language)
            reached = reached or listing is not None
            if listing is not None and listing.children:
                await self._poll_children(listing, feed, finder)
        return reached

    async def _poll_children(self, listing: Listing, feed: FeedConfig, finder: Finder) -> None:
        """Poll the sitemaps that an index names, then those that these name, as far as their number allows."""
        seen = finder.feeds | {str(feed.url)}
        level = await self._children(listing, finder, str(feed.url), seen)
        left = SITEMAPS_PER_FEED
        for _ in range(DEPTH_OF_INDEXES):
            nested: list[list[str]] = []
            for child in level[:left]:
                if self._is_over():
                    return
                found = await self._poll(await self._state(child, feed.kind), finder, feed.language)
                if found is not None and found.children:
                    nested.append(await self._children(found, finder, child, seen | set(level)))
            left -= len(level[:left])
            seen |= set(level)
            level = _in_turn(nested)

    async def _children(
        self, listing: Listing, finder: Finder, listing_url: str, seen: Collection[str]
    ) -> list[str]:
        named = [url for child in listing.children if (url := canonical(child.url, listing_url))]
        polled = await self._tools.recorder.ask(lambda store: store.feeds.last_polled(named))
        return select_children(listing, finder, listing_url, seen=seen, polled=polled)

    async def _state(self, feed_url: str, kind: FeedKind) -> FeedState:
        state = await self._tools.recorder.ask(lambda store: store.feeds.get(feed_url))
        return state or new_state(feed_url, self._source.id, kind)

    async def _poll(self, state: FeedState, finder: Finder, language: str | None) -> Listing | None:
        """One poll, archived before it is read; None where it failed."""
        answer, listing = await self._ask(state, finder)
        read = listing or Listing()
        selection = await self._selected(read, finder, answer.final_url, language)
        await self._ask_again(selection, finder)
        poll = self._told(state, answer, listing, selection)
        after = state_after(state, answer, listing, poll_minutes=self._source.poll_minutes)
        new = await self._tools.recorder.put(Entry(state=after, poll=poll, found=selection.pages))
        self._tools.counts.update({"polls": 1, f"polls_{poll.outcome}": 1, "found": new})
        _log_poll(replace(poll, new_links=new), answer.detail)
        return read if poll.outcome in POLL_SUCCESSES else None

    async def _ask(self, state: FeedState, finder: Finder) -> tuple[Answer, Listing | None]:
        """A feed's answer, archived, and the listing in it, if it brought one."""
        headers = {} if await self._awaits_pages(finder) else conditional_headers(state)
        answer = await self._fetch(state.feed_url, REQUEST_KINDS[state.kind], headers)
        if answer.status is not None:
            await self._tools.recorder.keep(answer)
        answered = answer.failure is None and answer.status == 200
        return answer, await self._read(state, answer) if answered else None

    async def _awaits_pages(self, finder: Finder) -> bool:
        """Whether refused pages are to be tried again, for which must be known that they are still listed."""
        source_id, since = self._source.id, finder.now - MEMORY
        refused = await self._tools.recorder.ask(lambda store: store.pages.refused(source_id, since))
        return any(may_be_tried_again(page, finder.now) for page in refused)

    async def _selected(
        self, listing: Listing, finder: Finder, listing_url: str, language: str | None
    ) -> Selection:
        selection = select_pages(listing, finder, listing_url, language=language)
        if len(selection.addresses) <= LINKS_PER_POLL:
            return selection
        known = await self._tools.recorder.ask(lambda store: store.pages.known(selection.addresses))
        return select_pages(listing, finder, listing_url, language=language, known=known)

    async def _ask_again(self, selection: Selection, finder: Finder) -> None:
        """Let known pages wait once more that were refused, and remember those that are dated anew."""
        urls = selection.addresses[:LINKS_PER_POLL]
        before = await self._tools.recorder.ask(lambda store: store.pages.found_before(urls))
        listed = {page.page_id: page for page in selection.pages}
        refused = [page.page_id for page in before if may_be_tried_again(page, finder.now)]
        if refused:
            await self._tools.recorder.ask(lambda store: store.pages.wait_again(refused, finder.now))
        self._dated_anew |= {
            page.page_id: page
            for page in before
            if page.page_id in listed and is_dated_anew(page, listed[page.page_id], finder.now)
        }

    def _told(
        self, state: FeedState, answer: Answer, listing: Listing | None, selection: Selection
    ) -> FeedPoll:
        read = listing or Listing()
        return FeedPoll(
            run_id=self._tools.run_id,
            feed_url=state.feed_url,
            source_id=self._source.id,
            polled_at=answer.fetched_at,
            outcome=poll_outcome(answer, listing),
            status=answer.status,
            entries=len(read.links),
            unreadable=read.unreadable,
            unread_bytes=read.unread_bytes,
            followed=len(selection.addresses),
            refused=selection.refused,
            leads_to=selection.leads_to,
        )

    async def _read(self, state: FeedState, answer: Answer) -> Listing:
        def read() -> Listing:
            return parse_listing(
                state.kind,
                answer.body,
                answer.final_url,
                content_type=answer.header("content-type") or "",
                link_pattern=self._source.link_pattern,
            )

        return await asyncio.get_running_loop().run_in_executor(self._tools.fetcher.threads, read)

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
        answer = await self._fetch(page.url, "page")
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
        """Fetch pages that listings dated anew; what is different, or gone, is kept as a version."""
        for page in list(self._dated_anew.values())[:LOOKS_PER_CRAWL]:
            if self._is_over():
                return
            answer = await self._fetch(page.url, "page")
            if answer.failure == WAITING:
                return
            version = version_after(page, answer, run_id=self._tools.run_id)
            kept = answer if version is not None else None
            await self._tools.recorder.put(Entry(answer=kept, version=version, looked_at=page.page_id))
            outcome = "changed" if version is not None else "unchanged"
            self._tools.counts.update({"looked_again": 1, f"looked_again_{outcome}": 1})
            _log_page(self._source.id, page.url, outcome, answer)

    async def _fetch(self, url: str, kind: Kind, headers: dict[str, str] | None = None) -> Answer:
        return await self._tools.fetcher.fetch(
            url,
            kind,
            delay_seconds=self._source.delay_seconds,
            allow_private=self._source.allow_private_addresses,
            headers=headers,
        )


def _in_turn(lists: Collection[list[str]]) -> list[str]:
    """The first of each list, then the second of each, each address once."""
    mixed = chain.from_iterable(zip_longest(*lists))
    return list(dict.fromkeys(item for item in mixed if item is not None))


def _log_poll(poll: FeedPoll, detail: str) -> None:
    logger.info(
        "poll",
        source=poll.source_id,
        feed=poll.feed_url,
        outcome=poll.outcome,
        entries=poll.entries,
        unreadable=poll.unreadable,
        new=poll.new_links,
        **poll.refused,
        leads_to=poll.leads_to,
        detail=detail,
    )


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
