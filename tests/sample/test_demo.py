"""The demo's command, for its first morning; ten weeks of it are played in `tests/acceptance`."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.load import load_workspace
from drumbeat.sample.findings import BEGINNING, place_of, read_findings
from drumbeat.sample.generate import load_world
from storage.store import open_store
from tests.ports import free_port


@pytest.mark.slow
def test_the_first_morning(tmp_path: Path) -> None:
    """`--days 1` crawls what is there and takes it for history; it alerts and reports nothing, and says where
    to look.
    """
    command = [
        sys.executable,
        "-m",
        "drumbeat",
        "demo",
        str(tmp_path / "world"),
        "--days",
        "1",
        "--port",
        str(free_port()),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    workspace, world = load_workspace(tmp_path / "world", {}), load_world()
    with open_store(workspace.database_url) as store:
        articles = store.articles.between(BEGINNING, datetime(2027, 1, 1, tzinfo=UTC))
        found = read_findings(store, workspace.report_dir, until=datetime(2027, 1, 1, tzinfo=UTC))
    visible = {(piece.outlet, piece.path) for piece in world.pieces if piece.visible <= world.plan.at(1, 6)}
    assert {place_of(article.url) for article in articles} == set(found.articles) == visible
    assert {article.origin for article in articles} == {"backfill"}
    assert found.alerts == []
    assert not list(workspace.report_dir.glob("*.html"))
    assert list((workspace.root / "mail").glob("*.eml")) == []
    assert "Everything in it is invented" in run.stdout
    assert "drumbeat dashboard" in run.stdout
