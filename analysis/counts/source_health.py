"""The health of a source on a day: was what it published seen?

    not_yet    before the first day that anything is known of, or outside its coverage
    backfill   before its first live crawl: history counts for baselines, nobody watched
    down       every poll failed and its output is missing, or a silence of days that its usual output does not explain
    degraded   polls or pages failed for the most part, or clearly less than half of its usual output
    ok         else

What is usual is told by the source's own last 28 seen days, by weekday where there are enough of them: many outlets rest at weekends.
Only whole days are judged by their output; the day that still runs is judged by its polls.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median

from storage.records import FeedPoll, Health, Source, SourceDay

SEEN: frozenset[Health] = frozenset({"ok", "degraded", "backfill"})
USUAL_DAYS = 28
MIN_USUAL_DAYS = 7
SILENCE_CHANCE = 0.001
"""A silence that the usual output makes rarer than this is an outage ..."""
SILENCE_DAYS = 3
"""... if it lasts so long: an outlet may rest over a weekend."""
LOW_CHANCE = 0.02
"""Output under half of the usual is called degraded only if it is this rare by chance."""
MIN_TRIES = 4
"""Pages tried on a day before their share of failures says anything."""

REACHED = frozenset({"stored", "duplicate", "unchanged"})
"""Outcomes of a poll or page that came through."""
REFUSED = frozenset({"robots_denied", "http_404", "http_410", "not_html", "private_address", "bad_url"})
"""Outcomes of a page that say something of the page, not of the way to the source: neither fetched nor failed."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """One fetched page, as far as health needs it."""

    source_id: str
    fetched_at: datetime
    outcome: str


@dataclass(slots=True)
class SourceHistory:
    """What was seen of each source before the days that are judged; grows as they are."""

    days: defaultdict[str, deque[tuple[date, int]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=USUAL_DAYS))
    )
    first_day: dict[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, earlier: Sequence[SourceDay]) -> SourceHistory:
        """From stored source days of before."""
        history = cls()
        for item in sorted(earlier, key=lambda each: (each.day, each.source_id)):
            history.note(item)
        return history

    def note(self, item: SourceDay) -> None:
        """Remember one judged day."""
        if item.health != "not_yet":
            self.first_day.setdefault(item.source_id, item.day)
        if item.health in SEEN:
            self.days[item.source_id].append((item.day, item.articles))

    def usual(self, source_id: str, day: date) -> float | None:
        """Articles to expect on a day of this weekday; None before a week was seen."""
        seen = self.days[source_id]
        if len(seen) < MIN_USUAL_DAYS:
            return None
        same = [articles for other, articles in seen if other.weekday() == day.weekday()]
        values = same if len(same) >= 3 else [articles for _, articles in seen]
        return sum(values) / len(values)

    def median(self, source_id: str) -> float:
        """Median articles of the seen days; 0 where there are none."""
        return float(median([articles for _, articles in self.days[source_id]] or [0]))


def source_days(
    outputs: Mapping[tuple[str, date], tuple[int, int]], polls: Sequence[FeedPoll], fetches: Sequence[Fetch], sources: Sequence[Source],
    *, first: date, last: date, today: date, history: SourceHistory,
) -> list[SourceDay]:  # fmt: skip
    """One SourceDay per known source and day of [first, last), by (day, source).

    Args:
        outputs: (source, day) -> articles, texts first told by the source.
        fetches: pages tried, with their fetch outcome.
        today: the day that still runs.
        history: what was usual before `first`; the judged days are added to it.
    """
    polled = _tally((poll.source_id, poll.polled_at, poll.outcome in REACHED) for poll in polls)
    fetched = _tally(
        (item.source_id, item.fetched_at, item.outcome in REACHED)
        for item in fetches
        if item.outcome not in REFUSED
    )
    days = [first + timedelta(days=n) for n in range((last - first).days)]
    found: list[SourceDay] = []
    for source in sorted(sources, key=lambda item: item.source_id):
        bare = [_bare(source.source_id, day, outputs, polled, fetched) for day in days]
        found += _Judge(source, today, history).all(bare)
    return sorted(found, key=lambda item: (item.day, item.source_id))


def _tally(items: Iterable[tuple[str, datetime, bool]]) -> Counter[tuple[str, date, bool]]:
    return Counter((source_id, at.astimezone(UTC).date(), well) for source_id, at, well in items)


def _bare(
    source_id: str, day: date, outputs: Mapping[tuple[str, date], tuple[int, int]],
    polled: Counter[tuple[str, date, bool]], fetched: Counter[tuple[str, date, bool]],
) -> SourceDay:  # fmt: skip
    """A source day before it is judged."""
    articles, texts = outputs.get((source_id, day), (0, 0))
    failed_polls, failed_pages = polled[source_id, day, False], fetched[source_id, day, False]
    return SourceDay(
        source_id=source_id, day=day, articles=articles, copy_groups=texts, health="ok",
        fetched=fetched[source_id, day, True], failed=failed_pages,
        polls=polled[source_id, day, True] + failed_polls, polls_failed=failed_polls,
    )  # fmt: skip


class _Judge:
    """Judges the days of one source in their order; a silence is judged when it has lasted."""

    def __init__(self, source: Source, today: date, history: SourceHistory) -> None:
        self._source = source
        self._today = today
        self._history = history
        self._live = (
            None if source.first_crawled_at is None else source.first_crawled_at.astimezone(UTC).date()
        )
        self._silence: list[SourceDay] = []

    def all(self, days: Sequence[SourceDay]) -> list[SourceDay]:
        """The days with their health, oldest first."""
        first = self._history.first_day.get(self._source.source_id) or next(
            (item.day for item in days if item.articles), None
        )
        judged: list[SourceDay] = []
        for item in days:
            if self._is_outside(item.day, first):
                judged.append(replace(item, health="not_yet"))
            elif self._live is None or item.day < self._live:
                judged.append(self._kept(replace(item, health="backfill")))
            elif item.day < self._today and item.articles == 0 and item.polls_failed < max(item.polls, 1):
                self._silence.append(item)
            else:
                judged += self._end_silence()
                judged.append(self._kept(replace(item, health=self._of(item))))
        return judged + self._end_silence()

    def _is_outside(self, day: date, first: date | None) -> bool:
        known = min((item for item in (first, self._live) if item is not None), default=None)
        ended = self._source.coverage_end is not None and day > self._source.coverage_end
        return known is None or day < known or ended

    def _kept(self, item: SourceDay) -> SourceDay:
        self._history.note(item)
        return item

    def _end_silence(self) -> list[SourceDay]:
        """The silent days that were waiting: an outage if the usual output makes so long a silence too unlikely."""
        waiting, self._silence = self._silence, []
        expected = sum(self._history.usual(item.source_id, item.day) or 0.0 for item in waiting)
        outage = len(waiting) >= SILENCE_DAYS and math.exp(-expected) < SILENCE_CHANCE
        return [self._kept(replace(item, health="down" if outage else "ok")) for item in waiting]

    def _of(self, item: SourceDay) -> Health:
        """Health of a live day that is not silent, or on which no poll came through."""
        usual = self._history.usual(item.source_id, item.day)
        if item.polls and item.polls_failed == item.polls:
            return "down" if item.articles < max(0.5 * (usual or 0.0), 1) else "degraded"
        tried = item.fetched + item.failed
        failing = item.polls_failed > item.polls / 2 or (tried >= MIN_TRIES and item.failed > tried / 2)
        low = (
            item.day < self._today
            and usual is not None
            and item.articles < 0.5 * self._history.median(item.source_id)
        )
        if failing or (low and poisson_at_most(item.articles, usual or 0.0) < LOW_CHANCE):
            return "degraded"
        return "ok"


def poisson_at_most(count: int, mean: float) -> float:
    """P(X <= count) for a Poisson variable."""
    term = total = math.exp(-mean)
    for n in range(1, count + 1):
        term *= mean / n
        total += term
    return min(1.0, total)
