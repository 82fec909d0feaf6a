"""What tests of every folder may ask for, and what is started once a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import server


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder; a test without it is skipped, not passed."""
    folder = os.environ.get("DRUMBEAT_DATA")
    if not folder:
        pytest.skip("DRUMBEAT_DATA names no folder of evaluation data")
    return Path(folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server with pgvector, started from its wheel for this session."""
    with server() as address:
        yield address
