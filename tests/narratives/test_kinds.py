"""Judging narratives at the refit and at birth, and obeying what analysts say of them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.kinds.head import Head, Ordinary
from analysis.narratives import kinds
from analysis.narratives.stage import assign, refit
from config.workspace import Workspace
from drumbeat.corrections import decide_kind, say_kind
from storage.errors import StorageError
from storage.records import MeanTable
from storage.store import Store
from tests.narratives.conftest import BUILD, SIZE, START, at, direction, held, run, tell_claims
from tests.narratives.test_upkeep import born_by_hand, status, tell_weather

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def made_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head for vectors made by hand: what lies in the direction of `claim-grain` asserts."""
    means = MeanTable(
        version=0, build=BUILD, made_at=START, means={"*": np.zeros(SIZE, np.float32)}, counts={}
    )
    ordinary = Ordinary(np.ones(1), np.ones(1), np.ones(1))
    head = Head(4.0 * direction("claim-grain").astype(np.float64), ordinary, means, "1-made")
    monkeypatch.setattr(kinds, "head_for", lambda build: head)


def keys_of(store: Store, told: dict[str, list[str]]) -> dict[str, int]:
    """The narrative of each claim's first passage."""
    numbers = held(store)
    return {claim: numbers[keys[0]] for claim, keys in told.items()}


def test_a_refit_judges_what_is_told(store: Store, workspace: Workspace) -> None:
    """Texts that assert make a claim, others an event when told within days; each says why."""
    told = tell_claims(store, ("claim-grain", "claim-bridge"))
    counts = run(refit, store, workspace, 10)
    numbers = keys_of(store, told)
    found = store.kinds.all()
    assert (found[numbers["claim-grain"]].kind, found[numbers["claim-bridge"]].kind) == ("claim", "event")
    assert counts["claims"] == 1
    assert found[numbers["claim-grain"]].grade > 0.5 > found[numbers["claim-bridge"]].grade
    assert found[numbers["claim-grain"]].version == "k1 1-made"
    assert found[numbers["claim-grain"]].reasons["texts"] == 8


def test_a_second_refit_finds_the_same(store: Store, workspace: Workspace) -> None:
    """Judging again changes nothing but the moment and the run."""
    tell_claims(store, ("claim-grain", "claim-bridge"))
    run(refit, store, workspace, 10)
    before = {key: (row.kind, row.grade, row.reasons) for key, row in store.kinds.all().items()}
    run(refit, store, workspace, 10.1)
    after = {key: (row.kind, row.grade, row.reasons) for key, row in store.kinds.all().items()}
    assert {key: row[0] for key, row in before.items()} == {key: row[0] for key, row in after.items()}


def test_newborn_narratives_are_judged_the_same_day(store: Store, workspace: Workspace) -> None:
    """What daily discovery bears need not wait for the refit to be a claim."""
    tell_claims(store, ("claim-grain",))
    run(assign, store, workspace, 6)
    born = store.narratives.all()
    assert {row.narrative_id for row in born} == store.kinds.all().keys()


def test_an_analyst_is_obeyed_and_undone(store: Store, workspace: Workspace) -> None:
    """What an analyst says holds at once and at every refit; taken back, the product judges again."""
    told = tell_claims(store, ("claim-grain", "claim-bridge"))
    run(refit, store, workspace, 10)
    number = keys_of(store, told)["claim-bridge"]
    assert "the next refit learns from it" in decide_kind(store, number, "claim", by="Awa", clock=at(11))
    assert store.kinds.of([number])[number].kind == "claim"
    for day in (12, 13, 14):
        run(refit, store, workspace, day)
        found = store.kinds.of([number])[number]
        assert (found.kind, found.grade, found.reasons["by"]) == ("claim", 1.0, "Awa")
    assert found.version == "k1 1-made+1"
    assert "Awa" in say_kind(store, number)
    assert store.corrections.all()[-1].actor == "Awa"
    decide_kind(store, number, None, by="Awa", clock=at(15))
    assert store.kinds.of([number]) == {}
    run(refit, store, workspace, 16)
    assert store.kinds.of([number])[number].kind == "event"


def test_what_is_like_a_decision_is_judged_like_it(store: Store, workspace: Workspace) -> None:
    """A narrative said to be no claim draws the weights away from its direction."""
    told = tell_claims(store, ("claim-grain", "claim-bridge"))
    run(refit, store, workspace, 10)
    numbers = keys_of(store, told)
    before = store.kinds.all()[numbers["claim-bridge"]].grade
    decide_kind(store, numbers["claim-grain"], "subject", by="Awa", clock=at(11))
    run(refit, store, workspace, 12)
    found = store.kinds.all()
    assert found[numbers["claim-grain"]].kind == "subject"
    assert found[numbers["claim-grain"]].reasons["evidence"] < 0.5
    assert found[numbers["claim-bridge"]].grade == pytest.approx(before, abs=0.2)


def test_what_cannot_be_decided_is_refused(store: Store, workspace: Workspace) -> None:
    """An unknown number, or nothing to take back: said so, and nothing is written."""
    told = tell_claims(store, ("claim-grain",))
    run(refit, store, workspace, 10)
    number = keys_of(store, told)["claim-grain"]
    with pytest.raises(StorageError, match="there is none"):
        decide_kind(store, 99, "claim", by="Awa", clock=at(11))
    with pytest.raises(StorageError, match="nothing can be taken back"):
        decide_kind(store, number, None, by="Awa", clock=at(11))
    assert store.corrections.all() == []


def test_without_a_head_only_time_tells(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another embedding model nothing is a claim or a subject; what is not judged is shown."""
    monkeypatch.setattr(kinds, "head_for", lambda build: None)
    tell_claims(store, ("claim-grain",))
    run(refit, store, workspace, 10)
    assert {row.kind for row in store.kinds.all().values()} <= {"event"}
    assert len(store.lists.narratives(kind="claim", limit=9)) + len(store.kinds.all()) == 1


def test_what_is_called_a_form_can_be_overruled(store: Store, workspace: Workspace) -> None:
    """Weather rests as a form, and is judged one; called a subject it is told again for good."""
    number = born_by_hand(store, tell_weather(store))
    run(refit, store, workspace, 10)
    assert (status(store, number), store.kinds.all()[number].kind) == ("dormant", "form")
    decide_kind(store, number, "subject", by="Awa", clock=at(10.5))
    for day in (11, 12):
        run(refit, store, workspace, day)
        assert (status(store, number), store.kinds.all()[number].kind) == ("active", "subject")


def test_an_analyst_can_call_something_a_form(store: Store, workspace: Workspace) -> None:
    """It rests from the next refit on, and is listed as a form."""
    told = tell_claims(store, ("claim-bridge",))
    run(refit, store, workspace, 10)
    number = keys_of(store, told)["claim-bridge"]
    decide_kind(store, number, "form", by="Awa", clock=at(10.5))
    run(refit, store, workspace, 11)
    assert (status(store, number), store.kinds.all()[number].kind) == ("dormant", "form")
