"""Connections and transactions: one `Database` per process, short transactions, engine errors turned into
ours.

SQLite runs in WAL mode: readers never wait, one writer at a time. Every write begins IMMEDIATE, so that
waiting for the lock happens at the start, under the busy timeout, and never in the middle as an upgrade that
cannot be retried.

`synchronous=FULL`: in WAL mode NORMAL keeps the file whole through a power cut but may forget the last
commits. Rows that point into the archive would survive even that (the archive is synced before they commit,
so a forgotten row leaves a record that `drumbeat storage check` adopts), but a mail that went out would be
sent twice. One sync per transaction is what that certainty costs; writes come in chunks.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy import event

from storage.errors import DamagedDatabase, DatabaseLocked, DiskFull, ForeignDatabase, StorageError

_WRITE = "drumbeat_write"


class Database:
    """An engine that belongs to the process that made it.

    Raises (from `read` and `write`):
        StorageError: and its children, for everything the engine has to say.
    """

    def __init__(self, url: str, *, busy_timeout_seconds: float = 30.0) -> None:
        self._url = parse_url(url)
        self._pid = os.getpid()
        self.busy_timeout_seconds = busy_timeout_seconds
        self.engine = (
            _sqlite(self._url, busy_timeout_seconds)
            if self.is_sqlite
            else _postgresql(self._url, busy_timeout_seconds)
        )

    def __reduce__(self) -> NoReturn:
        raise StorageError(
            f"{self.where}: an open store cannot be sent to another process; send its address and open it "
            "there"
        )

    @property
    def is_sqlite(self) -> bool:
        """SQLite, or else PostgreSQL."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def where(self) -> str:
        """The address for messages, without a password."""
        return self._url.database or "" if self.is_sqlite else self._url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent snapshot; take what is needed and leave, a long reader lets the write-ahead log
        grow.
        """
        options: dict[str, Any] = (
            {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        with self._connection(options) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One short transaction, committed at the end of the block, undone if it raises."""
        with self._connection({_WRITE: True}) as connection, connection.begin():
            yield connection

    @contextmanager
    def reshape(self) -> Iterator[sa.Connection]:
        """Like `write`, for migrations. On SQLite changing a table means to copy and drop it: foreign keys
        rest meanwhile, or their cascades would empty the tables that point to it, and are checked at the end.
        Also switches a new file to WAL, which lasts.
        """
        with self._connection({_WRITE: True}) as connection:
            if not self.is_sqlite:
                with connection.begin():
                    yield connection
                return
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA journal_mode=WAL")
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                        raise StorageError(
                            f"database {self.where}: {len(broken)} rows would point nowhere; the migration "
                            "is undone"
                        )
            finally:
                raw.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, options: dict[str, Any]) -> Iterator[sa.Connection]:
        if os.getpid() != self._pid:
            # The parent's connections must not be closed by the child either: SQLite would drop the parent's
            # locks.
            self.engine.dispose(close=False)
            raise StorageError(
                f"{self.where}: opened in process {self._pid}, used in {os.getpid()}; open the store after "
                "the process starts"
            )
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(**options)
        except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:
            ours = translated(error, self.where, self.busy_timeout_seconds)
            if isinstance(ours, DamagedDatabase) and self.is_sqlite:
                note_damage(Path(self.where), str(ours))
            raise ours from error


def damage_note(file: Path) -> Path:
    """The file beside an SQLite database that says that a command met damage in it."""
    return file.with_name(f"{file.name}.damaged")


def note_damage(file: Path, message: str) -> None:
    """Leave word of damage beside the file, as well as may be: the disk may be what is failing."""
    with suppress(OSError):
        damage_note(file).write_text(f"{message}\n", encoding="utf-8")


