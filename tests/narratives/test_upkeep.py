"""What a refit leaves behind: who rests and why, whose size is what, what analysts decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from analysis.narratives import assign as assign_module
from analysis.narratives import memory as memory_module
from analysis.narratives import refit as refit_module
from analysis.narratives import run_view as run_view_module
from analysis.narratives import upkeep as upkeep_module
from analysis.narratives.stage import assign, refit
from analysis.tellings import FORM
from config.workspace import Workspace
from storage.ids import text_hash
from storage.records import Assignment, Correction, LineageEvent, Narrative
from storage.store import Store
from tests.narratives.conftest import (
    BUILD,
    OUTLETS,
    direction,
    held,
    moment,
    run,
    tell,
    tell_claims,
    vector_of,
)
from tests.storage import makers

pytestmark = pytest.mark.slow


def tell_weather(store: Store, *, first: int = 0, reports: int = 7) -> list[str]:
    """What four outlets print every day, each in its own words, and a claim beside it."""
    tell_claims(store, ("claim-grain",), first_day=first, tag=f"{first}")
    keys: list[str] = []
    for outlet in OUTLETS:
        for step in range(first, first + reports):
            text = f"Weather {outlet} {step} claim-weather"
            keys.append(tell(store, f"weather-{outlet}-{step}", text, outlet=outlet, day=step))
            form = vector_of(f"{outlet} claim-weather") + 0.3 * direction(text)
            store.vectors.put(BUILD, {text_hash(text): np.asarray(form / np.linalg.norm(form), np.float32)})
    return keys


def born_by_hand(store: Store, keys: list[str]) -> int:
    """A narrative that holds these passages: what an earlier refit, which saw less, made of them."""
    number = store.narratives.next_id()
    item = Narrative(
        narrative_id=number,
        label="Weather",
        first_seen_at=moment(0),
        last_seen_at=moment(9),
        build=BUILD,
        mean_version=1,
        born_run="run-0",
    )
    rows = [
        Assignment(passage_id=key, narrative_id=number, similarity=0.9, method="cluster", run_id="run-0")
        for key in keys
    ]
    store.narratives.save([item], rows)
    return number


def kinds(store: Store, number: int) -> list[str]:
    """History of a narrative in its order."""
    return [event.kind for event in store.narratives.lineage(number)]


def status(store: Store, number: int) -> str:
    """What a narrative is now."""
    found = store.narratives.get(number)
    assert found is not None
    return found.status


def test_a_form_rests_once_and_is_not_woken(store: Store, workspace: Workspace) -> None:
    """A narrative that turns out to be a form rests for that reason; the next weather joins it and does not
    wake it.
    """
    number = born_by_hand(store, tell_weather(store))
    assert run(refit, store, workspace, 10)["dormant"] == 1
    assert [
        event.detail["reason"] for event in store.narratives.lineage(number) if event.kind == "dormant"
    ] == [FORM]
    more = tell_weather(store, first=11, reports=2)
    assert run(assign, store, workspace, 16)["revived"] == 0
    assert {held(store).get(key) for key in more} - {None} == {number}
    assert status(store, number) == "dormant"
    assert run(refit, store, workspace, 17)["dormant"] == 0
    assert {"revived", "merged_into"}.isdisjoint(kinds(store, number))
    assert kinds(store, number).count("dormant") == 1


def test_a_pinned_narrative_is_no_form(store: Store, workspace: Workspace) -> None:
    """An analyst's pin keeps it active, also if it was put to rest as a form before."""
    number = born_by_hand(store, tell_weather(store))
    run(refit, store, workspace, 10)
    store.corrections.add(Correction(correction_id="pin", at=moment(10), kind="pin", narrative_id=number))
    run(refit, store, workspace, 11)
    assert status(store, number) == "active"


def test_silence_is_written_down_once(store: Store, workspace: Workspace) -> None:
    """While the window still shows a narrative that rests out of silence, refits neither wake it nor put it
    to rest again.
    """
    told = tell_claims(store, ("claim-lab",))["claim-lab"]
    run(refit, store, workspace, 7)
    number = held(store)[told[0]]
    for day in (37, 40, 44):
        run(refit, store, workspace, day)
    assert status(store, number) == "dormant"
    assert kinds(store, number) == ["born", "dormant"]


def test_sizes_follow_what_is_stored(store: Store, workspace: Workspace) -> None:
    """An article that is cleaned again and gives no passage any more is not counted from the next day on."""
    told = tell_claims(store, ("claim-lab",))["claim-lab"]
    run(refit, store, workspace, 7)
    number = held(store)[told[0]]
    store.passages.save([told[0].partition(":")[0]], [])
    run(assign, store, workspace, 8)
    found = store.narratives.get(number)
    assert found is not None
    assert found.size == Counter(held(store).values())[number] == len(told) - 1


