"""Rooms for the tests of the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import ReportSettings
from drumbeat.shown.names import use_names
from tests.alerts.mailroom import Room, Server
from tests.report.sample import SAMPLE_NAMES


@pytest.fixture(scope="package", autouse=True)
def sample_names() -> Iterator[None]:
    """The invented countries have their names, as in a sample workspace."""
    use_names(SAMPLE_NAMES)
    yield
    use_names(ReportSettings())


@pytest.fixture(autouse=True)
def sample_names_again(sample_names: None) -> None:
    """Whatever a test before opened, its names are gone."""
    use_names(SAMPLE_NAMES)


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
