"""What each narrative is: claim, event, subject or form."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import Judgement
from storage.rows import delete_in, record_of, row_of, select_in, upsert


class KindStore:
    """The last judgement of each narrative; one that nobody judged yet has none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[int, Judgement]:
        """Every judgement by the narrative's number, as it was given: one that was merged since keeps its
        own.
        """
        table = schema.narrative_kinds
        with self._database.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.narrative_id))
            return {row.narrative_id: record_of(Judgement, row) for row in rows}

    def of(self, narrative_ids: Collection[int]) -> dict[int, Judgement]:
        """The judgements of these narratives; those without one are left out."""
        table = schema.narrative_kinds
        with self._database.read() as connection:
            rows = select_in(connection, sa.select(table), table.c.narrative_id, narrative_ids)
            return {row.narrative_id: record_of(Judgement, row) for row in rows}

    def save(self, judgements: Sequence[Judgement]) -> None:
        """Insert or replace, in one transaction."""
        with self._database.write() as connection:
            upsert(connection, schema.narrative_kinds, [row_of(item) for item in judgements])

    def forget(self, narrative_ids: Collection[int]) -> None:
        """Take judgements away, in one transaction: the next run judges anew."""
        table = schema.narrative_kinds
        with self._database.write() as connection:
            delete_in(connection, table, table.c.narrative_id, narrative_ids)
