"""One stage under its lock, with its Run row."""

from __future__ import annotations

import pytest

from config.clock import FixedClock
from config.errors import ConfigError
from config.progress import NoProgress
from config.workspace import Workspace
from drumbeat.stages import run_stage
from storage.errors import StageBusy
from storage.locks import StageLock
from storage.store import Store
from tests.storage.makers import DAY


def _run(name: str, store: Store, workspace: Workspace) -> dict[str, int]:
    return run_stage(name, workspace=workspace, store=store, clock=FixedClock(DAY), progress=NoProgress())


@pytest.mark.parametrize("name", ["assign", "watch", "refit"])
def test_stages_that_write_narratives_exclude_each_other(
    name: str, store: Store, workspace: Workspace
) -> None:
    """While one of them holds the lock that they share the others are refused, and leave no Run row."""
    with StageLock(workspace.root / "locks", "narratives"):
        with pytest.raises(StageBusy, match="stage narratives"):
            _run(name, store, workspace)
        assert "articles" in _run("embed", store, workspace)
    assert store.runs.last(name) is None


def test_an_unknown_stage_is_named(store: Store, workspace: Workspace) -> None:
    """The error lists what there is."""
    with pytest.raises(ConfigError, match="'fly': no such stage; expected one of clean, copies"):
        _run("fly", store, workspace)
