"""Dates as servers, feeds, sitemaps and pages write them, read strictly: a form that can mean two days means
none.

    read_stamp("Mon, 02 Mar 2026 08:00:00 GMT")   the whole text is a date, whatever follows it
    find_day("Published on 2 March 2026, 8 am")   a text holds one date

A stamp without a time zone is naive; what that means is the caller's decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final

from crawler.months import month_of

_CLOCK: Final = (
    r"(?:[T ,]*\s*(?:um |à |at )?(?P<hour>\d{1,2})[:h.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_NAME: Final = r"[^\W\d_][^\s\d,،()/]*?"
_WORD: Final = rf"(?P<name>{_NAME}(?:\s{_NAME})??)"
_DAY: Final = r"(?<!\d)(?P<day>\d{1,2})"
_MONTH: Final = r"(?P<month>\d{1,2})"
_YEAR: Final = r"(?P<year>\d{4})(?!\d)"
_NUMBERED: Final = (
    rf"(?<!\d){_YEAR}\s*[-/.年년]\s*{_MONTH}\s*[-/.月월]\s*(?P<day>\d{{1,2}})(?!\d)\s*[日일]?",
    rf"{_DAY}\.\s?{_MONTH}\.\s?{_YEAR}",
    # with strokes only where no month has that number
    rf"(?<!\d)(?P<day>1[3-9]|2\d|3[01])/(?P<month>0?[1-9]|1[0-2])/{_YEAR}",
    rf"(?<!\d)(?P<month>0?[1-9]|1[0-2])/(?P<day>1[3-9]|2\d|3[01])/{_YEAR}",
    rf"{_DAY}\s+th(?:án)?g\s+{_MONTH},?\s+(?:năm\s+)?{_YEAR}",
)
_NAMED: Final = (
    rf"{_DAY}(?:er|st|nd|rd|th|[.,º°])?[\s\-/]*(?:de |d['’]|ta[’'] )?{_WORD}\.?[,،]?"
    rf"[\s\-/]+(?:de |del |ค\.ศ\.\s)?{_YEAR}",
    rf"{_WORD}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}",
    # Hungarian, Lithuanian, Malayalam; Latvian, Kazakh
    rf"(?<!\d){_YEAR}[.,]?(?:\s[^\W\d_]{{1,4}}\.?)?\s+{_WORD}\s+(?P<day>\d{{1,2}})(?!\d)\.?",
    rf"(?<!\d){_YEAR}\.?[\s\-][^\W\d_]{{1,5}}\.?,?\s+{_DAY}\.?[\s\-]+{_WORD}(?=[\s,.]|$)",
)
_WEEKDAY: Final = r"(?:[^\d]{1,30}?[\s,،])?"
"""The day of the week, or another word or two in front of a date."""
_FORMS: Final = tuple(re.compile(form + _CLOCK, re.IGNORECASE) for form in (*_NUMBERED, *_NAMED))
_WHOLE: Final = tuple(
    re.compile(weekday + form + _CLOCK, re.IGNORECASE)
    for weekday, forms in (("", _NUMBERED), (_WEEKDAY, _NAMED))
    for form in forms
)
_COMPACT: Final = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?(?P<zone>Z)?$"
)
_MAIL: Final = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+"
    r"\d{1,2}:\d{2}(?::\d{2})?\s+(?:[A-Z]{1,4}|[+-]\d{4})\b"
)


def read_stamp(text: str, languages: Iterable[str] = ()) -> datetime | None:
    """Read a date with or without a time (then midnight); naive where the text names no time zone.

    ISO 8601, RFC 2822 and RFC 9110, and what people write in many languages; None where the text is no date,
    or can mean two days (`03/04/2026`).

    Args:
        languages: of the text, if known: they decide names of months that mean another month elsewhere.
    """
    text = text.strip()
    if not any(character.isdigit() for character in text):
        return None
    mailed = read_mail(text) if _MAIL.match(text) else None
    return _read_iso(text) or mailed or _read_forms(text, languages)


def read_mail(text: str) -> datetime | None:
    """RFC 2822 and the older forms of RFC 9110, leniently, American time zones included: for what machines
    send."""
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        # parsedate_to_datetime has let every one of these through over the years.
        return None


def find_day(text: str, languages: Iterable[str] = ()) -> date | None:
    """The day that a text names somewhere; None where it names none, or several."""
    days = {
        stamp.date()
        for form in _FORMS
        for match in form.finditer(text)
        if (stamp := _built(match, languages)) is not None
    }
    return days.pop() if len(days) == 1 else None


def _read_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None


def _read_forms(text: str, languages: Iterable[str]) -> datetime | None:
    for match in _matches(text):
        if (stamp := _built(match, languages)) is not None:
            return stamp
    return None


def _matches(text: str) -> Iterator[re.Match[str]]:
    return (match for form in (*_WHOLE, _COMPACT) if (match := form.match(text)) is not None)


def _built(match: re.Match[str], languages: Iterable[str]) -> datetime | None:
    """The moment that a form's parts make, if they make one."""
    part = match.groupdict()
    month = month_of(part["name"], languages) if "name" in part else int(part["month"])
    if month is None:
        return None
    clock = (_hour(part["hour"], part.get("half")), int(part["minute"] or 0), int(part["second"] or 0))
    try:
        at = datetime(int(part["year"]), month, int(part["day"]), *clock, tzinfo=_zone(part["zone"]))
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        # No such day or time, a zone that no place has, or the edge of the calendar.
        return None
    return at


def _hour(text: str | None, half: str | None) -> int:
    hour = int(text or 0)
    if not half or hour > 12:
        return hour
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-ahead if text[0] == "-" else ahead)
