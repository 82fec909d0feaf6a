"""What daily discovery keeps, and centroids under other means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.arrays import closeness, unit_rows
from analysis.embedding.centring import comparable
from analysis.narratives.assign import MARK
from analysis.narratives.stage import assign, refit
from config.workspace import Workspace
from storage.records import MeanTable
from storage.store import Store
from tests.narratives.conftest import BUILD, SIZE, START, held, moment, run, tell_claims


@pytest.mark.slow
def test_a_claim_told_within_a_day_is_born_the_same_day(store: Store, workspace: Workspace) -> None:
    """No refit is needed: the daily pass founds it, and a second run founds nothing more."""
    told = tell_claims(store, ("claim-vote",), first_day=0, texts=3)
    more = tell_claims(store, ("claim-vote",), first_day=0, texts=3, tag="more-")
    assert run(assign, store, workspace, 1.7)["born"] == 1
    assert set(held(store)) == {*told["claim-vote"], *more["claim-vote"]}
    assert run(assign, store, workspace, 1.8)["born"] == 0
    (narrative,) = store.narratives.all()
    assert narrative.radius is not None
    assert narrative.centroid is not None


def test_the_mark_is_taken_away_by_a_refit(store: Store, workspace: Workspace) -> None:
    """After an ordinary day the past is not read again; after a refit, whose centroids are new, it is."""
    tell_claims(store, ("claim-lab",), texts=2)
    run(assign, store, workspace, 3)
    assert store.narratives.mark(MARK) == moment(3)
    run(refit, store, workspace, 4)
    assert store.narratives.mark(MARK) is None


def test_texts_and_passages_are_found_by_their_holders(store: Store, workspace: Workspace) -> None:
    """A text leads to the narrative that holds it; unknown texts and passages lead nowhere."""
    told = tell_claims(store, ("claim-lab",), texts=8)["claim-lab"]
    run(refit, store, workspace, 7)
    rows = {row.passage_id: row for row in store.passages.many(told)}
    hashes = {row.text_hash for row in rows.values()}
    assert store.narratives.holders({*hashes, "unknown"}, moment(0)) == dict.fromkeys(hashes, 1)
    assert store.narratives.holders(hashes, moment(90)) == {}
    assert [item.passage_id for item in store.narratives.assigned([*told, "nobody"])] == sorted(told)


def test_centroids_of_old_means_are_brought_to_the_newest(store: Store, workspace: Workspace) -> None:
    """A second one that was frozen under other means is as near as before; without that, nothing could be
    said of the two.
    """
    tell_claims(store, ("claim-lab",), texts=8)
    run(refit, store, workspace, 7)
    (narrative,) = store.narratives.all()
    table = store.means.latest(BUILD)
    assert table is not None
    assert narrative.centroid is not None
    moved = {key: np.full(SIZE, 0.01, np.float32) for key in table.means}
    store.means.freeze(
        MeanTable(version=table.version + 1, build=BUILD, made_at=START, means=moved, counts={"en": 10**6})
    )
    second = replace(narrative, narrative_id=2, mean_version=table.version + 1)
    assert closeness(narrative, second) == 0.0
    one, other = comparable(store, [narrative, second])
    assert 0.8 < closeness(one, other) < 1.0
    assert one.centroid is not None
    assert other.centroid is not None
    assert np.allclose(np.linalg.norm(one.centroid), 1, atol=1e-5)
    assert np.allclose(unit_rows(other.centroid[None])[0], second.centroid)
