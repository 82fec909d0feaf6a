"""The local servers of the sample world, over real sockets."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import FixedClock
from drumbeat.sample.generate import load_world
from drumbeat.sample.mailbox import Mailbox
from drumbeat.sample.server import host_answer
from drumbeat.sample.site import Site
from drumbeat.sample.texts import load_books
from tests.ports import free_port


@contextmanager
def served(code: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `code` and says a line when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        process.first = process.stdout.readline()  # type: ignore[attr-defined]
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)


def fetch(port: int, host: str, path: str) -> tuple[int, bytes]:
    """GET over the loopback address with a Host header of choice."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.slow
def test_the_world_can_be_served_alone() -> None:
    """`drumbeat sample serve` serves every outlet under its own name on one port, as of the moment named."""
    port = free_port()
    code = f"from drumbeat.cli.people_commands import sample_serve; sample_serve(port={port}, as_of='2026-01-20T06:00:00Z')"
    with served(code) as process:
        assert "invented" in process.first  # type: ignore[attr-defined]
        status, body = fetch(port, "severia-wire.localhost", "/rss.xml")
        assert status == 200
        assert b"2026/01/19" in body
        assert b"2026/01/21" not in body
        assert fetch(port, "al-wahat.localhost", "/nothing")[0] == 404
        assert b"severia-mundo" in fetch(port, "localhost", "/")[1]


@pytest.mark.slow
def test_a_taken_port_is_a_clear_error() -> None:
    """The message names the port and the option that changes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code = (
            "from config.errors import ConfigError\nfrom drumbeat.sample.serve import serve_world\n"
            f"try:\n    serve_world(base_port={taken.getsockname()[1]})\nexcept ConfigError as error:\n    print(error, flush=True)"
        )
        with served(code) as process:
            assert str(taken.getsockname()[1]) in process.first  # type: ignore[attr-defined]
            assert "--port" in process.first  # type: ignore[attr-defined]


def test_unknown_hosts_get_an_index() -> None:
    """A name that is no outlet's shows the list of outlets and says that they are invented."""
    world = load_world()
    outlet = world.plan.outlet_of("al-wahat")
    sites = {outlet.id: Site(world, load_books()["ar"], outlet, "http://al-wahat.localhost:1")}
    answer = host_answer(sites, "localhost:1", "/", {}, FixedClock(datetime(2026, 2, 1, tzinfo=UTC)))
    assert "are invented" in answer.body.decode()
    assert "al-wahat.localhost:1" in answer.body.decode()


@pytest.mark.slow
def test_the_mailbox_keeps_what_it_is_sent(tmp_path: Path) -> None:
    """A message sent over SMTP lies in the folder as an .eml file."""
    import smtplib

    port = free_port()
    code = (
        "from pathlib import Path\nfrom twisted.internet import reactor\nfrom drumbeat.sample.mailbox import Mailbox\n"
        f"Mailbox(Path({str(tmp_path)!r}), port={port}).start(reactor)\nprint('ready', flush=True)\nreactor.run()"
    )
    with served(code), smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.sendmail("a@sample.invalid", ["b@sample.invalid"], b"Subject: one\r\n\r\nFirst\r\n")
        smtp.sendmail("a@sample.invalid", ["b@sample.invalid"], b"Subject: two\r\n\r\nSecond\r\n")
    first, second = Mailbox(tmp_path, port=port).messages()
    assert b"Subject: one" in first.read_bytes()
    assert b"Second" in second.read_bytes()
