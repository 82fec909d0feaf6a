"""kill -9 of the delivering process at every point: nothing lost, at most the one stated duplicate."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from drumbeat.alerts.planning import told_at_once
from tests.alerts.mailroom import NOW, Room, Server, serving
from tests.alerts.test_rules import alert_of, plan, recipient

ROOT = Path(__file__).parents[2]


def start(room: Room, port: int) -> subprocess.Popen[bytes]:
    """The delivering process."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.alerts.child", str(room.root), str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )


def kill(child: subprocess.Popen[bytes], reached: threading.Event) -> None:
    """kill -9 when the point is reached; a child that ended before is an error."""
    assert reached.wait(60), "the point was never reached"
    child.kill()
    assert child.wait(10) == -signal.SIGKILL


def kill_at(step: str, room: Room) -> Server:
    """Let a server stall at a step and kill the client there."""
    server = Server()
    server.stalls = step
    with serving(server) as port:
        kill(start(room, port), server.reached)
    return server


@pytest.mark.slow
@pytest.mark.parametrize(("step", "arrived"), [("EHLO", 0), ("MAIL", 0), ("RCPT", 0), ("DATA", 1)])
def test_killed_while_sending(room: Room, server: Server, step: str, arrived: int) -> None:
    """Before the text or after it: the next round sends once more, the one after it nothing."""
    first = kill_at(step, room)
    assert room.one().state == "sending"
    with serving(server) as port:
        assert room.deliver(port) == {"sent": 1}
        assert room.deliver(port) == {}
    assert len(first.mails) == arrived
    assert len(server.mails) == 1
    assert {mail["Message-ID"] for mail in first.mails + server.mails} == {room.one().message_id}


@pytest.mark.slow
def test_killed_between_answer_and_commit(room: Room, server: Server) -> None:
    """The server has taken the mail and the row does not say so yet: the one duplicate that cannot be
    avoided, under one Message-ID.
    """
    first = Server()
    first.stalls = "QUIT"
    lock = sqlite3.connect(room.root / "drumbeat.db", isolation_level=None, check_same_thread=False)
    first.before_answer = lambda: lock.execute("BEGIN IMMEDIATE")  # the row cannot be written
    with serving(first) as port:
        kill(start(room, port), first.reached)
    lock.execute("ROLLBACK")
    lock.close()
    assert room.one().state == "sending"
    with serving(server) as port:
        assert room.deliver(port) == {"sent": 1}
        assert room.deliver(port) == {}
    assert (len(first.mails), len(server.mails)) == (1, 1)
    assert first.mails[0].as_bytes() == server.mails[0].as_bytes()


@pytest.mark.slow
def test_killed_while_connecting(room: Room, server: Server) -> None:
    """Killed before the server said a word: sent by the next round, once."""
    reached = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def watch() -> None:
            connection, _ = silent.accept()
            with connection:
                reached.set()
                connection.recv(1)

        watcher = threading.Thread(target=watch)
        watcher.start()
        kill(start(room, silent.getsockname()[1]), reached)
        watcher.join(10)
    with serving(server) as port:
        assert room.deliver(port) == {"sent": 1}
    assert len(server.mails) == 1


@pytest.mark.slow
def test_killed_twice_while_sending(room: Room, server: Server) -> None:
    """Killed in the repetition too: there is no third mail, and the doubt is shown."""
    first = kill_at("DATA", room)
    second = kill_at("DATA", room)
    assert (room.one().state, room.one().attempts) == ("unknown", 2)
    with serving(server) as port:
        assert room.deliver(port) == {}
    assert (len(first.mails), len(second.mails), len(server.mails)) == (1, 1, 0)
    assert "may have arrived" in (room.one().last_error or "")


@pytest.mark.slow
def test_killed_with_a_mail_about_several(room: Room, server: Server) -> None:
    """A mail about several alerts keeps to the same rule: once more after a kill, under one Message-ID."""
    room.store.alerts.set_state(room.one().delivery_id, "sent", at=NOW, attempts=1)
    ((group, (delivery,)),) = [
        made for made in told_at_once(plan(recipient()), [alert_of(1), alert_of(2)], NOW) if made[1]
    ]
    room.store.alerts.create(group, [delivery])
    first = kill_at("DATA", room)
    with serving(server) as port:
        assert room.deliver(port) == {"sent": 1}
        assert room.deliver(port) == {}
    assert [mail["Message-ID"] for mail in first.mails + server.mails] == [delivery.message_id] * 2
    assert first.mails[0].as_bytes() == server.mails[0].as_bytes()
