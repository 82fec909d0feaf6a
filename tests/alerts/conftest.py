"""Rooms for the tests of the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.mailroom import Room, Server
from tests.report.naming import sample_names, sample_names_again

__all__ = ["sample_names", "sample_names_again"]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A store with one alert for one recipient."""
    made = Room(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def server() -> Server:
    """A mail server that takes everything, until it is told otherwise."""
    return Server()
