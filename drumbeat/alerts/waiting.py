"""Mails that wait for one reader: of alerts, of reports, of the health of sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drumbeat.alerts.addresses import message_id
from drumbeat.shown.language import Language
from storage.ids import delivery_id
from storage.records import Alert, Delivery


def to_reader(
    message: Alert,
    reader: str,
    *,
    sender: str,
    stands_for: Mapping[str, Any],
    reason: str,
    language: Language = "en",
) -> Delivery:
    """A mail of the message to one reader, waiting.

    Args:
        stands_for: what makes the mail's Message-ID its own.
        reason: why the reader gets it, as the mail says it.
        language: in which the mail is written.
    """
    name = delivery_id(message.alert_id, "smtp", reader)
    return Delivery(
        delivery_id=name,
        alert_id=message.alert_id,
        channel="smtp",
        recipient=reader,
        message_id=message_id(name, stands_for, sender=sender),
        state="pending",
        updated_at=message.created_at,
        reason=reason,
        language=language,
    )
