"""No mail server holds a delivery for ever: time and bytes are bounded at every step, and the delivery knows
whether its text can have arrived.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from drumbeat.alerts.bounds import MOST_BYTES
from tests.alerts.mailroom import Room, Server, serving

Talk = Callable[[socket.socket], None]
LIMITS = {"timeout_seconds": 1.0, "total_seconds": 0.6}


@contextmanager
def talking(talk: Talk) -> Iterator[int]:
    """A server that says what it is told to whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    talk(connection)

        thread = threading.Thread(target=run)
        thread.start()
        yield listener.getsockname()[1]
        # a listener that nobody waits at any more
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)


def drip(start: bytes, byte: bytes) -> Talk:
    """Something, and then a byte every tenth of a second: never silent, never done."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(byte)
            threading.Event().wait(0.1)

    return talk


def flood(start: bytes) -> Talk:
    """A reply of more lines than anybody wants."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(MOST_BYTES):
            connection.sendall(b"250-and more\r\n" * 100)

    return talk


def dialogue(*replies: bytes, then: Talk) -> Talk:
    """Answers to the first lines, then something else."""

    def talk(connection: socket.socket) -> None:
        file = connection.makefile("rb")
        connection.sendall(b"220 here\r\n")
        for reply in replies:
            file.readline()
            connection.sendall(reply)
        then(connection)

    return talk


@pytest.mark.parametrize(
    ("talk", "state", "words"),
    [
        (drip(b"", b"2"), "pending", "longer than 0.6 seconds in all"),
        (drip(b"220-x\r\n", b"\r"), "pending", "longer than 0.6 seconds in all"),
        (flood(b"220-"), "pending", f"more than {MOST_BYTES} bytes"),
        (dialogue(then=flood(b"250-")), "pending", f"more than {MOST_BYTES} bytes"),
        (dialogue(b"250 x\r\n", then=drip(b"2", b"5")), "pending", "longer than 0.6 seconds in all"),
    ],
)
def test_a_server_that_never_ends(room: Room, talk: Talk, state: str, words: str) -> None:
    """Dripping or flooding before the text: the mail waits, soon, and the outbox says why."""
    began = time.process_time(), time.monotonic()
    with talking(talk) as port:
        assert room.deliver(port, **LIMITS) == {state: 1}
    assert words in (room.one().last_error or "")
    assert time.monotonic() - began[1] < 15


def test_a_server_that_never_ends_after_the_text(room: Room) -> None:
    """Dripping after the text was sent: it may have arrived, so that it is sent once more and never a
    third time.
    """

    def after(connection: socket.socket) -> None:
        drip(b"250-", b"x")(connection)

    talk = dialogue(b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 go\r\n", then=after)
    for attempts in (1, 2):
        with talking(talk) as port:
            assert room.deliver(port, **LIMITS) == {"unknown": 1}
        assert room.one().attempts == attempts
    assert "longer than 0.6 seconds in all" in (room.one().last_error or "")
    with talking(talk) as port:
        assert room.deliver(port, **LIMITS) == {}


def test_a_handshake_that_never_ends(room: Room) -> None:
    """Encryption that is begun and never finished ends with the time too."""
    with talking(drip(b"", b"\x16")) as port:
        assert room.deliver(port, security="tls", **LIMITS) == {"pending": 1}


def test_a_mail_that_is_too_long_is_not_sent(room: Room, server: Server) -> None:
    """A server that states less than the mail has gets none of it."""
    with serving(server, data_size_limit=1_000) as port:
        assert room.deliver(port) == {"failed": 1}
    assert "it takes 1000 at most" in (room.one().last_error or "")
    assert server.mails == []


def test_a_usual_mail_is_untouched(room: Room, server: Server) -> None:
    """The bounds leave what is usual alone, and no stopwatch stays behind."""
    before = threading.active_count()
    with serving(server) as port:
        assert room.deliver(port) == {"sent": 1}
    assert threading.active_count() <= before
