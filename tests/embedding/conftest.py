"""The real engine, its graph built once a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.embedding.e5 import E5Embedder
from config.clock import FixedClock
from config.schedule import Schedule
from config.settings import EmbedSettings, Settings
from config.workspace import Workspace
from storage.store import Store, create_store
from tests.storage.makers import DAY


@pytest.fixture(scope="session")
def graph_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built graph."""
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="session")
def engine(graph_cache: Path) -> E5Embedder:
    """The engine in this process."""
    return E5Embedder(cache_dir=graph_cache)


@pytest.fixture
def clock() -> FixedClock:
    """The makers' day."""
    return FixedClock(DAY)


@pytest.fixture
def workspace(tmp_path: Path, graph_cache: Path) -> Workspace:
    """A workspace of one process."""
    settings = Settings(embed=EmbedSettings(cache_dir=graph_cache, workers=1))
    return Workspace(root=tmp_path, settings=settings, sources=(), watchlist=(), schedule=Schedule())


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    """Its empty database."""
    with create_store(workspace.database_url) as opened:
        yield opened
