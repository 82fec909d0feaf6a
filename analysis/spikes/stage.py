"""The stage `detect`: test each narrative's newest window, every day since the last run.

    observations + source days -> panel -> series -> fast and slow tests      (narratives with a baseline)
                                                  -> emergence                (those without)
                                                  -> raw articles             (reprint storms: named, never
                                                  alerted)
    what stands out -> facts of its passages -> innocent explanations -> policy -> Spike rows

A day is tested while it runs and once more when it is over, from what counts up to that day alone: days that
are caught up after a pause are judged as they would have been without it. A test takes the place of the one
before; an alert that was decided stays as it was decided.

Counts are read once for all days; passages only of narratives that stand out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import structlog

from analysis.counts.panel import Panel, panel_of
from analysis.counts.reach import look_back
from analysis.embedding.centring import comparable
from analysis.spikes import groups
from analysis.spikes.day import DayResult, examine_day
from analysis.spikes.day_evidence import DayEvidence
from analysis.spikes.detectors import Watch
from analysis.spikes.examined_day import ExaminedDay
from analysis.spikes.facts import FACT_DAYS, FactRow
from analysis.spikes.gates import Gates, gates_of
from analysis.spikes.owners import owners_of
from analysis.tellings import COPY_REACH, RESTS, passages_of, resting_forms, speaking
from config.clock import Clock, day_of, midnight
from config.progress import Progress
from config.settings import SpikeSettings
from config.workspace import Workspace
from storage.records import DailyGroup, Narrative, Source, Spike
from storage.records.told import Cell
from storage.store import Store

logger = structlog.get_logger(__name__)

CATCH_UP_DAYS = 14
"""Days that are tested at most after a pause: what is older is not news any more. Chosen, not measured."""


def detect(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Write the spikes of the days since the last run; each day is one short transaction, safe to kill and to
    repeat.

    Returns:
        days tested, narratives tested and spikes by decision.
    """
    today = day_of(clock.now())
    days = days_to_test(store, today)
    counted = CountedDays(store, workspace.settings.spikes, days)
    counts = Counter(days=0, tested=0, alert=0, digest=0, suppressed=0)
    progress.start("detect", len(days))
    for day in days:
        result = counted.examine(day, running=day == today, run_id=run_id)
        store.spikes.replace(day, result.spikes)
        store.daily_groups.save(counted.tested_groups(result))
        counts.update(days=1, tested=result.tested)
        counts.update(spike.decision for spike in result.spikes)
        _log(result, run_id)
        progress.step()
    return dict(counts)


def _log(result: DayResult, run_id: str) -> None:
    for spike in result.spikes:
        logger.info(
            "spike", run=run_id, spike=spike.spike_id, decision=spike.decision, detector=spike.detector
        )


def days_to_test(store: Store, today: date) -> list[date]:
    """From the day of the last finished run, which was tested before it was over, to today."""
    last = store.runs.last("detect")
    since = today if last is None else day_of(last.as_of)
    first = min(today, max(since, today - timedelta(days=CATCH_UP_DAYS - 1)))
    return [first + timedelta(days=n) for n in range((today - first).days + 1)]


