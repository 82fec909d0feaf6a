"""What tests of every folder may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder; a test without it is skipped, not passed."""
    folder = os.environ.get("DRUMBEAT_DATA")
    if not folder:
        pytest.skip("DRUMBEAT_DATA names no folder of evaluation data")
    return Path(folder)
