"""The stage `detect`: days to test, repetition, interruption."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.arrays import unit_rows
from analysis.counts.counting import count
from analysis.embedding.centring import comparable
from analysis.spikes.stage import CATCH_UP_DAYS, CountedDays, days_to_test, detect
from config.settings import SpikeSettings
from storage.records import LineageEvent, MeanTable, Spike
from storage.store import Store
from tests.counting.makers import at, day, narrative
from tests.digest.world import BURST, run
from tests.storage.makers import comparison


@pytest.fixture
def counted(store: Store) -> Store:
    """The stored world, counted to its end."""
    run(store, count, 69)
    return store


def spikes(store: Store) -> list[tuple[Any, ...]]:
    """What was found, without the run that found it."""
    return [
        (item.spike_id, item.decision, item.observed, item.checks)
        for item in store.spikes.between(day(0), day(80))
    ]


def alerts(store: Store) -> list[Spike]:
    """The alerts."""
    return [item for item in store.spikes.between(day(0), day(80)) if item.decision == "alert"]


def test_the_first_run_tests_today(counted: Store) -> None:
    """Nothing was tested before: only today is, history raises no alert."""
    assert days_to_test(counted, day(69)) == [day(69)]
    assert run(counted, detect, 69)["days"] == 1
    assert alerts(counted) == []


def test_missed_days_are_caught_up(counted: Store) -> None:
    """After a pause every missed day is tested, two weeks at most."""
    run(counted, detect, 64)
    assert days_to_test(counted, day(69)) == [day(n) for n in range(64, 70)]
    run(counted, detect, 69)
    assert [(item.narrative_id, item.day) for item in alerts(counted)] == [(9, day(BURST))]
    assert len(days_to_test(counted, day(99))) == CATCH_UP_DAYS


def whole(store: Store) -> list[Spike | str]:
    """Every spike with all its figures, less the run that found it; of alerts the name: they stay as they
    were decided while the day ran.
    """
    found = store.spikes.between(day(0), day(80))
    return [item.spike_id if item.decision == "alert" else replace(item, run_id="") for item in found]


def test_every_day_or_all_at_once(counted: Store, other: Store) -> None:
    """Daily runs and one run after a pause give the same spikes, figure for figure; what comes after a day
    does not show in its test.
    """
    for number in range(60, 70):
        run(other, count, number)
        run(other, detect, number, hour=23.9)
    run(counted, detect, 60)
    run(counted, detect, 69)
    assert whole(counted) == whole(other)


def test_what_does_not_stand_out_any_more_is_gone(counted: Store) -> None:
    """A digest entry of the running day that the test of the whole day does not repeat is taken back; an
    alert stays.
    """
    run(counted, detect, BURST)
    alert = alerts(counted)[0]
    counted.spikes.save([replace(alert, spike_id=f"2-{day(BURST)}", narrative_id=2, decision="digest")])
    run(counted, detect, BURST + 1)
    assert [
        (item.narrative_id, item.decision) for item in counted.spikes.between(day(BURST), day(BURST + 1))
    ] == [
        (1, "digest"),
        (9, "alert"),
    ]


def test_recurring_forms_are_not_tested(counted: Store) -> None:
    """A burst of what was put to rest as a form is told to nobody; the same texts as a watched statement
    still are.
    """
    rested = LineageEvent(
        at=at(60), kind="dormant", narrative_id=1, other_id=None, run_id="r", detail={"reason": "form"}
    )
    counted.narratives.save([], events=[rested])
    run(counted, detect, BURST)
    assert {item.narrative_id for item in counted.spikes.between(day(BURST), day(BURST + 1))} == {9}


def test_novelty_holds_across_versions_of_the_means(counted: Store) -> None:
    """A narrative that was given its centroid under older means takes the novelty of its twin under newer
    ones.
    """
    dice = np.random.default_rng(1)
    claim = dice.normal(size=8).astype(np.float32)
    shift = 2 * dice.normal(size=8).astype(np.float32)
    for version, mean in ((1, shift), (2, shift - np.eye(8, dtype=np.float32)[0])):
        means = {"*": mean, "en": mean}
        counted.means.freeze(MeanTable(version=version, build="b", made_at=at(0), means=means, counts={}))
    given = {"build": "b", "keywords": {"en": ("grain",)}}
    old = narrative(50, centroid=unit_rows(claim[None])[0], mean_version=1, first_seen_at=at(0), **given)
    (moved,) = comparable(counted, [old])
    assert moved.mean_version == 2
    twin = narrative(51, centroid=moved.centroid, mean_version=2, first_seen_at=at(69), **given)
    counted.narratives.save([old, twin])
    evidence = CountedDays(counted, SpikeSettings(), [day(69)]).evidence(day(69))
    assert evidence.novelty(51, day(69)) == pytest.approx(0.0, abs=1e-3)


def test_a_merge_does_not_alert_a_story_again(store: Store) -> None:
    """What was mailed under a number is not mailed again under the one that it was merged into."""
    store.watch.put([comparison("concerns", "another wording")])
    run(store, count, BURST)
    run(store, detect, BURST)
    assert [item.narrative_id for item in alerts(store)] == [1]
    known = {item.narrative_id: item for item in store.narratives.all()}
    store.narratives.save([replace(known[1], status="merged", merged_into=3)])
    run(store, count, BURST + 1)
    run(store, detect, BURST + 1)
    assert [item.narrative_id for item in alerts(store)] == [1]
    (after,) = [
        item for item in store.spikes.between(day(BURST + 1), day(BURST + 2)) if item.narrative_id == 3
    ]
    assert after.checks["quiet"] == f"named: alerted on {day(BURST)}; its level has not doubled since"


def test_testing_again_changes_nothing(counted: Store) -> None:
    """A second run of a day keeps its alert and its other spikes."""
    run(counted, detect, BURST)
    first = spikes(counted)
    assert [item[1] for item in first] == ["digest", "alert"]
    run(counted, detect, BURST, hour=23)
    assert spikes(counted) == first


def test_interrupted_detection_is_taken_up(counted: Store) -> None:
    """Killed between two days, the rest is tested by the next run, and nothing is told twice."""
    run(counted, detect, 64)
    put, left = counted.spikes.replace, 3

    def killed(*args: Any) -> None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        put(*args)

    counted.spikes.replace = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        run(counted, detect, 69)
    counted.spikes.replace = put  # type: ignore[method-assign]
    counted.runs.interrupt_open("detect", at(69))
    run(counted, detect, 69, hour=23)
    assert [(item.narrative_id, item.day) for item in alerts(counted)] == [(9, day(BURST))]


def test_counts_by_decision(counted: Store) -> None:
    """The stage returns what it tested and what it decided."""
    run(counted, detect, 64)
    found = run(counted, detect, 69)
    assert found["days"] == 6
    assert found["tested"] > 0
    assert found["alert"] == 1
    assert found["digest"] >= 1
    assert set(found) == {"days", "tested", "alert", "digest", "suppressed"}
