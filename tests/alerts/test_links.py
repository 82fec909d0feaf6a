"""Signed links: what is forged, replayed, expired, prefetched or leaked does nothing."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import DashboardSettings, Settings
from drumbeat.alerts.links import ACTS, BadLink, Links, links_of
from drumbeat.alerts.marks import MUTE, mark_alert, muted_for
from drumbeat.alerts.stage import deliveries_of
from drumbeat.web.app import make_app
from storage.errors import StorageError
from storage.records import AlertMark
from tests.alerts.mailroom import NOW, Room, make_alert, workspace

ADDRESS = "https://drumbeat.example.org"


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    """A reader of the mail, without any login, on the dashboard of the room's workspace."""
    app = make_app(store=room.store, workspace=desk(room), clock=room.clock)
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as opened:
        yield opened


def desk(room: Room) -> object:
    """The room's workspace with an address for its dashboard."""
    made = workspace(room.root)
    dashboard = DashboardSettings(address=ADDRESS, allowed_hosts=("drumbeat.example.org",))
    return replace(made, settings=Settings(mail=made.settings.mail, dashboard=dashboard))


def link(room: Room, kind: str = "false") -> str:
    """A link of the mail, as a path."""
    (delivery,) = room.store.alerts.deliveries()
    alert = room.store.alerts.get(delivery.alert_id)
    assert alert is not None
    return urlsplit(links_of(desk(room)).of(alert, delivery)[kind]).path  # type: ignore[arg-type]


def marks(room: Room) -> list[AlertMark]:
    """What was said so far."""
    return room.store.alerts.marks()


@pytest.mark.parametrize("kind", ACTS)
def test_a_link_does_its_one_act(room: Room, client: TestClient, kind: str) -> None:
    """Opened, confirmed by a button, done, and said by whom."""
    opened = client.get(link(room, kind))
    assert (opened.status_code, opened.headers["location"]) == (303, "/act")
    assert 'method="post"' in client.get("/act").text
    assert marks(room) == []
    assert client.post("/act").status_code == 200
    (mark,) = marks(room)
    assert (mark.kind, mark.actor, mark.narrative_id) == (kind, "desk@example.org", 12)
    assert mark.until == (NOW + MUTE if kind == "mute" else None)


def test_a_prefetched_link_does_nothing(room: Room, client: TestClient) -> None:
    """A scanner that fetches every link, follows every redirect and asks for heads changes nothing."""
    for kind in ACTS:
        for _ in range(3):
            assert client.get(link(room, kind), follow_redirects=True).status_code == 200
            assert client.head(link(room, kind)).status_code == 303
    assert marks(room) == []
    assert client.get(link(room)).status_code == 303


def test_a_replayed_link_does_nothing(room: Room, client: TestClient) -> None:
    """After its one act neither the link, nor the form, nor the cookie of before works again."""
    client.get(link(room))
    before = dict(client.cookies)
    client.post("/act")
    assert client.get(link(room)).status_code == 410
    assert client.post("/act").status_code == 403
    client.cookies.update(before)
    assert client.post("/act").status_code == 410
    assert len(marks(room)) == 1


def test_two_at_once_are_one(room: Room, client: TestClient) -> None:
    """Two browsers that opened one link: one act is done."""
    other = TestClient(client.app, base_url=ADDRESS, follow_redirects=False)
    for browser in (client, other):
        browser.get(link(room))
    assert sorted(browser.post("/act").status_code for browser in (client, other)) == [200, 410]
    assert len(marks(room)) == 1


def test_an_expired_link_does_nothing(room: Room, client: TestClient) -> None:
    """After its days the link, and a form opened before, are refused."""
    path = link(room)
    room.clock.advance(timedelta(days=30) - timedelta(minutes=5))
    client.get(path)
    room.clock.advance(timedelta(minutes=5))
    assert client.get(path).status_code == 410
    assert client.post("/act").status_code == 410
    assert marks(room) == []


