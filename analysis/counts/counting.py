"""Counting: narrative x source x day, against each source's own output that day.

    passages that narratives have -> tellings (one per narrative and article)
                                  -> Observation: articles, texts new to the source, texts it told first
    articles + polls + fetches    -> SourceDay: whole output and health (`source_health.py`)

What is counted
- Late articles (found live more than 72 h after publication) are never counted.
- A narrative that was merged counts under the one it went into, on all days that are recounted: otherwise a
  merge would look like a rise.
- A watched narrative counts the hits that endorse or report its statement. Hits that refute it are left out:
  a rebuttal is not one more voice for the claim (it stays visible beside the others).
- `copy_groups` counts a text once per source, on the source's first day with it. `own_texts` counts a text
  once overall, for the source and day that told it first within the narrative: twelve reprints of one text
  add one. The series that is tested is made of `own_texts`. A text that nobody printed for two weeks counts
  again: what a day counts depends on the two weeks before it, not on what is recounted.

Which days are counted again: those that the database noted as changed (`storage/stale_days.py`) and the two
weeks after each, within the window. That is what a recount of the whole window would give: every other day
has the same articles and the same two weeks before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar

import structlog

from analysis.counts.observe import Output, observe, outputs
from analysis.counts.reach import look_back
from analysis.counts.source_health import DayTally, SourceHistory, source_days, tallied
from analysis.tellings import COPY_REACH, Printed, tellings
from config.clock import Clock, day_of, midnight
from config.progress import Progress
from config.workspace import Workspace
from storage.records import Observation, SourceDay
from storage.store import Store

logger = structlog.get_logger(__name__)

WINDOW_DAYS = 70
"""Days that are kept up to date at least: the ten weeks that charts show; more where the tests read more.
Chosen, not measured."""
CHUNK_DAYS = 7
"""Days that are read at a time: at 5,000 articles a day some 100,000 narrow rows. Decides memory only."""
HEALTH_DAYS = 60
"""Earlier source days that say what is usual for a source: twice the 28 seen days that are remembered.
Chosen, not measured.
"""

_DAY = timedelta(days=1)
"""By definition."""


def count(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Count again what changed, each day one transaction, written only if it differs; safe to kill and to
    repeat.

    Returns:
        days recounted, observations and source_days in them, and days rewritten.
    """
    today = day_of(clock.now())
    first, end = today - timedelta(days=_window_days(workspace)), today + _DAY
    notes = [note for note in store.counts.stale_days() if note.day <= today]
    stale = days_to_count({note.day for note in notes}, first, end)
    health = _Health(store, first, end, set(stale), today)
    progress.start("count", len(stale))
    counts = Counter(days=len(stale), observations=0, source_days=0, rewritten=0)
    for day, observations in _observed(store, stale):
        counts.update(observations=len(observations), source_days=len(health.of(day)))
        counts["rewritten"] += _write(store, day, observations)
        progress.step()
    health.write()
    store.counts.settle(notes)
    logger.info("counted", run=run_id, start=first.isoformat(), **counts)
    return dict(counts)


def days_to_count(changed: Collection[date], first: date, end: date) -> list[date]:
    """The days of [first, end) whose count may differ: those that changed, and those within `COPY_REACH`
    after one.
    """
    reach = COPY_REACH.days + 1
    days = {day + timedelta(days=n) for day in changed for n in range(reach)}
    return sorted(day for day in days if first <= day < end)


def _window_days(workspace: Workspace) -> int:
    return max(WINDOW_DAYS, look_back(workspace.settings.spikes))


def _runs(days: Sequence[date]) -> Iterator[list[date]]:
    """Runs of days that follow each other."""
    run: list[date] = []
    for day in days:
        if run and day != run[-1] + _DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _chunks(run: Sequence[date]) -> Iterator[tuple[date, date]]:
    """The two weeks before a run and the run itself, in pieces [first, end)."""
    first, end = run[0] - COPY_REACH, run[-1] + _DAY
    while first < end:
        last = min(first + timedelta(days=CHUNK_DAYS), end)
        yield first, last
        first = last


def _observed(store: Store, days: Sequence[date]) -> Iterator[tuple[date, list[Observation]]]:
    """Each of the days with what is counted of it now."""
    survivors = store.narratives.counted_as()
    for run in _runs(days):
        printed = Printed()
        for first, end in _chunks(run):
            told = tellings(store.tellings.between(midnight(first), midnight(end)), survivors)
            observations = _by_day(observe(told, printed))
            printed.forget(midnight(end) - COPY_REACH)
            yield from ((day, observations.get(day, [])) for day in run if first <= day < end)


def _write(store: Store, day: date, observations: list[Observation]) -> bool:
    """Put a day's observations in place of those that are there; False if they are the same."""
    if store.counts.observations(day, day + _DAY) == observations:
        return False
    store.counts.replace(day, day + _DAY, observations=observations)
    return True


def _history_before(store: Store, first: date) -> SourceHistory:
    """What is usual for each source, from the days before the window."""
    return SourceHistory.of(store.counts.source_days(first - timedelta(days=HEALTH_DAYS), first))


class _Health:
    """The source days of the window, judged in their order: what is usual on a day depends on those before
    it.

    Days that did not change are judged from what is stored of them: their figures are the same, their health
    may not be.
    """

    def __init__(self, store: Store, first: date, end: date, stale: Collection[date], today: date) -> None:
        inside = store.counts.source_days(first, end)
        kept = {(row.source_id, row.day): DayTally.of(row) for row in inside if row.day not in stale}
        judged = source_days(
            kept | _tallies(store, sorted(stale)),
            store.sources.all(),
            first=first,
            last=end,
            today=today,
            history=_history_before(store, first),
        )
        self._store = store
        self._stored, self.judged = _by_day(inside), _by_day(judged)

    def of(self, day: date) -> list[SourceDay]:
        """The rows of a day."""
        return self.judged.get(day, [])

    def write(self) -> None:
        """Put the rows of days that differ in place of those that are stored, some days a transaction."""
        changed = [day for day, rows in self.judged.items() if rows != self._stored.get(day)]
        for run in _runs(changed):
            for start in range(0, len(run), CHUNK_DAYS):
                part = run[start : start + CHUNK_DAYS]
                rows = [row for day in part for row in self.judged[day]]
                self._store.counts.replace(part[0], part[-1] + _DAY, source_days=rows)


class _Dated(Protocol):
    @property
    def day(self) -> date: ...


Row = TypeVar("Row", bound=_Dated)


def _by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    found: dict[date, list[Row]] = {}
    for row in rows:
        found.setdefault(row.day, []).append(row)
    return found


def _tallies(store: Store, days: Sequence[date]) -> dict[tuple[str, date], DayTally]:
    """What was published, polled and fetched on each of the days."""
    found: dict[tuple[str, date], DayTally] = {}
    for run in _runs(days):
        first, end = run[0], run[-1] + _DAY
        published = {key: value for key, value in _outputs(store, run).items() if key[1] >= first}
        found |= tallied(published, store.counts.polls(first, end), store.counts.fetches(first, end))
    return found


def _outputs(store: Store, run: Sequence[date]) -> Output:
    printed, found = Printed(), Output()
    for first, end in _chunks(run):
        found |= outputs(store.tellings.printed(midnight(first), midnight(end)), printed)
        printed.forget(midnight(end) - COPY_REACH)
    return found
