"""Try every address of the source directory once and say what it answers: `drumbeat sources check`. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from config.clock import Clock
from config.sources import FeedConfig, SourceConfig
from config.workspace import Workspace
from crawler.feeds import parse_listing
from crawler.fetcher import Fetcher
from crawler.listings import Listing
from crawler.outlet import REQUEST_KINDS, require_known
from crawler.probing import probe
from crawler.results import poll_outcome
from crawler.select import finder_for, select_children, select_pages


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCheck:
    """What one address answered."""

    source_id: str
    url: str
    kind: str
    outcome: str
    """A fetch outcome; `stored` means that it was read."""
    status: int | None = None
    entries: int = 0
    """Entries, or sitemaps where it is an index."""
    followed: int = 0
    """Entries that a first crawl would fetch: own domain, young enough, not the front page."""
    off_domain: int = 0
    newest: datetime | None = None
    detail: str = ""


def check_sources(*, workspace: Workspace, clock: Clock, only: Collection[str] = ()) -> list[FeedCheck]:
    """Ask each address of the sources once, all or those named, by source and in its order.

    Raises:
        ConfigError: `only` names no source, or a contact is missing.
    """
    require_known(only, workspace)
    sources = sorted(
        (source for source in workspace.sources if not only or source.id in only),
        key=lambda source: source.id,
    )

    async def work(fetcher: Fetcher) -> list[FeedCheck]:
        free = asyncio.Semaphore(workspace.settings.crawl.concurrent_hosts)

        async def one(source: SourceConfig) -> list[FeedCheck]:
            async with free:
                return [await _check(source, feed, fetcher, workspace) for feed in source.feeds]

        return [row for rows in await asyncio.gather(*map(one, sources)) for row in rows]

    addresses = [str(feed.url) for source in sources for feed in source.feeds]
    rows, _ = probe(work, addresses=addresses, workspace=workspace, clock=clock)
    return rows


async def _check(source: SourceConfig, feed: FeedConfig, fetcher: Fetcher, workspace: Workspace) -> FeedCheck:
    url = str(feed.url)
    answer = await fetcher.fetch(
        url,
        REQUEST_KINDS[feed.kind],
        delay_seconds=source.delay_seconds,
        allow_private=source.allow_private_addresses,
    )
    listing = None
    if answer.failure is None and answer.status == 200:
        listing = parse_listing(feed.kind, answer.body, answer.final_url, link_pattern=source.link_pattern)
    outcome = poll_outcome(answer, listing)
    read = listing or Listing()
    finder = finder_for(
        source, first=True, now=fetcher.clock.now(), backfill_days=workspace.settings.crawl.backfill_days
    )
    selection = select_pages(read, finder, answer.final_url)
    return FeedCheck(
        source_id=source.id,
        url=url,
        kind=feed.kind,
        outcome=outcome,
        status=answer.status,
        entries=len(read.links) or len(read.children),
        followed=len(selection.pages) or len(select_children(read, finder, answer.final_url, seen=())),
        off_domain=selection.off_domain,
        newest=newest_of(read),
        detail=answer.detail,
    )


def newest_of(listing: Listing) -> datetime | None:
    """The latest date that a listing states."""
    stated = [row.published or row.updated for row in listing.links] + [
        child.updated for child in listing.children
    ]
    return max((moment for moment in stated if moment is not None), default=None)
