"""Ten times as many unrelated texts in the same store: no narrative splits, dies or changes hands.

What the unrelated texts found among themselves is not asked: in the 64 dimensions of these vectors some of
them lie as near to each other as texts of one claim do in the 384 of the engine.
"""

from __future__ import annotations

import pytest

from analysis.narratives.stage import assign, refit
from config.workspace import Workspace
from storage.store import Store
from tests.narratives.conftest import OUTLETS, held, run, tell, tell_claims

CLAIMS = ("claim-grain", "claim-mines", "claim-lab")
TEXTS = 8


def tell_unrelated(store: Store, count: int, *, first_day: float) -> None:
    """Texts of which no two say the same, over the outlets and a week."""
    for step in range(count):
        day = first_day + 7 * step / count
        tell(store, f"other-{step}", f"Nobody else says {step}.", outlet=OUTLETS[step % 4], day=day)


def groups_of(store: Store, told: dict[str, list[str]]) -> list[set[int | None]]:
    """The narratives that hold the passages of each claim."""
    holders = held(store)
    return [{holders.get(key) for key in told[claim]} for claim in CLAIMS]


@pytest.mark.slow
def test_unrelated_texts_beside_claims_change_no_birth(store: Store, workspace: Workspace) -> None:
    """Claims told among ten times as many other texts are born whole, one narrative each."""
    told = tell_claims(store, CLAIMS, texts=TEXTS)
    tell_unrelated(store, 10 * TEXTS * len(CLAIMS), first_day=0)
    run(refit, store, workspace, 7)
    groups = groups_of(store, told)
    assert [len(found) for found in groups] == [1] * len(CLAIMS)
    assert len(set.union(*groups)) == len(CLAIMS)
    assert None not in set.union(*groups)


@pytest.mark.slow
def test_unrelated_texts_after_narratives_change_none(store: Store, workspace: Workspace) -> None:
    """Narratives that are known keep their numbers, their passages and their status when ten times as many
    other texts come in, by the day and by the refit.
    """
    told = tell_claims(store, CLAIMS, texts=TEXTS)
    run(refit, store, workspace, 7)
    before, numbers = held(store), groups_of(store, told)
    tell_unrelated(store, 10 * TEXTS * len(CLAIMS), first_day=7)
    run(assign, store, workspace, 14)
    counts = run(refit, store, workspace, 14.1)
    assert groups_of(store, told) == numbers
    assert before.items() <= held(store).items()
    assert [counts[name] for name in ("split", "merged", "dormant", "moved")] == [0] * 4
    assert {item.status for item in store.narratives.all() if item.narrative_id in before.values()} == {
        "active"
    }
