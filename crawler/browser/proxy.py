"""What a browser reaches the net through: every connection goes to an address that was judged, redirects and
frames included.

The browser looks no name up. A request whose host may not be asked is answered with 403.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

Judge = Callable[[str], Awaitable[tuple[str, ...]]]
"""Address of the web -> the network addresses that its host may be reached at; raises where it may not."""

HEAD_BYTES: Final = 64 * 1024
"""Of a request's head. Chosen, not measured."""
CONNECTION_BYTES: Final = 32 * 1024 * 1024
"""That one connection may bring. Chosen, not measured."""
_STEP: Final = 64 * 1024
_REFUSED: Final = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CONNECTED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"


class JudgingProxy:
    """A proxy on this machine for one browser context."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._server: asyncio.Server | None = None
        self.address = ""

    async def start(self) -> None:
        """Listen on a free port of the loopback address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_BYTES)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Accept nothing more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            head = await reader.readuntil(b"\r\n\r\n")
            await self._pass_on(head, reader, writer)
        writer.close()

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect as a request wants it, if it may."""
        line, _, rest = head.partition(b"\r\n")
        method, target, version = line.decode("latin-1").split(" ", 2)
        url = f"https://{target}/" if method == "CONNECT" else target
        try:
            addresses = await self._judge(url)
        except Exception:  # noqa: BLE001 - whatever speaks against an address: it is not asked
            writer.write(_REFUSED)
            return
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        there, onward = await asyncio.open_connection(addresses[0], port)
        if method == "CONNECT":
            writer.write(_CONNECTED)
        else:
            path = parts._replace(scheme="", netloc="").geturl() or "/"
            onward.write(f"{method} {path} {version}\r\nConnection: close\r\n".encode("latin-1"))
            onward.write(_without_connection(rest))
        try:
            await asyncio.gather(_copied(reader, onward), _copied(there, writer))
        finally:
            onward.close()


def _without_connection(head: bytes) -> bytes:
    """The other lines of a head without what is between a browser and its proxy."""
    lines = head.split(b"\r\n")
    own = (b"connection:", b"proxy-connection:", b"proxy-authorization:")
    return b"\r\n".join(line for line in lines if not line.lower().startswith(own))


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends, or it is too many."""
    left = CONNECTION_BYTES
    while left > 0 and (piece := await reader.read(_STEP)):
        left -= len(piece)
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
