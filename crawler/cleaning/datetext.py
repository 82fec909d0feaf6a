"""Dates that pages and feeds claim, and days that addresses name: what `dates.py` decides from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from crawler.stamps import read_stamp

Precision = Literal["second", "day"]

_LONGEST: Final = 80
"""Characters of a claim that are read (chosen, not measured)."""
_SCRIPT_DATE: Final = re.compile(
    r"^(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d)(?:\.\d+)? (?:GMT"
    r"|UTC)?([+-]\d{4})\b.*$"
)
"""What JavaScript's `Date` calls itself: `Mon Mar 02 2026 10:00:00 GMT+0300 (Moscow Standard Time)`."""
_EPOCH: Final = re.compile(r"^(?:/Date\()?(\d{10}|\d{13})(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?$")
"""Seconds or milliseconds since 1970, of this century; also as .NET writes them."""
_URL_DAYS: Final = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})([/\-_.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>20\d{2})[/\-]?(?P<month>[01]\d)/(?P<day>[0-3]\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>20\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)"),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as it was read."""

    at: datetime
    """Aware, UTC; midnight where only the day is known."""
    precision: Precision
    local_day: date
    """The calendar day as written, in the writer's time zone."""
    zoned: bool
    """The text named its time zone; otherwise UTC was assumed, which may be up to 14 hours off."""
    local: bool = False
    """The zone is not UTC: `local_day` is the day where the text was written."""


def read_moment(text: str, languages: Iterable[str] = ()) -> Moment | None:
    """Read a date with or without a time; None where the text is none, or ambiguous (`03/04/2026`).

    Args:
        languages: of the page, if known (`stamps.read_stamp`).
    """
    text = text.strip()[:_LONGEST]
    stamp = _read_number(text) or read_stamp(_SCRIPT_DATE.sub(r"\2 \1 \3 \4 \5", text), languages)
    if stamp is None:
        return None
    try:
        return _moment(stamp)
    except OverflowError:
        # The edge of the calendar.
        return None


def read_url_day(url: str) -> date | None:
    """The day an article's address names (`/2026/03/02/`, `2026-03-02`, `20260302`), or None."""
    path = url.split("://", 1)[-1].split("?", 1)[0].partition("/")[2]
    for pattern in _URL_DAYS:
        for match in pattern.finditer(path):
            try:
                return date(*(int(match[name]) for name in ("year", "month", "day")))
            except ValueError:
                continue
    return None


def _read_number(text: str) -> datetime | None:
    """The moment of a count of seconds or milliseconds."""
    match = _EPOCH.match(text)
    if match is None:
        return None
    seconds = int(match[1]) if len(match[1]) == 10 else int(match[1]) // 1000
    return datetime.fromtimestamp(seconds, UTC)


def _moment(at: datetime) -> Moment:
    """A moment; a stamp of exactly midnight is a day, not a time."""
    zoned = at.tzinfo is not None
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        return Moment(datetime(at.year, at.month, at.day, tzinfo=UTC), "day", at.date(), zoned)
    stamp = (at if zoned else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    return Moment(stamp, "second", at.date(), zoned, local=bool(at.utcoffset()))
