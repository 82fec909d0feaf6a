"""Numbers, days and counts in words, in the reader's language and by the reader's clock: what the templates'
sentences are filled with. Free of the machine's locale.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from drumbeat.shown.language import plural, reader, retold, say

Moment = datetime | str
"""A time as a record holds it or as JSON holds it (ISO 8601)."""
Day = date | str
_FRENCH = str.maketrans({",": "\u202f", ".": ","})


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
    return in_figures(text.rstrip("0").rstrip(".") if "." in text else text)


def in_figures(text: str) -> str:
    """A number written in English, as the reader's language writes it."""
    return text if reader().language == "en" else text.translate(_FRENCH)


def count(value: float, one: str, many: str | None = None) -> str:
    """`1 outlet`, `3 outlets`; `many` where the plural is irregular."""
    return f"{number(value)} {plural(one, many or one + 's', value)}"


def probability(value: float) -> str:
    """`0.013`, `0.0013`, `under 0.0001`: two figures, never an exponent."""
    if value < 0.0001:
        return say("under {least}", least=in_figures("0.0001"))
    return in_figures(f"{float(f'{value:.2g}'):.6f}".rstrip("0").rstrip("."))


def percent(share: float) -> str:
    """`37 %`; what is neither none nor all never rounds to it."""
    value = round(share * 100)
    if value == 0 and share > 0:
        return say("under 1 %")
    if value == 100 and share < 1:
        return say("over 99 %")
    return f"{value} %"


def _written(value: Day, pattern: str) -> str:
    """A day in the reader's language, by a pattern of Unicode CLDR."""
    from babel.dates import format_date

    text = format_date(as_day(value), pattern, locale=reader().language)
    # The first of a month is an ordinal in French.
    is_first = reader().language == "fr" and text.startswith("1 ")
    return f"1er {text[2:]}" if is_first else text


def day(value: Day) -> str:
    """`16 November 2026`"""
    return _written(value, "d MMMM y")


def short_day(value: Day) -> str:
    """`16 Nov`"""
    return _written(value, "d MMM")


def weekday(value: Day) -> str:
    """`Monday`"""
    return _written(value, "EEEE")


def local(value: Moment) -> datetime:
    """A moment by the reader's clock."""
    return as_moment(value).astimezone(reader().zone_info)


def zone_name(value: Moment) -> str:
    """`UTC`, `UTC+2`, `UTC-03:30`: how far the reader's clock is from UTC then."""
    offset = local(value).utcoffset() or timedelta(0)
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{hours:02d}:{rest:02d}" if rest else f"UTC{sign}{hours}"


def moment(value: Moment) -> str:
    """`16 Nov 2026, 08:30 UTC`"""
    given = local(value)
    return f"{short_day(given.date())} {given.year}, {given:%H:%M} {zone_name(value)}"


def between(earliest: Moment, latest: Moment) -> str:
    """An interval: `at ...` where both ends are one minute, `between 08:30 and 10:00 UTC on 16 Nov 2026`
    within a day, both in full otherwise.
    """
    first, last = local(earliest), local(latest)
    if last - first < timedelta(minutes=1):
        return say("at {moment}", moment=moment(earliest))
    if first.date() != last.date():
        return say("between {first} and {last}", first=moment(earliest), last=moment(latest))
    return say(
        "between {first} and {last} {zone} on {day} {year}",
        first=f"{first:%H:%M}",
        last=f"{last:%H:%M}",
        zone=zone_name(latest),
        day=short_day(first.date()),
        year=first.year,
    )


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
    return f"{_written(first, 'd MMMM').split(' ')[0]}–{day(last)}"


def week_name(start: Day, end: Day) -> str | None:
    """`Week 47` if the period is one ISO week, else None."""
    first = as_day(start)
    whole = first.weekday() == 0 and as_day(end) - first == timedelta(days=7)
    return say("Week {n}", n=first.isocalendar().week) if whole else None


def finding(text: str) -> str:
    """A check's finding in words: `ruled out: ...` as it is, `named: ...` as `found: ...`."""
    if text.startswith("named: "):
        return f"{say('found')}{say(': ')}{retold(text.removeprefix('named: '))}"
    if text.startswith("ruled out: "):
        return f"{say('ruled out')}{say(': ')}{retold(text.removeprefix('ruled out: '))}"
    return retold(text)


def window(days: int, last: Day) -> str:
    """`on 16 November 2026` for a window of one day, else `in 3 days up to 16 November 2026`; UTC days, as
    tests have them.
    """
    if days == 1:
        return say("on {day}", day=day(last))
    return say("in {days} up to {day}", days=count(days, "day"), day=day(last))


def lag(hours: float) -> str:
    """`first`, `+5 h`, `+2.5 days`; below half an hour `at once`."""
    if hours == 0:
        return say("first")
    if hours < 0.5:
        return say("at once")
    if hours < 48:
        return f"+{number(round(hours))} h"
    return f"+{number(hours / 24)} {plural('day', 'days', 2)}"
