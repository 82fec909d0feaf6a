"""Claims first on every page and in every list; the rest is one click away, and nothing is deleted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from config.clock import FixedClock
from config.workspace import Workspace
from drumbeat.export import by_kind
from drumbeat.shown.kinds import reasons_in_words
from drumbeat.web.app import make_app
from storage.records import Judgement, Kind
from storage.store import Store
from tests.drumbeat.test_commands import desk as desk
from tests.drumbeat.test_commands import drumbeat
from tests.storage import makers

LABELS = {1: "They profit from war", 2: "A bridge is opened", 3: "Football", 4: "Weather", 5: "Not looked at"}
JUDGED: dict[int, Kind] = {1: "claim", 2: "event", 3: "subject", 4: "form"}


def judgement(number: int, kind: Kind, **reasons: object) -> Judgement:
    """What a narrative was judged to be."""
    return Judgement(
        narrative_id=number,
        kind=kind,
        grade=0.9 if kind == "claim" else 0.1,
        reasons={"decided": "its texts assert", "evidence": 0.4, "needed": 0.18, "texts": 9, **reasons},
        version="k1 1-made",
        at=makers.DAY,
        run_id="refit-1",
    )


@pytest.fixture
def client(store: Store, workspace: Workspace) -> Iterator[TestClient]:
    """The dashboard over one narrative of each kind, one that nobody judged, and a watched one."""
    store.narratives.save([makers.narrative(number, label=label) for number, label in LABELS.items()])
    store.narratives.save([makers.narrative(6, label="Watched", kind="watched", statement_id="s")])
    store.kinds.save([judgement(number, kind) for number, kind in JUDGED.items()])
    app = make_app(store=store, workspace=workspace, clock=FixedClock(makers.DAY + timedelta(days=2)))
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def test_claims_come_first_and_the_rest_is_one_click_away(client: TestClient) -> None:
    """The list shows claims, what is watched and what nobody judged; each kind has its own, named with its
    number.
    """
    first = client.get("/narratives").text
    assert [label in first for label in LABELS.values()] == [True, False, False, False, True]
    assert "Watched" in first
    assert "not judged yet" in first
    for number, kind in JUDGED.items():
        page = client.get("/narratives", params={"kind": kind}).text
        assert LABELS[number] in page
        assert f"?kind={kind}" in first or kind == "claim"
    assert client.get("/narratives?kind=rumour").status_code == 422


def test_a_narrative_says_what_it_is_and_why(client: TestClient) -> None:
    """Kind, figures, version, and how to say otherwise."""
    page = client.get("/narratives/2").text
    assert "Event" in page
    assert "Evidence of a claim 0.40, 0.18 is needed." in page
    assert "k1 1-made" in page
    assert "drumbeat narratives kind 2" in page


def test_an_analyst_is_named_and_escaped(client: TestClient, store: Store) -> None:
    """Whoever decided stands on the page, as text."""
    store.kinds.save([judgement(2, "claim", by="<script>Awa")])
    page = client.get("/narratives/2").text
    assert "&lt;script&gt;Awa" in page
    assert "<script" not in page


def test_the_interface_lists_one_kind_or_all(client: TestClient) -> None:
    """Programs get everything unless they ask for a kind, and what each is."""
    every = client.get("/api/narratives").json()["narratives"]
    assert {row["narrative_id"]: row["judged"] for row in every} == {**JUDGED, 5: None, 6: None}
    only = client.get("/api/narratives", params={"kind": "event"}).json()["narratives"]
    assert [row["narrative_id"] for row in only] == [2]
    assert client.get("/api/narratives/2").json()["judged"]["reasons"]["needed"] == 0.18
    assert client.get("/api/narratives/5").json()["judged"] is None


def test_lists_rank_claims_before_the_rest() -> None:
    """Watched and claims, what nobody judged, events, subjects, forms; of each the largest first."""
    rows = [makers.narrative(number, size=number) for number in (1, 2, 3, 4, 5, 7)]
    rows.append(makers.narrative(6, kind="watched", statement_id="s", size=1))
    judged = {number: judgement(number, kind) for number, kind in [*JUDGED.items(), (7, "claim")]}
    assert [row.narrative_id for row in by_kind(rows, judged)] == [7, 1, 6, 5, 2, 3, 4]
    assert [row.narrative_id for row in by_kind(rows, judged, only="claim")] == [7, 1, 6, 5]
    assert [row.narrative_id for row in by_kind(rows, judged, only="form")] == [4]


def test_reasons_are_sentences() -> None:
    """What is not known is left out, and hostile names stay on their line."""
    assert reasons_in_words({"decided": "told within a week"}) == "Told within a week."
    assert "by an analyst, A b." in reasons_in_words({"decided": "an analyst", "by": "A\nb"})


def commands(desk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`drumbeat narratives ...`."""
    return drumbeat(desk, "narratives", *arguments)


@pytest.mark.slow
def test_the_command_decides_shows_and_takes_back(desk: Path) -> None:
    """A decision is named, listed, shown and taken back once."""
    assert "was not judged yet" in commands(desk, "kind", "1").stdout
    assert "is now event, says Awa" in commands(desk, "kind", "1", "event", "--by", "Awa").stdout
    assert "event, grade 0.00. Decided by an analyst, Awa." in commands(desk, "kind", "1").stdout
    assert "event" in commands(desk, "list", "--kind", "event").stdout
    assert "loud" not in commands(desk, "list", "--kind", "claim").stdout
    assert "taken back" in commands(desk, "kind", "1", "--undo").stdout
    again = commands(desk, "kind", "1", "--undo")
    assert (again.returncode != 0, "nothing can be taken back" in again.stderr) == (True, True)