def test_a_forged_link_does_nothing(room: Room, client: TestClient) -> None:
    """Another secret, another act in the payload, a cut or longer token, nonsense: all refused."""
    token = link(room).removeprefix("/act/")
    (delivery,) = room.store.alerts.deliveries()
    foreign = Links(b"x" * 32, address=ADDRESS, days=30).token(make_alert(), delivery.recipient, "false")
    payload, _, signature = token.rpartition(".")
    other = link(room, "ack").removeprefix("/act/").rpartition(".")[0]
    for forged in (
        foreign,
        f"{other}.{signature}",
        payload,
        f"{payload}.",
        token[:-1],
        token + "a",
        "nonsense",
        "é",
        "a" * 700,
    ):
        assert client.get(f"/act/{forged}").status_code in (403, 404), forged
        client.cookies.clear()
        client.cookies.set("drumbeat_act", forged.encode("ascii", "ignore").decode())
        assert client.post("/act").status_code == 403
    assert marks(room) == []


def test_a_leaked_referer_does_nothing(room: Room, client: TestClient) -> None:
    """The page with the button has an address without a token, sends no Referer, loads nothing from
    elsewhere; that address alone does nothing elsewhere.
    """
    opened = client.get(link(room))
    page = client.get("/act")
    token = link(room).removeprefix("/act/")
    assert token not in page.text
    for answer in (opened, page):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    assert "httponly" in opened.headers["set-cookie"].lower()
    assert "http" not in page.text.split("<body>")[1].replace(ADDRESS, "")
    thief = TestClient(client.app, base_url=ADDRESS)
    assert thief.get("/act").status_code == 403
    assert thief.post("/act").status_code == 403
    assert marks(room) == []


def test_a_form_of_another_site_does_nothing(room: Room, client: TestClient) -> None:
    """Even with the cookie, what another site sends is refused."""
    client.get(link(room))
    assert client.post("/act", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert marks(room) == []
    assert "samesite=lax" in client.get(link(room)).headers["set-cookie"].lower()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_no_text_is_a_link(tmp_path: Path, text: str) -> None:
    """Whatever is read as a token is refused in words, never an error."""
    links = Links(b"secret" * 6, address=ADDRESS, days=30)
    with pytest.raises(BadLink):
        links.read(text, NOW)


def test_the_same_mail_has_the_same_links(room: Room) -> None:
    """A token depends on the alert, the recipient and the act, so that a repeated mail is the same bytes."""
    assert link(room) == link(room)
    assert len({link(room, kind) for kind in ACTS}) == len(ACTS)
    secret = room.root / "link-secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_bytes()) == 32


def test_without_an_address_there_are_no_links(room: Room) -> None:
    """Nothing that cannot work stands in a mail; an address that is none is no address."""
    alert = make_alert()
    (delivery,) = deliveries_of(alert, workspace(room.root).settings.mail)
    for address in ("", "javascript:alert(1)", "drumbeat.example.org"):
        assert Links(b"x" * 32, address=address, days=30).of(alert, delivery) == {}


def test_marks_from_the_command_line(room: Room) -> None:
    """By the id or its beginning; a second mark of the same kind is another; an unknown id is an error."""
    name = room.one().alert_id
    said = mark_alert(room.store, name[:6], "false", by="Élodie", now=NOW, note="an anniversary")
    assert said.startswith(f"alert {name} is marked as a false alarm, says Élodie: [Drumbeat]")
    later = NOW + timedelta(minutes=1)
    mark_alert(
        room.store, name, "mute", by="Élodie", now=later, until=NOW + timedelta(days=2), recipient="a@b.c"
    )
    assert [(mark.kind, mark.note) for mark in marks(room)] == [("false", "an anniversary"), ("mute", None)]
    with pytest.raises(StorageError, match="there is none"):
        mark_alert(room.store, "zz", "ack", by="x", now=NOW)


def test_who_is_muted(room: Room) -> None:
    """Until its end, for its recipient or for everybody, of its narrative."""
    mute = AlertMark(
        mark_id="m", kind="mute", alert_id="a", narrative_id=12, at=NOW, actor="x", recipient="a@b.c",
        until=NOW + timedelta(days=1)
    )  # fmt: skip
    assert muted_for([mute], 12, "a@b.c", NOW) == mute.until
    assert muted_for([mute], 12, "other@b.c", NOW) is None
    assert muted_for([replace(mute, recipient=None)], 12, "other@b.c", NOW) == mute.until
    assert muted_for([mute], 13, "a@b.c", NOW) is None
    assert muted_for([mute], 12, "a@b.c", NOW + timedelta(days=1)) is None
