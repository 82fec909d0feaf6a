"""Fresh databases of both engines."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.migrate import migrate
from storage.schema import metadata
from storage.store import Store, open_store
from tests.postgresql import named

ENGINES = ("sqlite", "postgresql")
_numbers = itertools.count(1)


@pytest.fixture
def empty_postgresql(postgresql: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of one's own."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield named(postgresql, name)
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
        # Other rooms take this fixture too, each once.
        connection.execute("DROP DATABASE IF EXISTS drumbeat WITH (FORCE)")
        connection.execute("CREATE DATABASE drumbeat")
    migrate(named(postgresql, "drumbeat"))
    return named(postgresql, "drumbeat")


@pytest.fixture
def postgresql_url(migrated_postgresql: str) -> str:
    """The address of a migrated PostgreSQL database without rows (emptying it is ten times faster than
    copying one).
    """
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
