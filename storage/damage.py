"""Damage to an SQLite file: what is looked for whenever it is opened, and the thorough check.

Reading all of a large file takes minutes, so opening it looks at what costs milliseconds: that the file is as
long as its first page says, and that the first page of every table and index can be read. A small file is
read whole. What neither finds is found by the first statement that meets it (SQLite checks every page's form
as it reads it): `Database` then leaves a file beside the database, so that every later command is told too,
until `drumbeat storage check` finds it whole again.

PostgreSQL looks after its own files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage.engine import Database, damage_note
from storage.errors import DamagedDatabase

REMEDY: Final = "restore a copy, or make a new database and replay the archive"
SMALL_BYTES: Final = 32 * 2**20
"""A file up to this size is read whole whenever it is opened: 0.07 CPU-seconds (measured, see
`tests/storage/test_damage.py`).
"""
WAL_HEADER_BYTES: Final = 32
WAL_FRAME_HEADER_BYTES: Final = 24
"""Of the write-ahead log, by SQLite's file format: https://sqlite.org/fileformat2.html#walformat"""

_SHOWN = 100
"""Findings that a thorough check lists at most."""


def require_whole(database: Database, file: Path | None) -> None:
    """Refuse a database file that shows damage at a glance.

    Raises:
        DamagedDatabase: it does, or an earlier command met damage in it.
    """
    if file is None:
        return
    if damage_note(file).exists():
        raise DamagedDatabase(
            f"database {file}: an earlier command found it damaged; restore a copy, then run `drumbeat "
            "storage check`"
        )
    with database.read() as connection:
        _require_length(connection, file)
        if file.stat().st_size <= SMALL_BYTES:
            _require_sound(connection, file)
        else:
            _read_first_pages(connection)


def thorough(database: Database) -> list[str]:
    """Everything that SQLite finds wrong in the whole file, up to a hundred lines; nothing on PostgreSQL.

    Takes the note of earlier damage away when there is none any more.
    """
    if not database.is_sqlite:
        return []
    try:
        with database.read() as connection:
            lines = connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})").scalars().all()
    except DamagedDatabase as error:
        return [str(error)]
    found = [line for line in map(str, lines) if line != "ok"]
    if not found:
        damage_note(Path(database.where)).unlink(missing_ok=True)
    return found


def _require_length(connection: sa.Connection, file: Path) -> None:
    """Every page that the database counts lies in the file or in the write-ahead log."""
    pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    size = int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    log = file.with_name(file.name + "-wal")
    logged = log.stat().st_size - WAL_HEADER_BYTES if log.exists() else 0
    frames = max(0, logged) // (size + WAL_FRAME_HEADER_BYTES)
    missing = pages - file.stat().st_size // size
    if missing > frames:
        raise DamagedDatabase(
            f"database {file}: is cut off, {missing} of its {pages} pages are missing; {REMEDY}"
        )


def _require_sound(connection: sa.Connection, file: Path) -> None:
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    if found != "ok":
        raise DamagedDatabase(f"database {file}: is damaged ({found}); {REMEDY}")


def _read_first_pages(connection: sa.Connection) -> None:
    """One row of every table and of every index: SQLite reads the pages from the root to the first leaf."""
    for table in sa.inspect(connection).get_table_names():
        connection.exec_driver_sql(f'SELECT 1 FROM "{table}" LIMIT 1').first()  # noqa: S608  names from the schema
    indexes = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    for name, table in connection.exec_driver_sql(indexes).all():
        connection.exec_driver_sql(f'SELECT 1 FROM "{table}" INDEXED BY "{name}" LIMIT 1').first()  # noqa: S608
