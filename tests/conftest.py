"""What several rooms' tests start once a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgresql import server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server with pgvector, started from its wheel for this session."""
    with server() as address:
        yield address
