"""One clock, made at the door and passed down; nothing else reads the time.

Politeness and retries (how long to wait before the next request) are physical and use the event loop's own
time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """Tells the time to a stage."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Stopwatch(Protocol):
    """Tells how much time has passed; no setting of the clock moves it."""

    def seconds(self) -> float:
        """Seconds since some moment of its own."""
        ...


class SystemStopwatch:
    """The machine's monotonic clock."""

    def seconds(self) -> float:
        return monotonic()


class FixedClock:
    """A moment that does not move until `advance` is called: `--as-of`, replay, back-test, the sample world.

    Raises:
        ValueError: the moment carries no time zone.
    """

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError(
                f"clock: {moment.isoformat()} has no time zone; write it as 2026-03-02T08:00:00Z"
            )
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self._moment

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`; a clock never goes back."""
        if step < timedelta(0):
            raise ValueError("clock: cannot go back")
        self._moment += step


def day_of(moment: datetime, zone: tzinfo = UTC) -> date:
    """The day of a moment, in UTC or another zone."""
    return moment.astimezone(zone).date()


def midnight(day: date, zone: tzinfo = UTC) -> datetime:
    """The first moment of a day, in UTC; where a zone's clocks skip midnight, the moment at which they
    do.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)
