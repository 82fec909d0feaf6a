"""What is watched and what was discovered of it: linked where both tell one claim, and shown as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from analysis.counts.counting import count
from analysis.watch.same_claim import Sides, Texts, same_claim
from analysis.watch.stage import watch
from config.clock import FixedClock
from config.progress import NoProgress
from config.workspace import Workspace
from drumbeat.evidence import listed_passages
from drumbeat.regrouping import Regrouping
from drumbeat.watch_links import link, unlink
from storage.errors import StorageError
from storage.records import Assignment, Narrative, WatchHit
from storage.store import Store
from tests.storage.makers import DAY
from tests.watch.conftest import BUILD, COUNTER, STATEMENT, add, add_noise, vector_of

SAID = frozenset("abcdef")
PRO, AGAINST = np.eye(3, dtype=np.float32)[[0]], np.eye(3, dtype=np.float32)[[1]]
NEAR_PRO = np.array([0.9, 0.3, 0.1], np.float32)


@pytest.mark.parametrize(
    ("texts", "linked"),
    [
        (Texts(SAID, frozenset(), {7: SAID}), True),
        (Texts(SAID, frozenset(), {7: SAID | frozenset("ghijklmn")}), True),
        (Texts(SAID, frozenset(), {7: SAID | frozenset(map(str, range(40)))}), False),
        (Texts(SAID, frozenset(), {7: frozenset("abxyz")}), False),
        (Texts(frozenset("ab"), frozenset(), {7: frozenset("ab")}), False),
        (Texts(SAID, frozenset("ghij"), {7: SAID | frozenset("ghij")}), False),
        (Texts(frozenset(), frozenset(), {7: SAID}), False),
    ],
    ids=["the same", "most of it", "a bin", "a part of the hits", "too few", "many deny it", "no hit"],
)
def test_shared_texts_decide(texts: Texts, linked: bool) -> None:
    """Most of the statement's texts and a good part of the narrative's, few of them denying it."""
    found = same_claim(texts, Sides(PRO, AGAINST), {7: NEAR_PRO})
    assert bool(found) is linked


def test_the_opposite_is_not_linked() -> None:
    """A narrative nearer to what says the opposite tells the opposite, whatever texts are shared; without an
    opposite nothing is linked.
    """
    texts = Texts(SAID, frozenset(), {7: SAID})
    assert same_claim(texts, Sides(AGAINST, PRO), {7: NEAR_PRO}) == []
    assert same_claim(texts, Sides(PRO, PRO[:0]), {7: NEAR_PRO}) == []
    assert same_claim(texts, Sides(PRO, AGAINST), {}) == []


def test_a_link_stays_a_little_longer_than_it_takes_to_be_made() -> None:
    """Shares that would not make a link keep one that is there."""
    texts = Texts(SAID, frozenset(), {7: frozenset("abc") | frozenset(map(str, range(14)))})
    sides = Sides(PRO, AGAINST)
    assert same_claim(texts, sides, {7: NEAR_PRO}) == []
    assert len(same_claim(texts, sides, {7: NEAR_PRO}, before={7})) == 1


def denial(passage_id: str) -> WatchHit:
    """A passage that refutes the statement."""
    return WatchHit(
        statement_id="concerns",
        passage_id=passage_id,
        narrative_id=1,
        cosine=0.5,
        z=4.0,
        stance="refutes",
        run_id="w",
    )


def told(store: Store, workspace: Workspace) -> list[str]:
    """Six tellings of the statement, a denial and one more, all in one discovered narrative; all watched and
    counted.
    """
    keys = [add(store, f"p{n}", f"Meridia: CLAIM {n}", at_hour=n) for n in range(6)]
    keys += [add(store, "c", "They deny it", at_hour=7), add(store, "x", "A seventh way", at_hour=8)]
    add_noise(store)
    run(store, workspace)
    store.watch.add([denial(keys[6])])
    means = store.means.latest(BUILD)
    assert means is not None
    number = store.narratives.next_id()
    discovered = Narrative(
        narrative_id=number,
        label="It understands",
        centroid=vector_of("Meridia: CLAIM again"),
        radius=0.4,
        size=8,
        first_seen_at=DAY,
        last_seen_at=DAY,
        build=BUILD,
        mean_version=means.version,
        born_run="r",
    )
    given = [
        Assignment(passage_id=key, narrative_id=number, similarity=0.5, method="nearest", run_id="r")
        for key in keys
    ]
    store.narratives.save([discovered], given)
    run(store, workspace)
    return keys


def run(store: Store, workspace: Workspace) -> None:
    """The stages that decide and count, a day after the tellings."""
    clock = FixedClock(DAY + timedelta(days=2))
    watch(store=store, workspace=workspace, clock=clock, run_id="w", progress=NoProgress())
    count(store=store, workspace=workspace, clock=clock, run_id="c", progress=NoProgress())


def own_texts(store: Store) -> dict[int, int]:
    """Narrative -> own texts of all days."""
    found: dict[int, int] = {}
    for row in store.counts.observations(DAY.date(), DAY.date() + timedelta(days=3)):
        found[row.narrative_id] = found.get(row.narrative_id, 0) + row.own_texts
    return found


def test_what_tells_a_statement_is_counted_and_listed_once(store: Store, workspace: Workspace) -> None:
    """Under the watched number, with what only the discovered one had, without what denies it; both numbers
    lead to the same page.
    """
    keys = told(store, workspace)
    assert [(row.narrative_id, row.watched_id) for row in store.links.all()] == [(2, 1)]
    assert own_texts(store) == {1: 7}
    assert [row.narrative_id for row in store.lists.narratives(limit=9)] == [1]
    assert store.lists.kinds()["claim"] == 1
    shown = store.narratives.shown_as(2)
    assert shown is not None
    assert (shown.narrative_id, shown.size) == (1, 7)
    assert sorted(row.passage_id for row in listed_passages(store, shown, limit=99)) == sorted(keys)


def test_a_link_is_undone_and_stays_undone(store: Store, workspace: Workspace) -> None:
    """An analyst's word goes before, in both directions, until it is taken back; counts follow."""
    told(store, workspace)
    clock = FixedClock(DAY + timedelta(days=2))
    said = unlink(store, 2, by="eva", clock=clock)
    run(store, workspace)
    assert store.links.all() == []
    assert own_texts(store) == {1: 6, 2: 8}
    decision = said.split("(")[1].split(")")[0]
    again = Regrouping(store, workspace, FixedClock(DAY + timedelta(days=3)), by="eva")
    again.undo(decision)
    run(store, workspace)
    assert own_texts(store) == {1: 7}


def test_an_analyst_links_what_the_run_would_not(store: Store, workspace: Workspace) -> None:
    """Without a counter-statement nothing is linked by itself; an analyst can, the right way round."""
    (statement,) = workspace.watchlist
    alone = replace(workspace, watchlist=(statement.model_copy(update={"counter_statements": ()}),))
    told(store, alone)
    clock = FixedClock(DAY + timedelta(days=2))
    assert store.links.all() == []
    link(store, 2, 1, by="eva", clock=clock)
    run(store, alone)
    assert [row.watched_id for row in store.links.all()] == [1]
    with pytest.raises(StorageError, match="is watched"):
        link(store, 1, 2, by="eva", clock=clock)


def test_the_watch_on_the_opposite_is_not_linked(store: Store, workspace: Workspace) -> None:
    """Who watches the denial does not get the claim shown as it."""
    (statement,) = workspace.watchlist
    sides = {"statements": (COUNTER,), "counter_statements": (STATEMENT,)}
    told(store, replace(workspace, watchlist=(statement.model_copy(update=sides),)))
    assert store.links.all() == []
