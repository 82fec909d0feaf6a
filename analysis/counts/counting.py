"""Counting: narrative x source x day, against each source's own output that day.

    passages + assignments + watch hits -> tellings (one per narrative and article)
                                        -> Observation: articles, texts new to the source, texts first told by the source
    articles + polls + fetches          -> SourceDay: whole output and health (`source_health.py`)

What is counted
- Late articles (found live more than 72 h after publication) are never counted.
- A narrative that was merged counts under the one it went into, for all days that are recounted: otherwise a merge would look like a rise.
- A watched narrative counts the hits that endorse or report its statement. Hits that refute it are left out: a rebuttal is not
  one more voice for the claim (it stays visible beside the others).
- `copy_groups` counts a text once per source, on the source's first day with it. `own_texts` counts a text once overall, for the source
  and day that told it first within the narrative: twelve reprints of one text add one. The series that is tested is made of `own_texts`.
  A text that nobody printed for two weeks counts again: what a day counts depends on the two weeks before it, not on what is recounted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta

import structlog

from analysis.counts.reach import look_back
from analysis.counts.source_health import Fetch, SourceHistory, source_days
from analysis.tellings import COPY_REACH, Printed, Telling, survivors_of, tellings
from config.clock import Clock, midnight
from config.progress import Progress
from config.workspace import Workspace
from storage.records import Article, Observation, SourceDay
from storage.store import Store

logger = structlog.get_logger(__name__)

WINDOW_DAYS = 70
"""Days that a full recount covers at least: the ten weeks that charts show; more where the tests read more."""
RECENT_DAYS = 10
"""Days that a recount covers where nothing older can have changed: copies join within seven days."""
CHUNK_DAYS = 14
HEALTH_DAYS = 60
"""Earlier source days that say what is usual for a source."""


@dataclass(slots=True)
class _Tally:
    articles: int = 0
    copy_groups: int = 0
    own_texts: int = 0


def observe(told: Iterable[Telling]) -> list[Observation]:
    """Tellings in the order of `tellings` as observations, by (narrative, day, source)."""
    tallies: defaultdict[tuple[int, date, str], _Tally] = defaultdict(_Tally)
    printed = Printed()
    for item in told:
        tally = tallies[item.narrative_id, item.day, item.source_id]
        tally.articles += 1
        tally.copy_groups += printed.is_new(
            (item.narrative_id, item.group_id, item.source_id), item.counted_at
        )
        tally.own_texts += printed.is_new((item.narrative_id, item.group_id), item.counted_at)
    return [
        Observation(
            narrative_id=narrative_id, source_id=source_id, day=day,
            articles=tally.articles, copy_groups=tally.copy_groups, own_texts=tally.own_texts,
        )
        for (narrative_id, day, source_id), tally in sorted(tallies.items())
    ]  # fmt: skip


def count(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Recount the trailing days, two weeks at a time, each one transaction, written only if it differs; safe to kill and to repeat.

    All of the window is recounted in the first run of a UTC day, after a refit and after a correction (an assignment of any age may
    then have changed), and when the watchlist found other passages in the past; other runs recount the last ten days.

    Returns:
        days recounted, observations and source_days in them, and days rewritten.
    """
    today = clock.now().astimezone(UTC).date()
    survivors = survivors_of(store.narratives.all(include_merged=True))
    start, end = _first_day(store, workspace, today, survivors), today + timedelta(days=1)
    counts = {"days": (end - start).days, "observations": 0, "source_days": 0, "rewritten": 0}
    progress.start("count", counts["days"])
    health = _source_days(store, start, end, today)
    for first, last in _chunks(start, end):
        observations = _observed(store, first, last, survivors)
        days = [item for item in health if first <= item.day < last]
        if (store.counts.observations(first, last), store.counts.source_days(first, last)) != (
            observations,
            days,
        ):
            store.counts.replace(first, last, observations, days)
            counts["rewritten"] += (last - first).days
        counts["observations"] += len(observations)
        counts["source_days"] += len(days)
        progress.step((last - first).days)
    logger.info("counted", run=run_id, start=start.isoformat(), **counts)
    return counts


