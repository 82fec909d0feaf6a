"""Numbers per day, and the spikes found in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from config.clock import midnight
from storage import schema
from storage.engine import Database
from storage.records import Observation, SourceDay, Spike
from storage.records.told import AttemptCount, Cell, SourceDayRow, StaleDay
from storage.rows import chunks, record_of, row_of, select_in, upsert


class CountStore:
    """Observations (narrative x source x day) and source days (exposure and health)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(
        self,
        start: date,
        end: date,
        observations: Sequence[Observation] | None = None,
        source_days: Sequence[SourceDay] | None = None,
    ) -> None:
        """Put these rows in place of all rows of days in [start, end), in one transaction; None leaves what
        there is.
        """
        given = [
            (table, [row_of(item) for item in items])
            for table, items in ((schema.observations, observations), (schema.source_days, source_days))
            if items is not None
        ]
        with self._database.write() as connection:
            for table, rows in given:
                connection.execute(sa.delete(table).where(table.c.day >= start, table.c.day < end))
                upsert(connection, table, rows)

    def observations(self, start: date, end: date, *, narrative_id: int | None = None) -> list[Observation]:
        """Observations of days in [start, end), by (narrative_id, day, source_id)."""
        table = schema.observations.c
        statement = sa.select(schema.observations).where(table.day >= start, table.day < end)
        if narrative_id is not None:
            statement = statement.where(table.narrative_id == narrative_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.narrative_id, table.day, table.source_id))
            return [record_of(Observation, row) for row in rows]

    def source_days(self, start: date, end: date) -> list[SourceDay]:
        """Source days in [start, end), by (day, source_id)."""
        table = schema.source_days.c
        statement = sa.select(schema.source_days).where(table.day >= start, table.day < end)
        with self._database.read() as connection:
            return [
                record_of(SourceDay, row)
                for row in connection.execute(statement.order_by(table.day, table.source_id))
            ]

    def source_day_rows(self, start: date, end: date) -> list[SourceDayRow]:
        """`source_days` as narrow rows: a page of a narrative reads them all."""
        columns = [schema.source_days.c[name] for name in SourceDayRow._fields]
        day, source_id = schema.source_days.c.day, schema.source_days.c.source_id
        statement = sa.select(*columns).where(day >= start, day < end).order_by(day, source_id)
        with self._database.read() as connection:
            return list(map(SourceDayRow._make, connection.execute(statement).all()))

    def days_of_source(self, source_id: str, start: date, end: date) -> list[SourceDayRow]:
        """The days of one source in [start, end), in order."""
        columns = [schema.source_days.c[name] for name in SourceDayRow._fields]
        table = schema.source_days.c
        within = (table.day >= start) & (table.day < end) & (table.source_id == source_id)
        statement = sa.select(*columns).where(within).order_by(table.day)
        with self._database.read() as connection:
            return list(map(SourceDayRow._make, connection.execute(statement).all()))

    def cells(self, start: date, end: date, *, narrative_ids: Collection[int] | None = None) -> list[Cell]:
        """Observations of days in [start, end) as narrow rows, of some narratives or of all, in no order."""
        table = schema.observations.c
        statement = sa.select(
            table.narrative_id, table.source_id, table.day, table.own_texts, table.articles
        ).where(table.day >= start, table.day < end)
        with self._database.read() as connection:
            if narrative_ids is None:
                return [Cell._make(row) for row in connection.execute(statement)]
            rows = select_in(connection, statement, table.narrative_id, narrative_ids)
        return [Cell._make(row) for row in rows]

    def polls(self, start: date, end: date) -> list[AttemptCount]:
        """Polls of days in [start, end) by source, day and outcome, in no order."""
        table = schema.feed_polls.c
        return self._attempts(table.source_id, table.polled_at, table.outcome, start, end)

    def fetches(self, start: date, end: date) -> list[AttemptCount]:
        """Pages whose fetch ended on days in [start, end) by source, day and outcome, in no order."""
        table = schema.pages.c
        return self._attempts(table.source_id, table.fetched_at, table.fetch_outcome, start, end)

    def _attempts(
        self, source: sa.Column[Any], at: sa.Column[Any], outcome: sa.Column[Any], start: date, end: date
    ) -> list[AttemptCount]:
        # Both engines keep moments in UTC, so that the day of one is cut off it.
        day = sa.func.date(at, type_=sa.Date)
        statement = sa.select(source, day, outcome, sa.func.count()).where(
            at >= midnight(start), at < midnight(end), outcome.is_not(None)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.group_by(source, day, outcome))
            return [AttemptCount._make(row) for row in rows]

    def stale_days(self) -> list[StaleDay]:
        """Notes of the days that have to be counted again (`stale_days.py`), by day."""
        table = schema.stale_days.c
        statement = sa.select(schema.stale_days).order_by(table.day, table.writer)
        with self._database.read() as connection:
            return [StaleDay(row.day, row.writer, row.changes) for row in connection.execute(statement)]

    def settle(self, notes: Sequence[StaleDay]) -> None:
        """Take notes back as they were read; a day that changed since stays stale."""
        table = schema.stale_days.c
        as_read = sa.and_(
            table.day == sa.bindparam("on"),
            table.writer == sa.bindparam("by"),
            table.changes == sa.bindparam("times"),
        )
        rows = [{"on": note.day, "by": note.writer, "times": note.changes} for note in notes]
        for part in chunks(rows):
            with self._database.write() as connection:
                connection.execute(sa.delete(schema.stale_days).where(as_read), part)


class SpikeStore:
    """Windows that stood out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, spikes: Sequence[Spike]) -> None:
        """Insert or update, in one transaction."""
        with self._database.write() as connection:
            upsert(connection, schema.spikes, [row_of(item) for item in spikes])

    def replace(self, day: date, spikes: Sequence[Spike]) -> None:
        """Put a day's spikes in place of those found for it before, alerts apart: what was decided to be told
        stays. One transaction.
        """
        table = schema.spikes.c
        with self._database.write() as connection:
            connection.execute(sa.delete(schema.spikes).where(table.day == day, table.decision != "alert"))
            upsert(connection, schema.spikes, [row_of(item) for item in spikes])

    def between(self, start: date, end: date) -> list[Spike]:
        """Spikes whose window ends in [start, end), by (day, spike_id)."""
        statement = sa.select(schema.spikes).where(schema.spikes.c.day >= start, schema.spikes.c.day < end)
        with self._database.read() as connection:
            return [
                record_of(Spike, row)
                for row in connection.execute(
                    statement.order_by(schema.spikes.c.day, schema.spikes.c.spike_id)
                )
            ]

    def get(self, spike_id: str) -> Spike | None:
        """One spike."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(schema.spikes).where(schema.spikes.c.spike_id == spike_id)
            ).first()
        return record_of(Spike, row) if row else None
