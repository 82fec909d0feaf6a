"""A mail server for the demo: takes every message and writes it into a folder as an .eml file. It delivers to
nobody.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from drumbeat.sample.server import PortTaken


class Mailbox:
    """SMTP on 127.0.0.1; messages become `001.eml`, `002.eml`, ... in `folder`. Needs a Twisted reactor;
    `start`, then `stop`.
    """

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder
        self.port = port
        self._listening: Any = None

    def start(self, reactor: Any) -> None:
        """Listen.

        Raises:
            PortTaken: another program has the port.
        """
        from twisted.internet.error import CannotListenError

        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._listening = reactor.listenTCP(self.port, _factory(self), interface="127.0.0.1")
        except CannotListenError as error:
            raise PortTaken(
                f"port {self.port} of 127.0.0.1 cannot be used for the sample mailbox "
                f"({error.socketError}); free it, or name another with --port"
            ) from None

    def stop(self) -> Any:
        """Stop listening; the Deferred fires when the port is free again."""
        return self._listening.stopListening()

    def messages(self) -> list[Path]:
        """The files written so far, oldest first."""
        return sorted(self.folder.glob("*.eml"))

    def keep(self, message: bytes) -> None:
        """Write one message; a file appears whole or not at all."""
        path = self.folder / f"{len(self.messages()) + 1:03d}.eml"
        draft = path.with_suffix(".part")
        draft.write_bytes(message)
        draft.rename(path)


def _factory(mailbox: Mailbox) -> Any:
    from twisted.internet import defer
    from twisted.mail import smtp
    from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

    @implementer(smtp.IMessage)
    class Incoming:
        """A message being received."""

        def __init__(self) -> None:
            self._text = BytesIO()

        def lineReceived(self, line: bytes) -> None:
            self._text.write(line + b"\r\n")

        def eomReceived(self) -> Any:
            mailbox.keep(self._text.getvalue())
            return defer.succeed(None)

        def connectionLost(self) -> None:
            self._text.close()

    @implementer(smtp.IMessageDelivery)
    class Open:
        """Takes mail from anybody for anybody."""

        def receivedHeader(self, *_: Any) -> bytes:
            return b"X-Drumbeat-Sample: this mail is part of an invented world"

        def validateFrom(self, _: Any, origin: Any) -> Any:
            return origin

        def validateTo(self, _: Any) -> Any:
            return Incoming

    class Factory(smtp.SMTPFactory):
        """Makes one protocol per connection."""

        def buildProtocol(self, addr: Any) -> Any:
            protocol = smtp.ESMTP()  # type: ignore[no-untyped-call]  # Twisted is partly typed
            protocol.factory = self
            protocol.delivery = Open()
            return protocol

    return Factory()  # type: ignore[no-untyped-call]  # Twisted is partly typed
