"""Dated events against the alerts of a stream: which were found, and how soon."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.quality.data import Row

EVENTS = Path(__file__).with_name("events_2022.toml")
WITHIN = timedelta(days=3)
"""From the event's day to the last on which an alert still finds it: what the gate asks for."""
SHARE, FEWEST = 1 / 3, 2
"""An alert is about an event if at least so large a share, and so many, of its own texts match its words."""
WARM_UP = timedelta(weeks=8)
"""The days that a baseline is learned from, before which no event is counted."""


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event as it was written down."""

    day: date
    name: str
    words: re.Pattern[str]


def read_events(path: Path = EVENTS) -> list[DatedEvent]:
    """The events of a file, in its order."""
    with path.open("rb") as file:
        rows = tomllib.load(file)["event"]
    return [DatedEvent(row["day"], row["name"], re.compile(row["words"], re.IGNORECASE)) for row in rows]


def tells(event: DatedEvent, alert: Mapping[str, Any]) -> bool:
    """Whether an alert is about an event, whenever it was sent."""
    texts = list({row["group"]: row["text"] for row in alert["passages"]}.values())
    hits = sum(event.words.search(text) is not None for text in texts)
    return hits >= max(FEWEST, SHARE * len(texts))


def findings(events: Sequence[DatedEvent], alerts: Sequence[Row], *, first: date, last: date) -> list[Row]:
    """Each event of [first, last] with the first alert that found it in time, if any."""
    return [_finding(event, alerts) for event in events if first <= event.day <= last]


def _finding(event: DatedEvent, alerts: Sequence[Row]) -> Row:
    in_time = [
        alert
        for alert in alerts
        if event.day <= date.fromisoformat(alert["day"]) <= event.day + WITHIN and tells(event, alert)
    ]
    found = min(in_time, key=lambda alert: str(alert["day"]), default=None)
    return {
        "day": event.day.isoformat(),
        "event": event.name,
        "found": None if found is None else found["day"],
        "detector": None if found is None else found["detector"],
        "label": None if found is None else found["label"],
    }