def parse_url(url: str) -> sa.URL:
    """The address, its driver chosen.

    Raises:
        StorageError: not an address of a SQLite file or a PostgreSQL database.
    """
    expected = "expected sqlite:///path/to/file.db or postgresql://user@host/name"
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise StorageError(f"database_url: not an address; {expected}") from None
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise StorageError(f"database_url: {parsed.drivername} is not supported; {expected}")
    if parsed.database in (None, "", ":memory:"):
        raise StorageError(f"database_url: SQLite needs a file that several processes can open; {expected}")
    return parsed.set(drivername="sqlite")


def _sqlite(url: sa.URL, busy_timeout_seconds: float) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": busy_timeout_seconds})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # The driver's own transaction rules are switched off; `begin` below rules. WAL is a property of the
        # file, set when it is made: looking into a file must not change it, it may be someone else's.
        connection.isolation_level = None
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(
            "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN"
        )

    return engine


def _postgresql(url: sa.URL, busy_timeout_seconds: float) -> sa.Engine:
    engine = sa.create_engine(url, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.execute(f"SET lock_timeout = {int(busy_timeout_seconds * 1000)}")
        connection.execute("SET timezone = 'UTC'")
        connection.commit()

    return engine


_SQLITE_KINDS: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_BUSY: (
        DatabaseLocked,
        "locked by another process for more than {wait:g} s; nothing was written, try again",
    ),
    sqlite3.SQLITE_LOCKED: (
        DatabaseLocked,
        "locked by another connection for more than {wait:g} s; nothing was written, try again",
    ),
    sqlite3.SQLITE_FULL: (
        DiskFull,
        "no room is left on the disk; nothing was written, free some and run the stage again",
    ),
    sqlite3.SQLITE_IOERR: (
        StorageError,
        "cannot be read or written; check the disk and its quota, then run the stage again",
    ),
    sqlite3.SQLITE_NOTADB: (
        ForeignDatabase,
        "is not an SQLite database, or its beginning is damaged; name another file in database_url, or "
        "restore a copy",
    ),
    sqlite3.SQLITE_CORRUPT: (
        DamagedDatabase,
        "is damaged; restore a copy, or make a new database and replay the archive",
    ),
    sqlite3.SQLITE_READONLY: (StorageError, "cannot be written; check its owner and permissions"),
    sqlite3.SQLITE_CANTOPEN: (
        StorageError,
        "cannot be opened; check that its folder exists and can be written",
    ),
}

_POSTGRESQL_KINDS: dict[str, tuple[type[StorageError], str]] = {
    "55P03": (
        DatabaseLocked,
        "a row is locked by another process for more than {wait:g} s; nothing was written, try again",
    ),
    "40P01": (DatabaseLocked, "two writers waited for each other; nothing was written, try again"),
    "40001": (DatabaseLocked, "another writer changed the same rows; nothing was written, try again"),
    "XX001": (DamagedDatabase, "is damaged; restore a copy, or make a new database and replay the archive"),
    "XX002": (DamagedDatabase, "has a damaged index; run REINDEX DATABASE as its owner"),
    "53100": (
        DiskFull,
        "no room is left on the server's disk; nothing was written, free some and run the stage again",
    ),
}


def translated(error: sa.exc.SQLAlchemyError | sqlite3.Error, where: str, wait: float) -> StorageError:
    """Our name for an engine's error."""
    cause = error if isinstance(error, sqlite3.Error) else getattr(error, "orig", None)
    found: tuple[type[StorageError], str] | None = None
    if isinstance(cause, sqlite3.Error):
        # The low byte is the family; the rest tells sub-kinds apart.
        found = _SQLITE_KINDS.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    elif cause is not None:
        found = _POSTGRESQL_KINDS.get(getattr(cause, "sqlstate", None) or "")
    if found is not None:
        kind, message = found
        return kind(f"database {where}: {message.format(wait=wait)}")
    reason = str(cause if cause is not None else error).strip().splitlines()
    return StorageError(f"database {where}: {reason[0] if reason else type(error).__name__}")


def is_disk_full(error: OSError) -> bool:
    """No space, over quota, or over the largest file that is allowed."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def sqlite_file(url: str) -> Path | None:
    """The file behind an SQLite address, None for PostgreSQL."""
    parsed = parse_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
