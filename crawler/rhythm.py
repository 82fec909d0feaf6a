"""When a feed is polled next: by its own rhythm, between ten minutes and a day. Pure.

    new entries --by hour of the day, older ones counting less--> expected entries an hour --> next poll
    where so many are expected as a poll is worth; never before the feed, its server or its source allow it

An outlet that publishes by day and sleeps at night is asked often by day. The expectation is the mean of a
Poisson rate whose prior is a quiet outlet (Gamma, worth `PRIOR_DAYS`), so that a feed nobody knows is asked
within the hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp

from crawler.stamps import read_mail
from storage.records import FeedState

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=24)
DAY = timedelta(days=1)
ENTRIES_PER_POLL = 0.4
"""New entries that are worth a poll. Of 1,000 simulated feeds, 0.4 costs 31 % of the requests of polling
each every ten minutes, at a median of 7.2 minutes from publication to storage; of 150 feeds 0.4, 0.6 and 0.9
cost 32, 25 and 19 % at 7.4, 8.4 and 9.8 minutes (`python -m tests.benchmarks.polling`)."""
MEMORY_DAYS = 14.0
"""After so long an entry counts a third: two weeks tell a rhythm. Chosen, not measured."""
PRIOR_PER_HOUR, PRIOR_DAYS = 0.6, 0.35
"""What is expected of a feed that nobody knows, and the days of watching that this is worth: a poll every 40
minutes, and one a day after two silent weeks. Chosen, not measured."""
BACKLOG = timedelta(days=7)
"""Entries of a first poll that tell a rhythm: those of the week before. Chosen, not measured."""
_HOURS = 24
_STEP = timedelta(minutes=5)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How much a feed brings, by hour of the day in UTC."""

    days: float = 0.0
    """Days that it was watched, older ones counting less."""
    entries: tuple[float, ...] = (0.0,) * _HOURS

    @classmethod
    def of(cls, state: FeedState) -> Rhythm:
        """As it is remembered."""
        kept = state.rhythm or ()
        return cls(kept[0], tuple(kept[1:])) if len(kept) == 1 + _HOURS else cls()

    def kept(self) -> tuple[float, ...]:
        """What is remembered of it."""
        return tuple(round(value, 4) for value in (self.days, *self.entries))

    def watched(self, days: float, moments: Iterable[datetime]) -> Rhythm:
        """The rhythm after so many days more, in which entries came at some moments."""
        fading = exp(-days / MEMORY_DAYS)
        entries = [count * fading for count in self.entries]
        for moment in moments:
            entries[moment.hour] += 1
        return Rhythm(self.days * fading + days, tuple(entries))

    def before(self, silence: timedelta) -> float:
        """Entries a day as they were before a silence that has lasted so long."""
        faded = exp(silence / DAY / MEMORY_DAYS)
        watched = (self.days - MEMORY_DAYS) * faded + MEMORY_DAYS
        return sum(self.entries) * faded / max(watched, 1.0)

    def per_hour(self, hour: int) -> float:
        """Entries to be expected in an hour of the day; its neighbours tell half of it."""
        before, at, after = (self.entries[(hour + step) % _HOURS] for step in (-1, 0, 1))
        seen = (before + 2 * at + after) / 4
        return (seen + PRIOR_PER_HOUR * PRIOR_DAYS) / (self.days + PRIOR_DAYS)


def next_poll(rhythm: Rhythm, now: datetime, *, least: timedelta = SHORTEST) -> datetime:
    """When a feed that was polled now is polled again."""
    moment = now
    expected = 0.0
    while expected < ENTRIES_PER_POLL and moment < now + LONGEST:
        expected += rhythm.per_hour(moment.hour) * (_STEP / timedelta(hours=1))
        moment += _STEP
    return now + min(max(moment - now, least, SHORTEST), LONGEST)


def state_after_poll(
    state: FeedState, since: datetime | None, new: Sequence[datetime | None], *, poll_minutes: int | None
) -> FeedState:
    """A feed's state with its rhythm and the moment of its next poll, after a poll that came through.

    Args:
        state: after the poll, with the rhythm of before.
        since: when it was polled before that.
        new: when each new entry was published, as far as that is stated.
        poll_minutes: the interval that its source states, if it does.
    """
    polled_at = state.last_polled_at
    if polled_at is None:
        return state
    rhythm = _watched(Rhythm.of(state), polled_at, since, new)
    least = timedelta(minutes=state.hint_minutes or 0)
    due = next_poll(rhythm, polled_at, least=least)
    if poll_minutes is not None:
        due = polled_at + timedelta(minutes=poll_minutes)
    return replace(state, rhythm=rhythm.kept(), due_at=due)


def _watched(
    rhythm: Rhythm, polled_at: datetime, since: datetime | None, new: Sequence[datetime | None]
) -> Rhythm:
    """The rhythm with what a poll brought; of a first poll only what is dated, and not long ago, counts."""
    if since is None or since > polled_at:
        recent = [at for at in new if at is not None and polled_at - BACKLOG <= at <= polled_at]
        return rhythm.watched((polled_at - min(recent, default=polled_at)) / DAY, recent)
    return rhythm.watched((polled_at - since) / DAY, [_came(at, since, polled_at) for at in new])


def _came(stated: datetime | None, since: datetime, polled_at: datetime) -> datetime:
    """When an entry came between two polls: without a date somewhen, and listed late if dated before."""
    if stated is None or stated > polled_at:
        return since + (polled_at - since) / 2
    return max(stated, since)


def hinted_minutes(ttl_minutes: int | None, headers: Iterable[tuple[str, str]], now: datetime) -> int | None:
    """The least interval that a feed (`ttl`) or its server (Cache-Control, Expires) asks for.

    What is longer than a day is a template's, not a wish, and counts for nothing.
    """
    stated = {name.lower(): value for name, value in headers}
    age = _MAX_AGE.search(stated.get("cache-control", ""))
    seconds = float(age[1]) if age else _until_expiry(stated.get("expires"), now)
    hints = [minutes for minutes in (float(ttl_minutes or 0), seconds / 60) if minutes > 0]
    longest = LONGEST / timedelta(minutes=1)
    return max((round(minutes) for minutes in hints if minutes <= longest), default=0) or None


def _until_expiry(expires: str | None, now: datetime) -> float:
    moment = read_mail(expires or "")
    if moment is None or moment.tzinfo is None:
        return 0.0
    return max((moment - now).total_seconds(), 0.0)
