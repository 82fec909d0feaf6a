"""A number that keeps its meaning: what drifts gets its own, what grew beyond one claim is taken apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.arrays import Matrix
from analysis.narratives.drift import Centre, moved, parts_of
from analysis.narratives.stage import refit
from config.workspace import Workspace
from drumbeat.corrections import known, pin
from storage.records import Anchor
from storage.store import Store
from tests.narratives.conftest import BUILD, at, held, moment, run, tell_claims, vector_of
from tests.narratives.test_upkeep import born_by_hand


def texts(claim: str, count: int) -> Matrix:
    """Texts of one claim."""
    return np.stack([vector_of(f"Text {step} of {claim}") for step in range(count)]).astype(np.float64)


def test_what_stays_has_not_moved() -> None:
    """New texts of the same claim are as near to what it was as to what it is, at any size."""
    old = Centre.of(texts("claim-lab", 8))
    for count in (8, 100, 800):
        found = moved(old, texts("claim-lab", count)[-count:])
        assert found.likeness == pytest.approx(1.0, abs=0.25)
        assert not found.drifted


def test_another_subject_has_moved() -> None:
    """Texts of another claim are not what it was, at any size."""
    old = Centre.of(texts("claim-lab", 8))
    for count in (8, 100, 800):
        found = moved(old, texts("claim-grain", count))
        assert (found.drifted, found.nearer_old < 0.1) == (True, True)


def test_two_claims_in_one_narrative_are_parts() -> None:
    """The one nearest to what it was keeps the number; one claim has no parts, however many tell it."""
    both = np.concatenate([texts("claim-lab", 9), texts("claim-grain", 20)])
    lab = Centre.of(texts("claim-lab", 9)).vector
    assert parts_of(both, likeness=0.52, least=6, keeps=lab) == [list(range(9, 29))]
    assert parts_of(both, likeness=0.52, least=6) == [list(range(9))]
    assert parts_of(both, likeness=0.52, least=10) == []
    for count in (12, 100):
        assert parts_of(texts("claim-lab", count), likeness=0.52, least=6) == []


@pytest.mark.slow
def test_a_bin_is_taken_apart_at_second_sight(store: Store, workspace: Workspace) -> None:
    """Of three claims under one number two get their own, at the second refit; the history says why."""
    told = tell_claims(store, ("claim-lab", "claim-grain", "claim-mines"))
    one = born_by_hand(store, [key for keys in told.values() for key in keys])
    run(refit, store, workspace, 8)
    assert set(held(store).values()) == {one}
    run(refit, store, workspace, 9)
    run(refit, store, workspace, 10)
    now = held(store)
    assert [len({now[key] for key in keys}) for keys in told.values()] == [1, 1, 1]
    assert len(set(now.values())) == 3
    assert one in set(now.values())
    for day in (11, 12, 13):
        counts = run(refit, store, workspace, day)
        assert (counts["split"], counts["merged"]) == (0, 0)


@pytest.mark.slow
def test_a_pinned_bin_is_left_alone(store: Store, workspace: Workspace) -> None:
    """What an analyst pinned is neither taken apart nor split off from."""
    told = tell_claims(store, ("claim-lab", "claim-grain"))
    one = born_by_hand(store, [key for keys in told.values() for key in keys])
    pin(store, one, by="Awa", clock=at(8))
    for day in (8, 9, 10, 11):
        run(refit, store, workspace, day)
    assert set(held(store).values()) == {one}


@pytest.mark.slow
def test_a_drifted_subject_gets_a_number_of_its_own(store: Store, workspace: Workspace) -> None:
    """What a number was is told no more: it rests under its label, and what came after has its own."""
    told = tell_claims(store, ("claim-grain",))["claim-grain"]
    one = born_by_hand(store, told)
    run(refit, store, workspace, 8)
    label = known(store, one).label
    was = Centre.of(texts("claim-lab", 8))
    store.drift.save(
        [
            Anchor(
                narrative_id=one,
                at=moment(0),
                centroid=was.vector.astype(np.float32),
                cohesion=was.cohesion,
                texts=8,
                build=BUILD,
                mean_version=1,
            )
        ]
    )
    old = replace(known(store, one), label="What it was", label_language=None, label_passage=None)
    store.narratives.save([old])
    run(refit, store, workspace, 9)
    assert known(store, one).label == "What it was"
    run(refit, store, workspace, 10)
    assert (known(store, one).label, known(store, one).status) == ("What it was", "dormant")
    new = known(store, held(store)[told[0]])
    assert (new.split_from, new.label, new.status) == (one, label, "active")
    kinds = [(item.kind, item.other_id) for item in store.narratives.lineage(one)]
    assert ("drifted", new.narrative_id) in kinds
    assert store.drift.of(one)[0].nearer_old < 0.5
    run(refit, store, workspace, 11)
    assert set(held(store).values()) == {new.narrative_id}
