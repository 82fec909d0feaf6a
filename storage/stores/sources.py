"""Sources and their feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import FeedPoll, FeedState, Page, Source
from storage.rows import record_of, row_of, upsert
from storage.stores.pages import insert_pages


class SourceStore:
    """Outlets as the directory described them at the last synchronisation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(self, sources: Sequence[Source]) -> None:
        """Insert or update; when a source was first crawled is kept, and sources no longer named stay (their
        coverage does too).
        """
        with self._database.write() as connection:
            upsert(
                connection, schema.sources, [row_of(source) for source in sources], keep=("first_crawled_at",)
            )

    def all(self) -> list[Source]:
        """Every source, by id."""
        with self._database.read() as connection:
            return [
                record_of(Source, row)
                for row in connection.execute(sa.select(schema.sources).order_by(schema.sources.c.source_id))
            ]

    def get(self, source_id: str) -> Source | None:
        """One source."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(schema.sources).where(schema.sources.c.source_id == source_id)
            ).first()
        return record_of(Source, row) if row else None

    def mark_first_crawled(self, source_id: str, at: datetime) -> None:
        """Remember the first crawl; later calls change nothing."""
        unset = (schema.sources.c.source_id == source_id) & schema.sources.c.first_crawled_at.is_(None)
        with self._database.write() as connection:
            connection.execute(sa.update(schema.sources).where(unset).values(first_crawled_at=at))


class FeedStore:
    """Feeds, news sitemaps and section pages: what is remembered between polls, and every poll."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, feed_url: str) -> FeedState | None:
        """What is remembered of one feed."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(schema.feeds).where(schema.feeds.c.feed_url == feed_url)
            ).first()
        return record_of(FeedState, row) if row else None

    def all(self) -> list[FeedState]:
        """Every feed, by URL."""
        with self._database.read() as connection:
            return [
                record_of(FeedState, row)
                for row in connection.execute(sa.select(schema.feeds).order_by(schema.feeds.c.feed_url))
            ]

    def record(self, state: FeedState, poll: FeedPoll, found: Sequence[Page]) -> int:
        """The poll, what to remember and the pages it brought, in one transaction; sync the archive before.
        Returns how many pages are new.
        """
        with self._database.write() as connection:
            upsert(connection, schema.feeds, [row_of(state)])
            upsert(connection, schema.feed_polls, [row_of(poll)])
            return insert_pages(connection, found)

    def polls(self, start: datetime, end: datetime) -> list[FeedPoll]:
        """Polls in [start, end), by time, feed and run."""
        table = schema.feed_polls.c
        statement = sa.select(schema.feed_polls).where(table.polled_at >= start, table.polled_at < end)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.polled_at, table.feed_url, table.run_id))
            return [record_of(FeedPoll, row) for row in rows]
