"""The stage `count`: windows, repetition, interruption, merges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.counts.counting import RECENT_DAYS, count
from analysis.counts.reach import look_back
from analysis.spikes.stage import detect
from config.settings import SpikeSettings
from storage.records import Correction
from storage.store import Store
from tests.counting.makers import at, day, hit, narrative
from tests.digest.world import draft, run
from tests.storage.makers import comparison

ALL = (day(-90), day(80))
WHOLE = look_back(SpikeSettings()) + 1
"""Days of a full recount: all that the tests of a day read."""


def counted(store: Store) -> tuple[Any, Any]:
    """All rows of counting."""
    return store.counts.observations(*ALL), store.counts.source_days(*ALL)


def test_counts_balance(store: Store) -> None:
    """Source days hold every article that is not late, and each text once."""
    run(store, count, 69)
    articles = [item for item in draft().articles if not item.late]
    source_days = store.counts.source_days(*ALL)
    assert sum(item.articles for item in source_days) == len(articles)
    assert sum(item.copy_groups for item in source_days) == len(articles) - 9
    assert sum(item.fetched for item in source_days) == len(draft().articles)
    assert sum(item.polls for item in source_days) == 120


def test_counting_again_changes_nothing(store: Store) -> None:
    """A second run writes nothing; the rows are the same."""
    run(store, count, 69)
    first = counted(store)
    assert run(store, count, 69, hour=23)["rewritten"] == 0
    assert counted(store) == first


def test_a_run_later_on_the_same_day_is_short(store: Store) -> None:
    """Once the whole window was counted today, only the last days are; after a refit, a correction or midnight all of it is."""
    whole = WHOLE
    assert run(store, count, 69, hour=8)["days"] == whole
    assert run(store, count, 69, hour=9)["days"] == RECENT_DAYS + 1
    refit = store.runs.start("refit", now=at(69, 10), seed=0, versions={}, parameters={})
    store.runs.finish(refit.run_id, now=at(69, 10), state="done", counts={})
    assert run(store, count, 69, hour=11)["days"] == whole
    assert run(store, count, 69, hour=12)["days"] == RECENT_DAYS + 1
    store.corrections.add(
        Correction(
            correction_id="c", at=at(69, 13), kind="assign", narrative_id=1, passage_id=None, value=None
        )
    )
    assert run(store, count, 69, hour=14)["days"] == whole
    assert run(store, count, 70, hour=8)["days"] == whole + 1


def test_interrupted_counting_is_taken_up(store: Store, other: Store) -> None:
    """Killed after any of its transactions and run again, the count is what it would have been."""
    run(other, count, 69)
    expected = counted(other)
    save, allowed = store.counts.replace, 1

    def killed(*args: Any, **kwargs: Any) -> None:
        nonlocal allowed
        if allowed == 0:
            raise KeyboardInterrupt
        allowed -= 1
        save(*args, **kwargs)

    for allowed in (0, 1, 3):  # noqa: B007 - `killed` reads it
        store.counts.replace = killed  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            run(store, count, 69)
        store.counts.replace = save  # type: ignore[method-assign]
        store.runs.interrupt_open("count", at(69))
    run(store, count, 69)
    assert counted(store) == expected


def test_a_merge_moves_the_past(store: Store) -> None:
    """After a merge the whole window counts under the survivor, so that the merge is no rise."""
    run(store, count, 69)
    before = {item.narrative_id: 0 for item in store.counts.observations(*ALL)}
    for item in store.counts.observations(*ALL):
        before[item.narrative_id] += item.articles
    known = {item.narrative_id: item for item in store.narratives.all()}
    store.narratives.save([replace(known[2], status="merged", merged_into=1)])
    run(store, count, 70)
    after = store.counts.observations(*ALL)
    assert sum(item.articles for item in after if item.narrative_id == 1) == before[1] + before[2]
    assert not [item for item in after if item.narrative_id == 2]


def test_a_new_statement_brings_its_past(store: Store) -> None:
    """A statement added at noon is counted over the whole window at once: its past must not look like a rise."""
    steady = [
        replace(hit("x", narrative_id=10), statement_id="steady", passage_id=item.passage_id)
        for item in draft().assignments
        if item.narrative_id == 2
    ]
    run(store, count, 57, hour=8)
    store.narratives.save([narrative(10, kind="watched", statement_id="steady")])
    store.watch.put([comparison("steady", "hash", *steady)])
    assert run(store, count, 57, hour=12)["days"] == WHOLE
    assert sum(item.articles for item in store.counts.observations(*ALL, narrative_id=10)) == len(steady)
    run(store, detect, 57, hour=13)
    assert store.spikes.between(*ALL) == []
    assert run(store, count, 57, hour=14)["days"] == RECENT_DAYS + 1
