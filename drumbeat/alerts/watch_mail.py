"""The mail about new passages of what is watched: each quoted with its stance, outlet and moment; where they
lie in the archive stands in the attached evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from typing import Any

from drumbeat.alerts.compose import begun_mail, subject_for, write_bodies
from drumbeat.alerts.watch_hits import MOST
from drumbeat.shown.names import notice
from storage.records import Alert, Delivery


def compose_hits(message: Alert, delivery: Delivery, *, sender: str, address: str) -> EmailMessage:
    """The mail of a message about passages.

    Args:
        address: of the dashboard; empty: the mail has no links to it.

    Raises:
        BadAddress: sender or recipient is no mail address.
    """
    mail = begun_mail(message, delivery, sender)
    items = list(_shown(message.evidence["items"]))
    told = len(message.evidence["told"])
    view = {
        "items": items,
        "more": told - sum(len(item["quotes"]) for item in items),
        "address": address,
        "subject": subject_for(message, delivery),
        "got": delivery.reason or "",
        "notice": notice(),
    }
    write_bodies(mail, "watch", view)
    frozen = json.dumps(message.evidence["items"], ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    name = f"evidence-{message.alert_id}.json"
    mail.add_attachment(frozen.encode("ascii"), "application", "json", filename=name, cte="base64")
    for part, end in ((mail, "mixed"), (mail.get_payload()[0], "alternative")):  # type: ignore[index]
        part.set_boundary(f"=_{delivery.delivery_id}_{end}")  # type: ignore[union-attr]
    return mail


def _shown(items: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The statements with as many passages as a mail quotes, shared among them."""
    share = max(1, MOST // max(1, len(items)))
    yield from ({**item, "quotes": item["quotes"][:share]} for item in items)
