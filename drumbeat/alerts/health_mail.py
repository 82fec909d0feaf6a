"""The mail about the health of sources: once a day at most, what changed since the last one, what it means,
and what to do. Nothing is sent where nothing changed for the worse or got well again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Final

from config.clock import midnight
from config.workspace import Workspace
from drumbeat.alerts.compose import begun_mail
from drumbeat.alerts.waiting import to_reader
from drumbeat.shown.environment import plain_environment
from drumbeat.shown.language import say, speaking
from drumbeat.shown.words import count
from storage.ids import message_key
from storage.records import Alert, Delivery, HealthChange
from storage.records.conditions import CONDITIONS
from storage.store import Store

REASON: Final = "you are in mail.health_recipients"
"""Why a reader gets it, as the mail says it."""
MOST: Final = 60
"""Feeds of one mail; the dashboard's page of sources has all."""


def queue_health(store: Store, workspace: Workspace, now: datetime) -> int:
    """Put yesterday's changes into the outbox, once; how many messages are new."""
    readers = tuple(dict.fromkeys(workspace.settings.mail.health_recipients))
    day = now.date() - timedelta(days=1)
    key = message_key("health", day.isoformat())
    if not readers or store.alerts.get(key) is not None:
        return 0
    items = [_item(change) for change in _last_of_each(store, day)]
    if not items:
        return 0
    language = workspace.settings.report.language
    with speaking(language):
        message = _message(key, day, items)
    deliveries = [
        to_reader(
            message,
            reader,
            sender=workspace.settings.mail.sender,
            stands_for=message.evidence,
            reason=REASON,
            language=language,
        )
        for reader in readers
    ]
    return store.alerts.create_all([(message, deliveries)])


def _message(key: str, day: date, items: Sequence[dict[str, Any]]) -> Alert:
    return Alert(
        alert_id=key,
        spike_id="",
        narrative_id=0,
        created_at=midnight(day + timedelta(days=1)),
        subject=f"[Drumbeat] {say('sources')}{say(': ')}{_summary(items)}",
        evidence={"day": day.isoformat(), "items": items[:MOST], "more": max(0, len(items) - MOST)},
        kind="health",
    )


def _last_of_each(store: Store, day: date) -> list[HealthChange]:
    """Where each feed stood at the end of the day, if it stood elsewhere at its beginning."""
    changes = store.health.changes(midnight(day), midnight(day + timedelta(days=1)))
    first: dict[str, HealthChange] = {}
    last: dict[str, HealthChange] = {}
    for change in sorted(changes, key=lambda item: item.changed_at):
        first.setdefault(change.feed_url, change)
        last[change.feed_url] = change
    moved = [change for url, change in last.items() if change.after != first[url].before]
    return sorted(moved, key=lambda item: (item.after == "well", item.source_id, item.feed_url))


def _item(change: HealthChange) -> dict[str, Any]:
    meaning, remedy = CONDITIONS.get(change.after, (change.after, ""))
    return {
        "source_id": change.source_id,
        "feed_url": change.feed_url,
        "before": change.before or "",
        "after": change.after,
        "meaning": meaning,
        "remedy": remedy,
        "detail": change.detail,
    }


def _summary(items: Sequence[dict[str, Any]]) -> str:
    well = sum(item["after"] == "well" for item in items)
    ill = len(items) - well
    parts = [say("{feeds} in trouble", feeds=count(ill, "feed"))] if ill else []
    return ", ".join([*parts, *([say("{feeds} well again", feeds=count(well, "feed"))] if well else [])])


def compose_health(message: Alert, delivery: Delivery, *, sender: str) -> EmailMessage:
    """The mail about the health of sources.

    Raises:
        BadAddress: sender or recipient is no mail address.
    """
    mail = begun_mail(message, delivery, sender)
    view = {**message.evidence, "got": say(delivery.reason or "")}
    text = plain_environment().get_template("alerts/health.txt").render(view)
    mail.set_content(text, cte="quoted-printable")
    return mail