def _chunks(start: date, end: date) -> list[tuple[date, date]]:
    step = timedelta(days=CHUNK_DAYS)
    firsts = [start + step * n for n in range(-(-(end - start).days // CHUNK_DAYS))]
    return [(first, min(end, first + step)) for first in firsts]


def _first_day(store: Store, workspace: Workspace, today: date, survivors: Mapping[int, int]) -> date:
    """First day of the recount: of the whole window, or of the last days if nothing older can have changed."""
    window = timedelta(days=max(WINDOW_DAYS, look_back(workspace.settings.spikes)))
    last = store.runs.last("count")
    if last is None:
        return today - window
    refit = store.runs.last("refit")
    refitted = refit is not None and (refit.finished_at or refit.started_at) >= last.started_at
    corrected = any(item.at >= last.started_at for item in store.corrections.all())
    if refitted or corrected or last.as_of.astimezone(UTC).date() != today:
        return min(last.as_of.astimezone(UTC).date(), today) - window
    recent = today - timedelta(days=RECENT_DAYS)
    return recent if _watched_as_counted(store, today - window, recent, survivors) else today - window


def _watched_as_counted(store: Store, first: date, last: date, survivors: Mapping[int, int]) -> bool:
    """Whether the hits of the days [first, last) are what was counted of them: a statement that is new or worded anew has others."""
    watched = {item.narrative_id for item in store.narratives.all() if item.kind == "watched"}
    hits = store.watch.hits(start=midnight(first) - COPY_REACH, end=midnight(last))
    rows = store.passages.many({item.passage_id for item in hits})
    told = observe(tellings(rows, (), hits, survivors=survivors))
    found = [item for item in told if item.day >= first and item.narrative_id in watched]
    return found == [item for item in store.counts.observations(first, last) if item.narrative_id in watched]


def _observed(store: Store, first: date, last: date, survivors: Mapping[int, int]) -> list[Observation]:
    start, end = midnight(first) - COPY_REACH, midnight(last)
    told = tellings(
        store.passages.window(start, end),
        store.narratives.assignments(start=start, end=end),
        store.watch.hits(start=start, end=end),
        survivors=survivors,
    )
    return [item for item in observe(told) if item.day >= first]


def _source_days(store: Store, start: date, end: date, today: date) -> list[SourceDay]:
    """Health needs the days in their order, so it is judged for all of them before the first chunk is written."""
    history = SourceHistory.of(store.counts.source_days(start - timedelta(days=HEALTH_DAYS), start))
    outputs: dict[tuple[str, date], tuple[int, int]] = {}
    for first, last in _chunks(start, end):
        articles = store.articles.between(midnight(first) - COPY_REACH, midnight(last))
        members = store.copies.of({article.article_id for article in articles})
        outputs |= _outputs(articles, {key: member.group_id for key, member in members.items()}, first)
    fetches = [Fetch(*item) for item in store.pages.fetched(midnight(start), midnight(end))]
    polls = store.feeds.polls(midnight(start), midnight(end))
    return source_days(
        outputs, polls, fetches, store.sources.all(), first=start, last=end, today=today, history=history
    )


def _outputs(
    articles: Collection[Article], groups: Mapping[str, str], first: date
) -> dict[tuple[str, date], tuple[int, int]]:
    """(source, day) -> articles and texts that the source told first in the corpus; late articles are passed over."""
    printed = Printed()
    totals: defaultdict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0])
    for article in sorted(
        (item for item in articles if not item.late), key=lambda item: (item.counted_at, item.article_id)
    ):
        group = groups.get(article.article_id, article.article_id)
        total = totals[article.source_id, article.counted_at.astimezone(UTC).date()]
        total[0] += 1
        total[1] += printed.is_new((group,), article.counted_at)
    return {key: (value[0], value[1]) for key, value in totals.items() if key[1] >= first}
