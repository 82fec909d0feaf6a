"""The stage `detect`: test each narrative's newest window, every day since the last run.

    observations + source days -> panel -> series -> fast and slow tests      (narratives with a baseline)
                                                  -> emergence                (those without)
                                                  -> raw articles             (reprint storms: named, never alerted)
    what stands out -> facts of its passages -> innocent explanations -> policy -> Spike rows

A day is tested while it runs and once more when it is over, from what counts up to that day alone: days that are caught up after a pause are
judged as they would have been without it. A test takes the place of the one before; an alert that was decided stays as it was decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, timedelta

import structlog

from analysis.counts.reach import look_back
from analysis.counts.series import panel_of
from analysis.spikes.day import examine_day
from analysis.spikes.desk import Desk
from analysis.tellings import resting_forms, survivors_of, tellings
from config.clock import Clock, midnight
from config.progress import Progress
from config.settings import SpikeSettings
from config.workspace import Workspace
from storage.records import PassageRow, Spike
from storage.store import Store

logger = structlog.get_logger(__name__)

CATCH_UP_DAYS = 14
"""Days that are tested at most after a pause."""
ROW_DAYS = 21
"""Days of passages before a tested day: windows, the copies before them, and how long a new narrative lasts."""


def detect(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Write the spikes of the days since the last run; each day is one short transaction, safe to kill and to repeat.

    Returns:
        days tested, narratives tested and spikes by decision.
    """
    rules = workspace.settings.spikes
    today = clock.now().astimezone(UTC).date()
    days = days_to_test(store, today)
    survivors = survivors_of(store.narratives.all(include_merged=True))
    counts = {"days": 0, "tested": 0, "alert": 0, "digest": 0, "suppressed": 0}
    progress.start("detect", len(days))
    for day in days:
        desk = _desk(store, day, rules, survivors)
        result = examine_day(
            desk, day, _earlier(store, day, rules, survivors), running=day == today, run_id=run_id
        )
        store.spikes.replace(day, result.spikes)
        counts["days"] += 1
        counts["tested"] += result.tested
        for spike in result.spikes:
            counts[spike.decision] += 1
            logger.info(
                "spike", run=run_id, spike=spike.spike_id, decision=spike.decision, detector=spike.detector
            )
        progress.step()
    return counts


def days_to_test(store: Store, today: date) -> list[date]:
    """From the day of the last finished run, which was tested before it was over, to today."""
    last = store.runs.last("detect")
    since = today if last is None else last.as_of.astimezone(UTC).date()
    first = min(today, max(since, today - timedelta(days=CATCH_UP_DAYS - 1)))
    return [first + timedelta(days=n) for n in range((today - first).days + 1)]


def _earlier(store: Store, day: date, rules: SpikeSettings, survivors: Mapping[int, int]) -> list[Spike]:
    """Spikes that can keep a story quiet on a day; those of a merged narrative are its survivor's."""
    found = store.spikes.between(day - timedelta(days=max(rules.quiet_days, 7)), day + timedelta(days=1))
    return [replace(item, narrative_id=survivors.get(item.narrative_id, item.narrative_id)) for item in found]


def _desk(store: Store, day: date, rules: SpikeSettings, survivors: Mapping[int, int]) -> Desk:
    days = [day - timedelta(days=n) for n in range(look_back(rules), -1, -1)]
    end = day + timedelta(days=1)
    # Weather and market prices claim nothing, however many print them.
    forms = resting_forms(store.narratives.lineage())
    narratives = [item for item in store.narratives.all() if item.narrative_id not in forms]
    panel = panel_of(
        store.counts.observations(days[0], end),
        store.counts.source_days(days[0], end),
        narratives=[item.narrative_id for item in narratives],
        days=days,
    )
    return Desk(panel, narratives, lambda: _rows(store, day, survivors), rules)


def _rows(store: Store, day: date, survivors: Mapping[int, int]) -> dict[int, list[PassageRow]]:
    """One passage per narrative and counted article of the days before a tested one and of that day."""
    start, end = midnight(day - timedelta(days=ROW_DAYS)), midnight(day + timedelta(days=1))
    rows = store.passages.window(start, end)
    assignments, hits = (
        store.narratives.assignments(start=start, end=end),
        store.watch.hits(start=start, end=end),
    )
    told = tellings(rows, assignments, hits, survivors=survivors)
    by_article: dict[str, PassageRow] = {}
    for row in rows:
        by_article.setdefault(row.article_id, row)
    found: dict[int, list[PassageRow]] = {}
    for item in told:
        found.setdefault(item.narrative_id, []).append(by_article[item.article_id])
    return found
