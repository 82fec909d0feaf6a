"""The whole database as one file, as it stood at one moment, while others go on writing; and back.

SQLite      `VACUUM INTO`: one read transaction, a compact copy
PostgreSQL  its own `pg_dump` and `pg_restore`, which must be of the server's version or newer
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage.engine import parse_url, sqlite_file
from storage.errors import StorageError

SQLITE_NAME: Final = "drumbeat.db"
POSTGRESQL_NAME: Final = "drumbeat.pgdump"


def take_snapshot(url: str, folder: Path) -> Path:
    """Write the database into a folder.

    Raises:
        StorageError: it cannot be read or written; says why.
    """
    file = sqlite_file(url)
    if file is None:
        target = folder / POSTGRESQL_NAME
        _postgresql("pg_dump", url, ["--format=custom", "--no-owner", f"--file={target}"])
        return target
    target = folder / SQLITE_NAME
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)
        try:
            connection.execute("VACUUM INTO ?", (str(target),))
        finally:
            connection.close()
    except sqlite3.Error as problem:
        raise StorageError(f"database {file}: cannot be copied to {target}: {problem}") from problem
    return target


def put_snapshot(snapshot: Path, url: str) -> None:
    """Bring back what `take_snapshot` wrote, into a database that is not there or empty.

    Raises:
        StorageError: something is there already, the other engine wrote it, or it cannot be read.
    """
    file = sqlite_file(url)
    if (file is None) != (snapshot.name == POSTGRESQL_NAME):
        raise StorageError(
            f"{snapshot}: was written by the other engine than that of database_url; name one of its own"
        )
    if file is None:
        _require_empty(url)
        _postgresql(
            "pg_restore", url, ["--no-owner", "--exit-on-error", "--single-transaction", str(snapshot)]
        )
        return
    if file.exists():
        raise StorageError(f"database {file}: there is one; restore into a folder of its own")
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(snapshot, file)
    file.chmod(0o600)


def _require_empty(url: str) -> None:
    engine = sa.create_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
    finally:
        engine.dispose()
    if tables:
        raise StorageError(
            f"database {parse_url(url).database}: has {len(tables)} tables; restore into an empty one"
        )


def _postgresql(program: str, url: str, arguments: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs; the password goes through the environment, where no list of processes
    shows it.
    """
    found = shutil.which(program)
    if found is None:
        raise StorageError(f"{program} is not on the PATH; install PostgreSQL's client programs")
    parsed = parse_url(url)
    password = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    address = parsed.set(drivername="postgresql", password=None).render_as_string()
    done = subprocess.run(  # noqa: S603 - our own arguments
        [found, f"--dbname={address}", *arguments],
        env=os.environ | password,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StorageError(f"{program} ended with {done.returncode}: {done.stderr.strip()[-600:]}")
