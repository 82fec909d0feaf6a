"""Replays of detection over stored days."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.counts.counting import count
from analysis.spikes.backtest import backtest
from analysis.spikes.stage import detect
from config.clock import day_of, midnight
from config.settings import SpikeSettings
from storage.records import DailyGroup, GroupCell
from storage.store import Store
from tests.counting.makers import day
from tests.digest.world import BURST, run

FIRST, LAST = day(BURST - 20), day(69)


@pytest.fixture
def played(store: Store) -> Store:
    """The stored world, counted to its end and tested every day from before its burst."""
    run(store, count, 69)
    for number in range(BURST - 2, 70):
        run(store, detect, number)
    return store


def test_the_same_settings_tell_the_same(played: Store) -> None:
    """What was alerted is found again, and known as told; nothing is written."""
    before = played.spikes.between(day(0), day(80))
    found = backtest(played, SpikeSettings(), FIRST, LAST)
    alerts = [(item.narrative_id, item.day) for item in before if item.decision == "alert"]
    assert [(item.narrative_id, item.day) for item in found.rung] == alerts
    assert (all(item.was_told for item in found.rung), found.told) == (True, len(alerts))
    assert played.spikes.between(day(0), day(80)) == before


def test_other_settings_tell_otherwise(played: Store) -> None:
    """A ratio that nothing reaches tells nothing; a week with a budget of one tells the strongest."""
    assert backtest(played, SpikeSettings(min_ratio=1000), FIRST, LAST).rung == ()
    assert len(backtest(played, SpikeSettings(alerts_per_week=1), FIRST, LAST).rung) <= 2


def _group(store: Store, number: int) -> DailyGroup:
    """A group of one text of each outlet that told something within the three days that end with a day."""
    rows = store.passages.window(midnight(day(number - 2)), midnight(day(number + 1)))
    first = {row.source_id: row for row in reversed(rows)}
    cells = tuple(GroupCell(outlet, day_of(row.counted_at), 1, 1) for outlet, row in first.items())
    return DailyGroup(
        day=day(number),
        number=1,
        label="A story",
        centroid=np.eye(4, dtype=np.float32)[0],
        radius=0.5,
        build="by-hand",
        mean_version=1,
        passages=tuple(sorted(row.passage_id for row in first.values())),
        cells=cells,
        run_id="assign-1",
    )


def test_stored_groups_are_replayed(played: Store) -> None:
    """Groups of two days that nobody tested, told widely and never before, would have rung once, under their
    own title.
    """
    groups = [_group(played, number) for number in (BURST - 9, BURST - 8)]
    assert min(len(group.passages) for group in groups) >= 4
    played.daily_groups.save(groups)
    rung = backtest(played, SpikeSettings(), FIRST, day(BURST - 5)).rung
    assert [(item.label, item.narrative_id, item.was_told) for item in rung] == [("A story", None, False)]