def test_nothing_is_put_into_a_watched_narrative(store: Store, workspace: Workspace) -> None:
    """Such a decision is passed over: what a watched narrative holds is decided by its statement."""
    told = tell_claims(store, ("claim-lab",))["claim-lab"]
    watched = Narrative(
        narrative_id=1, label="W", label_by="watchlist", kind="watched", first_seen_at=moment(0),
        last_seen_at=moment(0),
        statement_id="w", build=BUILD, mean_version=1, born_run="w",
    )  # fmt: skip
    store.narratives.save([watched])
    store.corrections.add(
        Correction(correction_id="c", at=moment(1), kind="assign", narrative_id=1, passage_id=told[0])
    )
    assert run(refit, store, workspace, 7)["born"] == 1
    assert set(held(store).values()) == {2}


def test_decisions_on_a_narrative_hold_in_the_refit_that_merges_it(
    store: Store, workspace: Workspace
) -> None:
    """What an analyst put into a part goes with it into the whole; what was taken out of the part stays out
    of the whole.
    """
    told = tell_claims(store, ("claim-lab", "claim-mines", "claim-grain"))
    run(refit, store, workspace, 7)
    lab = held(store)[told["claim-lab"][0]]
    known = store.narratives.get(lab)
    assert known is not None
    mine = store.narratives.assignments(narrative_id=lab)
    store.narratives.save(
        [replace(known, narrative_id=9, exemplars=())], [replace(item, narrative_id=9) for item in mine[::2]]
    )
    run(refit, store, workspace, 8)
    put, taken = told["claim-mines"][0], mine[0].passage_id
    decision = Correction(correction_id="c0", at=moment(8), kind="assign", narrative_id=9, passage_id=put)
    store.corrections.add(decision)
    store.corrections.add(replace(decision, correction_id="c1", kind="reject", passage_id=taken))
    assert run(refit, store, workspace, 9)["merged"] == 1
    whole = store.narratives.resolve(held(store)[put])
    assert whole is not None
    assert whole.narrative_id == lab
    assert taken not in held(store)


def test_a_large_birth_is_one_transaction(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A story that a thousand pages reprint gets one number, whole or not at all: half of it would found
    another.
    """
    text = "Text of claim-lab."
    articles = [
        replace(
            makers.article(f"copy-{step}", body=text, first_seen_at=moment(1), counted_at=moment(1)),
            source_id=OUTLETS[step % len(OUTLETS)],
        )
        for step in range(1000)
    ]
    makers.add_articles(store, articles)
    store.passages.save(
        [item.article_id for item in articles], [makers.passage(item, text=text) for item in articles]
    )
    store.vectors.put(BUILD, {makers.passage(articles[0], text=text).text_hash: vector_of(text)})
    tell_claims(store, ("claim-lab",))
    sizes: list[int] = []
    save = store.narratives.save

    def counting(
        found: Sequence[Narrative], rows: Sequence[Assignment] = (), events: Sequence[LineageEvent] = ()
    ) -> None:
        sizes.append(len(rows))
        save(found, rows, events)

    monkeypatch.setattr(store.narratives, "save", counting)
    run(refit, store, workspace, 7)
    assert max(sizes) == len(held(store)) >= 1000


def test_reading_in_parts_leaves_no_trace(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One article and one passage at a time, everything is placed as it is all at once."""
    tell_claims(store, ("claim-lab", "claim-grain", "claim-mines"))
    run(refit, store, workspace, 7)
    tell_claims(store, ("claim-lab", "claim-grain", "claim-mines"), first_day=7.5, tag="again-")
    before = store.narratives.assignments()
    run(assign, store, workspace, 14)
    whole = store.narratives.assignments()
    assert len(whole) > len(before)
    store.narratives.unassign([item.passage_id for item in whole if item not in before])
    for module, name in ((run_view_module, "ARTICLES"), (memory_module, "AT_ONCE")):
        monkeypatch.setattr(module, name, 1)
    monkeypatch.setattr(assign_module, "SLICE", timedelta(hours=5))
    store.narratives.set_mark(assign_module.MARK, None)
    run(assign, store, workspace, 14)
    assert store.narratives.assignments() == whole


def test_a_refit_in_parts_leaves_no_trace(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One article, one narrative and one copy group at a time, and without words, a refit finds the same."""
    tell_claims(store, ("claim-lab", "claim-grain", "claim-mines"))
    run(refit, store, workspace, 7)
    found = store.narratives.assignments(), store.narratives.all()
    assert len(found[1]) == 3
    store.narratives.unassign([item.passage_id for item in found[0]])
    for module, name in (
        (run_view_module, "ARTICLES"),
        (run_view_module, "PASSAGES"),
        (refit_module, "PASSAGES"),
        (upkeep_module, "PASSAGES"),
        (memory_module, "AT_ONCE"),
        (refit_module, "MOST"),
    ):
        monkeypatch.setattr(module, name, 1)
    run(refit, store, workspace, 7.1)
    again = {item.passage_id: item for item in store.narratives.assignments()}
    assert len(again) == len(found[0])
    assert {
        frozenset(key for key, item in again.items() if item.narrative_id == number)
        for number in {item.narrative_id for item in again.values()}
    } == {
        frozenset(item.passage_id for item in found[0] if item.narrative_id == narrative.narrative_id)
        for narrative in found[1]
    }
