"""Atom feeds of alerts: well formed, narrowed to what they are about, deaf to what outlets write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from lxml import etree

from config.rules import RuleConfig
from drumbeat.web.app import make_app
from drumbeat.web.feeds import atom
from storage.records import Narrative
from tests.alerts.mailroom import NOW, Room, make_alert, workspace
from tests.report.sample import ATTACK, evidence, narrative
from tests.storage import makers

NAMES = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    """A reader of feeds over a store with two narratives and two alerts."""
    watched: Narrative = makers.narrative(9, kind="watched", statement_id="understands-concerns")
    room.store.narratives.save([makers.narrative(12), watched])
    told = narrative(9, kind="watched", statement_id="understands-concerns", label=ATTACK)
    frozen = evidence(narrative=told.to_dict())
    room.store.alerts.create(
        make_alert(alert_id="b" * 16, narrative_id=9, evidence=frozen, subject=ATTACK), []
    )
    rules = (RuleConfig(id="far", countries=("FR",)), RuleConfig(id="wire", sources=("severia-wire",)))
    app = make_app(store=room.store, workspace=replace(workspace(room.root), rules=rules), clock=room.clock)
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "entries"),
    [
        ("alerts", 2),
        ("narratives/12", 1),
        ("narratives/9", 1),
        ("watch/understands-concerns", 1),
        ("rules/wire", 2),
        ("rules/far", 0),
    ],
)
def test_a_feed_has_what_it_is_about(client: TestClient, path: str, entries: int) -> None:
    """Well-formed Atom with what RFC 4287 asks of a feed and of an entry; no tag of an outlet in it."""
    answer = client.get(f"/feeds/{path}.atom")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    found = feed.findall("a:entry", NAMES)
    assert len(found) == entries
    for element in (feed, *found):
        for name in ("id", "title", "updated", "link"):
            assert element.find(f"a:{name}", NAMES) is not None, name
    assert {element.tag.split("}")[1] for element in feed.iter()} <= {
        "feed", "id", "title", "updated", "link", "author", "name", "entry", "content",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["narratives/77", "watch/none", "rules/none"])
def test_what_is_not_there(client: TestClient, path: str) -> None:
    """An unknown narrative, statement or rule has no feed."""
    assert client.get(f"/feeds/{path}.atom").status_code == 404


def test_the_same_alerts_give_the_same_bytes() -> None:
    """A feed depends on its alerts alone; what XML cannot hold is left out."""
    alert = make_alert(subject="a\x00b\ufffe & <c>", created_at=NOW)
    made = [atom([alert], title="x", path="/feeds/x", address="https://d.example") for _ in range(2)]
    assert made[0] == made[1]
    assert etree.fromstring(made[0].encode()).findtext("a:entry/a:title", namespaces=NAMES) == "ab & <c>"
