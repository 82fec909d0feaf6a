"""Decisions of every kind: obeyed at once and across refits, taken back, and told in the history."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from analysis.narratives.stage import assign, refit
from config.workspace import Workspace
from drumbeat.corrections import decisions_in_force, known, mute, note, pin, rename
from drumbeat.regrouping import Regrouping
from storage.errors import StorageError
from storage.records.decisions import muted
from storage.store import Store
from tests.narratives.conftest import at, held, run, tell_claims
from tests.narratives.test_upkeep import born_by_hand

pytestmark = pytest.mark.slow

CLAIMS = ("claim-lab", "claim-grain", "claim-mines")
REFITS = (12, 13, 14)


@pytest.fixture
def told(store: Store, workspace: Workspace) -> dict[str, list[str]]:
    """Three claims, each a narrative."""
    found = tell_claims(store, CLAIMS)
    run(refit, store, workspace, 10)
    return found


def decide(store: Store, workspace: Workspace, day: float) -> Regrouping:
    """Awa's decisions on a day."""
    return Regrouping(store, workspace, at(day), by="Awa")


def number_of(store: Store, keys: list[str]) -> int:
    """The narrative that holds most of some passages, merges followed."""
    now, survivors = held(store), store.narratives.survivors()
    return Counter(survivors[now[key]] for key in keys if key in now).most_common(1)[0][0]


def last_decision(store: Store) -> str:
    """The id of the newest decision in force."""
    return decisions_in_force(store)[0].correction_id


def history(store: Store, number: int) -> list[str]:
    """What analysts did, by a narrative's history."""
    lines = [item for item in store.narratives.lineage(number) if item.run_id == "analyst"]
    return [item.detail.get("what", item.kind) for item in lines]


