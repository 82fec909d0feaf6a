"""Signed links of a mail: each lets whoever holds it do one thing to one alert, once, until it expires.

    mail  ->  GET /act/TOKEN   changes nothing; hands the token over in a cookie and leads to /act
          ->  GET /act         changes nothing; a page with one button
          ->  POST /act        does it, if the token is genuine, not expired and was never used

A mail program or scanner that fetches every link does nothing. The address that a browser shows, keeps, and
would name as Referer holds no token. A token holds no secret of the recipient: it cannot be guessed or
changed (HMAC-SHA256 by itsdangerous), and says what it allows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, Final, get_args

from itsdangerous import BadData, URLSafeSerializer

from config.workspace import Workspace
from drumbeat.shown.safe import safe_url
from storage.records import Alert, Delivery, MarkKind

ACTS: Final[tuple[MarkKind, ...]] = get_args(MarkKind)
SALT: Final = "drumbeat.alerts.links"
SECRET_FILE: Final = "link-secret"  # noqa: S105 - the name of a file
SECRET_BYTES: Final = 32
LONGEST: Final = 600
"""Characters of a token; ours have about 200."""


class BadLink(Exception):
    """A link that does not work; the message says why and what to do."""


class SpentLink(BadLink):
    """It worked once: it has expired, was used, or its alert is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a link allows."""

    link_id: str
    """Fingerprint of the token; the mark that it makes bears it, so that it works once."""
    kind: MarkKind
    alert_id: str
    recipient: str


class Links:
    """Makes and reads the links of one workspace.

    Args:
        secret: what tokens are signed with; whoever has it can make links.
    """

    def __init__(self, secret: bytes, *, address: str, days: int) -> None:
        self._signer = URLSafeSerializer(secret, salt=SALT, signer_kwargs={"digest_method": sha256})
        self.address = (safe_url(address) or "").rstrip("/")
        self._days = days

    def of(self, alert: Alert, delivery: Delivery) -> dict[str, str]:
        """The links of one mail by what they do, the same every time; none without an address."""
        if not self.address:
            return {}
        found = {"open": f"{self.address}/narratives/{alert.narrative_id}"}
        for kind in ACTS:
            found[kind] = f"{self.address}/act/{self.token(alert, delivery.recipient, kind)}"
        return found

    def token(self, alert: Alert, recipient: str, kind: MarkKind) -> str:
        """A token for one act on one alert by one recipient."""
        ends = alert.created_at + timedelta(days=self._days)
        allowed = {"a": alert.alert_id, "k": kind, "r": recipient, "e": int(ends.timestamp())}
        return str(self._signer.dumps(allowed))

    def read(self, token: str, now: datetime) -> Act:
        """What a token allows.

        Raises:
            BadLink: it is not ours, was changed, or has expired (`SpentLink`).
        """
        found = self._genuine(token)
        if now >= datetime.fromtimestamp(found["e"], UTC):
            raise SpentLink(
                f"This link expired after {self._days} days. "
                f"`drumbeat alerts {found['k']} {found['a']}` does the same."
            )
        return Act(link_id=link_id(token), kind=found["k"], alert_id=found["a"], recipient=found["r"])

    def _genuine(self, token: str) -> Mapping[str, Any]:
        """What the token holds.

        Raises:
            BadLink: it is not ours, or was changed.
        """
        found: Any = None
        if len(token) <= LONGEST and token.isascii():
            with suppress(BadData, ValueError):
                found = self._signer.loads(token)
        if not isinstance(found, dict) or set(found) != {"a", "k", "r", "e"} or found["k"] not in ACTS:
            raise BadLink(
                "This is no link of this Drumbeat, or a part of it is missing. Copy it whole from the mail."
            )
        return found


def link_id(token: str) -> str:
    """A token's fingerprint."""
    return f"link-{blake2b(token.encode(), digest_size=16).hexdigest()}"


def links_of(workspace: Workspace) -> Links:
    """The workspace's links; its secret is made when there is none."""
    settings = workspace.settings.dashboard
    given = settings.link_secret.get_secret_value()
    secret = given.encode() if given else _secret(workspace.root / SECRET_FILE)
    return Links(secret, address=settings.address, days=settings.link_days)


def _secret(path: Path) -> bytes:
    """What the file holds; a new one that only its owner reads where there is none, whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    if not path.exists():
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(os.urandom(SECRET_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        # Of two processes that make one, the first wins: a link never replaces what is there.
        with suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    return path.read_bytes()
