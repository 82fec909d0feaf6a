"""One mail about several alerts: the first screen of each, with its links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from drumbeat.alerts.compose import begun_mail, subject_for, write_bodies
from drumbeat.alerts.first_screen import first_screen
from drumbeat.shown.names import notice
from storage.records import Alert, Delivery

LinksOf = Callable[[Alert, Delivery], Mapping[str, str]]


def compose_several(message: Alert, delivery: Delivery, *, sender: str, links_of: LinksOf) -> EmailMessage:
    """The mail of a message about several alerts.

    Args:
        links_of: what its reader can do with one of the alerts.

    Raises:
        BadAddress: sender or recipient is no mail address.
    """
    mail = begun_mail(message, delivery, sender)
    items = [_item(item, delivery, links_of) for item in message.evidence["items"]]
    view = {
        "items": items,
        "subject": subject_for(message, delivery),
        "got": delivery.reason or "",
        "notice": notice(),
    }
    write_bodies(mail, "several", view)
    mail.set_boundary(f"=_{delivery.delivery_id}_alternative")
    return mail


def _item(item: Mapping[str, Any], delivery: Delivery, links_of: LinksOf) -> dict[str, Any]:
    """One alert as the mail shows it."""
    evidence = item["evidence"]
    alert = Alert(
        alert_id=item["alert_id"],
        spike_id=evidence["spike"]["spike_id"],
        narrative_id=evidence["narrative"]["narrative_id"],
        created_at=datetime.fromisoformat(item["created_at"]),
        subject="",
        evidence={},
    )
    screen = first_screen(evidence, delivery.reason)
    return {"screen": screen, "links": links_of(alert, delivery), "alert_id": alert.alert_id}
