"""A folder for what the gates write."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predictions, vectors and the engine's graph of this session."""
    return tmp_path_factory.mktemp("quality")
