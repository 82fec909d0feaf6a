"""The stage `detect`: test each narrative's newest window, every day since the last run.

    observations + source days -> panel -> series -> fast and slow tests      (narratives with a baseline)
                                                  -> emergence                (those without)
                                                  -> raw articles             (reprint storms: named, never alerted)
    what stands out -> facts of its passages -> innocent explanations -> policy -> Spike rows

A day is tested while it runs and once more when it is over. An alert that was decided stays as it was decided.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta

import structlog

from analysis.counting import midnight, survivors_of, tellings
from analysis.spikes.day import examine_day
from analysis.spikes.desk import Desk, look_back
from analysis.spikes.series import panel_of
from config.clock import Clock
from config.progress import Progress
from config.settings import SpikeSettings
from config.workspace import Workspace
from storage.records import PassageRow
from storage.store import Store

logger = structlog.get_logger(__name__)

CATCH_UP_DAYS = 14
"""Days that are tested at most after a pause."""
ROW_DAYS = 21
"""Days of passages before the first tested day: windows, the copies before them, and how long a new narrative lasts."""


def detect(*, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress) -> dict[str, int]:
    """Write the spikes of the days since the last run; each day is one short transaction, safe to kill and to repeat.

    Returns:
        days tested, narratives tested and spikes by decision.
    """
    rules = workspace.settings.spikes
    today = clock.now().astimezone(UTC).date()
    days = days_to_test(store, today)
    desk = _desk(store, days[0], today, rules)
    counts = {"days": 0, "tested": 0, "alert": 0, "digest": 0, "suppressed": 0}
    progress.start("detect", len(days))
    for day in days:
        earlier = store.spikes.between(day - timedelta(days=max(rules.quiet_days, 7)), day + timedelta(days=1))
        result = examine_day(desk, day, earlier, running=day == today, run_id=run_id)
        store.spikes.save(result.spikes)
        counts["days"] += 1
        counts["tested"] += result.tested
        for spike in result.spikes:
            counts[spike.decision] += 1
            logger.info("spike", run=run_id, spike=spike.spike_id, decision=spike.decision, detector=spike.detector)
        progress.step()
    return counts


def days_to_test(store: Store, today: date) -> list[date]:
    """From the day of the last finished run, which was tested before it was over, to today."""
    last = store.runs.last("detect")
    since = today if last is None else last.as_of.astimezone(UTC).date()
    first = min(today, max(since, today - timedelta(days=CATCH_UP_DAYS - 1)))
    return [first + timedelta(days=n) for n in range((today - first).days + 1)]


def _desk(store: Store, first: date, today: date, rules: SpikeSettings) -> Desk:
    start, end = first - timedelta(days=look_back(rules)), today + timedelta(days=1)
    narratives = [item for item in store.narratives.all() if item.status != "merged"]
    panel = panel_of(
        store.counts.observations(start, end),
        store.counts.source_days(start, end),
        narratives=[item.narrative_id for item in narratives],
        days=[start + timedelta(days=n) for n in range((end - start).days)],
    )
    return Desk(panel, narratives, lambda: _rows(store, first, end), rules)


def _rows(store: Store, first: date, end: date) -> dict[int, list[PassageRow]]:
    """One passage per narrative and counted article of the days around the tested ones."""
    start, stop = midnight(first - timedelta(days=ROW_DAYS)), midnight(end)
    rows = store.passages.window(start, stop)
    survivors = survivors_of(store.narratives.all(include_merged=True))
    assignments, hits = store.narratives.assignments(start=start, end=stop), store.watch.hits(start=start, end=stop)
    told = tellings(rows, assignments, hits, survivors=survivors)
    by_article: dict[str, PassageRow] = {}
    for row in rows:
        by_article.setdefault(row.article_id, row)
    found: dict[int, list[PassageRow]] = {}
    for item in told:
        found.setdefault(item.narrative_id, []).append(by_article[item.article_id])
    return found
