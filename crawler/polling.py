"""Poll what is due of one outlet: its listings, and the sitemaps that an index names.

feeds due? --> fetch, archive --> read --> own, young links --> rows
    sitemaps that an index names, and those that these name, in turn
    known pages: refused, or dated anew? --> asked for again
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, zip_longest

import structlog

from config.sources import FeedConfig, SourceConfig
from crawler.answers import Answer, Kind
from crawler.asking import CrawlTools, OutletRequests, TimeIsUp
from crawler.health import health_after
from crawler.listings import Listing
from crawler.reading import read_listing
from crawler.recording import Entry
from crawler.results import POLL_SUCCESSES, conditional_headers, new_state, poll_outcome, state_after
from crawler.revisits import MEMORY, REFUSALS, is_dated_anew, may_be_tried_again
from crawler.rhythm import state_after_poll
from crawler.select import (
    CHILDREN_PER_POLL,
    LINKS_PER_POLL,
    Finder,
    Selection,
    choose_children,
    named_children,
    select_pages,
)
from crawler.shapes import LEARNT_FROM, Habits, habits_of
from crawler.spiders.polled import as_poll
from crawler.spiders.running import run_spider, spider_order
from crawler.urls import canonical
from crawler.waiting import is_due
from storage.records import FeedHealth, FeedKind, FeedPoll, FeedState, Page
from storage.records.conditions import CONDITIONS

logger = structlog.get_logger(__name__)

DEPTH_OF_INDEXES = 3
"""Indexes in each other that are followed; the protocol knows one. Chosen, not measured."""
SITEMAPS_PER_FEED = 3 * CHILDREN_PER_POLL
"""Sitemaps that are polled for one address of the directory in one crawl. Chosen, not measured."""

REQUEST_KINDS: dict[FeedKind, Kind] = {
    "feed": "feed",
    "news_sitemap": "sitemap",
    "sitemap": "sitemap",
    "section": "section",
    "spider": "spider",
}


class OutletPolls:
    """The polls of one outlet in one crawl."""

    def __init__(self, source: SourceConfig, tools: CrawlTools, requests: OutletRequests) -> None:
        self._source = source
        self._tools = tools
        self._requests = requests
        self.dated_anew: dict[str, Page] = {}
        """Stored pages that a listing dates later than their answer, by id."""
        self.answers: dict[str, Answer] = {}
        """Address -> what a spider gave back as the article there, fetched in this crawl."""

    async def poll_feeds(self, finder: Finder) -> bool:
        """Poll every listing that is due; whether one could be read, now or in a crawl before."""
        reached = False
        for feed in self._source.feeds:
            state = await self._state(str(feed.url), feed.kind)
            if self._requests.is_over or not is_due(
                state, finder.now, self._source.poll_minutes, by_hand=self._tools.by_hand
            ):
                # polled by a crawl that was killed before it could say so
                reached = reached or state.last_outcome in POLL_SUCCESSES
                continue
            try:
                reached = await self._poll_feed(state, feed, finder) or reached
            except TimeIsUp:
                logger.info("polls postponed", source=self._source.id, feed=state.feed_url)
        return reached

    async def _poll_feed(self, state: FeedState, feed: FeedConfig, finder: Finder) -> bool:
        """Poll a listing and the sitemaps that it names; whether it could be read."""
        listing = await self._poll(state, finder, feed.language)
        if listing is not None and listing.children:
            await self._poll_children(listing, feed, finder)
        return listing is not None

    async def _poll_children(self, listing: Listing, feed: FeedConfig, finder: Finder) -> None:
        """Poll the sitemaps that an index names, then those that these name, as far as their number
        allows."""
        seen = finder.feeds | {str(feed.url)}
        level = await self._children(listing, finder, str(feed.url), seen)
        left = SITEMAPS_PER_FEED
        for _ in range(DEPTH_OF_INDEXES):
            nested: list[list[str]] = []
            for child in level[:left]:
                if self._requests.is_over:
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
        threads = self._tools.fetcher.threads
        name = partial(named_children, listing, listing_url, seen)
        # Fifty thousand addresses take seconds; the others' answers must not wait for them.
        named = await asyncio.get_running_loop().run_in_executor(threads, name)
        polled = await self._tools.recorder.ask(lambda store: store.feeds.last_polled(list(named)))
        return choose_children(named, finder, polled)

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
        health = self._health(state, poll, answer, listing)
        new = await self._tools.recorder.put(
            Entry(
                state=state_after(state, answer, listing, poll_minutes=self._source.poll_minutes),
                poll=poll,
                found=selection.pages,
                paced=partial(self._paced, state.last_polled_at) if poll.outcome in POLL_SUCCESSES else None,
                health=health,
            )
        )
        self._tools.counts.update({"polls": 1, f"polls_{poll.outcome}": 1, "found": new})
        _log_poll(replace(poll, new_links=new), answer.detail)
        return read if poll.outcome in POLL_SUCCESSES else None

    def _health(
        self, state: FeedState, poll: FeedPoll, answer: Answer, listing: Listing | None
    ) -> FeedHealth | None:
        """What a poll says of an address that the directory states; a sitemap that an index names comes and
        goes.
        """
        if all(state.feed_url != str(feed.url) for feed in self._source.feeds):
            return None
        health = health_after(state, poll, answer, listing)
        self._count_first_try(state, health)
        return health

    def _count_first_try(self, state: FeedState, health: FeedHealth | None) -> None:
        """Tell of an address that the directory states and nobody had tried whether it is dead."""
        if self._source.never_tried is None or state.last_polled_at is not None or health is None:
            return
        is_dead = health.condition != "well"
        self._tools.counts.update({"first_tried": 1, "first_tried_dead": int(is_dead)})
        if is_dead:
            meaning, remedy = CONDITIONS[health.condition]
            logger.warning(
                "dead at first try",
                source=self._source.id,
                feed=state.feed_url,
                meaning=meaning,
                remedy=remedy,
            )

    def _paced(self, since: datetime | None, state: FeedState, new: Sequence[Page]) -> FeedState:
        """The state with when its feed is polled next, by what was new in it."""
        stated = [page.hints.get("published") for page in new]
        moments = [datetime.fromisoformat(text) if text else None for text in stated]
        return state_after_poll(state, since, moments, poll_minutes=self._source.poll_minutes)

    async def _ask(self, state: FeedState, finder: Finder) -> tuple[Answer, Listing | None]:
        """A feed's answer, archived, and the listing in it, if it brought one."""
        if state.kind == "spider":
            return await self._run_spider(state.feed_url)
        headers = {} if await self._awaits_pages(finder) else conditional_headers(state)
        answer = await self._requests.fetch(state.feed_url, REQUEST_KINDS[state.kind], headers)
        if answer.status is not None:
            await self._tools.recorder.keep(answer)
        answered = answer.failure is None and answer.status == 200
        return answer, await self._read(state, answer) if answered else None

    async def _run_spider(self, address: str) -> tuple[Answer, Listing | None]:
        """What a spider of the workspace finds, told as a poll."""
        workspace = (self._tools.root, self._tools.workspace_settings)
        order = spider_order(address, workspace, self._tools.fetcher.spider_places)
        found = await run_spider(order, self._fetch_for_spider)
        self.answers |= {canonical(url) or url: answer for url, answer in found.answers.items()}
        return as_poll(address, found, self._tools.clock.now())

    async def _fetch_for_spider(self, url: str, headers: dict[str, str]) -> Answer:
        """One answer, archived; once the outlet's time is up, that it must wait."""
        try:
            answer = await self._requests.fetch(url, "spider", headers)
        except TimeIsUp:
            now = self._tools.clock.now()
            told = "the outlet's time is up"
            return Answer(
                url=url, final_url=url, kind="spider", fetched_at=now, failure="waiting", detail=told
            )
        if answer.status is not None:
            await self._tools.recorder.keep(answer)
        return answer

    async def _awaits_pages(self, finder: Finder) -> bool:
        """Whether refused pages are to be tried again, for which must be known that they are still listed."""
        source_id, since = self._source.id, finder.now - MEMORY
        refused = await self._tools.recorder.ask(
            lambda store: store.pages.refused(source_id, REFUSALS, since)
        )
        return any(may_be_tried_again(page, finder.now) for page in refused)

    async def _selected(
        self, listing: Listing, finder: Finder, listing_url: str, language: str | None
    ) -> Selection:
        select = partial(select_pages, listing, finder, listing_url, language=language)
        # Fifty thousand addresses take seconds; the others' answers must not wait for them.
        aside = partial(asyncio.get_running_loop().run_in_executor, self._tools.fetcher.threads)
        selection = await aside(select)
        if len(selection.addresses) <= LINKS_PER_POLL:
            return selection
        known = await self._tools.recorder.ask(lambda store: store.pages.known(selection.addresses))
        return await aside(partial(select, known=known))

    async def _ask_again(self, selection: Selection, finder: Finder) -> None:
        """Let known pages wait once more that were refused, and remember those that are dated anew."""
        urls = selection.addresses[:LINKS_PER_POLL]
        before = await self._tools.recorder.ask(lambda store: store.pages.found_before(urls))
        listed = {page.page_id: page for page in selection.pages}
        refused = [page.page_id for page in before if may_be_tried_again(page, finder.now)]
        if refused:
            await self._tools.recorder.ask(lambda store: store.pages.wait_again(refused, finder.now))
        self.dated_anew |= {
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
        return await read_listing(
            state.kind,
            answer.body,
            answer.final_url,
            content_type=answer.header("content-type") or "",
            link_pattern=self._source.link_pattern,
            habits=await self._habits(state),
        )

    async def _habits(self, state: FeedState) -> Habits:
        """What addresses of this outlet turned out to be; asked for section pages only."""
        if state.kind != "section" or self._source.link_pattern:
            return Habits()
        source_id = self._source.id
        return habits_of(
            await self._tools.recorder.ask(lambda store: store.pages.cleaned(source_id, LEARNT_FROM))
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
