"""How far histories from archives are filled in."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import Backfill, Page
from storage.rows import record_of, row_of, upsert
from storage.stores.pages import insert_pages, update_fetches


class BackfillStore:
    """Files and queries of archives, each with the place that its reading has come to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> Backfill | None:
        """How far one of them is."""
        table = schema.backfills
        with self._database.read() as connection:
            row = connection.execute(sa.select(table).where(table.c.name == name)).first()
        return record_of(Backfill, row) if row else None

    def all(self) -> list[Backfill]:
        """Each of them, by name."""
        table = schema.backfills
        with self._database.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.name))
            return [record_of(Backfill, row) for row in rows]

    def record(self, progress: Backfill, pages: Sequence[Page]) -> None:
        """Keep pages that were filled in, new ones and known ones, and how far the reading is, in one
        transaction; sync the archive before.
        """
        with self._database.write() as connection:
            insert_pages(connection, pages)
            update_fetches(connection, pages)
            upsert(connection, schema.backfills, [row_of(progress)])
