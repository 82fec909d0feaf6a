"""What waits for an analyst, worked through with one key each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.narratives.stage import refit
from config.workspace import Workspace
from drumbeat.corrections import decisions_in_force, known
from drumbeat.decision_queue import DecisionQueue, Question
from storage.records import Drift, Judgement
from storage.store import Store
from tests.narratives.conftest import at, held, moment, run, tell_claims

pytestmark = pytest.mark.slow


def queue(store: Store, workspace: Workspace, day: float = 11) -> DecisionQueue:
    """Awa's queue."""
    return DecisionQueue(store, workspace, at(day), by="Awa")


def of(about: str, store: Store, workspace: Workspace) -> list[Question]:
    """The questions of one kind that wait."""
    return [item for item in queue(store, workspace).questions() if item.about == about]


@pytest.fixture
def number(store: Store, workspace: Workspace) -> int:
    """A narrative that a refit found."""
    keys = tell_claims(store, ("claim-lab",))["claim-lab"]
    run(refit, store, workspace, 10)
    return held(store)[keys[0]]


def test_an_uncertain_kind_is_asked_once(store: Store, workspace: Workspace, number: int) -> None:
    """A grade near the middle waits until somebody says what it is."""
    judged = Judgement(
        narrative_id=number, kind="claim", grade=0.52, reasons={}, version="k1", at=moment(10), run_id="r"
    )
    store.kinds.save([judged])
    (asked,) = of("kind", store, workspace)
    assert "grade 0.52" in asked.text
    queue(store, workspace).answer(asked, "s")
    assert store.kinds.of([number])[number].kind == "subject"
    assert of("kind", store, workspace) == []
    with pytest.raises(KeyError):
        queue(store, workspace).answer(asked, "x")


def test_near_duplicates_are_merged_or_kept_apart(store: Store, workspace: Workspace, number: int) -> None:
    """Two centres within each other's radius are asked about; either answer ends it."""
    double = replace(known(store, number), narrative_id=number + 1)
    store.narratives.save([double])
    (asked,) = of("duplicate", store, workspace)
    assert (asked.narrative_id, asked.other_id) == (number, number + 1)
    queue(store, workspace).answer(asked, "a")
    assert of("duplicate", store, workspace) == []
    queue(store, workspace, 12).answer(asked, "m")
    assert known(store, number + 1).narrative_id == number


def test_a_drifted_narrative_is_asked_once(store: Store, workspace: Workspace, number: int) -> None:
    """What a refit measured to have moved waits until somebody looked."""
    drift = Drift(
        narrative_id=number, at=moment(10), nearer_old=0.1, likeness=0.3, borne_out=0.1, texts=40, run_id="r"
    )
    store.drift.save([], [drift])
    (asked,) = of("drift", store, workspace)
    assert "10%" in asked.text
    queue(store, workspace).answer(asked, "k")
    assert of("drift", store, workspace) == []
    assert [item.value for item in decisions_in_force(store, number)] == ["looked at: still one claim"]
