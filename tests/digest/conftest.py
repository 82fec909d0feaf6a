"""The world of these tests, built once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.store import Store
from tests.digest.world import built


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The stored world; tests only read it."""
    with built(tmp_path_factory.mktemp("digest")) as opened:
        yield opened
