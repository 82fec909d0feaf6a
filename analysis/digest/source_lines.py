"""The health of each source over a period, in figures and in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from analysis.counts.source_health import SEEN, USUAL_DAYS
from analysis.digest.reader import DigestReader
from analysis.digest.records import SourceLine, SourceStatus
from storage.records import Health
from storage.records.told import SourceDayRow

NEW_DAYS = 14
"""A source is called new for so long after its first live day: as long as the outlets that a test calls new.
Chosen, not measured.
"""
STATUS_ORDER: tuple[SourceStatus, ...] = ("outage", "silent", "degraded", "new", "not_yet", "ok")


def source_lines(reader: DigestReader) -> tuple[SourceLine, ...]:
    """The sources' health, those that need attention first, then by id."""
    by_source: defaultdict[str, list[SourceDayRow]] = defaultdict(list)
    for item in reader.source_days:
        by_source[item.source_id].append(item)
    removed = {item.source_id: item.removed_on for item in reader.sources if item.removed_on}
    listed = {item.source_id for item in reader.sources} - removed.keys()
    # One that was removed since still stands in the report of a week in which it was watched.
    known = listed | {key for key in by_source if reader.start <= removed.get(key, reader.start)}
    lines = [_source_line(reader, key, by_source[key]) for key in known]
    return tuple(sorted(lines, key=lambda line: (STATUS_ORDER.index(line.status), line.outlet.source_id)))


def _source_line(reader: DigestReader, source_id: str, days: Sequence[SourceDayRow]) -> SourceLine:
    inside = [item for item in days if item.day >= reader.start]
    status, note = _status(reader, source_id, inside)
    return SourceLine(
        outlet=reader.ref(source_id),
        status=status,
        days=dict(sorted(Counter(item.health for item in inside).items())),
        daily=tuple(_daily(reader, inside)),
        articles=sum(item.articles for item in inside),
        usual_articles=_usual(reader, days),
        fetched=sum(item.fetched for item in inside),
        failed=sum(item.failed for item in inside),
        polls=sum(item.polls for item in inside),
        polls_failed=sum(item.polls_failed for item in inside),
        note=note,
    )


def _daily(reader: DigestReader, inside: Sequence[SourceDayRow]) -> list[Health]:
    by_day = {item.day: item.health for item in inside}
    days = (reader.start + timedelta(days=n) for n in range(reader.days))
    return [by_day.get(day, "not_yet") for day in days]


def _usual(reader: DigestReader, days: Sequence[SourceDayRow]) -> float:
    """What the mean of the seen days of four weeks before would give in as many days."""
    before = [item.articles for item in days if item.day < reader.start and item.health in SEEN][-USUAL_DAYS:]
    return round(sum(before) / len(before) * reader.days, 1) if before else 0.0


def _is_unread(item: SourceDayRow) -> bool:
    return item.health == "down" and 0 < item.polls == item.polls_failed


Kind = tuple[SourceStatus, str, Callable[[SourceDayRow], bool]]
_KINDS: tuple[Kind, ...] = (
    ("outage", "no feed could be read on {days}: a gap, not a fall", _is_unread),
    (
        "outage",
        "not asked on {days}: a gap, not a fall",
        lambda item: item.health == "down" and not item.polls,
    ),
    (
        "silent",
        "nothing published on {days} although it usually does: a gap, not a fall",
        lambda item: item.health == "down" and item.polls > item.polls_failed,
    ),
    (
        "degraded",
        "clearly less than usual, or most of it failed, on {days}",
        lambda item: item.health == "degraded",
    ),
)
"""Status, what is said of it, and the days that it is said of; the first that has days is told."""


def _status(reader: DigestReader, source_id: str, inside: Sequence[SourceDayRow]) -> tuple[SourceStatus, str]:
    for status, words, concerns in _KINDS:
        days = [item.day for item in inside if concerns(item)]
        if days:
            return status, words.format(days=_days(days, reader.days))
    live = reader.watched_since.get(source_id)
    if live is not None and _is_new(reader, live):
        return "new", f"watched since {live.isoformat()}: counted as more output, not as a rise"
    if all(item.health in ("not_yet", "backfill") for item in inside):
        return "not_yet", "not watched yet"
    return "ok", ""


def _is_new(reader: DigestReader, live: date) -> bool:
    """Watched for less than two weeks, while others are watched for longer."""
    return (
        reader.end - timedelta(days=NEW_DAYS) < live < reader.end
        and min(reader.watched_since.values()) < live
    )


def _days(days: Sequence[date], of: int) -> str:
    return f"{len(days)} of {of} days ({', '.join(day.isoformat() for day in days)})"
