"""Sources and their feeds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import FeedHealth, FeedPoll, FeedState, Page, Source
from storage.rows import chunks, record_of, row_of, select_in, upsert
from storage.stores.health import note_health
from storage.stores.pages import insert_pages


class SourceStore:
    """Outlets as the directory described them at the last synchronisation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(self, sources: Sequence[Source], *, today: date | None = None) -> None:
        """Insert or update; when a source was first crawled is kept.

        Args:
            today: where `sources` are all that the directory names: the others are marked as removed on this
                day, and stay with their coverage.
        """
        table = schema.sources
        with self._database.write() as connection:
            upsert(connection, table, [row_of(source) for source in sources], keep=("first_crawled_at",))
            if today is None:
                return
            there = connection.scalars(sa.select(table.c.source_id).where(table.c.removed_on.is_(None)))
            gone = sorted(set(there) - {source.source_id for source in sources})
            for part in chunks(gone):
                mark = sa.update(table).where(table.c.source_id.in_(part)).values(removed_on=today)
                connection.execute(mark)

    def all(self) -> list[Source]:
        """Every source of which there may be coverage, by id."""
        with self._database.read() as connection:
            return [
                record_of(Source, row)
                for row in connection.execute(sa.select(schema.sources).order_by(schema.sources.c.source_id))
            ]

    def listed(self) -> list[Source]:
        """The sources that the directory names, by id."""
        return [source for source in self.all() if source.removed_on is None]

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

    def record(
        self, state: FeedState, poll: FeedPoll, found: Sequence[Page], health: FeedHealth | None = None
    ) -> int:
        """The poll, what to remember, the pages it brought and what it says of the feed, in one transaction;
        sync the archive before. Returns how many pages are new.
        """
        row = row_of(poll)
        with self._database.write() as connection:
            upsert(connection, schema.feeds, [row_of(state)])
            upsert(connection, schema.feed_polls, [_of_table(row, schema.feed_polls)])
            if poll.entries or poll.unreadable:
                upsert(connection, schema.poll_readings, [_of_table(row, schema.poll_readings)])
            if health is not None:
                note_health(connection, health)
            return insert_pages(connection, found)

    def polls(self, start: datetime, end: datetime) -> list[FeedPoll]:
        """Polls in [start, end), by time, feed and run."""
        table = schema.feed_polls.c
        within = (table.polled_at >= start) & (table.polled_at < end)
        statement = _POLLS.where(within).order_by(table.polled_at, table.feed_url, table.run_id)
        with self._database.read() as connection:
            return [_poll_of(row) for row in connection.execute(statement)]

    def last_polls(self) -> list[FeedPoll]:
        """The newest poll of every feed, by source and feed; a feed whose polls were pruned has none."""
        table, feeds = schema.feed_polls.c, schema.feeds.c
        polled = sa.select(feeds.feed_url, feeds.last_polled_at).where(feeds.last_polled_at.is_not(None))
        statement = _POLLS.order_by(table.polled_at)
        with self._database.read() as connection:
            # Two questions: joined, a planner without fresh statistics reads all polls.
            last = {row.feed_url: row.last_polled_at for row in connection.execute(polled)}
            rows = select_in(connection, statement, table.polled_at, set(last.values()))
        found = [_poll_of(row) for row in rows if last.get(row.feed_url) == row.polled_at]
        return sorted(found, key=lambda poll: (poll.source_id, poll.feed_url, poll.run_id))

    def last_polled(self, feed_urls: Collection[str]) -> dict[str, datetime]:
        """When feeds were polled last, those that were."""
        table = schema.feeds.c
        asked = sa.select(table.feed_url, table.last_polled_at).where(table.last_polled_at.is_not(None))
        with self._database.read() as connection:
            rows = select_in(connection, asked, table.feed_url, feed_urls)
        return {row.feed_url: row.last_polled_at for row in rows}


_READ_OF_A_POLL = [column for column in schema.poll_readings.c if not column.primary_key]
_POLLS = sa.select(schema.feed_polls, *_READ_OF_A_POLL).select_from(
    schema.feed_polls.outerjoin(
        schema.poll_readings,
        sa.and_(*(schema.feed_polls.c[key.name] == key for key in schema.poll_readings.primary_key)),
    )
)


def _of_table(row: dict[str, Any], table: sa.Table) -> dict[str, Any]:
    """The part of a row that a table has columns for."""
    return {name: row[name] for name in table.c.keys()}  # noqa: SIM118 - not a dict


def _poll_of(row: sa.Row[Any]) -> FeedPoll:
    """A poll, with what it read where it brought a listing; of polls from before that was kept, all counts as
    followed."""
    values = {name: value for name, value in row._mapping.items() if value is not None}
    return FeedPoll(**{"followed": row.entries, **values})
