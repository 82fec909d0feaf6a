"""The stored world of the digest tests, and a copy that a test may change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.digest.world import built


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Read only."""
    with built(tmp_path_factory.mktemp("exports")) as opened:
        yield opened


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    """For one test."""
    with built(tmp_path) as opened:
        yield opened
