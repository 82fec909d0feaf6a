"""Why an alarm rang or did not, gate by gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.counts.counting import count
from analysis.spikes.examined_day import ExaminedDay
from analysis.spikes.gates import Gates, gates_of
from analysis.spikes.stage import CountedDays, detect
from config.settings import SpikeSettings
from storage.store import Store
from tests.counting.makers import day
from tests.digest.world import BURST, run
from tests.spikes.makers import OUTLETS, TODAY, World, extra


def gates(world: World, number: int = 1) -> Gates:
    """The gates of a narrative on the tested day, with what was decided of it."""
    tested = ExaminedDay(world.evidence(), day(TODAY), "", running=False)
    return gates_of(tested, number, world.examine().spikes)


def world_of(outlets: int) -> World:
    """A quiet narrative told by some outlets on the tested day, beside twenty quiet ones."""
    world = World()
    for key in (1, *extra()):
        world.quiet(narrative_id=key)
    return world.tell(TODAY, OUTLETS[:outlets])


def closed(found: Gates) -> set[str]:
    """The gates that were not held."""
    return {name for name, text in found.items() if text.startswith("not held")}


def test_a_burst_passes_every_gate_of_its_test() -> None:
    """Only the slow detector has nothing to say; each gate names its figure."""
    found = gates(world_of(7))
    assert closed(found) == {"cumulated"}
    assert found["texts"] == "held: 7.0 damped texts in 1 day, at least 4.0"
    assert found["outlets"] == "held: 7 outlets in 7 texts of their own, at least 2"
    assert found["decision"] == "alert, by the fast test"


def test_what_did_not_ring_says_why() -> None:
    """Three texts are below the floor on texts, and so no error rate is asked for."""
    found = gates(world_of(3))
    assert {"texts", "error"} <= closed(found)
    assert found["decision"] == "nothing was asked for"


def test_what_cannot_be_tested_says_why() -> None:
    """An unknown number, and a narrative of yesterday."""
    world = world_of(0).tell(TODAY - 1, OUTLETS[:3], narrative_id=40)
    assert set(gates(world, 999)) == {"told"}
    assert set(gates(world, 40)) == {"baseline"}


def test_a_group_has_gates_too() -> None:
    """Under its key, with what it was counted back to."""
    found = gates(world_of(0).tell(TODAY, OUTLETS[:5], narrative_id=-1), -1)
    assert found["texts"] == "held: 5.0 damped texts in 1 day, at least 2.2"


@pytest.fixture
def detected(store: Store) -> Store:
    """The stored world, counted to its end and tested on the day of its burst."""
    run(store, count, 69)
    run(store, detect, BURST)
    return store


def test_a_stored_day_tells_its_gates(detected: Store) -> None:
    """What the budget kept back is said from the spike that was stored."""
    spike = detected.spikes.between(day(0), day(80))[-1]
    kept = replace(spike, decision="digest", checks={"budget": "named: 7 alerts"})
    detected.spikes.save([kept])
    counted = CountedDays(detected, SpikeSettings(), [spike.day])
    found = counted.gates(spike.day, spike.narrative_id)[f"narrative {spike.narrative_id}"]
    assert found["budget"] == "not held: named: 7 alerts"
    assert found["decision"] == f"digest, by the {spike.detector} test"
    before = spike.day - timedelta(days=30)
    assert CountedDays(detected, SpikeSettings(), [before]).gates(before, spike.narrative_id)
