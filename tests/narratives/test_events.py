"""Events and themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.narratives.events import event_numbers, group_events
from analysis.narratives.labels import exemplars, label, ranked
from analysis.narratives.stage import assign
from analysis.narratives.themes import grouped_themes, theme_numbers
from config.workspace import Workspace
from storage.records import Narrative, PassageRow
from storage.store import Store
from tests.narratives.conftest import BUILD, OUTLETS, direction, moment, run, tell, vector_of
from tests.narratives.test_nearest import row


def test_an_event_is_told_within_days_by_several_outlets(store: Store, workspace: Workspace) -> None:
    """Tellings of one thing by two outlets are an event; the same by one outlet, or weeks later, is not."""
    near = [
        tell(store, f"a{step}", f"Bridge opens {step} claim-bridge", outlet=outlet, day=10)
        for step, outlet in enumerate(("alpha", "beta"))
    ]
    far = tell(store, "far", "Bridge opens again claim-bridge", outlet="gamma", day=0)
    own = [
        tell(store, f"own{step}", f"Price {step} claim-price", outlet="alpha", day=10) for step in range(2)
    ]
    assert run(assign, store, workspace, 11)["events"] == 1
    found = store.events.of([*near, far, *own])
    assert set(found) == set(near)
    event = store.events.all(moment(0), moment(20))[0]
    assert (event.articles, event.first_at, event.event_id) == (2, moment(10), found[near[0]])
    assert run(assign, store, workspace, 11.5)["events"] == 1
    assert len(store.events.all(moment(0), moment(20))) == 1


def test_a_late_arrival_does_not_renumber_an_event(store: Store, workspace: Workspace) -> None:
    """A telling that is found later and was published earlier joins its event under the
    number that it has.
    """
    near = [
        tell(store, f"a{step}", f"Bridge opens {step} claim-bridge", outlet=outlet, day=10)
        for step, outlet in enumerate(OUTLETS[:2])
    ]
    run(assign, store, workspace, 11)
    number = store.events.of(near)[near[0]]
    early = tell(store, "early", "Bridge opens early claim-bridge", outlet=OUTLETS[2], day=9)
    assert run(assign, store, workspace, 11.5)["events"] == 1
    assert set(store.events.of([*near, early]).values()) == {number}
    (event,) = store.events.all(moment(0), moment(20))
    assert (event.event_id, event.first_at, event.articles) == (number, moment(9), 3)


def test_of_very_many_articles_the_newest_are_told(store: Store, workspace: Workspace) -> None:
    """Above the limit the look back is as long as the limit reaches: what lies before
    stays as it was told.
    """
    rules = workspace.settings.narratives.model_copy(update={"max_window_passages": 4})
    small = replace(workspace, settings=workspace.settings.model_copy(update={"narratives": rules}))
    old = [
        tell(store, f"a{step}", f"Bridge opens {step} claim-bridge", outlet=outlet, day=10)
        for step, outlet in enumerate(OUTLETS[:2])
    ]
    assert run(assign, store, small, 11)["events"] == 1
    told = store.events.of(old)
    new = [
        tell(store, f"b{step}", f"Ferry sinks {step} claim-ferry", outlet=OUTLETS[step], day=12 + step / 10)
        for step in range(4)
    ]
    assert run(assign, store, small, 12.5)["events"] == 1
    assert store.events.of(old) == told
    assert len(set(store.events.of(new).values())) == 1
    assert [event.articles for event in store.events.all(moment(0), moment(20))] == [2, 4]


def test_numbers_of_events() -> None:
    """Most of the tellings keep the number; a half, and what splits off, is known by its own tellings, never
    by another's number.
    """
    one, two, three, late = (row(name) for name in ("p1", "p2", "p3", "p4"))
    (first,) = event_numbers([[one, two, three]], {}, sizes={}, staying=())
    former = {item.passage_id: first for item in (one, two, three)}
    kept, split = event_numbers([[two, three], [one, late]], former, sizes={first: 3}, staying=())
    assert kept == first != split
    assert event_numbers([[one, late]], {}, sizes={}, staying=()) == [first]
    assert event_numbers([[one, late]], {}, sizes={}, staying={first}) == [split]
    alone, other = event_numbers([[one], [one]], {}, sizes={}, staying={first})
    assert len({first, alone, other}) == 3
    assert event_numbers(
        [[one, two, late]], {**former, late.passage_id: 7}, sizes={first: 3, 7: 1}, staying=()
    ) == [first]


def test_events_far_apart_are_two() -> None:
    """The same words a month later tell something else."""
    vectors = np.stack([vector_of("claim-flood text")] * 4)
    assert group_events(vectors, [0, 1, 40, 41], cosine=0.25).tolist() == [0, 0, 1, 1]


def narrative(number: int, towards: str, *, theme: int | None = None, size: int = 1) -> Narrative:
    """A narrative with a centroid."""
    return Narrative(
        narrative_id=number, label=f"N{number}", centroid=direction(towards), size=size, theme_id=theme,
        first_seen_at=moment(0),
        last_seen_at=moment(0), build=BUILD, mean_version=1, born_run="r",
    )  # fmt: skip


def test_alike_narratives_share_a_theme() -> None:
    """Narratives of one direction are one theme, others their own."""
    groups = grouped_themes([narrative(1, "war"), narrative(2, "bread"), narrative(3, "war")], 0.5)
    assert [[item.narrative_id for item in group] for group in groups] == [[1, 3], [2]]


def test_a_theme_keeps_its_number_while_most_of_it_stays() -> None:
    """The larger claim on a number wins; a theme without one gets the next."""
    groups = [
        [narrative(1, "a", theme=4), narrative(2, "a", theme=4)],
        [narrative(3, "b", theme=4)],
        [narrative(5, "c")],
    ]
    assert theme_numbers(groups, next_id=7) == [4, 7, 8]


def rows_in(*languages: str) -> list[PassageRow]:
    """A row per language, each by an outlet of its own."""
    from dataclasses import replace

    return [
        replace(row(f"p{place}", outlet=f"o{place}"), language=name, title=f"T{place}")
        for place, name in enumerate(languages)
    ]


def chosen(languages: Sequence[str], readers: Sequence[str], present: str = "") -> str:
    """The label of rows in their own order."""
    rows = rows_in(*languages)
    return label(rows, list(range(len(rows))), readers=readers, present=present)


def test_a_label_is_a_headline_the_reader_can_read() -> None:
    """The reader's language, else English, else the largest; the present one stays while it can."""
    assert chosen(["ru", "ru", "fr", "en"], ["fr"]) == "T2"
    assert chosen(["ru", "ru", "en"], ["fr"]) == "T2"
    assert chosen(["ru", "ar", "ru"], ["fr"]) == "T0"
    assert chosen(["en", "en"], ["en"], present="T1") == "T1"
    assert chosen(["ru", "en"], ["en"], present="T0") == "T1"


def test_exemplars_spread_over_languages_and_outlets() -> None:
    """The most central passage comes first, then other languages and outlets, one per copy group."""
    rows = rows_in("en", "en", "fr", "ru", "en", "en", "en", "en")
    vectors = np.stack([vector_of(f"claim-a {place}") for place in range(8)]).astype(np.float64)
    order = ranked(vectors, rows)
    found = exemplars(rows, order)
    assert found[0] == rows[order[0]].passage_id
    assert {"p2", "p3"} <= set(found[:3])
    assert len(found) == 6
