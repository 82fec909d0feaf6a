"""Mail servers that do as they are told, a store with one alert, and a workspace that points at them."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import MailSettings, Settings
from config.workspace import Workspace
from drumbeat.alerts.compose import subject_of
from drumbeat.alerts.outbox import deliver
from drumbeat.alerts.stage import deliveries_of
from storage.ids import alert_id
from storage.records import Alert, Delivery
from storage.store import Store, create_store
from tests.ports import free_port
from tests.report.sample import evidence

NOW = datetime(2026, 11, 19, 9, tzinfo=UTC)
SENDER = "Drumbeat <drumbeat@example.org>"


class Server:
    """Takes mails and keeps them; `answers` gives another reply to MAIL, RCPT or DATA, `drops` names where it
    hangs up, `stalls` where it stops answering.

    A mail that is dropped or stalled at `DATA` has been received whole.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.senders: list[str | None] = []
        self.answers: dict[str, list[str]] = {}
        self.drops: list[str] = []
        self.stalls = ""
        self.before_answer: Callable[[], None] = lambda: None
        self.reached = threading.Event()

    async def _act(self, step: str, server: SMTP, usual: str) -> str:
        if step == self.stalls:
            self.reached.set()
            await asyncio.sleep(3600)
        if step in self.drops:
            self.drops.remove(step)
            server.transport.abort()
        replies = self.answers.get(step)
        return replies.pop(0) if replies else usual

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        await self._act("EHLO", server, "")
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._act("MAIL", server, "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._act("RCPT", server, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.answers.get("DATA"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
            self.senders.append(envelope.mail_from)
            self.before_answer()
        return await self._act("DATA", server, "250 OK")

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return await self._act("QUIT", server, "221 Bye")


@contextmanager
def serving(server: Server, **options: Any) -> Iterator[int]:
    """The server on a port of its own; `ssl_context` for TLS, aiosmtpd's `tls_context`, `authenticator` ...
    for the rest.
    """
    controller = Controller(server, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def authority(folder: Path, name: str = "localhost") -> tuple[Path, ssl.SSLContext]:
    """A self-made certificate for `name` and 127.0.0.1: its file, and a server's context with it."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / f"{name}.pem"
    hidden = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


def accept_password(password: bytes) -> Callable[..., AuthResult]:
    """An authenticator for aiosmtpd that lets one password in."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == password, handled=False)

    return check


def workspace(root: Path, port: int = 0, **mail: Any) -> Workspace:
    """A workspace whose mail goes to 127.0.0.1 at `port` without encryption, unless told otherwise; port 0:
    no server set.
    """
    given = {
        "host": "127.0.0.1" if port else "", "port": port or 25, "security": "none", "sender": SENDER,
        "recipients": ("desk@example.org",), "timeout_seconds": 5.0,
    }  # fmt: skip
    return Workspace(
        root=root,
        settings=Settings(mail=MailSettings(**(given | mail))),
        sources=(),
        watchlist=(),
        schedule=Schedule(),
    )


def make_alert(**changes: Any) -> Alert:
    """The alert of the sample's spike."""
    frozen = evidence()
    spike_id = frozen["spike"]["spike_id"]
    given: dict[str, Any] = {
        "alert_id": alert_id(spike_id), "spike_id": spike_id, "narrative_id": 12, "created_at": NOW,
        "subject": subject_of(frozen), "evidence": frozen,
    }  # fmt: skip
    return Alert(**(given | changes))


class Room:
    """A store with one alert in its outbox, and a clock."""

    def __init__(self, root: Path, **mail: Any) -> None:
        self.root = root
        self.url = f"sqlite:///{root / 'drumbeat.db'}"
        self.store: Store = create_store(self.url)
        self.clock = FixedClock(NOW)
        alert = make_alert()
        self.store.alerts.create(alert, deliveries_of(alert, workspace(root, **mail).settings.mail))

    def deliver(self, port: int = 0, **mail: Any) -> dict[str, int]:
        """One round."""
        return deliver(
            store=self.store,
            workspace=workspace(self.root, port, **mail),
            clock=self.clock,
            run_id="deliver-1",
            progress=NoProgress(),
        )

    def one(self) -> Delivery:
        """The only delivery."""
        (delivery,) = self.store.alerts.deliveries()
        return delivery
