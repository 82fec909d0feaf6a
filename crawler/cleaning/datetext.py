"""Dates as pages, feeds and addresses write them, read strictly: a form that can mean two days means none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from crawler.cleaning.vocabulary import MONTHS

Precision = Literal["second", "day"]

_CLOCK: Final = r"(?:[T ,]*\s*(?:um |à |at )?(\d{1,2})[:h.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_YEAR_FIRST: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?" + _CLOCK)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})" + _CLOCK)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(Z)?$")
_MONTH_WORD: Final = f"({'|'.join(sorted(MONTHS, key=len, reverse=True))})(?!\\w)\\.?"
_WEEKDAY: Final = r"(?:[^\W\d_]{2,13}[.,،]?\s+)?"
_DAY_MONTH: Final = re.compile(
    _WEEKDAY
    + r"(\d{1,2})(?:er|st|nd|rd|th|[.º°])?\s+(?:de\s+)?"
    + _MONTH_WORD
    + r",?\s+(?:de\s+|del\s+)?(\d{4})"
    + _CLOCK,
    re.IGNORECASE,
)
_MONTH_DAY: Final = re.compile(
    _WEEKDAY + _MONTH_WORD + r"\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + _CLOCK, re.IGNORECASE
)
_MAIL: Final = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d{2}(?::\d{2})?\s+(?:[A-Z]{1,4}|[+-]\d{4})\b"
)
_URL_PARTS: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})([/\-_.])(\d{1,2})\2(\d{1,2})(?!\d)")
_URL_COMPACT: Final = re.compile(r"(?<!\d)(20\d{2})([01]\d)([0-3]\d)(?!\d)")
_URL_MONTH_FOLDER: Final = re.compile(r"(?<!\d)(20\d{2})[/\-]?([01]\d)/([0-3]\d)(?!\d)")


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


def read_moment(text: str) -> Moment | None:
    """Read a date with or without a time; None where the text is none, or ambiguous (`03/04/2026`)."""
    text = text.strip()[:80]
    if not any(character.isdigit() for character in text):
        return None
    return _read_iso(text) or _read_mail(text) or _read_forms(text)


def read_url_day(url: str) -> date | None:
    """The day an article's address names (`/2026/03/02/`, `2026-03-02`, `20260302`), or None."""
    path = url.split("://", 1)[-1].split("?", 1)[0]
    path = path.partition("/")[2]
    for pattern, groups in (
        (_URL_PARTS, (1, 3, 4)),
        (_URL_MONTH_FOLDER, (1, 2, 3)),
        (_URL_COMPACT, (1, 2, 3)),
    ):
        for match in pattern.finditer(path):
            try:
                return date(*(int(match.group(group)) for group in groups))
            except ValueError:
                continue
    return None


def _moment(at: datetime) -> Moment:
    """A moment; a stamp of exactly midnight is a day, not a time."""
    zoned = at.tzinfo is not None
    precision: Precision = "day" if (at.hour, at.minute, at.second) == (0, 0, 0) else "second"
    if precision == "day":
        return Moment(datetime(at.year, at.month, at.day, tzinfo=UTC), "day", at.date(), zoned)
    stamp = (at if zoned else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    return Moment(stamp, "second", at.date(), zoned, local=bool(at.utcoffset()))


def _read_iso(text: str) -> Moment | None:
    try:
        return _moment(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _read_mail(text: str) -> Moment | None:
    """RFC 2822, as feeds write it, American time zones included."""
    if not _MAIL.match(text):
        return None
    try:
        return _moment(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _read_forms(text: str) -> Moment | None:
    lower = text.lower()
    if match := _YEAR_FIRST.match(text):
        year, month, day = match.group(1), match.group(2), match.group(3)
    elif match := _DAY_FIRST.match(text):
        day, month, year = match.group(1), match.group(2), match.group(3)
    elif match := _COMPACT.match(text):
        return _build(
            match.group(1, 2, 3), (match.group(4), match.group(5), match.group(6)), None, match.group(7)
        )
    elif match := _DAY_MONTH.match(lower):
        day, month, year = match.group(1), str(MONTHS[match.group(2)]), match.group(3)
    elif match := _MONTH_DAY.match(lower):
        month, day, year = str(MONTHS[match.group(1)]), match.group(2), match.group(3)
    else:
        return None
    return _build((year, month, day), match.group(4, 5, 6), match.group(7), match.group(8))


def _build(
    day: tuple[str | None, ...], clock: tuple[str | None, ...], half: str | None, zone: str | None
) -> Moment | None:
    year, month, number = (int(part or 0) for part in day)
    hour, minute, second = (int(part or 0) for part in clock)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    try:
        at = datetime(year, month, number, hour, minute, second)  # noqa: DTZ001 - the zone follows, where the text names one
    except ValueError:
        return None
    try:
        return _moment(at.replace(tzinfo=_zone(zone)) if zone else at)
    except (ValueError, OverflowError):
        # A zone that no place has, or the edge of the calendar.
        return None


def _zone(text: str) -> timezone:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-ahead if text[0] == "-" else ahead)
