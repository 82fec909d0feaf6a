"""Where the evaluation data is, and a folder for what the gates write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder; a gate without it is skipped, not passed."""
    folder = os.environ.get("DRUMBEAT_DATA")
    if not folder:
        pytest.skip("DRUMBEAT_DATA names no folder of evaluation data")
    return Path(folder)


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predictions, vectors and the engine's graph of this session."""
    return tmp_path_factory.mktemp("quality")
