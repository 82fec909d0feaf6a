"""Numbers, days and counts in words: what the templates' sentences are filled with. Every text is English and
free of the machine's locale.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

Moment = datetime | str
"""A time as a record holds it or as JSON holds it (ISO 8601)."""
Day = date | str


def as_moment(value: Moment) -> datetime:
    """The time as an aware datetime in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC)


def as_day(value: Day) -> date:
    """The day as a date."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def number(value: float) -> str:
    """`1,234`, `34`, `3.1`, `0.25`: thousands apart, one decimal below ten, two below one, no decimals that
    are zero.
    """
    digits = 2 if 0 < abs(value) < 0.95 else 1 if abs(value) < 9.95 else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float, one: str, many: str | None = None) -> str:
    """`1 outlet`, `3 outlets`; `many` where the plural is irregular."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def probability(value: float) -> str:
    """`0.013`, `0.0013`, `under 0.0001`: two figures, never an exponent."""
    return "under 0.0001" if value < 0.0001 else f"{float(f'{value:.2g}'):.6f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """`37 %`; what is neither none nor all never rounds to it."""
    value = round(share * 100)
    if value == 0 and share > 0:
        return "under 1 %"
    if value == 100 and share < 1:
        return "over 99 %"
    return f"{value} %"


def _written(value: Day, pattern: str, locale: str = "en") -> str:
    """A day in a language, by a pattern of Unicode CLDR."""
    from babel.dates import format_date

    return format_date(as_day(value), pattern, locale=locale)


def day(value: Day) -> str:
    """`16 November 2026`"""
    return _written(value, "d MMMM y")


def short_day(value: Day, locale: str = "en") -> str:
    """`16 Nov`"""
    return _written(value, "d MMM", locale)


def weekday(value: Day) -> str:
    """`Monday`"""
    return _written(value, "EEEE")


def moment(value: Moment) -> str:
    """`16 Nov 2026, 08:30 UTC`"""
    given = as_moment(value)
    return f"{short_day(given.date())} {given.year}, {given:%H:%M} UTC"


def between(earliest: Moment, latest: Moment) -> str:
    """An interval: `at ...` where both ends are one minute, `between 08:30 and 10:00 UTC on 16 Nov 2026`
    within a day, both in full otherwise.
    """
    first, last = as_moment(earliest), as_moment(latest)
    if last - first < timedelta(minutes=1):
        return f"at {moment(first)}"
    if first.date() == last.date():
        return f"between {first:%H:%M} and {last:%H:%M} UTC on {short_day(first.date())} {first.year}"
    return f"between {moment(first)} and {moment(last)}"


def period(start: Day, end: Day) -> str:
    """`16-22 November 2026` for the days from `start` to the day before `end`, months and years only where
    they differ.
    """
    first, last = as_day(start), as_day(end) - timedelta(days=1)
    if first == last:
        return day(first)
    if first.year != last.year:
        return f"{day(first)} – {day(last)}"
    if first.month != last.month:
        return f"{_written(first, 'd MMMM')} – {day(last)}"
    return f"{first.day}–{day(last)}"


def week_name(start: Day, end: Day) -> str | None:
    """`Week 47` if the period is one ISO week, else None."""
    first = as_day(start)
    whole = first.weekday() == 0 and as_day(end) - first == timedelta(days=7)
    return f"Week {first.isocalendar().week}" if whole else None


def finding(text: str) -> str:
    """A check's finding in words: `ruled out: ...` as it is, `named: ...` as `found: ...`."""
    return f"found: {text.removeprefix('named: ')}" if text.startswith("named: ") else text


def window(days: int, last: Day) -> str:
    """`on 16 November 2026` for a window of one day, else `in 3 days up to 16 November 2026`."""
    return f"on {day(last)}" if days == 1 else f"in {count(days, 'day')} up to {day(last)}"


def lag(hours: float) -> str:
    """`first`, `+5 h`, `+2.5 days`; below half an hour `at once`."""
    if hours == 0:
        return "first"
    if hours < 0.5:
        return "at once"
    return f"+{number(round(hours))} h" if hours < 48 else f"+{number(hours / 24)} days"
