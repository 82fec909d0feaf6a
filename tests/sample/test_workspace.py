"""The demo's workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import load_workspace
from drumbeat.sample.plan import load_plan
from drumbeat.sample.workspace import add_newcomer, init_sample_workspace


def test_it_is_an_ordinary_workspace(tmp_path: Path) -> None:
    """It loads, without delay, with private addresses allowed per source only, and a watched statement with
    its opposite.
    """
    plan = load_plan()
    init_sample_workspace(tmp_path, plan, port=20000)
    workspace = load_workspace(tmp_path, {})
    assert {source.id for source in workspace.sources} == {outlet.id for outlet in plan.outlet} - {
        plan.newcomer.outlet
    }
    assert all(source.allow_private_addresses and source.delay_seconds == 0 for source in workspace.sources)
    assert not workspace.settings.crawl.allow_private_addresses
    assert workspace.settings.mail.port == 20001
    assert all(feed.url.port == 20000 for source in workspace.sources for feed in source.feeds)
    assert workspace.watchlist[0].counter_statements


def test_labels_carry_their_invented_list(tmp_path: Path) -> None:
    """Every ownership label names the invented list; outlets without one stay unlabelled."""
    plan = load_plan()
    init_sample_workspace(tmp_path, plan)
    sources = load_workspace(tmp_path, {}).sources
    labelled = [source for source in sources if source.ownership]
    assert {source.ownership.listed_in for source in labelled if source.ownership} == {
        "invented list of the Drumbeat sample world"
    }
    assert len(labelled) < len(sources)


def test_the_newcomer_is_added_later(tmp_path: Path) -> None:
    """Adding it is one file more."""
    plan = load_plan()
    init_sample_workspace(tmp_path, plan)
    add_newcomer(tmp_path, plan, port=18750)
    assert plan.newcomer.outlet in {source.id for source in load_workspace(tmp_path, {}).sources}


def test_every_file_says_that_all_is_invented(tmp_path: Path) -> None:
    """The notice stands first in each file."""
    init_sample_workspace(tmp_path, load_plan())
    add_newcomer(tmp_path, load_plan(), port=18750)
    files = list(tmp_path.rglob("*.toml"))
    assert len(files) == 5
    assert all(
        "EVERYTHING IN THIS WORKSPACE IS INVENTED" in path.read_text(encoding="utf-8").splitlines()[0]
        for path in files
    )


def test_a_workspace_is_never_overwritten(tmp_path: Path) -> None:
    """A second call refuses and says what to do."""
    init_sample_workspace(tmp_path, load_plan())
    with pytest.raises(ConfigError, match="workspace already"):
        init_sample_workspace(tmp_path, load_plan())
