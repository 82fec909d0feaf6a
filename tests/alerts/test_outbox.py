"""The outbox over real SMTP: nothing lost, and no second mail but the one that is announced."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from drumbeat.alerts.stage import deliveries_of
from tests.alerts.mailroom import Room, Server, accept_password, authority, make_alert, serving, workspace
from tests.ports import free_port

LATER = timedelta(hours=1)


def test_a_mail_is_sent_once(room: Room, server: Server) -> None:
    """An alert goes out in one round and never again."""
    with serving(server) as port:
        assert room.deliver(port) == {"sent": 1}
        assert room.deliver(port) == {}
    (mail,) = server.mails
    assert mail["Message-ID"] == room.one().message_id
    assert mail["To"] == "desk@example.org"
    assert server.senders == ["drumbeat@example.org"]
    assert (room.one().state, room.one().attempts, room.one().last_error) == ("sent", 1, None)


def test_without_a_server_mail_waits(room: Room) -> None:
    """No host: the outbox keeps everything, untouched."""
    before = room.one()
    assert room.deliver() == {"waiting": 1}
    assert room.one() == before


def test_with_a_broken_sender_mail_waits(room: Room, server: Server) -> None:
    """A sender that is no address is the settings' fault: nothing is sent, nothing is given up."""
    before = room.one()
    with serving(server) as port:
        assert room.deliver(port, sender="drumbeat@example.org\r\nBcc: all@example.org") == {"waiting": 1}
    assert room.one() == before
    assert server.mails == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_good_fails(room: Room, server: Server, step: str) -> None:
    """5xx at any step ends the delivery with the server's words; it is not tried again."""
    server.answers[step] = ["550 5.1.1 nobody of that name"]
    with serving(server) as port:
        assert room.deliver(port) == {"failed": 1}
        room.clock.advance(LATER)
        assert room.deliver(port) == {}
    assert server.mails == []
    assert "550 5.1.1 nobody of that name" in (room.one().last_error or "")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_now_is_tried_again(room: Room, server: Server, step: str) -> None:
    """4xx puts the mail off; after its wait it goes out, once."""
    server.answers[step] = ["451 4.3.0 come back later"]
    with serving(server) as port:
        assert room.deliver(port) == {"pending": 1}
        assert "451" in (room.one().last_error or "")
        assert room.deliver(port) == {"waiting": 1}
        room.clock.advance(LATER)
        assert room.deliver(port) == {"sent": 1}
    assert len(server.mails) == 1
    assert room.one().attempts == 2


def test_put_off_too_often_fails(room: Room, server: Server) -> None:
    """After twenty tries the delivery fails and says so."""
    server.answers["RCPT"] = ["451 greylisted"] * 30
    with serving(server) as port:
        for _ in range(25):
            room.deliver(port)
            room.clock.advance(timedelta(hours=7))
    assert (room.one().state, room.one().attempts) == ("failed", 20)
    assert "given up after 20 tries" in (room.one().last_error or "")


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_drop_before_data_is_no_doubt(room: Room, server: Server, step: str) -> None:
    """A connection lost before the text went out: tried again, one mail in all."""
    server.drops = [step]
    with serving(server) as port:
        assert room.deliver(port) == {"pending": 1}
        assert "before the text was sent" in (room.one().last_error or "")
        room.clock.advance(LATER)
        assert room.deliver(port) == {"sent": 1}
    assert len(server.mails) == 1


def test_a_drop_after_data_is_sent_once_more(room: Room, server: Server) -> None:
    """A connection lost after the text went out is `unknown`, repeated once under the same Message-ID, and
    then done.
    """
    server.drops = ["DATA"]
    with serving(server) as port:
        assert room.deliver(port) == {"unknown": 1}
        assert (room.one().state, room.one().attempts) == ("unknown", 1)
        assert "may have arrived" in (room.one().last_error or "")
        assert room.deliver(port) == {"sent": 1}
        assert room.deliver(port) == {}
    assert len(server.mails) == 2
    assert server.mails[0].as_bytes() == server.mails[1].as_bytes()


@pytest.mark.parametrize("answer", ["thank you", "354 more, please"])
def test_an_answer_that_is_none_is_a_doubt(room: Room, server: Server, answer: str) -> None:
    """What neither takes nor refuses the text leaves open whether it arrived: once more, not twenty times."""
    server.answers["DATA"] = [answer] * 30
    with serving(server) as port:
        for expected in ({"unknown": 1}, {"unknown": 1}, {}):
            assert room.deliver(port) == expected
            room.clock.advance(LATER)
    assert "may have arrived" in (room.one().last_error or "")


def test_two_drops_after_data_end_it(room: Room, server: Server) -> None:
    """No third mail, whatever happens; the doubt stays in view."""
    server.drops = ["DATA", "DATA"]
    with serving(server) as port:
        for _ in range(4):
            room.deliver(port)
            room.clock.advance(LATER)
    assert len(server.mails) == 2
    assert (room.one().state, room.one().attempts) == ("unknown", 2)
    assert "not sent again" in (room.one().last_error or "")


def test_a_put_off_repetition_keeps_its_one_try(room: Room, server: Server) -> None:
    """After an unknown end, being put off costs nothing: the repetition still comes, and only once."""
    server.drops = ["DATA"]
    with serving(server) as port:
        room.deliver(port)
        server.answers["RCPT"] = ["451 later", "451 later"]
        assert room.deliver(port) == {"unknown": 1}
        assert room.deliver(port) == {"unknown": 1}
        assert room.deliver(port) == {"sent": 1}
    assert len(server.mails) == 2


