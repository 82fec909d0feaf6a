"""A small workspace on disk, a fixed clock, and the door of crawling."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import CrawlSettings, ScrapySettings, Settings
from config.sources import SourceConfig
from config.workspace import Workspace
from crawler.crawl import run_crawl
from storage.archive import ArchiveReader, ArchiveWriter
from storage.records import FeedPoll, Page, Source
from storage.store import Store, create_store

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CONTACT = "desk@example.org"


def crawl_settings(**changes: Any) -> CrawlSettings:
    """Settings for a local server: no delay, short limits."""
    return CrawlSettings(
        **(
            {"delay_seconds": 0, "timeout_seconds": 20, "max_page_bytes": 200_000, "contact": CONTACT}
            | changes
        )
    )


def source(
    feeds: Sequence[str | dict[str, Any]],
    *,
    source_id: str = "outlet",
    domain: str = "127.0.0.1",
    **changes: Any,
) -> SourceConfig:
    """A source that may lie on this machine."""
    rows = [{"url": feed} if isinstance(feed, str) else feed for feed in feeds]
    values = {
        "name": source_id,
        "country": "XA",
        "languages": ["en"],
        "allow_private_addresses": True,
    } | changes
    return SourceConfig(id=source_id, domain=domain, feeds=rows, **values)


class Lab:
    """A workspace that is crawled again and again."""

    def __init__(self, root: Path, sources: Sequence[SourceConfig], **settings: Any) -> None:
        self.clock = FixedClock(NOW)
        self.root = root
        self.sources = tuple(sources)
        self.settings = crawl_settings(**settings)
        self.scrapy = ScrapySettings()
        self.runs = 0
        self.store: Store = create_store(self.workspace.database_url)

    @property
    def workspace(self) -> Workspace:
        """The workspace as it is now."""
        return Workspace(
            root=self.root,
            settings=Settings(crawl=self.settings, scrapy=self.scrapy),
            sources=self.sources,
            watchlist=(),
            schedule=Schedule(),
        )

    def crawl(self, only: Collection[str] = ()) -> dict[str, int]:
        """One crawl."""
        self.runs += 1
        self.store.sources.sync([as_stored(row) for row in self.sources])
        with ArchiveWriter(
            self.workspace.archive_dir, max_bytes=10_000_000, name=f"crawl-{self.runs}"
        ) as archive:
            return run_crawl(
                store=self.store,
                workspace=self.workspace,
                clock=self.clock,
                run_id=self.run_id,
                progress=NoProgress(),
                archive=archive,
                only=only,
            )

    @property
    def run_id(self) -> str:
        """Of the last crawl."""
        return f"run-{self.runs}"

    def later(self, **step: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**step))

    def page(self, url: str) -> Page:
        """The page of an address that must be known."""
        found = self.store.pages.by_url(url)
        assert found is not None, url
        return found

    def polls(self) -> list[FeedPoll]:
        """All polls so far."""
        return self.store.feeds.polls(NOW - timedelta(days=1), NOW + timedelta(days=1_000))

    def archived(self, kind: str) -> list[str]:
        """Addresses of archived answers of a kind, in order."""
        return [
            response.url
            for _, response in ArchiveReader(self.workspace.archive_dir).records()
            if response.kind == kind
        ]

    def close(self) -> None:
        """Give the database back."""
        self.store.close()


def as_stored(row: SourceConfig) -> Source:
    """A source as the door of a stage would store it."""
    return Source(
        source_id=row.id,
        name=row.name,
        domain=row.domain,
        country=row.country,
        region=row.region,
        languages=row.languages,
    )


def assert_balanced(counts: dict[str, int]) -> None:
    """The sums of a crawl's counts hold."""
    named = {"sources", "polls", "found", "tried", "postponed"}
    outcomes = {
        name: count
        for name, count in counts.items()
        if name not in named and not name.startswith(("rendered", "polls_", "looked_again", "first_tried"))
    }
    assert sum(outcomes.values()) == counts["tried"], counts
    assert sum(count for name, count in counts.items() if name.startswith("polls_")) == counts["polls"], (
        counts
    )
