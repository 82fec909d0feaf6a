"""What narratives were when they got their labels, and how far each refit found them from there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import Anchor, Drift
from storage.rows import delete_in, record_of, row_of, select_in, upsert


class DriftStore:
    """One anchor a narrative, and a measurement a narrative and refit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def anchors(self, narrative_ids: Collection[int]) -> dict[int, Anchor]:
        """The anchors of these narratives; those without one are left out."""
        table = schema.narrative_anchors
        with self._database.read() as connection:
            rows = select_in(connection, sa.select(table), table.c.narrative_id, narrative_ids)
            return {row.narrative_id: record_of(Anchor, row) for row in rows}

    def save(self, anchors: Sequence[Anchor], measured: Sequence[Drift] = ()) -> None:
        """Insert or replace, in one transaction."""
        with self._database.write() as connection:
            upsert(connection, schema.narrative_anchors, [row_of(item) for item in anchors])
            upsert(connection, schema.narrative_drift, [row_of(item) for item in measured])

    def forget(self, narrative_ids: Collection[int]) -> None:
        """Take anchors away, in one transaction: the next refit sets new ones."""
        table = schema.narrative_anchors
        with self._database.write() as connection:
            delete_in(connection, table, table.c.narrative_id, narrative_ids)

    def of(self, narrative_id: int, *, limit: int = 100) -> list[Drift]:
        """What the last refits measured of one narrative, the newest first."""
        table = schema.narrative_drift
        statement = sa.select(table).where(table.c.narrative_id == narrative_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.c.at.desc()).limit(limit))
            return [record_of(Drift, row) for row in rows]

    def latest(self) -> dict[int, Drift]:
        """The last measurement of every narrative that has one."""
        table = schema.narrative_drift
        newest = (
            sa.select(table.c.narrative_id, sa.func.max(table.c.at).label("at"))
            .group_by(table.c.narrative_id)
            .subquery()
        )
        joined = sa.select(table).join(
            newest, sa.and_(table.c.narrative_id == newest.c.narrative_id, table.c.at == newest.c.at)
        )
        with self._database.read() as connection:
            rows = connection.execute(joined.order_by(table.c.narrative_id))
            return {row.narrative_id: record_of(Drift, row) for row in rows}
