"""kill -9 before every commit of `assign` and `refit`, then run again: nothing is lost, and nothing is there
twice.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.narratives.stage import assign, refit
from storage.records import Correction
from storage.store import Store, create_store, open_store
from tests.narratives.conftest import moment, prepare, run, tell, tell_claims, workspace_in

STAGES = {"assign": assign, "refit": refit}
DAY = 40.0


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """A database on which the next refit merges, founds, joins and puts to rest, and an
    analyst has decided.
    """
    path = tmp_path / "drumbeat.db"
    workspace = workspace_in(tmp_path)
    with create_store(f"sqlite:///{path}") as store:
        prepare(store)
        told = tell_claims(store, ("claim-grain", "claim-mines", "claim-lab"))
        run(refit, store, workspace, 7)
        tell_claims(store, ("claim-grain", "claim-mines"), first_day=27, tag="more-")
        run(assign, store, workspace, 33)
        _tear(store, told["claim-grain"][0])
        run(refit, store, workspace, 34)
        late = tell_claims(store, ("claim-grain", "claim-vote"), first_day=33, tag="late-")
        tell(store, "copy", "Text 3 of claim-mines.", outlet="delta", day=39)
        mines = _home(store, told["claim-mines"][1])
        taken = Correction(
            correction_id="c0",
            at=moment(39),
            kind="reject",
            narrative_id=mines,
            passage_id=told["claim-mines"][0],
        )
        store.corrections.add(taken)
        store.corrections.add(
            replace(taken, correction_id="c1", kind="assign", passage_id=late["claim-vote"][0])
        )
    return path


def _home(store: Store, key: str) -> int:
    return next(item.narrative_id for item in store.narratives.assignments() if item.passage_id == key)


def _tear(store: Store, key: str) -> None:
    """Half of a narrative, every other passage, gets a number of its own, which the next refits take back."""
    number = _home(store, key)
    mine = store.narratives.assignments(narrative_id=number)
    known = next(item for item in store.narratives.all() if item.narrative_id == number)
    torn = replace(known, narrative_id=store.narratives.next_id(), exemplars=())
    store.narratives.save([torn], [replace(item, narrative_id=torn.narrative_id) for item in mine[::2]])


def rows_of(path: Path, stage: str) -> tuple[list[Any], ...]:
    """What this room wrote, after the stage ran twice; without what names the run and its moment.

    Twice, because what joined a narrative widens its radius a little: a second run may place what the first,
    struck or not, left waiting.
    """
    with open_store(f"sqlite:///{path}") as store:
        for day in (DAY + 0.01, DAY + 0.02):
            run(STAGES[stage], store, workspace_in(path.parent), day)
        narratives = store.narratives.all(include_merged=True)
        history = [
            (item.kind, item.narrative_id, item.other_id, sorted(item.detail.items()))
            for item in store.narratives.lineage()
        ]
        return (
            [
                (
                    replace(item, centroid=None, born_run=""),
                    item.centroid is not None and item.centroid.tobytes(),
                )
                for item in narratives
            ],
            [replace(item, run_id="") for item in store.narratives.assignments()],
            sorted(history, key=repr),
            [(item["kind"], item["narrative_id"], item["other_id"]) for item in store.narratives.pending()],
            store.narratives.themes(),
            store.events.all(moment(0), moment(100)),
        )


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["assign", "refit"])
def test_killed_before_any_commit_and_run_again(busy: Path, stage: str) -> None:
    """Every copy that was struck ends in the rows of the one that was not: nothing is lost, doubled, or
    numbered again.
    """
    peace = busy.with_name("peace.db")
    shutil.copy(busy, peace)
    subprocess.run(
        [sys.executable, "-m", "tests.narratives.killed", str(busy), stage, str(DAY)], check=True, timeout=300
    )
    expected = rows_of(peace, stage)
    struck = sorted(path for path in busy.parent.glob("drumbeat.db.*") if path.suffix[1:].isdigit())
    assert len(struck) >= (3 if stage == "assign" else 8)
    for path in struck:
        found = rows_of(path, stage)
        for mine, theirs in zip(found, expected, strict=True):
            assert mine == theirs, path.name
    kinds = {kind for kind, *_ in expected[2]}
    assert stage == "assign" or {"born", "merged_into", "continued", "dormant"} <= kinds
