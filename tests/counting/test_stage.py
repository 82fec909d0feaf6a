"""The stage `count`: what is recounted, repetition, interruption, merges."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from analysis.counts.counting import count, days_to_count
from analysis.counts.reach import look_back
from analysis.spikes.stage import detect
from analysis.tellings import COPY_REACH
from config.settings import SpikeSettings
from storage.store import Store
from tests.counting.makers import at, day, hit, narrative, put_hits
from tests.digest.world import draft, run

ALL = (day(-90), day(80))
WHOLE = 70
"""Days of the world."""


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
    assert sum(item.polls for item in source_days) == 70 * 11 + 10


def test_counting_again_changes_nothing(store: Store) -> None:
    """A second run reads nothing and writes nothing; the rows are the same."""
    assert run(store, count, 69)["days"] == WHOLE
    first = counted(store)
    again = run(store, count, 69, hour=23)
    assert (again["days"], again["rewritten"]) == (0, 0)
    assert counted(store) == first


def test_a_day_is_counted_with_the_two_weeks_after_it() -> None:
    """What a day prints decides what is new until the copies' reach has passed; nothing outside of the window
    is touched.
    """
    assert days_to_count({day(3)}, day(0), day(60)) == [day(n) for n in range(3, 18)]
    assert days_to_count({day(-5), day(59), day(70)}, day(0), day(60)) == [
        *(day(n) for n in range(10)),
        day(59),
    ]
    assert day(3) + COPY_REACH == day(17)


def test_what_changed_is_counted(store: Store) -> None:
    """A passage that moves makes its day and the two weeks after it count again, and no other."""
    run(store, count, 69, hour=8)
    moved = next(item for item in draft().assignments if item.narrative_id == 1)
    of = store.passages.many([moved.passage_id])[0]
    store.narratives.save([], [replace(moved, narrative_id=2)])
    after = min((day(69) - of.counted_at.date()).days, COPY_REACH.days)
    assert run(store, count, 69, hour=9)["days"] == after + 1
    told = store.counts.observations(of.counted_at.date(), of.counted_at.date() + timedelta(days=1))
    assert [item.narrative_id for item in told if item.source_id == of.source_id] == [2, 9]


def test_a_text_counts_once_wherever_the_recount_begins(store: Store, other: Store) -> None:
    """A reprint that is counted alone, because its day alone changed, is no new text: the two weeks before it
    are read.
    """
    run(store, count, 69)
    first = next(item for item in draft().assignments if item.narrative_id == 2)
    twin = next(
        item for item in draft().assignments if item.narrative_id == 2 and item.passage_id != first.passage_id
    )
    for each in (store, other):
        rows = {row.passage_id: row for row in each.passages.many([first.passage_id, twin.passage_id])}
        group = min(rows.values(), key=lambda row: row.counted_at).article_id
        later = max(rows.values(), key=lambda row: row.counted_at).article_id
        members = each.copies.members([later])
        each.copies.replace([], [replace(members[0], group_id=group, relation="near")])
    assert 0 < run(store, count, 69)["days"] < WHOLE
    run(other, count, 69)
    assert counted(store) == counted(other)


def test_health_follows_the_clock_without_any_change(store: Store) -> None:
    """Nothing came in for three days: no day is counted again, and the days on which nobody asked are down
    all the same.
    """
    run(store, count, 69)
    assert run(store, count, 72)["days"] == 0
    assert {item.health for item in store.counts.source_days(day(70), day(73))} == {"down"}


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

    for allowed in (0, 1, 3, 30, 33):  # noqa: B007 - `killed` reads it
        store.counts.replace = killed  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            run(store, count, 69)
        store.counts.replace = save  # type: ignore[method-assign]
        store.runs.interrupt_open("count", at(69))
    run(store, count, 69)
    assert counted(store) == expected


def test_a_merge_moves_the_past(store: Store) -> None:
    """After a merge all days count under the survivor, so that the merge is no rise."""
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
    """A statement added at noon is counted over all its days at once: its past must not look like a rise."""
    steady = [
        replace(hit("x", narrative_id=10), statement_id="steady", passage_id=item.passage_id)
        for item in draft().assignments
        if item.narrative_id == 2
    ]
    run(store, count, 57, hour=8)
    store.narratives.save([narrative(10, kind="watched", statement_id="steady")])
    put_hits(store, "steady", steady)
    run(store, count, 57, hour=12)
    assert sum(item.articles for item in store.counts.observations(*ALL, narrative_id=10)) == len(steady)
    run(store, detect, 57, hour=13)
    assert store.spikes.between(*ALL) == []
    assert run(store, count, 57, hour=14)["days"] == 0


def test_days_before_the_window_stay_as_they_were_counted(store: Store) -> None:
    """What happened to an article of half a year ago is noted no more, and its day keeps its count."""
    run(store, count, 20)
    old = store.counts.observations(day(0), day(1))
    changed = [
        item for item in draft().assignments if item.passage_id.startswith(draft().articles[6].article_id)
    ]
    assert changed
    store.narratives.unassign([item.passage_id for item in changed])
    far = look_back(SpikeSettings()) + 40
    run(store, count, far)
    assert store.counts.observations(day(0), day(1)) == old
    assert store.counts.stale_days() == []
