"""A workspace of the first version comes along: every row, on both engines, also when the migration is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import threading
import warnings
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage.engine import Database
from storage.migrate import migrate
from storage.schema import REVISION, VERSION_TABLE
from storage.store import open_store
from tests.storage.makers import DAY
from tests.storage.test_migrations import FOLDER, described

FIRST_VERSION: Final = "0002"
ROWS: Final = 40
"""Of every table."""
COMPARED: Final = 25
"""Passages that the second statement was compared with; the first has all, the others none."""
UNGROUPED: Final = 3
"""Articles, the last ones, without a copy group."""
TEXT: Final = "Мавритания 🇲🇷 "

Row = dict[str, Any]
Rows = dict[str, list[str]]


def old_database(url: str, rows: int = ROWS) -> None:
    """A database as the first version made it, with rows in every table."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    database = Database(url)
    with database.reshape() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST_VERSION)
    with database.write() as connection:
        for table in tables_of(connection):
            connection.execute(sa.insert(table), rows_for(table, rows))
    database.close()


def tables_of(connection: sa.Connection) -> list[sa.Table]:
    """The tables, parents first; the full-text index, which is several tables on SQLite, left out."""
    found = sa.MetaData()
    with warnings.catch_warnings():
        # SQLAlchemy does not know pgvector's type; it is written and read as text here.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        found.reflect(connection)
    return [
        table
        for table in found.sorted_tables
        if table.name != VERSION_TABLE and not table.name.startswith("article_words")
    ]


def rows_for(table: sa.Table, rows: int) -> list[Row]:
    """Rows that differ in every column that may differ; the row of a number points to its parents' rows of that number."""
    if table.name == "watch_compared":
        pairs = [(1, number) for number in range(rows)] + [(2, number) for number in range(COMPARED)]
        return [{"statement_no": statement, "passage_no": number + 1} for statement, number in pairs]
    count = rows - UNGROUPED if table.name == "copy_members" else rows
    return [{column.name: value_of(column, number) for column in table.columns} for number in range(count)]


def value_of(column: sa.Column[Any], number: int) -> Any:
    """A column's value in the row of a number."""
    for key in column.foreign_keys:
        return value_of(key.column, number)
    if (
        column.name == "vector"
        and column.table.name == "vectors"
        and not isinstance(column.type, sa.LargeBinary)
    ):
        return f"[{number},1]"
    kinds: dict[type, Any] = {
        sa.Text: f"{TEXT}{column} {number:05}",
        sa.DateTime: DAY + timedelta(hours=number),
        sa.Date: (DAY + timedelta(days=number)).date(),
        sa.Boolean: number % 2 == 0,
        sa.LargeBinary: bytes([number % 250, 0, 255]),
        sa.Integer: number + 1,
        sa.Float: number / 3,
    }
    kind = next(kind for kind in kinds if isinstance(column.type, kind))
    value = kinds[kind]
    naive = kind is sa.DateTime and not column.type.timezone  # type: ignore[attr-defined]  # of a DateTime
    return value.replace(tzinfo=None) if naive else value


def rows_of(url: str, *, like: Rows | None = None) -> Rows:
    """Every table's rows as sorted texts; of a database that is `like` an older one, the tables and columns of that one."""
    database = Database(url)
    with database.read() as connection:
        tables = {table.name: table for table in tables_of(connection)}
        wanted = {name: list(table.columns.keys()) for name, table in tables.items()}
        if like is not None:
            wanted = {key.partition(":")[0]: key.partition(":")[2].split(",") for key in like}
        found = {}
        for name, columns in wanted.items():
            chosen = sa.select(*[tables[name].c[column] for column in columns])
            found[f"{name}:{','.join(columns)}"] = sorted(
                repr(tuple(row)) for row in connection.execute(chosen)
            )
    database.close()
    return found


def kept(rows: Rows) -> Rows:
    """Rows that a migration must keep: what was compared is said by marks now."""
    return {key: values for key, values in rows.items() if not key.startswith("watch_compared:")}


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of the first version, of each engine."""
    url = (
        f"sqlite:///{tmp_path / 'drumbeat.db'}"
        if request.param == "sqlite"
        else str(request.getfixturevalue("empty_postgresql"))
    )
    old_database(url)
    return url


def test_every_row_comes_along(old_url: str) -> None:
    """All tables of the first version have rows, and all of them are the same afterwards."""
    before = kept(rows_of(old_url))
    assert min(len(values) for values in before.values()) >= ROWS - UNGROUPED
    assert len(before) > 25
    assert migrate(old_url) == (FIRST_VERSION, REVISION)
    assert rows_of(old_url, like=before) == before


def test_what_was_done_is_not_done_again(old_url: str) -> None:
    """Statements go on where they stopped, articles without a group wait for one, narratives have their sizes."""
    migrate(old_url)
    wordings = [
        (f"{TEXT}watch_statements.statement_id {n:05}", f"{TEXT}watch_statements.statement_hash {n:05}")
        for n in range(3)
    ]
    with open_store(old_url) as store:
        assert [store.watch.compared_through(*wording) for wording in wordings] == [ROWS, COMPARED, 0]
        assert store.narratives.sizes() == {number + 1: 1 for number in range(ROWS)}
    database = Database(old_url)
    with database.read() as connection:
        waiting = (
            connection.execute(sa.text("SELECT article_id FROM copy_queue ORDER BY article_id"))
            .scalars()
            .all()
        )
    database.close()
    assert waiting == [f"{TEXT}pages.page_id {number:05}" for number in range(ROWS - UNGROUPED, ROWS)]


def test_an_old_database_becomes_a_new_one(tmp_path: Path) -> None:
    """It has the schema of a database that was made today."""
    old, new = f"sqlite:///{tmp_path / 'old.db'}", f"sqlite:///{tmp_path / 'new.db'}"
    old_database(old)
    migrate(old)
    migrate(new)
    assert described(old) == described(new)


def migrate_and_tell(url: str, pipe: Connection) -> None:
    """Migrate, after saying that everything is imported."""
    import alembic.command  # noqa: F401  imported before the clock runs

    pipe.send("begins")
    migrate(url)


def migrate_and_kill(url: str, seconds: float) -> None:
    """Start a migration and kill it so long after it began, if it still runs."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=migrate_and_tell, args=(url, there))
    child.start()
    assert here.recv() == "begins"
    assert child.pid is not None
    killer = threading.Timer(seconds, os.kill, (child.pid, signal.SIGKILL))
    killer.start()
    child.join()
    killer.cancel()


@pytest.mark.slow
def test_a_killed_migration_leaves_the_old_database(tmp_path: Path) -> None:
    """Killed at several moments it is whole and of the first version, row by row; run again, it comes to its end."""
    file = tmp_path / "drumbeat.db"
    url = f"sqlite:///{file}"
    old_database(url, rows=4000)
    before = kept(rows_of(url))
    revisions = set()
    for seconds in (0.02, 0.1, 0.2, 0.3):
        migrate_and_kill(url, seconds)
        with sqlite3.connect(file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            revisions.add(connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()[0])
        assert rows_of(url, like=before) == before
    assert revisions <= {FIRST_VERSION, REVISION}
    assert FIRST_VERSION in revisions
    migrate(url)
    assert rows_of(url, like=before) == before
