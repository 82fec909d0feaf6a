"""An SMTP connection with an end: so many seconds and so many bytes of answers in all, whatever the server
does.

A timeout alone ends nothing: a server that sends one byte now and then, or one line of a reply that never
ends, holds its client for ever. Here a stopwatch shuts the connection down, in a handshake too, and answers
are counted.
"""

from __future__ import annotations

import smtplib
import socket
import threading
from typing import Any, Final

MOST_BYTES: Final = 65_536
"""Answers of one delivery are a few hundred bytes; a long greeting and its extensions a few thousand."""

LONGEST_LINE: Final = 8192
"""Of a reply; `smtplib` refuses longer ones itself."""


class Overlong(smtplib.SMTPServerDisconnected):
    """The server took too long, or said too much, in all."""


class BoundedSmtp(smtplib.SMTP):
    """An SMTP client that ends after `seconds`, from its first connection on."""

    seconds: float
    _expired = False
    _read = 0
    _watch: threading.Timer | None = None
    _handle: socket.socket | None = None

    def __init__(self, *place: Any, seconds: float | None = None, **options: Any) -> None:
        if seconds is not None:
            self.seconds = seconds
        super().__init__(*place, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        found: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # no stub
        # A second handle on the same connection: TLS takes the first one over.
        self._handle = found.dup()
        self._watch = threading.Timer(self.seconds, self._expire, [self._handle])
        self._watch.daemon = True
        self._watch.start()
        return found

    def _expire(self, handle: socket.socket) -> None:
        self._expired = True
        with handle:
            _shut(handle)

    def getreply(self) -> tuple[int, bytes]:
        """The next reply.

        Raises:
            Overlong: the time or the bytes are used up.
        """
        if self.file is None and self.sock is not None:
            self.file = _Counted(self, self.sock.makefile("rb"))
        return super().getreply()

    def count(self, line: bytes) -> bytes:
        """A line that was read, counted; one that was cut off is none: `25` of `250` accepts nothing.

        Raises:
            Overlong: it is one too many, or the connection was shut down for its age.
            SMTPServerDisconnected: it was cut off.
        """
        self._read += len(line)
        if self._read > MOST_BYTES:
            self.close()
            raise Overlong(f"the server's answers have more than {MOST_BYTES} bytes")
        if self._expired and not line.endswith(b"\n"):
            self.close()
            raise Overlong(f"it took longer than {self.seconds:g} seconds in all")
        if line and not line.endswith(b"\n") and len(line) < LONGEST_LINE:
            self.close()
            raise smtplib.SMTPServerDisconnected("the connection was lost within a reply")
        return line

    def close(self) -> None:
        """Close the connection; the stopwatch ends with it."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
        if self._handle is not None and not self._expired:
            self._handle.close()
        super().close()


class BoundedSmtpSsl(smtplib.SMTP_SSL, BoundedSmtp):
    """The same, encrypted from the first byte."""

    def __init__(self, host: str, port: int, *, seconds: float, **options: Any) -> None:
        # It is connected while it is made, and the maker of the base class knows nothing of seconds.
        self.seconds = seconds
        super().__init__(host, port, **options)


class _Counted:
    """A file of replies whose bytes are counted."""

    def __init__(self, owner: BoundedSmtp, file: Any) -> None:
        self._owner, self._file = owner, file

    def readline(self, limit: int = -1) -> bytes:
        return self._owner.count(self._file.readline(limit))

    def close(self) -> None:
        self._file.close()


def _shut(handle: socket.socket) -> None:
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It was closed at the other end meanwhile.
        return
