"""Narratives, watchlist, events, counts, spikes, alerts, runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from storage.errors import StorageError
from storage.records import (
    KINDS,
    Assignment,
    Correction,
    Event,
    Judgement,
    Kind,
    LineageEvent,
    Narrative,
    Observation,
    SourceDay,
    Theme,
    WatchHit,
)
from storage.store import Store
from tests.storage.makers import (
    BUILD,
    DAY,
    add_passages,
    alert,
    comparison,
    delivery,
    hours,
    narrative,
    spike,
    unit,
)


def same(one: Narrative, other: Narrative | None) -> bool:
    """Equal, arrays included."""
    assert other is not None
    assert one.centroid is not None
    assert other.centroid is not None
    return np.array_equal(one.centroid, other.centroid) and replace(one, centroid=None) == replace(
        other, centroid=None
    )


def test_narratives_come_back_whole(store: Store) -> None:
    """Every field survives, the centroid to the last bit; merged ones are shown when asked for."""
    full = narrative(
        7, label_by="analyst", kind="watched", status="dormant", split_from=3, theme_id=2, statement_id="s"
    )
    store.narratives.save([full, narrative(3, status="merged", merged_into=7)])
    assert same(full, store.narratives.get(7))
    assert [item.narrative_id for item in store.narratives.all()] == [7]
    assert [item.narrative_id for item in store.narratives.all(include_merged=True)] == [3, 7]
    assert store.narratives.next_id() == 8
    store.narratives.save([narrative(8, centroid=None)])
    found = store.narratives.get(8)
    assert found is not None
    assert found.centroid is None


def test_the_first_narrative_is_number_one(store: Store) -> None:
    """An empty registry begins at 1, and unknown numbers lead nowhere."""
    assert store.narratives.next_id() == 1
    assert store.narratives.get(1) is None
    assert store.narratives.resolve(1) is None


def test_old_numbers_lead_to_the_narrative_of_today(store: Store) -> None:
    """Merges are followed to their end, and a circle is an error rather than a hang."""
    store.narratives.save([narrative(1, merged_into=2), narrative(2, merged_into=3), narrative(3)])
    assert same(narrative(3), store.narratives.resolve(1))
    store.narratives.save([narrative(3, merged_into=1)])
    with pytest.raises(StorageError, match="circle"):
        store.narratives.resolve(2)


def test_numbers_that_lead_to_some_narratives(store: Store) -> None:
    """Of some narratives alone, what was merged into them is what the whole registry says."""
    merged = {1: 2, 2: 3, 5: 3, 6: 4}
    store.narratives.save([narrative(number, merged_into=merged.get(number)) for number in range(1, 8)])
    every = store.narratives.survivors()
    for asked in ([3], [4, 7], [3, 4, 7], []):
        expected = {number: end for number, end in every.items() if end in asked}
        assert store.narratives.leading_to(asked) == expected
    assert store.narratives.resolve(99) is None


def test_a_passage_has_one_narrative(store: Store) -> None:
    """A newer assignment replaces the older; assignments are listed by narrative and by time."""
    made = add_passages(store, ["1", "2"])
    older = [
        Assignment(passage_id=one.passage_id, narrative_id=1, similarity=0.5, method="nearest", run_id="r1")
        for one in made
    ]
    newer = replace(older[0], narrative_id=2, similarity=0.1 + 0.2, run_id="r2")
    store.narratives.save([narrative(1), narrative(2)], older)
    store.narratives.save([], [newer])
    assert store.narratives.assignments() == sorted([newer, older[1]], key=lambda item: item.passage_id)
    assert store.narratives.assignments(narrative_id=2) == [newer]
    assert len(store.narratives.assignments(start=DAY, end=hours(1))) == 2
    assert store.narratives.assignments(start=hours(1)) == []
    assert store.narratives.assignments(end=DAY, narrative_id=1) == []


def test_saving_is_all_or_nothing(store: Store) -> None:
    """An assignment to nothing undoes the narratives saved with it."""
    bad = Assignment(passage_id="nothing", narrative_id=1, similarity=0.5, method="nearest", run_id="r")
    with pytest.raises(StorageError):
        store.narratives.save([narrative(1)], [bad])
    assert store.narratives.all() == []


def test_history_is_kept_once_and_in_order(store: Store) -> None:
    """An event saved again after a kill is there once; either side finds it."""
    born = LineageEvent(at=DAY, kind="born", narrative_id=1, other_id=None, run_id="r")
    merged = LineageEvent(
        at=hours(1), kind="merged_into", narrative_id=2, other_id=1, run_id="r", detail={"share": 0.6}
    )
    store.narratives.save([narrative(1)], events=[merged, born])
    store.narratives.save([narrative(1)], events=[merged])
    assert store.narratives.lineage() == [born, merged]
    assert store.narratives.lineage(1) == [born, merged]
    assert store.narratives.lineage(2) == [merged]
    assert store.narratives.lineage(since=merged.at) == [
        item for item in (born, merged) if item.at >= merged.at
    ]
    assert store.narratives.lineage(kinds=("born",), since=born.at) == [born]
    assert store.narratives.lineage(since=max(born.at, merged.at) + timedelta(seconds=1)) == []


def test_what_waits_is_replaced_as_a_whole(store: Store) -> None:
    """Candidates come back as they were set, and the next set leaves nothing of the last."""
    rows = [
        {"kind": "split", "narrative_id": 2, "other_id": None, "since_run": "r1"},
        {"kind": "merge", "narrative_id": 1, "other_id": 2, "since_run": "r1"},
    ]
    store.narratives.set_pending(rows)
    assert store.narratives.pending() == rows
    store.narratives.set_pending(rows[:1])
    assert store.narratives.pending() == rows[:1]
    store.narratives.set_pending([])
    assert store.narratives.pending() == []


def test_themes_hold_narratives(store: Store) -> None:
    """Themes are upserted and their narratives know them."""
    store.narratives.save([narrative(1), narrative(2)])
    store.narratives.save_themes([Theme(theme_id=2, label="War"), Theme(theme_id=1, label="Trade")], {1: 2})
    assert store.narratives.themes() == [Theme(theme_id=1, label="Trade"), Theme(theme_id=2, label="War")]
    assert [item.theme_id for item in store.narratives.all()] == [2, None]


def test_corrections_are_obeyed_in_the_order_made(store: Store) -> None:
    """Decisions come back by time; one added again is there once."""
    late = Correction(correction_id="a", at=hours(1), kind="assign", narrative_id=1, passage_id="p:000")
    early = Correction(correction_id="b", at=DAY, kind="rename", narrative_id=1, value="Имя")
    for item in (late, early, late):
        store.corrections.add(item)
    assert store.corrections.all() == [early, late]


def judgement(number: int, kind: Kind) -> Judgement:
    """What a narrative was judged to be."""
    reasons = {"articles": 2**40, "told": "Что говорят"}
    return Judgement(
        narrative_id=number, kind=kind, grade=0.25, reasons=reasons, version="1-ab", at=DAY, run_id="refit-1"
    )


def test_a_narrative_has_its_last_judgement(store: Store) -> None:
    """A later judgement replaces the earlier one; one that is taken away leaves the narrative unjudged."""
    store.kinds.save([judgement(1, "subject"), judgement(2, "event")])
    store.kinds.save([judgement(1, "claim")])
    assert store.kinds.all() == {1: judgement(1, "claim"), 2: judgement(2, "event")}
    assert store.kinds.of([2, 3]) == {2: judgement(2, "event")}
    store.kinds.forget([2])
    assert list(store.kinds.all()) == [1]


def test_lists_show_one_kind(store: Store) -> None:
    """Claims are those that were judged so, those that nobody judged yet, and what is watched."""
    watched = replace(narrative(4), kind="watched", statement_id="s")
    store.narratives.save([narrative(1), narrative(2), narrative(3), watched])
    store.kinds.save([judgement(1, "claim"), judgement(2, "event"), judgement(4, "subject")])
    shown = {kind: [row.narrative_id for row in store.lists.narratives(kind=kind, limit=9)] for kind in KINDS}
    assert shown == {"claim": [1, 3, 4], "event": [2], "subject": [], "form": []}
    assert store.lists.kinds() == {"claim": 3, "event": 1, "subject": 0, "form": 0}
    assert {row.narrative_id: row.judged for row in store.lists.narratives(limit=9)}[3] is None


def test_a_statement_is_compared_once_per_wording(store: Store) -> None:
    """Compared passages are not offered again; another wording discards hits and starts over; others are not
    touched.
    """
    made = add_passages(store, ["1", "2"], vectors=[unit(1), unit(0, 1)])
    ids = sorted(one.passage_id for one in made)
    first, last = (row.passage_no for row in store.passages.embedded_after(BUILD, 0))
    hit = WatchHit(
        statement_id="s", passage_id=ids[0], narrative_id=4, cosine=0.81, z=3.5, stance="refutes", run_id="r"
    )
    other = replace(hit, statement_id="t")
    assert waiting(store, "s", "h1") == ids
    for _ in range(2):
        store.watch.put([comparison("s", "h1", hit, through=first)])
    store.watch.put([comparison("t", "h1", other, through=last)])
    assert waiting(store, "s", "h1") == ids[1:]
    assert store.watch.unmatched("another build", "s", "h1") == []
    assert waiting(store, "s", "h3", limit=1) == ids[:1]
    assert waiting(store, "s", "h3", after=first) == ids[1:]
    assert waiting(store, "t", "h1") == []
    assert store.watch.hits() == [hit, other]
    assert store.watch.hits("s", start=DAY, end=hours(1)) == [hit]
    assert store.watch.hits(start=hours(1)) == []
    assert waiting(store, "s", "h2") == ids
    store.watch.put([comparison("s", "h2", through=last)])
    assert store.watch.hits() == [other]
    assert waiting(store, "s", "h2") == []
    assert waiting(store, "s", "h1") == ids


def waiting(store: Store, statement_id: str, wording: str, **page: int) -> list[str]:
    """Ids of the passages that wait to be compared."""
    return [row.passage_id for row in store.watch.unmatched(BUILD, statement_id, wording, **page)]


def test_events_are_replaced_from_a_day_on(store: Store) -> None:
    """Older events stay with their passages, later ones give way."""
    made = add_passages(store, ["1", "2"])
    old = Event(event_id=1, label="Old", first_at=hours(-50), last_at=hours(-40), articles=3)
    gone = Event(event_id=2, label="Gone", first_at=hours(-30), last_at=hours(1), articles=2)
    new = Event(event_id=3, label="New", first_at=hours(-29), last_at=hours(2), articles=4)
    store.events.replace(hours(-60), [old, gone], {made[0].passage_id: 1, made[1].passage_id: 2})
    store.events.replace(DAY, [new], {made[1].passage_id: 3})
    assert store.events.all(hours(-60), hours(9)) == [old, new]
    assert store.events.all(hours(-39), hours(-29)) == []
    assert (store.events.get(3), store.events.get(2)) == (new, None)
    assert (store.events.members(3), store.events.members(2)) == ([made[1].passage_id], [])
    assert store.events.of([one.passage_id for one in made] + ["nothing"]) == {
        made[0].passage_id: 1,
        made[1].passage_id: 3,
    }


def test_counts_are_replaced_by_day(store: Store) -> None:
    """Rows of the days given are replaced, those of other days stay; both lists have their order."""
    days = [DAY.date() + timedelta(days=number) for number in range(3)]

    def observed(narrative_id: int, number: int, articles: int = 1) -> Observation:
        return Observation(
            narrative_id=narrative_id,
            source_id="alpha",
            day=days[number],
            articles=articles,
            copy_groups=1,
            own_texts=0,
        )

    def exposure(number: int, articles: int = 1) -> SourceDay:
        return SourceDay(
            source_id="alpha",
            day=days[number],
            articles=articles,
            copy_groups=1,
            fetched=5,
            failed=1,
            polls=24,
            polls_failed=2,
            health="degraded",
        )

    store.counts.replace(
        days[0], days[2], [observed(2, 0), observed(1, 1), observed(1, 0)], [exposure(1), exposure(0)]
    )
    store.counts.replace(days[1], days[2], [observed(1, 1, 9)], [exposure(1, 9)])
    assert store.counts.observations(days[0], days[2]) == [observed(1, 0), observed(1, 1, 9), observed(2, 0)]
    assert store.counts.observations(days[0], days[2], narrative_id=2) == [observed(2, 0)]
    assert store.counts.source_days(days[0], days[2]) == [exposure(0), exposure(1, 9)]
    assert store.counts.source_days(days[2], days[2] + timedelta(days=1)) == []


def test_spikes_come_back_whole(store: Store) -> None:
    """Every field survives; a spike found again is updated; a period ends before its last day."""
    older, newer = spike(), spike("1-2026-03-09", day=DAY.date() + timedelta(days=7))
    store.spikes.save([newer, older])
    store.spikes.save([replace(older, decision="digest")])
    assert store.spikes.get(older.spike_id) == replace(older, decision="digest")
    assert store.spikes.between(DAY.date(), DAY.date() + timedelta(days=7)) == [
        replace(older, decision="digest")
    ]
    assert store.spikes.get("nothing") is None


def test_a_day_tested_again_replaces_its_spikes(store: Store) -> None:
    """What the second test does not find is gone, alerts and other days apart."""
    given = [
        spike(),
        spike("2-2026-03-02", narrative_id=2, decision="digest"),
        spike("3-2026-03-03", narrative_id=3, decision="digest"),
    ]
    day = given[0].day
    given[2] = replace(given[2], day=day + timedelta(days=1))
    store.spikes.save(given)
    again = spike("4-2026-03-02", narrative_id=4, decision="suppressed")
    store.spikes.replace(day, [again])
    assert store.spikes.between(day, day + timedelta(days=2)) == [given[0], again, given[2]]


def test_an_alert_is_made_once(store: Store) -> None:
    """The second creation changes nothing, deliveries included."""
    first = alert()
    assert store.alerts.create(first, [delivery(first)])
    assert not store.alerts.create(replace(first, subject="Changed"), [delivery(first, "other@example.org")])
    assert store.alerts.get(first.alert_id) == first
    assert store.alerts.deliveries() == [delivery(first)]
    assert store.alerts.between(DAY, hours(1)) == [first]
    assert store.alerts.between(hours(1), hours(2)) == []


def test_the_outbox_holds_what_is_to_be_done(store: Store) -> None:
    """Pending, sending and once-unknown deliveries are in it; sent, failed and twice-unknown ones are not."""
    made = alert()
    names = ["pending", "sending", "unknown", "unknown2", "sent", "failed"]
    items = {name: delivery(made, f"{name}@example.org") for name in names}
    store.alerts.create(made, list(items.values()))
    for name in names[1:]:
        state = "unknown" if name == "unknown2" else name
        attempts = 2 if name == "unknown2" else 1
        store.alerts.set_state(
            items[name].delivery_id, state, at=hours(1), attempts=attempts, error="dropped"
        )  # type: ignore[arg-type]
    expected = sorted(items[name].delivery_id for name in ("pending", "sending", "unknown"))
    assert [item.delivery_id for item in store.alerts.outbox()] == expected
    changed = next(
        item for item in store.alerts.deliveries(made.alert_id) if item.recipient.startswith("sent@")
    )
    assert changed == replace(
        items["sent"], state="sent", attempts=1, last_error="dropped", updated_at=hours(1)
    )
    with pytest.raises(StorageError, match="delivery nothing"):
        store.alerts.set_state("nothing", "sent", at=DAY, attempts=1)


def test_runs_have_free_names(store: Store) -> None:
    """Two runs in one second have two names; a finished run carries its counts; the last is the newest of a
    state.
    """
    first = store.runs.start(
        "clean", now=DAY, seed=2**40, versions={"clean": "1"}, parameters={"only": ["a"]}
    )
    second = store.runs.start("clean", now=DAY, seed=1, versions={}, parameters={})
    assert (first.run_id, second.run_id) == ("clean-20260302T000000Z-1", "clean-20260302T000000Z-2")
    assert store.runs.last("clean") is None
    store.runs.finish(first.run_id, now=hours(1), state="done", counts={"article": 3})
    done = store.runs.last("clean")
    assert done == replace(first, finished_at=hours(1), state="done", counts={"article": 3})
    assert store.runs.last("clean", state=None) == second
    assert store.runs.recent(1) == [second]
    with pytest.raises(StorageError, match="run nothing"):
        store.runs.finish("nothing", now=DAY, state="done", counts={})


def test_killed_runs_are_marked(store: Store) -> None:
    """Only open runs of that stage become interrupted."""
    store.runs.start("clean", now=DAY, seed=1, versions={}, parameters={})
    other = store.runs.start("embed", now=DAY, seed=1, versions={}, parameters={})
    assert store.runs.interrupt_open("clean", hours(1)) == 1
    assert store.runs.interrupt_open("clean", hours(2)) == 0
    interrupted = store.runs.last("clean", state="interrupted")
    assert interrupted is not None
    assert interrupted.finished_at == hours(1)
    assert store.runs.last("embed", state="running") == other


def test_numbers_of_numpy_are_numbers(store: Store) -> None:
    """What analysis computes comes back as plain numbers, and a fraction is not taken for a whole number."""
    made = add_passages(store, ["1"])
    given = narrative(np.int64(1), size=np.int32(5))  # type: ignore[arg-type]
    taken = Assignment(
        passage_id=made[0].passage_id,
        narrative_id=np.int64(1),
        similarity=np.float32(0.25),
        method="nearest",
        run_id="r",  # type: ignore[arg-type]
    )
    store.narratives.save([given], [taken])
    found = store.narratives.assignments()[0]
    assert (type(found.similarity), found.similarity, type(found.narrative_id)) == (float, 0.25, int)
    assert store.narratives.all()[0].size == 5
    with pytest.raises(StorageError):
        store.narratives.save([narrative(2, size=1.5)])


def test_naive_times_are_refused(store: Store) -> None:
    """A time without a zone is an error on both engines, never a guess."""
    with pytest.raises(StorageError, match="no time zone"):
        store.runs.start("clean", now=DAY.replace(tzinfo=None), seed=1, versions={}, parameters={})
