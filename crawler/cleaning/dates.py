"""When an article was published: every claim is kept, one decision is made, with how far to trust it.

    claims      JSON-LD, <meta>, <time>, feed or news sitemap (trusted: each is structured); URL, htmldate
                (the day only)
    rejected    later than first seen; before 1995; equal to the minute of the fetch while another claim says
                otherwise (a template's "now")
    published   the median of the trusted claims if they agree within 26 h (time zones), of those with a zone
                if there are any; else the earliest of them (on labelled pages the later one was the day of an
                update); else the URL's day; else the one shown beside the headline; else
                htmldate's
    confidence  A two independent claims agree (page and feed; or two, and the URL's day)
                B one structured source
                C the day only, or structured claims that contradict each other
                D none: first seen
    counted at  live: `published` if A or B and at most 72 h before first seen, else first seen (and `late` if
                A or B say it is older)
                backfill: `published` if A, B or C, else first seen; never late

Dates of modification are never claims. Source of the rules: METHODS.md 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from config.clock import midnight
from crawler.cleaning.datetext import Moment, Precision, read_moment, read_url_day
from storage.records import DateConfidence, Origin
from storage.records.published import WITHOUT_ZONE

TRUSTED: Final = ("jsonld", "meta", "time", "feed")
AGREEMENT: Final = timedelta(hours=26)
"""Two dates that state one day in any two zones lie no farther apart, and two hours for slow clocks.
Chosen, not measured."""
CLOCK_SLACK: Final = timedelta(minutes=15)
"""How wrong an outlet's clock may be. Chosen, not measured."""
ZONE_SLACK: Final = timedelta(hours=14)
"""No zone is farther from UTC, by definition (UTC+14, Kiribati)."""
WEST: Final = timedelta(hours=-10)
EAST: Final = timedelta(hours=13)
"""Newsrooms lie between Hawaii and New Zealand in its summer: no other day belongs to a moment. By geography,
not measured."""
TEMPLATE_SLACK: Final = timedelta(seconds=60)
"""A "date" within a minute of the fetch is the clock of a template. Chosen, not measured."""
EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
LATE_AFTER: Final = timedelta(hours=72)
"""A find this long after publication is late. Chosen, not measured: agencies' feeds hold two or three
days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateDecision:
    """The one decision, and what it was made from."""

    published_at: datetime | None
    day: date | None
    """The calendar day as its source wrote it (the UTC day of `published_at` may be the neighbour)."""
    precision: Precision
    source: str
    """`jsonld`, `meta`, `time`, `feed`, several joined with `+`, `url`, `shown`, `htmldate` or `none`.

    ` without zone` behind a time that names none.
    """
    confidence: DateConfidence
    claims: dict[str, str]
    """Every claim as it was written, rejected ones included."""


def decide_date(
    claims: Mapping[str, str],
    url: str,
    *,
    first_seen_at: datetime,
    fetched_at: datetime,
    guess: Callable[[], date | None] = lambda: None,
    languages: Iterable[str] = (),
) -> DateDecision:
    """Decide when an article was published.

    Args:
        claims: source (see `TRUSTED`) to the date as written.
        url: the article's address.
        first_seen_at: when its link was first found; nothing is published later than that.
        fetched_at: when the page was fetched.
        guess: asks htmldate, which is slow; called only where nothing better is known.
        languages: of the article; they decide names of months that mean another month elsewhere.
    """
    written = dict(claims)
    moments = {name: read_moment(claims[name], languages) for name in TRUSTED if name in claims}
    believed = _believed(moments, first_seen_at, fetched_at)
    url_day = _possible(read_url_day(url), first_seen_at)
    if url_day is not None:
        written["url"] = url_day.isoformat()
    shown = _possible(_day_of(claims.get("shown"), languages), first_seen_at)
    days = {name: day for name, day in (("url", url_day), ("shown", shown)) if day is not None}
    if believed:
        return _from_trusted(believed, list(days.values()), written)
    for name, day in days.items():
        return _from_day(name, day, written, first_seen_at)
    return _from_guess(_possible(guess(), first_seen_at), written, first_seen_at)


def _from_guess(day: date | None, written: dict[str, str], first_seen_at: datetime) -> DateDecision:
    """htmldate's day, unless it is a first of January, which is a year of copyright."""
    if day is not None and (day.month, day.day) != (1, 1):
        return _from_day("htmldate", day, {**written, "htmldate": day.isoformat()}, first_seen_at)
    return DateDecision(
        published_at=None, day=None, precision="day", source="none", confidence="D", claims=written
    )


def count_at(decision: DateDecision, *, first_seen_at: datetime, origin: Origin) -> tuple[datetime, bool]:
    """The moment an article counts at, and whether it is late (a live find that is displayed but never
    counted)."""
    published = decision.published_at
    if origin == "backfill":
        return (
            (published, False)
            if published is not None and decision.confidence != "D"
            else (first_seen_at, False)
        )
    if published is None or decision.confidence not in ("A", "B"):
        return first_seen_at, False
    if first_seen_at - published > LATE_AFTER:
        return first_seen_at, True
    return published, False


