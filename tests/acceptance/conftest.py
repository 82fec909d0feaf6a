"""Demos that were played to their end by the command that a newcomer runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.ports import free_port
from tests.postgresql import named

DATABASE = "DRUMBEAT_STORAGE__DATABASE_URL"


def play(folder: Path, port: int, **environ: str) -> Path:
    """Play the demo; its folder."""
    command = [sys.executable, "-m", "drumbeat", "demo", str(folder), "--port", str(port)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environ})
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Everything in it is invented" in done.stdout
    assert "drumbeat dashboard" in done.stdout
    return folder


@pytest.fixture(scope="session")
def demo_port() -> int:
    """Where the outlets of all demos are served, one after the other: addresses, and ids with them, tell the
    port.
    """
    return free_port()


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, demo_port: int) -> Path:
    """The folder of a demo on SQLite."""
    return play(tmp_path_factory.mktemp("demo") / "world", demo_port)


@pytest.fixture(scope="session")
def played_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, demo_port: int, postgresql: str
) -> tuple[Path, str]:
    """The folder of a demo on PostgreSQL, and the address of its database."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE demo")
    url = named(postgresql, "demo")
    folder = tmp_path_factory.mktemp("demo-postgresql") / "world"
    return play(folder, demo_port, **{DATABASE: url}), url
