"""Records to rows and back, and the few statements that every store uses. No business logic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

R = TypeVar("R")
T = TypeVar("T")

CHUNK: Final = 500
"""Items per statement and rows per transaction: well under SQLite's 32,766 parameters and under 100 ms."""


def _names(record_type: Any) -> Iterable[str]:
    # `dataclasses.fields` builds a tuple each time; this runs once per row.
    return cast(Iterable[str], record_type.__dataclass_fields__)


def row_of(record: Any) -> dict[str, Any]:
    """Field name -> value."""
    return {name: getattr(record, name) for name in _names(type(record))}


def record_of(record_type: type[R], row: sa.Row[Any]) -> R:
    """The record whose fields are named as the row's columns; other columns are left out."""
    mapping = row._mapping
    names = record_type.__dataclass_fields__  # type: ignore[attr-defined]  # read at once: this runs for every row
    return record_type(**{name: mapping[name] for name in names})


def columns_of(record_type: type, table: sa.Table) -> list[sa.Column[Any]]:
    """The table's columns that a record type has."""
    return [table.c[name] for name in _names(record_type)]


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Runs of at most `size` items, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


AT_ONCE: Final = 10_000
"""Rows that are fetched at a time where many are read; decides memory only."""


def select_in(
    connection: sa.Connection, statement: sa.Select[Any], column: sa.ColumnElement[Any], keys: Collection[Any]
) -> list[sa.Row[Any]]:
    """The statement's rows whose `column` is one of `keys`, in runs; each run in the statement's order, runs
    by key.
    """
    ordered = sorted(set(keys))
    return [row for part in chunks(ordered) for row in connection.execute(statement.where(column.in_(part)))]


def distinct_values(
    connection: sa.Connection, column: sa.ColumnElement[T], *where: sa.ColumnElement[bool]
) -> list[T]:
    """The few different values of an indexed column, sorted: one step into the index for each, however many
    rows have it.
    """
    found: list[T] = []
    first = sa.select(sa.func.min(column)).where(*where)
    value = connection.execute(first).scalar()
    while value is not None:
        found.append(value)
        value = connection.execute(first.where(column > value)).scalar()
    return found


def delete_in(
    connection: sa.Connection, table: sa.Table, column: sa.ColumnElement[Any], keys: Collection[Any]
) -> None:
    """Remove the rows whose `column` is one of `keys`."""
    for part in chunks(sorted(set(keys))):
        connection.execute(sa.delete(table).where(column.in_(part)))


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str] = (),
    keep: Collection[str] = (),
) -> None:
    """Insert, or update where the key (by default the primary key) exists; columns in `keep` are then left as
    they are.
    """
    if not rows:
        return
    keys = list(key) or [column.name for column in table.primary_key]
    statement = _insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys and name not in keep}
    # Sorted, so that two writers never wait for each other crosswise.
    ordered = sorted(rows, key=lambda row: [row[name] for name in keys])
    if changed:
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), ordered)
    else:
        connection.execute(statement.on_conflict_do_nothing(index_elements=keys), ordered)


def insert_new(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, key: str
) -> int:
    """Insert the rows whose `key` is not there yet; how many those were."""
    if not rows:
        return 0
    # Sorted, so that two writers never wait for each other crosswise.
    ordered = sorted(rows, key=lambda row: str(row[key]))
    statement = _insert(connection, table).on_conflict_do_nothing().returning(table.c[key])
    return len(connection.execute(statement, ordered).all())


def _insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
