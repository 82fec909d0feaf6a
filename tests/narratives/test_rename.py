"""An analyst's label."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drumbeat.corrections import LONGEST_LABEL, rename
from storage.errors import StorageError
from storage.records import Narrative
from storage.store import Store
from tests.narratives.conftest import BUILD, at, moment


@pytest.fixture
def merged(store: Store) -> Store:
    """Narrative 2 was merged into 1."""
    one = Narrative(
        narrative_id=1,
        label="One",
        first_seen_at=moment(0),
        last_seen_at=moment(0),
        build=BUILD,
        mean_version=1,
        born_run="r",
    )
    store.narratives.save([one, replace(one, narrative_id=2, label="Two", status="merged", merged_into=1)])
    return store


def test_a_merged_number_names_its_survivor_and_says_so(merged: Store) -> None:
    """The old number leads to the new one; label, decision and history are written once."""
    assert (
        rename(merged, 2, "  Free \n grain ", at(1))
        == "narrative 2 was merged into 1; narrative 1: 'One' is now 'Free grain'"
    )
    assert [(item.label, item.label_by) for item in merged.narratives.all()] == [("Free grain", "analyst")]
    assert [(item.kind, item.narrative_id, item.value) for item in merged.corrections.all()] == [
        ("rename", 1, "Free grain")
    ]
    assert [(item.kind, item.detail) for item in merged.narratives.lineage()] == [
        ("renamed", {"from": "One", "to": "Free grain"})
    ]


@pytest.mark.parametrize(
    ("number", "label", "reason"),
    [(3, "x", "there is none"), (1, " \n", "is empty"), (1, "x" * (LONGEST_LABEL + 1), "200 are the most")],
)
def test_what_cannot_be_a_label_is_refused(merged: Store, number: int, label: str, reason: str) -> None:
    """An unknown number, nothing, or a page of text: said so, and nothing is written."""
    with pytest.raises(StorageError, match=reason):
        rename(merged, number, label, at(1))
    assert merged.corrections.all() == []
