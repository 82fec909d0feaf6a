"""What a stage has written for pages to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.rows import upsert


class ViewStore:
    """Plain JSON by name; the newest alone is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, name: str, value: Any, *, as_of: datetime) -> None:
        """Write a view in the place of the old one."""
        with self._database.write() as connection:
            upsert(connection, schema.views, [{"name": name, "as_of": as_of, "value": value}])

    def replace(self, values: Mapping[str, Any], *, as_of: datetime) -> None:
        """Write views, and remove all others, in one transaction."""
        rows = [{"name": name, "as_of": as_of, "value": value} for name, value in values.items()]
        with self._database.write() as connection:
            connection.execute(sa.delete(schema.views))
            upsert(connection, schema.views, rows)

    def get(self, name: str) -> Any:
        """A view; None where none was written."""
        statement = sa.select(schema.views.c.value).where(schema.views.c.name == name)
        with self._database.read() as connection:
            return connection.execute(statement).scalar()
