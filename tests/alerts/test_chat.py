"""Alerts to chat services, over a real HTTP hook."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.alerts.mailroom import NOW, Room
from tests.ports import free_port

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
"""Apprise imports it where Python still has it."""


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted and answers as it is told."""

    received: list[dict[str, Any]]
    status = 200

    def do_POST(self) -> None:
        type(self).received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[tuple[type[Hook], int]]:
    """A web hook and its port."""
    kind = type("OneHook", (Hook,), {"received": []})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield kind, server.server_port
        server.shutdown()
        thread.join()


def chat(port: int) -> dict[str, Any]:
    """Settings for a hook and nobody else."""
    return {"recipients": (), "apprise_urls": (SecretStr(f"json://user:s3cret@127.0.0.1:{port}/drumbeat"),)}


def test_a_hook_gets_the_alert(tmp_path: Path, hook: tuple[type[Hook], int]) -> None:
    """Title and text arrive once, without a mail server, and the secret stays out of the store."""
    kind, port = hook
    room = Room(tmp_path, **chat(port))
    assert room.deliver(**chat(port)) == {"sent": 1}
    assert room.deliver(**chat(port)) == {}
    (message,) = kind.received
    assert message["title"].startswith("[Drumbeat] 3.1 times expected")
    assert "Меридия с пониманием" in message["message"]
    assert "s3cret" not in repr(room.one())
    room.store.close()


def test_a_refusing_hook_is_tried_again(tmp_path: Path, hook: tuple[type[Hook], int]) -> None:
    """A service that does not take it keeps the alert waiting."""
    kind, port = hook
    kind.status = 503
    room = Room(tmp_path, **chat(port))
    assert room.deliver(**chat(port)) == {"pending": 1}
    assert room.deliver(**chat(port)) == {"waiting": 1}
    room.store.close()


def test_a_forgotten_address_fails(tmp_path: Path) -> None:
    """An address that the settings no longer hold ends its delivery with a clear message."""
    room = Room(tmp_path, **chat(free_port()))
    assert room.deliver(recipients=()) == {"failed": 1}
    assert "DRUMBEAT_MAIL__APPRISE_URLS" in (room.one().last_error or "")
    assert room.one().updated_at == NOW
    room.store.close()


def test_an_unknown_service_fails(tmp_path: Path) -> None:
    """An address that Apprise does not know ends its delivery with a clear message."""
    nonsense = {"recipients": (), "apprise_urls": (SecretStr("nonsense://x"),)}
    room = Room(tmp_path, **nonsense)
    assert room.deliver(**nonsense) == {"failed": 1}
    assert "does not know" in (room.one().last_error or "")
    room.store.close()
