"""The health of a source on a day: was what it published seen?

    not_yet    before the first day that anything is known of, or outside its coverage
    backfill   up to and with the day of its first live crawl: history counts for baselines, nobody watched
               all of it
    down       nobody asked, or every poll failed, and its output is missing; or a silence of days that its
               usual output does not explain
    degraded   polls or pages failed for the most part, or clearly less than half of its usual output, or less
               than half of its usual polls
               and of its usual output
    ok         else

What is usual is told by the source's own last 28 seen days, by weekday where there are enough of them: many
outlets rest at weekends. Only whole days are judged by their output; the day that still runs is judged by its
polls. A machine that was off asked nobody: what was published meanwhile and found later is counted, but a day
that brought little is a gap and not a day of little.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from config.clock import day_of
from storage.records import Health, Source, SourceDay
from storage.records.told import AttemptCount

SEEN: frozenset[Health] = frozenset({"ok", "degraded", "backfill"})
USUAL_DAYS = 28
"""Four weeks, so that each weekday is there four times. Chosen, not measured."""
MIN_USUAL_DAYS = 7
"""One of each weekday. Chosen, not measured."""
SILENCE_CHANCE = 0.001
"""A silence that the usual output makes rarer than this is an outage ... Chosen, not measured: 300 sources
have 100,000 days a year.
"""
SILENCE_DAYS = 3
"""... if it lasts so long: an outlet may rest over a weekend. Chosen, not measured."""
LOW_CHANCE = 0.02
"""Output under half of the usual is called degraded only if it is this rare by chance. Chosen, not
measured.
"""
HALF = 0.5
"""Less than half of what is usual - output, or polls - was not a usual day. Chosen, not measured."""
MIN_TRIES = 4
"""Pages tried on a day before their share of failures says anything. Chosen, not measured."""

REACHED = frozenset({"stored", "duplicate", "unchanged"})
"""Outcomes of a poll or page that came through."""
REFUSED = frozenset({"robots_denied", "http_404", "http_410", "not_html", "private_address", "bad_url"})
"""Outcomes of a page that say something of the page, not of the way to the source: neither fetched nor
failed.
"""


class DayTally(NamedTuple):
    """What a source's day is judged by."""

    articles: int = 0
    copy_groups: int = 0
    """Texts that the source told first."""
    fetched: int = 0
    failed: int = 0
    polls_read: int = 0
    """Polls that came through."""
    polls_failed: int = 0

    @classmethod
    def of(cls, day: SourceDay) -> DayTally:
        """Of a stored day."""
        read = day.polls - day.polls_failed
        return cls(day.articles, day.copy_groups, day.fetched, day.failed, read, day.polls_failed)

    @property
    def polls(self) -> int:
        """All polls."""
        return self.polls_read + self.polls_failed

    @property
    def is_read(self) -> bool:
        """Whether a poll came through."""
        return self.polls_read > 0

    def judged(self, source_id: str, day: date, health: Health) -> SourceDay:
        """The row to store."""
        return SourceDay(
            source_id=source_id,
            day=day,
            articles=self.articles,
            copy_groups=self.copy_groups,
            fetched=self.fetched,
            failed=self.failed,
            polls=self.polls,
            polls_failed=self.polls_failed,
            health=health,
        )


Tallies = Mapping[tuple[str, date], DayTally]


def tallied(
    outputs: Mapping[tuple[str, date], tuple[int, int]],
    polls: Iterable[AttemptCount],
    fetches: Iterable[AttemptCount],
) -> dict[tuple[str, date], DayTally]:
    """What days are judged by, from what was published, polled and fetched on them.

    Args:
        outputs: (source, day) -> articles, texts first told by the source.
        fetches: pages tried, by fetch outcome.
    """
    polled = _by_success(polls)
    fetched = _by_success(item for item in fetches if item.outcome not in REFUSED)
    none = (0, 0)
    return {
        place: DayTally(*outputs.get(place, none), *fetched.get(place, none), *polled.get(place, none))
        for place in {*outputs, *fetched, *polled}
    }


def _by_success(attempts: Iterable[AttemptCount]) -> dict[tuple[str, date], tuple[int, int]]:
    """(source, day) -> attempts that came through, attempts that failed."""
    found: dict[tuple[str, date], tuple[int, int]] = {}
    for item in attempts:
        well, failed = found.get((item.source_id, item.day), (0, 0))
        is_well = item.outcome in REACHED
        found[item.source_id, item.day] = (
            well + item.attempts * is_well,
            failed + item.attempts * (not is_well),
        )
    return found


@dataclass(slots=True)
class SourceHistory:
    """What was seen of each source before the days that are judged; grows as they are."""

    days: defaultdict[str, deque[tuple[date, DayTally]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=USUAL_DAYS))
    )
    first_day: dict[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, earlier: Sequence[SourceDay]) -> SourceHistory:
        """From stored source days of before."""
        history = cls()
        for item in sorted(earlier, key=lambda each: (each.day, each.source_id)):
            history.note(item.source_id, item.day, DayTally.of(item), item.health)
        return history

    def note(self, source_id: str, day: date, tally: DayTally, health: Health) -> None:
        """Remember one judged day."""
        if health != "not_yet":
            self.first_day.setdefault(source_id, day)
        if health in SEEN:
            self.days[source_id].append((day, tally))

    def usual(self, source_id: str, day: date) -> float | None:
        """Articles to expect on a day of this weekday; None before a week was seen."""
        seen = self.days[source_id]
        if len(seen) < MIN_USUAL_DAYS:
            return None
        same = [tally.articles for other, tally in seen if other.weekday() == day.weekday()]
        values = same if len(same) >= 3 else [tally.articles for _, tally in seen]
        return sum(values) / len(values)

    def median(self, source_id: str) -> float:
        """Median articles of the seen days; 0 where there are none."""
        return float(median([tally.articles for _, tally in self.days[source_id]] or [0]))

    def usual_polls(self, source_id: str) -> float:
        """Median polls of the seen days; 0 where there are none."""
        return float(median([tally.polls for _, tally in self.days[source_id]] or [0]))


