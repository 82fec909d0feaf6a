"""The doors `assign` and `refit` over a real store."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.narratives.stage import assign, refit
from config.workspace import Workspace
from storage.records import Correction
from storage.store import Store, create_store
from tests.narratives.conftest import BUILD, held, moment, prepare, run, tell, tell_claims

pytestmark = pytest.mark.slow

CLAIMS = ("claim-grain", "claim-mines", "claim-lab")


def narratives_of(store: Store, told: dict[str, list[str]]) -> dict[str, int]:
    """Claim -> the narrative that holds most of its passages."""
    now = held(store)
    return {
        claim: Counter(now[key] for key in keys if key in now).most_common(1)[0][0]
        for claim, keys in told.items()
    }


@pytest.fixture
def told(store: Store) -> dict[str, list[str]]:
    """Three claims in a week, and single texts."""
    found = tell_claims(store, CLAIMS)
    for step in range(10):
        tell(store, f"single-{step}", f"Nothing like it {step}.", day=step * 0.5)
    return found


def test_claims_become_narratives_and_the_rest_waits(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """One narrative per claim with everything that is shown of it; single texts stay in the pool."""
    counts = run(refit, store, workspace, 7)
    assert counts["born"] == 3
    assert set(held(store).values()) == {1, 2, 3}
    narrative_of = narratives_of(store, told)
    assert len(set(narrative_of.values())) == 3
    for item in store.narratives.all():
        assert item.size == Counter(held(store).values())[item.narrative_id]
        assert item.label.startswith("Text ")
        assert len(item.exemplars) >= 4
        assert item.keywords["en"]
        assert item.theme_id is not None
        table = store.means.latest(BUILD)
        assert table is not None
        assert (item.build, item.mean_version, item.born_run) == (BUILD, table.version, "run-7")
    assert {event.kind for event in store.narratives.lineage()} == {"born"}


def test_new_passages_join_within_the_day(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """After a refit, new texts are placed without clustering; a text that is a member's word for word follows
    it.
    """
    run(refit, store, workspace, 7)
    narrative_of = narratives_of(store, told)
    new = [
        tell(store, f"new-{step}", f"Another text {step} of claim-lab.", outlet="beta", day=8)
        for step in range(6)
    ]
    copy = tell(store, "copy", "Text 0 of claim-mines.", outlet="gamma", day=8)
    stranger = tell(store, "stranger", "Quite another thing.", day=8)
    before = held(store)
    counts = run(assign, store, workspace, 8.1)
    now = held(store)
    assert [now.get(key) for key in new].count(narrative_of["claim-lab"]) >= 2
    assert {now[key] for key in new if key in now} == {narrative_of["claim-lab"]}
    assert now[copy] == narrative_of["claim-mines"]
    assert stranger not in now
    assert counts["nearest"] + counts["same_text"] == len(now) - len(before)
    assert run(assign, store, workspace, 8.2)["nearest"] == 0


def test_numbers_stay_over_refits(store: Store, workspace: Workspace, told: dict[str, list[str]]) -> None:
    """Claims that go on keep their numbers, a new claim gets the next one, nothing merges or splits."""
    run(refit, store, workspace, 7)
    before = narratives_of(store, told)
    more = tell_claims(store, (*CLAIMS, "claim-vote"), first_day=7.5, tag="again-")
    run(assign, store, workspace, 14)
    run(refit, store, workspace, 14)
    after = narratives_of(store, more)
    assert {claim: after[claim] for claim in CLAIMS} == before
    assert after["claim-vote"] == 4
    assert {event.kind for event in store.narratives.lineage()} <= {"born", "continued"}


def test_two_narratives_of_one_claim_merge_at_the_second_sight(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """A narrative that was torn in two waits for one refit and is merged by the next; its number leads to the
    older one.
    """
    run(refit, store, workspace, 7)
    one = narratives_of(store, told)["claim-grain"]
    torn = replace(store.narratives.all()[one - 1], narrative_id=9, exemplars=())
    keys = told["claim-grain"]
    moved = [
        replace(item, narrative_id=9)
        for item in store.narratives.assignments()
        if item.passage_id in keys[::2]
    ]
    store.narratives.save([torn], moved)
    assert run(refit, store, workspace, 8)["merged"] == 0
    assert [row["kind"] for row in store.narratives.pending()] == ["merge"]
    assert run(refit, store, workspace, 9)["merged"] == 1
    survivor = store.narratives.resolve(9)
    assert survivor is not None
    assert (survivor.narrative_id, survivor.size) == (one, 8)
    assert store.narratives.pending() == []


def test_recurring_forms_found_nothing(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """Weather that four outlets print every few days is no narrative, while claims beside it are."""
    for outlet in ("alpha", "beta", "gamma", "delta"):
        for week in range(4):
            key = tell(
                store,
                f"weather-{outlet}-{week}",
                f"Weather {outlet} {week} claim-weather",
                outlet=outlet,
                day=week * 3,
            )
            store.vectors.put(
                BUILD,
                {
                    store.passages.many([key])[0].text_hash: store.vectors.get(BUILD, [_hash(store, outlet)])[
                        0
                    ]
                },
            )
    counts = run(refit, store, workspace, 14)
    assert counts["born"] == 3
    assert counts["forms"] >= 1


def _hash(store: Store, outlet: str) -> str:
    """The text of the outlet's first weather report."""
    rows = store.passages.window(moment(0), moment(0.1))
    return next(row.text_hash for row in rows if row.text.startswith(f"Weather {outlet}"))


