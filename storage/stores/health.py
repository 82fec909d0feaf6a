"""What is wrong with feeds, and the hosts that are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import FeedHealth, HealthChange, HostPause
from storage.rows import record_of, row_of, upsert


class HealthStore:
    """The condition of every feed, its changes, and paused hosts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, feed_url: str) -> FeedHealth | None:
        """Of one feed."""
        table = schema.feed_health
        with self._database.read() as connection:
            row = connection.execute(sa.select(table).where(table.c.feed_url == feed_url)).first()
        return record_of(FeedHealth, row) if row else None

    def all(self) -> list[FeedHealth]:
        """Of every feed that was polled, by source and feed."""
        table = schema.feed_health
        asked = sa.select(table).order_by(table.c.source_id, table.c.feed_url)
        with self._database.read() as connection:
            return [record_of(FeedHealth, row) for row in connection.execute(asked)]

    def changes(self, start: datetime, end: datetime) -> list[HealthChange]:
        """Changes in [start, end), by time and feed."""
        table = schema.health_changes
        within = (table.c.changed_at >= start) & (table.c.changed_at < end)
        asked = sa.select(table).where(within).order_by(table.c.changed_at, table.c.feed_url)
        with self._database.read() as connection:
            return [record_of(HealthChange, row) for row in connection.execute(asked)]

    def pauses(self, now: datetime) -> list[HostPause]:
        """Hosts that are left alone at a moment, by name."""
        table = schema.host_pauses
        asked = sa.select(table).where(table.c.until > now).order_by(table.c.host)
        with self._database.read() as connection:
            return [record_of(HostPause, row) for row in connection.execute(asked)]

    def pause(self, pauses: Sequence[HostPause], now: datetime) -> None:
        """Keep pauses, and forget those that are over."""
        table = schema.host_pauses
        with self._database.write() as connection:
            connection.execute(sa.delete(table).where(table.c.until <= now))
            upsert(connection, table, [row_of(pause) for pause in pauses])


def note_health(connection: sa.Connection, health: FeedHealth) -> None:
    """Store a feed's condition; a change of it is a finding, and one that stays keeps its beginning.

    A feed that is well at its first poll is no news.
    """
    table = schema.feed_health
    asked = sa.select(table.c.condition, table.c.since).where(table.c.feed_url == health.feed_url)
    known = connection.execute(asked).first()
    row = row_of(health)
    if known is not None and known.condition == health.condition:
        row["since"] = known.since
    elif known is not None or health.condition != "well":
        change = HealthChange(
            feed_url=health.feed_url,
            source_id=health.source_id,
            changed_at=health.checked_at,
            before=None if known is None else known.condition,
            after=health.condition,
            detail=health.detail,
        )
        upsert(connection, schema.health_changes, [row_of(change)])
    upsert(connection, table, [row])
