"""Lists a page at a time, and views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from storage.records import Assignment, Event, WatchHit
from storage.store import Store
from storage.stores.lists import Key
from tests.storage import makers
from tests.storage.makers import add_passages, comparison, hours, narrative, unit

LARGE = 4_486_644_888_298_173
"""An event's number as real ones are: 52 bits."""


def walked(fetch: Callable[[Key | None], Sequence[Any]], key: Callable[[Any], Key]) -> list[Any]:
    """All rows, two at a time."""
    found: list[Any] = []
    after = None
    while part := fetch(after):
        found += part
        after = key(part[-1])
    return found


def test_narratives_come_by_last_telling(store: Store) -> None:
    """Every narrative once, ties by number, merged ones left out; labels and family by number."""
    given = [narrative(number, last_seen_at=hours(number // 2)) for number in range(1, 8)]
    store.narratives.save(
        [*given, narrative(8, status="merged", merged_into=7), narrative(9, status="merged", merged_into=8)]
    )
    rows = walked(
        lambda after: store.lists.narratives(after=after, limit=2),
        lambda row: (row.last_seen_at, row.narrative_id),
    )
    assert [row.narrative_id for row in rows] == [6, 7, 4, 5, 2, 3, 1]
    assert sorted(store.lists.merged_into(7)) == [7, 8, 9]
    assert store.lists.labels([1, 99]) == {1: given[0].label}
    assert store.lists.watched() == []


def test_passages_of_a_narrative_come_newest_first(store: Store) -> None:
    """Assigned passages of several numbers in one order; the hits of a statement with their stance."""
    names = ["1", "2", "3", "4", "5"]
    made = add_passages(store, names, vectors=[unit(1)] * 5)
    makers.add_articles(store, [makers.article(name, counted_at=hours(int(name) // 2)) for name in names])
    given = [
        Assignment(
            passage_id=one.passage_id, narrative_id=1 + at % 2, similarity=0.5, method="nearest", run_id="r"
        )
        for at, one in enumerate(made)
    ]
    store.narratives.save([narrative(1), narrative(2), narrative(7, kind="watched", statement_id="s")], given)
    rows = walked(
        lambda after: store.lists.assigned([1, 2], after=after, limit=2),
        lambda row: (row.counted_at, row.passage_id),
    )
    expected = sorted(rows, key=lambda row: (-row.counted_at.timestamp(), row.passage_id))
    assert [row.passage_id for row in rows] == [row.passage_id for row in expected]
    assert len(rows) == 5
    assert store.lists.assigned([1, 2], offset=2, limit=2) == rows[2:4]
    hit = WatchHit(
        statement_id="s", passage_id=made[0].passage_id, narrative_id=7, cosine=0.7, z=4.0, stance="refutes",
        run_id="r"
    )  # fmt: skip
    store.watch.put([comparison("s", "1", hit)])
    assert [(row.passage_id, row.stance) for row in store.lists.hits("s", limit=5)] == [
        (hit.passage_id, "refutes")
    ]
    both = walked(
        lambda after: store.lists.hits_and_linked("s", [1, 2], after=after, limit=2),
        lambda row: (row.counted_at, row.passage_id),
    )
    assert [row.passage_id for row in both] == [row.passage_id for row in rows]
    assert {row.passage_id: row.stance for row in both}[hit.passage_id] == "refutes"
    assert store.lists.hits_and_linked("s", [1, 2], offset=2, limit=2) == both[2:4]


def test_events_and_alerts_are_walked_through(store: Store) -> None:
    """Real-sized event numbers, alerts with and without deliveries, each once and the newest first."""
    happened = [
        Event(event_id=LARGE + number, label="x", first_at=hours(number // 2), last_at=hours(9), articles=3)
        for number in range(5)
    ]
    store.events.replace(hours(0), happened, {})
    events = walked(
        lambda after: store.lists.events(hours(0), hours(10), after=after, limit=2),
        lambda row: (row.first_at, row.event_id),
    )
    assert [row.event_id - LARGE for row in events] == [4, 2, 3, 0, 1]
    store.spikes.save([makers.spike()])
    alert = makers.alert()
    store.alerts.create(alert, [makers.delivery(alert)])
    ((found, deliveries),) = store.lists.alerts(limit=5)
    assert (found.alert_id, [row.alert_id for row in deliveries]) == (alert.alert_id, [alert.alert_id])
    assert store.lists.alerts(after=(alert.created_at, alert.alert_id), limit=5) == []


def test_a_view_is_replaced(store: Store) -> None:
    """The last one written is there; another name has none."""
    store.views.put("overview", {"a": [1, "б"]}, as_of=hours(1))
    store.views.put("overview", {"a": None}, as_of=hours(2))
    assert store.views.get("overview") == {"a": None}
    assert store.views.get("another") is None
    store.views.replace({"other": [2]}, as_of=hours(3))
    assert (store.views.get("overview"), store.views.get("other")) == (None, [2])