def source_days(
    tallies: Tallies,
    sources: Sequence[Source],
    *,
    first: date,
    last: date,
    today: date,
    history: SourceHistory,
) -> list[SourceDay]:
    """One SourceDay per known source and day of [first, last), by (day, source).

    Args:
        today: the day that still runs.
        history: what was usual before `first`; the judged days are added to it.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days)]
    found: list[SourceDay] = []
    for source in sorted(sources, key=lambda item: item.source_id):
        mine = [(day, tallies.get((source.source_id, day), DayTally())) for day in days]
        found += _Judge(source, today, history).all(mine)
    return sorted(found, key=lambda item: (item.day, item.source_id))


class _Judge:
    """Judges the days of one source in their order; a silence is judged when it has lasted."""

    def __init__(self, source: Source, today: date, history: SourceHistory) -> None:
        self._source = source
        self._key = source.source_id
        self._today = today
        self._history = history
        crawled = source.first_crawled_at
        self._live = None if crawled is None else day_of(crawled)
        self._silence: list[tuple[date, DayTally]] = []
        self._judged: list[SourceDay] = []

    def all(self, days: Sequence[tuple[date, DayTally]]) -> list[SourceDay]:
        """The days with their health, oldest first."""
        told = next((day for day, tally in days if tally.articles), None)
        first = self._history.first_day.get(self._key) or told
        for day, tally in days:
            self._judge(day, tally, first)
        self._end_silence()
        return self._judged

    def _judge(self, day: date, tally: DayTally, first: date | None) -> None:
        if (health := self._unwatched(day, first)) is not None:
            self._keep(day, tally, health)
        elif day < self._today and tally.articles == 0 and tally.is_read:
            self._silence.append((day, tally))
        else:
            self._end_silence()
            self._keep(day, tally, self._of(day, tally))

    def _unwatched(self, day: date, first: date | None) -> Health | None:
        """The health of a day that nobody watched from its beginning to its end; None for the others."""
        if self._is_outside(day, first):
            return "not_yet"
        return "backfill" if self._live is None or day <= self._live else None

    def _is_outside(self, day: date, first: date | None) -> bool:
        known = min((item for item in (first, self._live) if item is not None), default=None)
        last = self._source.watched_until
        ended = last is not None and day > last
        return known is None or day < known or ended

    def _keep(self, day: date, tally: DayTally, health: Health) -> None:
        self._history.note(self._key, day, tally, health)
        self._judged.append(tally.judged(self._key, day, health))

    def _end_silence(self) -> None:
        """The silent days that were waiting: an outage if the usual output makes so long a silence too
        unlikely.
        """
        waiting, self._silence = self._silence, []
        if not waiting:
            return
        expected = sum(self._history.usual(self._key, day) or 0.0 for day, _ in waiting)
        outage = len(waiting) >= SILENCE_DAYS and math.exp(-expected) < SILENCE_CHANCE
        for day, tally in waiting:
            asleep = self._asleep(day, tally)
            self._keep(day, tally, "down" if outage else "degraded" if asleep else "ok")

    def _of(self, day: date, tally: DayTally) -> Health:
        """Health of a live day that is not silent, or on which no poll came through."""
        if not tally.is_read:
            return self._unread(day, tally)
        tried = tally.fetched + tally.failed
        failing = tally.polls_failed > HALF * tally.polls or (
            tried >= MIN_TRIES and tally.failed > HALF * tried
        )
        is_degraded = failing or self._asleep(day, tally) or self._is_low(day, tally)
        return "degraded" if is_degraded else "ok"

    def _unread(self, day: date, tally: DayTally) -> Health:
        """Nobody asked, or every poll failed; what was found of the day later says how much of it was
        seen.
        """
        usual = self._history.usual(self._key, day) or 0.0
        return "down" if tally.articles < max(HALF * usual, 1) else "degraded"

    def _asleep(self, day: date, tally: DayTally) -> bool:
        """Whether the machine was off for most of a day that brought little."""
        few_polls = tally.polls < HALF * self._history.usual_polls(self._key)
        return few_polls and day < self._today and self._is_less_than_half(tally)

    def _is_low(self, day: date, tally: DayTally) -> bool:
        """Whether a whole day brought so little that chance does not explain it."""
        from scipy.special import pdtr

        usual = self._history.usual(self._key, day)
        if day >= self._today or usual is None or not self._is_less_than_half(tally):
            return False
        return bool(pdtr(tally.articles, usual) < LOW_CHANCE)

    def _is_less_than_half(self, tally: DayTally) -> bool:
        return tally.articles < HALF * self._history.median(self._key)
