"""Try every address of the source directory once and say what it answers: `drumbeat sources check`.

Nothing is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from config.clock import Clock
from config.progress import NoProgress, Progress
from config.sources import FeedConfig, SourceConfig
from config.workspace import Workspace
from crawler.answers import Answer
from crawler.fetcher import Fetcher
from crawler.health import health_after
from crawler.listings import Listing
from crawler.outlet import require_known
from crawler.polling import REQUEST_KINDS
from crawler.probing import probe
from crawler.reading import read_listing
from crawler.results import poll_outcome
from crawler.select import Finder, finder_for, select_children, select_pages
from crawler.spiders.polled import as_poll
from crawler.spiders.running import run_spider, spider_order
from storage.records import FeedKind, FeedPoll, FeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCheck:
    """What one address answered."""

    source_id: str
    url: str
    kind: FeedKind
    outcome: str
    """A fetch outcome; `stored` means that it was read."""
    status: int | None = None
    entries: int = 0
    """Entries, or sitemaps where it is an index."""
    followed: int = 0
    """Entries that a first crawl would fetch: own domain, young enough, not the front page."""
    off_domain: int = 0
    unreadable: int = 0
    """Entries that are there and cannot be read."""
    unread_bytes: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """Entries left aside, by reason."""
    leads_to: str | None = None
    """The domain that every entry leads to, where it is not the outlet's own: moved?"""
    newest: datetime | None = None
    detail: str = ""
    condition: str = "well"
    """One of `conditions.CONDITIONS`."""


def check_sources(
    *, workspace: Workspace, clock: Clock, only: Collection[str] = (), progress: Progress | None = None
) -> list[FeedCheck]:
    """Ask each address of the sources once, all or those named, by source and in its order.

    Args:
        progress: is told of every address that was asked.

    Raises:
        ConfigError: `only` names no source, or a contact is missing.
    """
    require_known(only, workspace)
    sources = sorted(
        (source for source in workspace.sources if not only or source.id in only),
        key=lambda source: source.id,
    )

    told = progress or NoProgress()

    async def work(fetcher: Fetcher) -> list[FeedCheck]:
        async def one(source: SourceConfig) -> list[FeedCheck]:
            rows = []
            for feed in source.feeds:
                rows.append(await _check(source, feed, fetcher, workspace))
                told.step()
            return rows

        told.start("addresses", len(addresses))
        return [row for rows in await asyncio.gather(*map(one, sources)) for row in rows]

    addresses = [url for source in sources for url in source.asked_addresses]
    rows, _ = probe(work, addresses=addresses, workspace=workspace, clock=clock)
    return rows


async def _check(source: SourceConfig, feed: FeedConfig, fetcher: Fetcher, workspace: Workspace) -> FeedCheck:
    if feed.kind == "spider":
        answer, listing = await _of_spider(source, feed, fetcher, workspace)
    else:
        answer = await fetcher.fetch(str(feed.url), REQUEST_KINDS[feed.kind], source=source)
        listing = await _listing_in(answer, feed, source)
    days = workspace.settings.crawl.backfill_days
    finder = finder_for(source, first=True, now=fetcher.clock.now(), backfill_days=days)
    checked = FeedCheck(
        source_id=source.id,
        url=str(feed.url),
        kind=feed.kind,
        outcome=poll_outcome(answer, listing),
        status=answer.status,
        detail=answer.detail,
    )
    if listing is not None:
        checked = _with_entries(checked, listing, finder, answer.final_url)
    return replace(checked, condition=_condition(checked, answer, listing))


async def _of_spider(
    source: SourceConfig, feed: FeedConfig, fetcher: Fetcher, workspace: Workspace
) -> tuple[Answer, Listing | None]:
    """What a spider of the workspace finds."""
    order = spider_order(str(feed.url), (workspace.root, workspace.settings), fetcher.spider_places)

    async def fetch(url: str, headers: dict[str, str]) -> Answer:
        return await fetcher.fetch(url, "spider", source=source, headers=headers)

    return as_poll(str(feed.url), await run_spider(order, fetch), fetcher.clock.now())


def _condition(checked: FeedCheck, answer: Answer, listing: Listing | None) -> str:
    """What the answer says of a feed that is not remembered."""
    state = FeedState(feed_url=checked.url, source_id=checked.source_id, kind=checked.kind)
    poll = FeedPoll(
        run_id="",
        feed_url=checked.url,
        source_id=checked.source_id,
        polled_at=answer.fetched_at,
        outcome=checked.outcome,
        status=checked.status,
        entries=checked.entries,
        followed=checked.followed,
        leads_to=checked.leads_to,
    )
    found = health_after(state, poll, answer, listing)
    return found.condition if found else "rate_limited"


async def _listing_in(answer: Answer, feed: FeedConfig, source: SourceConfig) -> Listing | None:
    if answer.failure is not None or answer.status != 200:
        return None
    return await read_listing(
        feed.kind,
        answer.body,
        answer.final_url,
        content_type=answer.header("content-type") or "",
        link_pattern=source.link_pattern,
    )


def _with_entries(checked: FeedCheck, listing: Listing, finder: Finder, listing_url: str) -> FeedCheck:
    """The row with what the listing brings; of an index, its sitemaps count as entries."""
    selection = select_pages(listing, finder, listing_url)
    children = select_children(listing, finder, listing_url, seen=())
    return replace(
        checked,
        entries=len(listing.links) or len(listing.children),
        followed=len(selection.pages) or len(children),
        off_domain=selection.off_domain,
        unreadable=listing.unreadable,
        unread_bytes=listing.unread_bytes,
        refused=selection.refused,
        leads_to=selection.leads_to,
        newest=newest_of(listing),
    )


def newest_of(listing: Listing) -> datetime | None:
    """The latest date that a listing states."""
    stated = [row.published or row.updated for row in listing.links] + [
        child.updated for child in listing.children
    ]
    return max((moment for moment in stated if moment is not None), default=None)
