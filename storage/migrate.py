"""Makes a database, brings it up to date, and tells whose it is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage.damage import REMEDY, require_whole
from storage.engine import Database, sqlite_file
from storage.errors import DamagedDatabase, ForeignDatabase, StaleDatabase, StorageError
from storage.schema import REVISION, VERSION_TABLE

_COMMAND: Final = "run `drumbeat storage migrate`"
_LOCK_NUMBER: Final = 7_304_217
"""Any number of ours: PostgreSQL's advisory lock that lets one process migrate at a time."""


def migrate(url: str, *, busy_timeout_seconds: float = 30.0) -> tuple[str | None, str]:
    """Bring the database to the program's revision, making it if there is none; (revision before, revision
    now).

    One transaction: a migration that fails leaves everything as it was. Two processes at once: the second
    finds the work done.

    Raises:
        ForeignDatabase: it belongs to something else; nothing was touched.
        StaleDatabase: a newer program made it.
    """
    # Alembic is slow to import, and only this function needs it.
    from alembic import command
    from alembic.config import Config

    file = sqlite_file(url)
    if file is not None:
        _make_folder(file)
    database = Database(url, busy_timeout_seconds=busy_timeout_seconds)
    try:
        with database.read() as connection:
            before = _revision(connection, database.where)
        if before is not None:
            require_whole(database, file)
        config = Config()
        config.set_main_option(
            "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
        )
        config.set_main_option("path_separator", "os")
        with database.reshape() as connection:
            if not database.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if before not in (None, REVISION):
                # The former version wrote them for its own pages; the first look makes them anew.
                connection.execute(sa.text("DELETE FROM views"))
    finally:
        database.close()
    return before, REVISION


def begun_only(url: str) -> bool:
    """A database file whose maker was stopped before its first tables were committed.

    Raises:
        ForeignDatabase, StaleDatabase, DamagedDatabase: what else it may be.
    """
    file = sqlite_file(url)
    if file is None or not file.exists():
        return False
    database = Database(url)
    try:
        with database.read() as connection:
            return _revision(connection, database.where) is None
    finally:
        database.close()


def require_current(database: Database, file: Path | None) -> None:
    """Refuse a database that the program cannot use as it is.

    Raises:
        StaleDatabase: missing, empty, or of another revision.
        ForeignDatabase: it belongs to something else.
    """
    if file is not None and not file.exists():
        raise StaleDatabase(f"database {file}: there is no such file; {_COMMAND} to make it")
    with database.read() as connection:
        found = _revision(connection, database.where)
    if found is None:
        raise StaleDatabase(f"database {database.where}: is empty; {_COMMAND} to make its tables")
    if found != REVISION:
        raise StaleDatabase(
            f"database {database.where}: is of revision {found}, this program needs {REVISION}; {_COMMAND}"
        )


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"database {file}: its folder cannot be made ({error.strerror}); name another in database_url"
        ) from error


def _require_empty(connection: sa.Connection, where: str) -> None:
    """A file in which no table is to be seen, and which has more than its first page and free ones, lost its
    first page.
    """
    if connection.dialect.name != "sqlite":
        return
    pages, free = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count")
    )
    if pages > 1 + free:
        raise DamagedDatabase(f"database {where}: is damaged, its list of tables is gone; {REMEDY}")


def _revision(connection: sa.Connection, where: str) -> str | None:
    """The revision of a database of ours, None for one without tables."""
    tables = sorted(sa.inspect(connection).get_table_names())
    if not tables:
        _require_empty(connection, where)
        return None
    if VERSION_TABLE not in tables:
        shown = ", ".join(tables[:5]) + (" ..." if len(tables) > 5 else "")
        raise ForeignDatabase(
            f"database {where}: belongs to something else (its tables: {shown}); name another in database_url"
        )
    found = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608  a constant
    if found is not None and str(found) > REVISION:
        raise StaleDatabase(
            f"database {where}: is of revision {found}, made by a newer program (this one knows "
            f"{REVISION}); update Drumbeat"
        )
    return None if found is None else str(found)
