"""The demo, a week of it: every stage over real sockets, in a process of its own."""

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

DAYS = 8


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace after eight days, and what the command said."""
    folder = tmp_path_factory.mktemp("demo") / "world"
    command = [sys.executable, "-m", "drumbeat", "demo", str(folder), "--days", str(DAYS), "--port", str(free_port())]
    run = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder, run.stdout


@pytest.mark.slow
def test_a_week_is_seen_as_it_was_published(played: tuple[Path, str]) -> None:
    """After eight mornings exactly the articles of the days before are there, in the right language, the first crawl's as history."""
    workspace = load_workspace(played[0], {})
    world = load_world()
    moment = world.plan.at(DAYS, 6)
    expected = {(piece.outlet, piece.path): piece for piece in world.pieces if piece.visible <= moment}
    with open_store(workspace.database_url) as store:
        articles = {place_of(article.url): article for article in store.articles.between(BEGINNING, datetime(2027, 1, 1, tzinfo=UTC))}
    assert set(articles) == set(expected)
    assert {place for place, article in articles.items() if article.language != expected[place].language} == set()
    history = {place for place, article in articles.items() if article.origin == "backfill"}
    assert history == {place for place, piece in expected.items() if piece.visible <= world.plan.at(1, 6)}


@pytest.mark.slow
def test_a_week_ends_with_a_report_and_no_alert(played: tuple[Path, str]) -> None:
    """The first Monday brings a report; a week without a history alerts nobody."""
    folder, said = played
    assert len(list((folder / "reports").glob("2026-W02.html"))) == 1
    assert list((folder / "mail").glob("*.eml")) == []
    assert "Everything in it is invented" in said
    assert "drumbeat dashboard" in said


@pytest.mark.slow
def test_findings_are_read_from_the_store(played: tuple[Path, str]) -> None:
    """What is scored is what the store holds: one entry per article, narratives with their members."""
    workspace = load_workspace(played[0], {})
    with open_store(workspace.database_url) as store:
        found = read_findings(store, workspace.report_dir, until=datetime(2027, 1, 1, tzinfo=UTC))
        assert len(found.articles) == store.articles.count()
        assert set(found.members) <= {item.narrative_id for item in store.narratives.all(include_merged=True)}
    assert found.alerts == []