class CountedDays:
    """What was counted of some days and of those that their tests look back on, read once."""

    def __init__(self, store: Store, rules: SpikeSettings, days: Sequence[date]) -> None:
        self._store, self._rules = store, rules
        self._reach = timedelta(days=look_back(rules))
        first, end = days[0] - self._reach, days[-1] + timedelta(days=1)
        self._survivors = store.narratives.counted_as()
        self._cells = store.counts.cells(first, end)
        self._source_days = store.counts.source_days(first, end)
        self._known = {item.narrative_id: item for item in store.narratives.all()}
        drawn = store.daily_groups.between(days[-1], end)
        self._groups = [item for item in drawn if item.narrative_id is None]
        self._drawn: dict[int, DailyGroup] = {}
        """Groups that were asked about, by key."""
        self._tested = self._speaking()
        sources = store.sources.listed()
        self._watch, self._owners = watched_by(sources), owners_of(sources)

    def _speaking(self) -> list[Narrative]:
        """Narratives that claim something, their centroids comparable.

        Weather and market prices claim nothing, however many print them. Centroids are frozen under the means
        of their day; only under the same means do they tell how alike two are.
        """
        forms = resting_forms(self._store.narratives.lineage(kinds=RESTS))
        return comparable(self._store, [item for key, item in self._known.items() if key not in forms])

    def examine(self, day: date, *, running: bool, run_id: str) -> DayResult:
        """What the tests of one of the days give; groups are tested on the day that they end with."""
        found = self._groups if running else []
        evidence = self.evidence(day, found)
        return examine_day(evidence, day, self.earlier(day), running=running, run_id=run_id)

    def tested_groups(self, result: DayResult) -> list[DailyGroup]:
        """The groups that were tested, with what was found."""
        found = ((item, result.groups.get(groups.key_of(item))) for item in self._groups)
        return [item.tested(spike) for item, spike in found if spike is not None]

    def gates(self, day: date, number: int) -> dict[str, Gates]:
        """Why a narrative rang on one of the days or did not, and the same of the day's groups that hold a
        passage of it.
        """
        found = self._groups
        evidence = self.evidence(day, found)
        tested = ExaminedDay(evidence, day, "", running=False)
        stored = self._store.spikes.between(day, day + timedelta(days=1))
        gates = {f"narrative {number}": gates_of(tested, number, stored)}
        for group in found:
            if evidence.holders.get(groups.key_of(group)) == number:
                gates[f"group {group.number}: {group.label}"] = gates_of(tested, groups.key_of(group), stored)
        return gates

    def evidence(self, day: date, found: Sequence[DailyGroup] = ()) -> DayEvidence:
        """What the tests of one of the days look at, some groups among it."""
        self._drawn |= {groups.key_of(item): item for item in found}
        passages = {key for item in found for key in item.passages}
        assigned = self._store.narratives.assigned(passages) if passages else []
        return DayEvidence(
            self._panel(day, found),
            [*self._tested, *map(groups.as_narrative, found)],
            lambda number: self._rows(number, day),
            self._rules,
            holders=groups.holders(found, assigned, self._survivors),
            watch=self._watch,
            owners=self._owners,
        )

    def _panel(self, day: date, found: Sequence[DailyGroup]) -> Panel:
        """What can be tested, over the days that its tests look back on."""
        first = day - self._reach
        cells = [cell for cell in self._cells if first <= cell.day <= day]
        return panel_of(
            [*cells, *groups.cells_of(found)],
            [item for item in self._source_days if first <= item.day <= day],
            narratives=[*self._testable(cells), *map(groups.key_of, found)],
            days=[first + timedelta(days=n) for n in range(self._reach.days + 1)],
        )

    def _testable(self, cells: Iterable[Cell]) -> list[int]:
        """Narratives that were told in the days before or are watched: no test looks at another."""
        told = {cell.narrative_id for cell in cells}
        return [
            item.narrative_id for item in self._tested if item.narrative_id in told or item.kind == "watched"
        ]

    def _rows(self, number: int, day: date) -> Sequence[FactRow]:
        """What a narrative's facts are told from: windows, how long it lasts, and the copies before."""
        if groups.is_group(number):
            return self._store.passages.many(self._drawn[number].passages)
        start, end = midnight(day - timedelta(days=FACT_DAYS)) - COPY_REACH, midnight(day + timedelta(days=1))
        narrative = self._known.get(number)
        if narrative is None:
            return []
        return speaking(passages_of(self._store, narrative, self._survivors, start=start, end=end))

    def earlier(self, day: date) -> list[Spike]:
        """Spikes that can keep a story quiet on a day; those of a merged narrative are its survivor's."""
        start = day - timedelta(days=max(self._rules.quiet_days, 7))
        found = self._store.spikes.between(start, day + timedelta(days=1))
        return [replace(item, narrative_id=_leads_to(self._survivors, item)) for item in found]


def watched_by(sources: Iterable[Source]) -> Watch:
    """How many countries and languages some outlets cover."""
    outlets = list(sources)
    countries = {item.country for item in outlets} - {""}
    languages = {item.languages[0] for item in outlets if item.languages}
    return Watch(len(countries), len(languages))


def _leads_to(survivors: Mapping[int, int], spike: Spike) -> int:
    return survivors.get(spike.narrative_id, spike.narrative_id)
