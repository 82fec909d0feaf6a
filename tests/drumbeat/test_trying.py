"""The page that tries a statement: it asks the command line, shows what comes, changes nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from config.clock import FixedClock
from config.watchlist import StatementConfig
from config.workspace import Workspace
from drumbeat.web import trying
from drumbeat.web.app import make_app
from storage.store import Store
from tests.storage import makers

ROW = {
    "verdict": "hit",
    "z": 4.2,
    "needed": 3.1,
    "wording": "reports",
    "why": "stands out far enough",
    "passage_id": "abc:0",
    "language": "en",
    "source_id": "nobody",
    "counted_at": "2026-01-03T00:00:00+00:00",
    "title": '"><script>alert(1)</script>',
    "sentence": "The grain is a gift.",
    "url": "https://example.org/1",
}
KNOWN = StatementConfig(id="grain", label="Grain is a gift", statements=("Grain is a gift",))


class Asked:
    """Stands for the command line: keeps what it was asked, answers as told."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.answer = subprocess.CompletedProcess[str]([], 0, json.dumps([ROW]), "")
        self.slow = False

    def run(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run`."""
        self.commands.append(command)
        if self.slow:
            raise subprocess.TimeoutExpired(command, 1)
        return self.answer


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The command line, replaced."""
    found = Asked()
    monkeypatch.setattr(subprocess, "run", found.run)
    return found


@pytest.fixture
def client(store: Store, workspace: Workspace, asked: Asked) -> Iterator[TestClient]:
    """A client of the dashboard with one watched statement."""
    watched = replace(workspace, watchlist=(KNOWN,))
    app = make_app(store=store, workspace=watched, clock=FixedClock(makers.hours(48)))
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def test_a_typed_statement_is_tried(client: TestClient, asked: Asked) -> None:
    """Hits are shown with why, hostile titles stay text, and the command that watches it can be copied."""
    shown = client.get("/watch", params={"statement": "The grain's a gift", "counter": "It is sold"}).text
    assert "stands out far enough" in shown
    assert "<script>alert" not in shown
    assert "drumbeat watch add NAME" in shown
    assert "1 hit, 0 near-misses" in shown
    assert asked.commands[0][3:5] == ["watch", "try"]
    assert asked.commands[0][-3:] == ["--counter=It is sold", "--", "The grain's a gift"]


def test_what_is_typed_is_no_option(client: TestClient, asked: Asked) -> None:
    """A statement that looks like an option is a statement."""
    client.get("/watch", params={"statement": "--workspace=/etc"})
    assert asked.commands[0][-2:] == ["--", "--workspace=/etc"]


def test_a_watched_statement_shows_how_to_decide(client: TestClient, asked: Asked) -> None:
    """Of the watchlist each passage comes with the command that accepts or rejects it; others are 404."""
    shown = client.get("/watch", params={"watched": "grain"}).text
    assert "drumbeat watch label grain abc:0 reject" in shown
    assert asked.commands[0][4] == "test"
    assert client.get("/watch", params={"watched": "nothing"}).status_code == 404
    assert len(asked.commands) == 1


def test_nothing_typed_asks_nothing(client: TestClient, asked: Asked) -> None:
    """The empty form is a page; blanks are nothing."""
    assert client.get("/watch", params={"statement": "  "}).status_code == 200
    assert asked.commands == []


def test_failures_are_said_in_words(client: TestClient, asked: Asked) -> None:
    """A command that fails or lasts too long, and one statement at a time."""
    asked.answer = subprocess.CompletedProcess[str]([], 1, "", "nothing was embedded here yet\n")
    failed = client.get("/watch", params={"statement": "x"})
    assert (failed.status_code, "nothing was embedded" in failed.text) == (503, True)
    asked.slow = True
    assert client.get("/watch", params={"statement": "x"}).status_code == 503
    with trying._BUSY:
        assert client.get("/watch", params={"statement": "x"}).status_code == 429
