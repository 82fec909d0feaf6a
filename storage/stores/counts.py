"""Numbers per day, and the spikes found in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import Observation, SourceDay, Spike
from storage.rows import record_of, row_of, upsert


class CountStore:
    """Observations (narrative x source x day) and source days (exposure and health)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(
        self, start: date, end: date, observations: Sequence[Observation], source_days: Sequence[SourceDay]
    ) -> None:
        """Put these rows in place of all rows of days in [start, end), in one transaction."""
        with self._database.write() as connection:
            for table in (schema.observations, schema.source_days):
                connection.execute(sa.delete(table).where(table.c.day >= start, table.c.day < end))
            upsert(connection, schema.observations, [row_of(item) for item in observations])
            upsert(connection, schema.source_days, [row_of(item) for item in source_days])

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


class SpikeStore:
    """Windows that stood out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, spikes: Sequence[Spike]) -> None:
        """Insert or update, in one transaction."""
        with self._database.write() as connection:
            upsert(connection, schema.spikes, [row_of(item) for item in spikes])

    def replace(self, day: date, spikes: Sequence[Spike]) -> None:
        """Put a day's spikes in place of those found for it before, alerts apart: what was decided to be told stays. One transaction."""
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
