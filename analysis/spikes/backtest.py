"""What other settings would have told: detection over the workspace's own history, day by day, from stored
counts and daily groups. Nothing is written.

    each day of a period -> the day's counts and groups -> the same tests, explanations and policy
                         -> what would have rung, beside what did

Two things are as they are now and not as they were: a day that was counted again since has its present
counts, and a passage is in the narrative that holds it today. A day is tested once, when it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.counts.reach import FAST_DAYS
from analysis.spikes import groups
from analysis.spikes.day import examine_day
from analysis.spikes.stage import CountedDays
from config.settings import SpikeSettings
from storage.records import DailyGroup, Spike
from storage.store import Store

CHUNK_DAYS = 28
"""Days whose counts are read at a time; decides memory only."""
SAME = timedelta(days=max(FAST_DAYS))
"""Two alerts of one narrative so near to each other tell the same: the longest fast window."""


@dataclass(frozen=True, slots=True)
class Rung:
    """An alert that would have been made."""

    day: date
    narrative_id: int | None
    """None: its group bore no narrative when its day was tested."""
    label: str
    detector: str
    observed: float
    expected: float
    was_told: bool
    """An alert of the same narrative was made within the days of its window."""


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a period would have told, and what it told."""

    first: date
    last: date
    rung: tuple[Rung, ...]
    told: int
    """Alerts that were made in the period."""

    @property
    def a_week(self) -> float:
        """Alerts a week that would have been made."""
        return len(self.rung) / max((self.last - self.first).days + 1, 1) * 7


def backtest(store: Store, rules: SpikeSettings, first: date, last: date) -> BackTest:
    """Replay the days [first, last] under some settings."""
    rang: dict[int, DailyGroup] = {}
    found = _replayed(store, rules, [first + timedelta(days=n) for n in range((last - first).days + 1)], rang)
    stored = store.spikes.between(first - SAME, last + SAME + timedelta(days=1))
    alerts = [spike for spike in stored if spike.decision == "alert"]
    names = {item.narrative_id: item.label for item in store.narratives.all(include_merged=True)}
    rung = [_rung(spike, rang, names, alerts) for spike in found if spike.decision == "alert"]
    return BackTest(first, last, tuple(rung), sum(first <= spike.day <= last for spike in alerts))


def _replayed(
    store: Store, rules: SpikeSettings, days: Sequence[date], rang: dict[int, DailyGroup]
) -> list[Spike]:
    """The spikes of the days; groups that rang are added to `rang`."""
    found: list[Spike] = []
    for start in range(0, len(days), CHUNK_DAYS):
        part = days[start : start + CHUNK_DAYS]
        replay = _Replay(store, rules, part, rang)
        for day in part:
            found += replay.spikes(day, found)
    return found


class _Replay(CountedDays):
    """The days of a chunk; groups that rang stay known, so that a story is not told twice."""

    def __init__(
        self, store: Store, rules: SpikeSettings, days: Sequence[date], rang: dict[int, DailyGroup]
    ) -> None:
        super().__init__(store, rules, days)
        self._rang = rang
        self._drawn |= rang

    def spikes(self, day: date, found: Sequence[Spike]) -> list[Spike]:
        """What the day's tests give, groups that ask for a mail under their keys."""
        drawn = self._store.daily_groups.between(day, day + timedelta(days=1))
        since = day - timedelta(days=max(self._rules.quiet_days, 7))
        earlier = [spike for spike in found if spike.day >= since]
        result = examine_day(self.evidence(day, drawn), day, earlier, running=False, run_id="")
        asking = [spike for spike in result.groups.values() if _asks(spike)]
        keys = {spike.narrative_id for spike in asking}
        rang = {key: item for item in drawn if (key := groups.key_of(item)) in keys}
        self._rang |= rang
        self._tested += [groups.as_narrative(item) for item in rang.values()]
        return [*result.spikes, *asking]


def _asks(spike: Spike) -> bool:
    return spike.decision == "alert" or "budget" in spike.checks


def _rung(spike: Spike, rang: dict[int, DailyGroup], names: dict[int, str], alerts: Sequence[Spike]) -> Rung:
    group = rang.get(spike.narrative_id)
    number = spike.narrative_id if group is None else group.narrative_id
    told = (item for item in alerts if item.narrative_id == number)
    return Rung(
        day=spike.day,
        narrative_id=number,
        label=names.get(spike.narrative_id, "") if group is None else group.label,
        detector=spike.detector,
        observed=spike.observed,
        expected=spike.expected,
        was_told=any(abs(item.day - spike.day) <= SAME for item in told),
    )