def test_a_merge_stands_until_it_is_undone(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """Two claims are one through three refits, though their texts say two; undone, each has its own again."""
    lab, grain = (number_of(store, told[claim]) for claim in ("claim-lab", "claim-grain"))
    decide(store, workspace, 11).merge(grain, lab)
    for day in REFITS:
        counts = run(refit, store, workspace, day)
        assert (counts["split"], counts["merged"]) == (0, 0)
        assert number_of(store, told["claim-lab"]) == number_of(store, told["claim-grain"]) == min(lab, grain)
    decide(store, workspace, 15).undo(last_decision(store))
    assert [number_of(store, told[claim]) for claim in ("claim-lab", "claim-grain")] == [lab, grain]
    run(refit, store, workspace, 16)
    assert [number_of(store, told[claim]) for claim in ("claim-lab", "claim-grain")] == [lab, grain]
    assert {"merge", "undo"} <= set(history(store, min(lab, grain)))


def test_a_split_stands_until_it_is_undone(store: Store, workspace: Workspace) -> None:
    """Passages that an analyst calls another claim keep a number of their own; undone, all is one again."""
    told = tell_claims(store, ("claim-lab", "claim-grain"))
    one = born_by_hand(store, [*told["claim-lab"], *told["claim-grain"]])
    store.narratives.save([replace(known(store, one), size=16)])
    decide(store, workspace, 11).split(one, told["claim-grain"])
    new = number_of(store, told["claim-grain"])
    assert new != one
    for day in REFITS:
        assert run(refit, store, workspace, day)["merged"] == 0
        assert {held(store)[key] for key in told["claim-grain"]} == {new}
        assert {held(store)[key] for key in told["claim-lab"]} == {one}
    found = known(store, new)
    assert (found.split_from, found.size, found.status) == (one, 8, "active")
    decide(store, workspace, 15).undo(last_decision(store))
    assert {number_of(store, keys) for keys in told.values()} == {one}
    assert history(store, one) == ["split", "split_from", "undo"]


def test_passages_go_where_they_are_put_and_back(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """One is put into another narrative, one is taken out; both stay so, and undone they are back."""
    lab, grain = (number_of(store, told[claim]) for claim in ("claim-lab", "claim-grain"))
    put, out = told["claim-lab"][0], told["claim-lab"][1]
    decide(store, workspace, 11).assign(grain, [put])
    first = last_decision(store)
    decide(store, workspace, 11.1).reject(lab, [out])
    second = last_decision(store)
    for day in REFITS:
        run(refit, store, workspace, day)
        run(assign, store, workspace, day + 0.1)
        assert held(store)[put] == grain
        assert out not in held(store)
    for decision in (first, second):
        decide(store, workspace, 15).undo(decision)
    assert (held(store)[put], held(store)[out]) == (lab, lab)
    run(refit, store, workspace, 16)
    assert (held(store)[put], held(store)[out]) == (lab, lab)
    assert decisions_in_force(store) == []


def test_passages_stay_together_and_apart(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """One follows another wherever it is put, one avoids it; undone, both are where their texts say."""
    lab, grain = (number_of(store, told[claim]) for claim in ("claim-lab", "claim-grain"))
    leader, other = told["claim-grain"][0], told["claim-lab"][0]
    away = told["claim-grain"][1]
    decide(store, workspace, 11).together(leader, other)
    first = last_decision(store)
    decide(store, workspace, 11.1).apart(leader, away)
    second = last_decision(store)
    for day in REFITS:
        run(refit, store, workspace, day)
        assert held(store)[other] == grain
        assert held(store).get(away) != grain
    mines = number_of(store, told["claim-mines"])
    decide(store, workspace, 14.5).assign(mines, [leader])
    assert held(store)[other] == mines
    decide(store, workspace, 14.6).undo(last_decision(store))
    for decision in (first, second):
        decide(store, workspace, 15).undo(decision)
    assert (held(store)[other], held(store)[away]) == (lab, grain)
    run(refit, store, workspace, 16)
    assert (held(store)[other], held(store)[away]) == (lab, grain)


def test_narratives_kept_apart_are_never_merged(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """Two numbers that hold one claim stay two as long as an analyst says so."""
    lab, off = number_of(store, told["claim-lab"]), told["claim-lab"][::2]
    decide(store, workspace, 11).split(lab, off)
    new = number_of(store, off)
    split = last_decision(store)
    decide(store, workspace, 11.1).apart(str(lab), str(new))
    for day in REFITS:
        assert run(refit, store, workspace, day)["merged"] == 0
    assert {lab, new} <= {item.narrative_id for item in store.narratives.all()}
    with pytest.raises(StorageError, match="are one"):
        decide(store, workspace, 15).apart(str(lab), str(lab))
    assert split in {item.correction_id for item in decisions_in_force(store, new)}


def test_a_name_is_kept_and_given_back(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """An analyst's label stands at every refit; undone, the label before it is back and looked after again."""
    number = number_of(store, told["claim-lab"])
    before = known(store, number)
    rename(store, number, "The laboratory", at(11), by="Awa")
    for day in REFITS:
        run(refit, store, workspace, day)
        found = known(store, number)
        assert (found.label, found.label_by) == ("The laboratory", "analyst")
    decide(store, workspace, 15).undo(last_decision(store))
    run(refit, store, workspace, 16)
    found = known(store, number)
    assert (found.label, found.label_by) == (before.label, "medoid")
    renamed = store.narratives.lineage(number, kinds=["renamed"])
    assert [item.detail["to"] for item in renamed] == ["The laboratory", before.label]
    assert renamed[0].detail["by"] == "Awa"


def test_what_changes_nothing_here_is_recorded_and_undone(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """Pins, notes and silence are in force until they are taken back; a silence ends by itself."""
    number = number_of(store, told["claim-lab"])
    pin(store, number, by="Awa", clock=at(11))
    note(store, number, "Watch \n this", by="Awa", clock=at(11.1))
    mute(store, number, date(2026, 3, 20), by="Awa", clock=at(11.2))
    assert [item.kind for item in decisions_in_force(store, number)] == ["mute", "note", "pin"]
    assert decisions_in_force(store, number)[1].value == "Watch this"
    silenced = [
        muted(store.corrections.in_force(), store.narratives.survivors(), day)
        for day in (date(2026, 3, 20), date(2026, 3, 21))
    ]
    assert silenced == [{number}, set()]
    for decision in decisions_in_force(store, number):
        decide(store, workspace, 12).undo(decision.correction_id)
    assert decisions_in_force(store) == []
    assert history(store, number) == ["pin", "note", "mute", "undo", "undo", "undo"]


def test_an_undoing_can_be_undone(store: Store, workspace: Workspace, told: dict[str, list[str]]) -> None:
    """What is taken back twice is in force again, and only what is in force can be taken back."""
    number = number_of(store, told["claim-lab"])
    pin(store, number, by="Awa", clock=at(11))
    pinned = last_decision(store)
    decide(store, workspace, 12).undo(pinned)
    with pytest.raises(StorageError, match="no decision of this id is in force"):
        decide(store, workspace, 13).undo(pinned)
    assert store.corrections.all()[-1].actor == "Awa"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda one: one.merge(1, 99), "there is none"),
        (lambda one: one.merge(1, 1), "are one already"),
        (lambda one: one.assign(1, ["nothing"]), "no passage and no article"),
        (lambda one: one.undo("nothing"), "no decision of this id"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    store: Store, workspace: Workspace, told: dict[str, list[str]], act: object, reason: str
) -> None:
    """Unknown numbers, passages and decisions: said so, and nothing is written."""
    assert callable(act)
    with pytest.raises(StorageError, match=reason):
        act(decide(store, workspace, 11))
    assert store.corrections.all() == []
