"""What people say of an alert - seen, muted, false alarm - by a signed link or on the command line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from drumbeat.alerts.links import Act, SpentLink
from drumbeat.shown.safe import one_line, shorten
from storage.errors import StorageError
from storage.records import Alert, AlertMark, MarkKind
from storage.store import Store

MUTE: Final = timedelta(days=30)
"""How long a link mutes; the command line names any other time."""
LONGEST_NOTE: Final = 500
DONE: Final[dict[MarkKind, str]] = {
    "ack": "marked as seen",
    "mute": "muted",
    "false": "marked as a false alarm",
}


def do_act(store: Store, act: Act, now: datetime) -> AlertMark:
    """Do what a link allows, once.

    Raises:
        SpentLink: it was used before, or its alert is gone.
    """
    alert = store.alerts.get(act.alert_id)
    if alert is None:
        raise SpentLink("The alert of this link is not kept any more.")
    mark = AlertMark(
        mark_id=act.link_id,
        kind=act.kind,
        alert_id=alert.alert_id,
        narrative_id=alert.narrative_id,
        at=now,
        actor=act.recipient,
        recipient=act.recipient if act.kind == "mute" else None,
        until=now + MUTE if act.kind == "mute" else None,
    )
    if not store.alerts.mark(mark):
        raise SpentLink("This link was used before; it works once.")
    return mark


def mark_alert(
    store: Store,
    name: str,
    kind: MarkKind,
    *,
    by: str,
    now: datetime,
    until: datetime | None = None,
    recipient: str | None = None,
    note: str | None = None,
) -> str:
    """Mark an alert from the command line.

    Args:
        name: the alert's id, or the beginning of it that no other has.

    Returns:
        A sentence that says what was done.

    Raises:
        StorageError: there is no such alert, or several.
    """
    alert = find_alert(store, name)
    mark = AlertMark(
        mark_id=f"{kind}-{alert.alert_id}-{now:%Y%m%dT%H%M%S%fZ}",
        kind=kind,
        alert_id=alert.alert_id,
        narrative_id=alert.narrative_id,
        at=now,
        actor=one_line(by),
        recipient=recipient if kind == "mute" else None,
        until=(until or now + MUTE) if kind == "mute" else None,
        note=shorten(one_line(note), LONGEST_NOTE) if note else None,
    )
    store.alerts.mark(mark)
    return said(mark, alert)


def said(mark: AlertMark, alert: Alert) -> str:
    """What a mark did, as a sentence."""
    until = f" until {mark.until:%Y-%m-%d %H:%M} UTC" if mark.until else ""
    whom = f" for {mark.recipient}" if mark.recipient else ""
    what = f"narrative {mark.narrative_id}" if mark.kind == "mute" else f"alert {mark.alert_id}"
    return f"{what} is {DONE[mark.kind]}{whom}{until}, says {mark.actor}: {alert.subject}"


def find_alert(store: Store, name: str) -> Alert:
    """The alert whose id is, or begins with, `name`.

    Raises:
        StorageError: there is none, or several.
    """
    from drumbeat.alerts.history import EVER

    exact = store.alerts.get(name)
    found = (
        [exact] if exact else [item for item in store.alerts.between(*EVER) if item.alert_id.startswith(name)]
    )
    if len(found) != 1 or not name:
        problem = "there is none" if not found else f"{len(found)} begin so"
        raise StorageError(f"alert {name!r}: {problem}; `drumbeat alerts --json` shows the ids")
    return found[0]


def muted_for(marks: list[AlertMark], narrative_id: int, recipient: str, now: datetime) -> datetime | None:
    """Until when a narrative is muted for a recipient; None where it is not."""
    ends = [
        mark.until
        for mark in marks
        if mark.kind == "mute"
        and mark.narrative_id == narrative_id
        and mark.recipient in (None, recipient)
        and mark.until is not None
        and mark.until > now
    ]
    return max(ends, default=None)