def test_silence_rests_and_a_new_passage_wakes(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """A month without a passage makes a narrative dormant; the next one that fits wakes
    it under its number.
    """
    run(refit, store, workspace, 7)
    number = narratives_of(store, told)["claim-lab"]
    assert run(refit, store, workspace, 40)["dormant"] == 3
    for step in range(4):
        tell(store, f"late-{step}", f"Late text {step} of claim-lab.", day=41)
    assert run(assign, store, workspace, 41.5)["revived"] == 1
    woken = store.narratives.get(number)
    assert woken is not None
    assert woken.status == "active"


def test_analysts_are_obeyed(store: Store, workspace: Workspace, told: dict[str, list[str]]) -> None:
    """A name stays through refits, a passage goes where it was put and stays out of where
    it was taken from.
    """
    run(refit, store, workspace, 7)
    narrative_of = narratives_of(store, told)
    put, taken = told["claim-mines"][0], told["claim-lab"][0]
    decisions: list[dict[str, Any]] = [
        {"kind": "rename", "narrative_id": narrative_of["claim-grain"], "value": "Free grain"},
        {"kind": "assign", "narrative_id": narrative_of["claim-lab"], "passage_id": put},
        {"kind": "reject", "narrative_id": narrative_of["claim-lab"], "passage_id": taken},
    ]
    for number, decision in enumerate(decisions):
        store.corrections.add(Correction(correction_id=f"c{number}", at=moment(7.5), **decision))
    for day in (8, 15):
        run(assign, store, workspace, day)
        run(refit, store, workspace, day)
    named = store.narratives.get(narrative_of["claim-grain"])
    assert named is not None
    assert (named.label, named.label_by) == ("Free grain", "analyst")
    assert held(store)[put] == narrative_of["claim-lab"]
    assert held(store).get(taken) != narrative_of["claim-lab"]
    assert [event.kind for event in store.narratives.lineage()].count("renamed") == 1


class Killed(BaseException):
    """The process ends here."""


def state(store: Store) -> tuple[Any, ...]:
    """Everything this room wrote, comparable."""
    narratives = [replace(item, centroid=None) for item in store.narratives.all(include_merged=True)]
    centroids = [
        None if item.centroid is None else item.centroid.tobytes()
        for item in store.narratives.all(include_merged=True)
    ]
    events = store.events.all(moment(-100), moment(100))
    return (
        narratives,
        centroids,
        store.narratives.assignments(),
        store.narratives.lineage(),
        store.narratives.pending(),
        events,
    )


def everything(store: Store, workspace: Workspace) -> None:
    """Two weeks."""
    run(refit, store, workspace, 7)
    run(assign, store, workspace, 7.1)
    tell_claims(store, CLAIMS, first_day=7.5, tag="again-")
    run(assign, store, workspace, 14)
    run(refit, store, workspace, 14)


def test_the_same_again_changes_nothing(
    store: Store, workspace: Workspace, told: dict[str, list[str]]
) -> None:
    """A stage that runs twice at the same moment leaves what it left."""
    everything(store, workspace)
    before = state(store)
    run(refit, store, workspace, 14)
    again = state(store)
    assert (again[2], again[4]) == (before[2], before[4])
    assert [(item.narrative_id, item.size, item.label) for item in again[0]] == [
        (item.narrative_id, item.size, item.label) for item in before[0]
    ]


@pytest.mark.parametrize("writes", [2, 3])
def test_a_killed_refit_ends_as_an_undisturbed_one(
    tmp_path: Path, workspace: Workspace, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after any of its writes and run again, a refit gives the same numbers to the same passages, and
    counts none twice.
    """
    ends = []
    for name, kill_after in (("whole", None), ("killed", writes)):
        with create_store(f"sqlite:///{tmp_path / name}.db") as store:
            prepare(store)
            tell_claims(store, CLAIMS)
            save = store.narratives.save
            left = [kill_after if kill_after is not None else 10**6]

            def failing(*values: Any, save: Any = save, left: list[int] = left, **more: Any) -> None:
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
                save(*values, **more)

            monkeypatch.setattr(store.narratives, "save", failing)
            try:
                run(refit, store, workspace, 7)
            except Killed:
                left[0] = 10**6
                run(refit, store, workspace, 7)
            ends.append(
                (
                    held(store),
                    [
                        (item.narrative_id, item.size, item.label, item.exemplars)
                        for item in store.narratives.all()
                    ],
                )
            )
    assert ends[0] == ends[1]


def test_an_empty_store_is_no_error(workspace: Workspace) -> None:
    """Before anything is embedded, both doors do nothing."""
    with create_store(workspace.database_url) as empty:
        assert run(assign, empty, workspace, 0) == {}
        assert run(refit, empty, workspace, 0) == {}
