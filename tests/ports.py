"""Ports of this machine for servers in tests. No business logic."""

from __future__ import annotations

import socket


def free_port() -> int:
    """The first of two neighbouring ports that nobody listens on at the moment: the sample world takes one
    and its mailbox the next.
    """
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