def test_an_unreachable_server_stops_the_round(tmp_path: Path, server: Server) -> None:
    """Nobody answers: one try, the rest is not even tried, nothing counts as a try, and all goes out when the
    server is back.
    """
    people = tuple(f"desk{number}@example.org" for number in range(3))
    room = Room(tmp_path, recipients=people)
    assert room.deliver(free_port()) == {"pending": 1, "waiting": 2}
    assert all(row.attempts == 0 for row in room.store.alerts.deliveries())
    assert any("cannot be reached" in (row.last_error or "") for row in room.store.alerts.deliveries())
    with serving(server) as port:
        assert room.deliver(port) == {"sent": 3}
    assert sorted(str(mail["To"]) for mail in server.mails) == list(people)
    assert len({mail["Message-ID"] for mail in server.mails}) == 3
    room.store.close()


def test_one_bad_recipient_does_not_stop_the_others(tmp_path: Path, server: Server) -> None:
    """A recipient that would be a second header fails with a clear message; the others get their mail."""
    attack = "desk@example.org\r\nBcc: all@example.org"
    room = Room(
        tmp_path, recipients=(attack, "a@example.org, b@example.org", "nobody", "Desk <desk@example.org>")
    )
    with serving(server) as port:
        assert room.deliver(port) == {"failed": 3, "sent": 1}
    assert all(
        "is no mail address" in (row.last_error or "")
        for row in room.store.alerts.deliveries()
        if row.state == "failed"
    )
    assert [mail["To"] for mail in server.mails] == ["Desk <desk@example.org>"]
    room.store.close()


def test_an_alert_that_cannot_be_composed_fails_alone(room: Room, server: Server) -> None:
    """Evidence of another shape fails its own delivery, not the round."""
    broken = make_alert(
        alert_id="b" * 16,
        spike_id="13-2026-11-19",
        evidence={"start": "2026-11-17", "end": "2026-11-20", "narrative": {}, "spike": {}},
    )
    room.store.alerts.create(broken, deliveries_of(broken, workspace(room.root).settings.mail))
    with serving(server) as port:
        assert room.deliver(port) == {"failed": 1, "sent": 1}
    assert any(
        "cannot be composed" in (row.last_error or "") for row in room.store.alerts.deliveries("b" * 16)
    )


def test_starttls_with_login(
    tmp_path: Path, room: Room, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS with a certificate that SSL_CERT_FILE vouches for, then a login, then the mail."""
    file, context = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    options = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": accept_password(b"secret"),
        "auth_required": True,
    }
    with serving(server, **options) as port:
        assert room.deliver(port, security="starttls", username="desk", password=SecretStr("secret")) == {
            "sent": 1
        }
    assert len(server.mails) == 1


def test_tls_from_the_first_byte(
    tmp_path: Path, room: Room, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Implicit TLS works with a trusted certificate."""
    file, context = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    client = ssl.create_default_context()
    with serving(server, ssl_context=context) as port:
        assert client.verify_mode == ssl.CERT_REQUIRED
        assert room.deliver(port, security="tls") == {"sent": 1}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_untrusted_certificate_is_refused(
    tmp_path: Path, room: Room, server: Server, security: str
) -> None:
    """A certificate that nobody vouches for: no mail, no password, a clear message, and the mail waits."""
    _, context = authority(tmp_path)
    options = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    with serving(server, **options) as port:
        assert room.deliver(port, security=security) == {"pending": 1}
    assert "certificate is not trusted" in (room.one().last_error or "")
    assert "SSL_CERT_FILE" in (room.one().last_error or "")
    assert server.mails == []


def test_a_certificate_of_another_name_is_refused(
    tmp_path: Path, room: Room, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trusted certificate of another host is no certificate."""
    file, context = authority(tmp_path, "elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(server, tls_context=context) as port:
        assert room.deliver(port, host="localhost", security="starttls") == {"pending": 1}
    assert "certificate is not trusted" in (room.one().last_error or "")


def test_a_server_without_starttls(room: Room, server: Server) -> None:
    """STARTTLS asked for and not offered: nothing is sent in the clear."""
    with serving(server) as port:
        assert room.deliver(port, security="starttls") == {"pending": 1}
    assert "mail.security" in (room.one().last_error or "")
    assert server.mails == []


def test_a_wrong_password_waits(
    tmp_path: Path, room: Room, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused login is the settings' fault: the mail waits and the message names the settings, never the
    password.
    """
    file, context = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    options = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": accept_password(b"secret"),
        "auth_required": True,
    }
    with serving(server, **options) as port:
        assert room.deliver(port, security="starttls", username="desk", password=SecretStr("hunter2")) == {
            "pending": 1
        }
        assert "DRUMBEAT_MAIL__PASSWORD" in (room.one().last_error or "")
        assert "hunter2" not in (room.one().last_error or "")
        assert room.deliver(port, security="starttls") == {"pending": 1}
        assert "mail.username" in (room.one().last_error or "")


def test_no_password_in_the_clear(room: Room) -> None:
    """A password is not given to a distant server without encryption; nothing is even connected."""
    assert room.deliver(25, host="mail.example.org", username="desk", password=SecretStr("hunter2")) == {
        "pending": 1
    }
    assert "unencrypted" in (room.one().last_error or "")


def test_a_server_that_never_greets(room: Room) -> None:
    """Silence after connecting runs into the time limit and says so."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert room.deliver(silent.getsockname()[1], timeout_seconds=0.2) == {"pending": 1}
    assert "timed out" in (room.one().last_error or "")
