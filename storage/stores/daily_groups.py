"""The groups of each day, and what their test found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import DailyGroup, GroupCell
from storage.rows import record_of, row_of, upsert


class DailyGroupStore:
    """What the last days said, group by group, as it stood on each day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, day: date, groups: Sequence[DailyGroup]) -> None:
        """Put a day's groups in place of those found before, those that bore a narrative apart. One
        transaction.

        A number that is kept is not given again: the caller counts on from `last_number`.
        """
        table = schema.daily_groups
        with self._database.write() as connection:
            connection.execute(sa.delete(table).where(table.c.day == day, table.c.narrative_id.is_(None)))
            upsert(connection, table, [_row(group) for group in groups])

    def save(self, groups: Sequence[DailyGroup]) -> None:
        """Insert or update, in one transaction."""
        with self._database.write() as connection:
            upsert(connection, schema.daily_groups, [_row(group) for group in groups])

    def bore(self, group: DailyGroup, narrative_id: int) -> None:
        """Remember the narrative that was born of a group."""
        self.save([replace(group, narrative_id=narrative_id)])

    def last_number(self, day: date) -> int:
        """The highest number of a group of the day that bore a narrative; 0 without one."""
        table = schema.daily_groups.c
        bore = (table.day == day, table.narrative_id.is_not(None))
        with self._database.read() as connection:
            found = connection.execute(sa.select(sa.func.max(table.number)).where(*bore)).scalar()
        return int(found or 0)

    def between(self, start: date, end: date) -> list[DailyGroup]:
        """Groups of the days [start, end), by (day, number)."""
        table = schema.daily_groups.c
        statement = sa.select(schema.daily_groups).where(table.day >= start, table.day < end)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.day, table.number))
            return [_group(row) for row in rows]


def _row(group: DailyGroup) -> dict[str, Any]:
    cells = [[cell.source_id, cell.day.isoformat(), cell.own_texts, cell.articles] for cell in group.cells]
    return row_of(group) | {"cells": cells}


def _group(row: sa.Row[Any]) -> DailyGroup:
    cells = [GroupCell(source, date.fromisoformat(day), own, told) for source, day, own, told in row.cells]
    return replace(record_of(DailyGroup, row), cells=tuple(cells))
