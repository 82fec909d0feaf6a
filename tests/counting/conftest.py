"""The stored world for the tests of the stage, and an empty database."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import create_store
from tests.digest.fixtures import other, store, written

__all__ = ["other", "store", "template", "written"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database to copy."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    create_store(f"sqlite:///{file}").close()
    return file
