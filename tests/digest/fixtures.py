"""Fixtures that counting and spikes share with the digest: the stored world, written once and copied for each
test.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store, create_store, open_store
from tests.digest.world import draft, write


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the world in it, nothing counted."""
    path = tmp_path_factory.mktemp("world") / "drumbeat.db"
    with create_store(f"sqlite:///{path}") as store:
        write(store, draft())
    return path


@pytest.fixture
def store(written: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of the world for one test."""
    with open_store(f"sqlite:///{shutil.copy(written, tmp_path / 'drumbeat.db')}") as opened:
        yield opened


@pytest.fixture
def other(written: Path, tmp_path: Path) -> Iterator[Store]:
    """Another copy, to compare with."""
    with open_store(f"sqlite:///{shutil.copy(written, tmp_path / 'other.db')}") as opened:
        yield opened
