"""What the fetcher and the gates tell each other of a request: what it is for, and why a gate refused it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from scrapy import Request
from scrapy.http import Response

from crawler.answers import Kind
from crawler.permits import Permit

TICKET = "drumbeat_ticket"
"""Key of a request's `Ticket` in its meta."""


RENDERING = "drumbeat_rendering"
"""Key of a request's meta: who answers in place of the net."""
Rendering = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True, kw_only=True)
class Ticket:
    """What one fetch is for; goes along through all its redirects."""

    kind: Kind
    headers: dict[str, str]
    timeout_seconds: float
    max_bytes: int
    permit: Permit
    """Which private addresses may be asked."""
    delay_seconds: float
    hops: list[str] = field(default_factory=list)
    received: int = 0
    """Bytes of the present answer so far."""
    is_over: bool = False
    """Nobody waits for the answer any more."""


class HostPaused(Exception):
    """The host asked us to stay away for `wait`."""

    def __init__(self, host: str, wait: timedelta) -> None:
        super().__init__(f"{host} asked us to stay away; {wait.total_seconds():.0f} s of that are left")
        self.wait = wait


class RedirectLoop(Exception):
    """Redirects in a circle, too many of them, or leading nowhere."""


def ticket_of(request: Request) -> Ticket:
    """What the request was sent for."""
    ticket: Ticket = request.meta[TICKET]
    return ticket


def rendering_of(request: Request) -> Rendering | None:
    """Who makes the answer to a request that brings its document along."""
    rendering: Rendering | None = request.meta.get(RENDERING)
    return rendering


def request_for(url: str, ticket: Ticket) -> Request:
    """A fresh request: nothing of an earlier hop (proxy, slot, credentials) comes along."""
    meta = {TICKET: ticket, "download_timeout": ticket.timeout_seconds, "download_maxsize": ticket.max_bytes}
    return Request(url, headers=ticket.headers, meta=meta, dont_filter=True)
