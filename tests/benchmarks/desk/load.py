"""Rows straight into the tables, fast: one transaction a day, no waiting for the disk, secondary indexes made
at the end.

Tables and columns are those of `storage.schema` as it is now: what it no longer has is left out, and a new
column gets an empty value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from storage.engine import Database
from storage.schema import metadata
from storage.search_index import index_articles
from storage.types import JsonText, JsonTuple

Row = Mapping[str, Any]
_NUMBERED = {"articles": "article_no", "passages": "passage_no"}


class Loader:
    """Writes to one database; make it with `loading`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._empty: dict[str, dict[str, Any]] = {}

    def put(self, table: str, rows: Sequence[Row], *, known: bool = False) -> None:
        """Insert rows that have all the same keys.

        Args:
            known: rows may be there already, and are then left as they are.
        """
        target = metadata.tables.get(table)
        if target is None or not rows:
            return
        empty = self._empty.setdefault(table, _empty_values(target, rows[0]))
        kept = [name for name in rows[0] if name in target.c]
        statement: Any = sa.insert(target)
        if known:
            statement = _insert_unknown(self._connection, target)
        self._connection.execute(statement, [{**empty, **{name: row[name] for name in kept}} for row in rows])

    def index(self, texts: Mapping[int, tuple[str, str]]) -> None:
        """Folded title and body of articles, by number, into the full-text index."""
        index_articles(self._connection, texts)

    def commit(self) -> None:
        """End of a day."""
        self._connection.commit()

    def highest(self, table: str) -> int:
        """The highest number given so far in a table that numbers its rows."""
        column = metadata.tables[table].c[_NUMBERED[table]]
        return int(self._connection.execute(sa.select(sa.func.coalesce(sa.func.max(column), 0))).scalar_one())


@contextmanager
def loading(url: str, *, bulk: bool) -> Iterator[Loader]:
    """A loader; indexes are whole again and statistics fresh at the end.

    Args:
        bulk: the tables are empty: indexes are dropped and made anew.
    """
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            _hurry(connection, database.is_sqlite)
            indexes = [item for table in metadata.sorted_tables for item in table.indexes] if bulk else []
            for item in indexes:
                item.drop(connection)
            yield Loader(connection)
            connection.commit()
            for item in indexes:
                item.create(connection)
            connection.commit()
            _settle(connection, database.is_sqlite)
    finally:
        database.close()


def _hurry(connection: sa.Connection, is_sqlite: bool) -> None:
    """No syncs, no foreign keys, room for pages: a broken workspace is made again."""
    if is_sqlite:
        raw: Any = connection.connection.dbapi_connection
        for pragma in (
            "foreign_keys=OFF",
            "synchronous=OFF",
            "cache_size=-1500000",
            "wal_autocheckpoint=20000",
        ):
            raw.execute(f"PRAGMA {pragma}")
    else:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("SET synchronous_commit = off")
        connection.commit()


def _settle(connection: sa.Connection, is_sqlite: bool) -> None:
    raw: Any = connection.connection.dbapi_connection
    if is_sqlite:
        raw.execute("PRAGMA optimize=0x10002")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    for table, column in _NUMBERED.items():
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), greatest(1, max({column}))) "
            f"FROM {table}"
        )
    connection.commit()
    raw.autocommit = True
    raw.execute("ANALYZE")
    raw.autocommit = False


def _insert_unknown(connection: sa.Connection, table: sa.Table) -> Any:
    from sqlalchemy.dialects import postgresql, sqlite

    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()


def _empty_values(table: sa.Table, row: Row) -> dict[str, Any]:
    """For columns that must hold something and that the row does not name."""
    return {
        column.name: _empty(column)
        for column in table.c
        if column.name not in row and not column.nullable and column.autoincrement is not True
    }


def _empty(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, JsonTuple):
        return ()
    if isinstance(column.type, JsonText):
        return {}
    python: Any = column.type.python_type
    return python()
