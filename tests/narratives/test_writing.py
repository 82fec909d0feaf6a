"""Narratives are written some at a time, each whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from analysis.narratives import upkeep
from analysis.narratives.stage import refit
from config.workspace import Workspace
from storage.store import Store
from storage.stores.narratives import NarrativeStore
from tests.narratives.conftest import run, tell_claims

CLAIMS = ("claim-grain", "claim-mines", "claim-lab")


def births_by_transaction(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, together: int
) -> list[int]:
    """How many narratives each transaction of a refit gives assignments to, where it does to any."""
    found: list[int] = []
    plain = NarrativeStore.save

    def seen(
        self: NarrativeStore, narratives: Any, assignments: Sequence[Any] = (), events: Any = ()
    ) -> None:
        numbers = {item.narrative_id for item in assignments}
        if numbers:
            assert numbers <= {item.narrative_id for item in narratives}
            found.append(len(numbers))
        plain(self, narratives, assignments, events)

    monkeypatch.setattr(upkeep, "TOGETHER", together)
    monkeypatch.setattr(NarrativeStore, "save", seen)
    tell_claims(store, CLAIMS)
    run(refit, store, workspace, 7)
    return found


@pytest.mark.parametrize(("together", "expected"), [(1, [1, 1, 1]), (2_000, [3])])
def test_births_are_written_together_in_bounded_parts(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, together: int, expected: list[int]
) -> None:
    """Few births are one transaction; beyond the bound the next transaction begins, with whole narratives."""
    assert births_by_transaction(store, workspace, monkeypatch, together) == expected
