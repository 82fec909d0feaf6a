"""What may go wrong on the way to an answer, and the fetch outcome that names it."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionClosed

from crawler.addresses import NameUnknown, PrivateAddress
from crawler.robots import RobotsDenied, RobotsUnreadable
from crawler.tickets import HostPaused, RedirectLoop, Ticket

FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (RobotsDenied, "robots_denied"),
    (RobotsUnreadable, "robots_unreadable"),
    (PrivateAddress, "private_address"),
    (NameUnknown, "dns_failed"),
    (CannotResolveHostError, "dns_failed"),
    (RedirectLoop, "redirect_loop"),
    (HostPaused, "waiting"),
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too_large"),
    (DownloadConnectionRefusedError, "connection_failed"),
    (DownloadFailedError, "connection_failed"),
    (ResponseDataLossError, "connection_failed"),
    (ConnectError, "connection_failed"),
    (ConnectionClosed, "connection_failed"),
    (TunnelError, "connection_failed"),
    (UnsupportedURLSchemeError, "bad_url"),
    (UnicodeError, "bad_url"),
)
"""What may go wrong on the way, and the fetch outcome that names it; the first that fits counts."""
EXPECTED = tuple(kind for kind, _ in FAILURES)
"""What is no fault of ours."""


def outcome_of(error: Exception) -> str:
    """The fetch outcome that names a failure."""
    if isinstance(error, DownloadFailedError) and _is_tls(error.__cause__):
        return "tls_failed"
    return next(outcome for kind, outcome in FAILURES if isinstance(error, kind))


def detail_of(error: Exception, ticket: Ticket) -> str:
    """What is known beyond its name."""
    if isinstance(error, DownloadCancelledError):
        # Scrapy says it in the log only.
        return f"more than {ticket.max_bytes} bytes"
    return str(error) or type(error).__name__


def _is_tls(cause: Any) -> bool:
    return any(reason.check(SSL.Error) for reason in getattr(cause, "reasons", ()))