def _believed(
    moments: Mapping[str, Moment | None], first_seen_at: datetime, fetched_at: datetime
) -> dict[str, Moment]:
    """The trusted claims that can be true."""
    possible = {
        name: kept
        for name, moment in moments.items()
        if moment is not None and (kept := _clamped(moment, first_seen_at))
    }
    templates = {
        name
        for name, m in possible.items()
        if m.precision == "second" and abs(m.at - fetched_at) < TEMPLATE_SLACK
    }
    others = {name: m for name, m in possible.items() if name not in templates}
    return others or possible


def _clamped(moment: Moment, first_seen_at: datetime) -> Moment | None:
    """The moment if it is possible.

    One that may be early only for its unknown time zone is moved back to first seen.
    """
    if moment.at < EARLIEST:
        return None
    if moment.at <= first_seen_at:
        return moment
    slack = CLOCK_SLACK if moment.zoned and moment.precision == "second" else ZONE_SLACK
    if moment.at > first_seen_at + slack:
        return None
    return replace(moment, at=first_seen_at)


def _day_of(text: str | None, languages: Iterable[str]) -> date | None:
    moment = read_moment(text, languages) if text else None
    return None if moment is None else moment.local_day


def _possible(day: date | None, first_seen_at: datetime) -> date | None:
    """The day, unless it is too early or too late for any article."""
    latest = (first_seen_at + ZONE_SLACK).date()
    return day if day is not None and EARLIEST.date() <= day <= latest else None


def _from_trusted(believed: dict[str, Moment], days: list[date], written: dict[str, str]) -> DateDecision:
    """The decision from claims that can be true.

    Args:
        days: that address and page name beside them.
    """
    ordered = sorted(
        believed, key=lambda name: (believed[name].at, believed[name].precision, TRUSTED.index(name))
    )
    agree = believed[ordered[-1]].at - believed[ordered[0]].at <= AGREEMENT
    named = ordered if agree else ordered[:1]
    chosen = _median_of_best([believed[name] for name in ordered]) if agree else believed[ordered[0]]
    return DateDecision(
        published_at=chosen.at,
        day=_own_day(chosen, [believed[name] for name in named if agree], days),
        precision=chosen.precision,
        source=_named(named, chosen),
        confidence=_confidence(
            believed, agree=agree, day_agrees="url" in written and _is_near(chosen, days[:1])
        ),
        claims=written,
    )


def _is_near(moment: Moment, days: Iterable[date]) -> bool:
    return any(abs((day - moment.local_day).days) <= 1 for day in days)


def _median_of_best(ordered: list[Moment]) -> Moment:
    """Of claims that agree: a time says more than a day, a zone that is named more than an assumed one."""
    timed = [moment for moment in ordered if moment.precision == "second"] or ordered
    zoned = [moment for moment in timed if moment.zoned] or timed
    return zoned[(len(zoned) - 1) // 2]


def _named(sources: Iterable[str], moment: Moment) -> str:
    """The sources of a decision.

    A time whose zone had to be assumed says so, since it may be half a day off.
    """
    named = set(sources)
    assumed = moment.precision == "second" and not moment.zoned
    return "+".join(source for source in TRUSTED if source in named) + (WITHOUT_ZONE if assumed else "")


def _own_day(moment: Moment, others: Iterable[Moment], days: Iterable[date]) -> date:
    """The calendar day where the outlet is: a stamp in UTC may carry its neighbour, which an address, a stamp
    in its own zone, a bare day or the line beside the headline names."""
    if moment.local:
        return moment.local_day
    named = list(days)
    if moment.zoned:
        named += [
            other.local_day
            for other in sorted(others, key=lambda other: not other.local)
            if other.local or other.precision == "day"
        ]
    return next((day for day in named if _can_be(day, moment)), moment.local_day)


def _can_be(day: date, moment: Moment) -> bool:
    """Whether a moment may have had this day where the outlet is; with a zone, anywhere with newsrooms."""
    if moment.zoned and moment.precision == "second":
        return (moment.at + WEST).date() <= day <= (moment.at + EAST).date()
    return abs((day - moment.local_day).days) <= 1


def _confidence(believed: Mapping[str, Moment], *, agree: bool, day_agrees: bool) -> DateConfidence:
    if not agree:
        return "C"
    independent = "feed" in believed or day_agrees
    return "A" if len(believed) > 1 and independent else "B"


def _from_day(source: str, day: date, written: dict[str, str], first_seen_at: datetime) -> DateDecision:
    at = min(midnight(day), first_seen_at)
    return DateDecision(
        published_at=at, day=day, precision="day", source=source, confidence="C", claims=written
    )
