"""The page of one source: its listings with what is wrong and the remedy, what it brought day by day, who
owns it by which list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from config.sources import OwnershipConfig, SourceConfig
from drumbeat.shown.health import HealthView, health_views
from drumbeat.shown.names import notice
from drumbeat.shown.polls import remark_on
from drumbeat.web.reader import Reader, reader_of
from drumbeat.web.view import page
from storage.records import FeedPoll, HealthChange, Source
from storage.records.told import SourceDayRow

router = APIRouter(include_in_schema=False)
DAYS: Final = 56
"""Of output that are drawn: as many as a baseline looks at (`spikes.baseline_days`)."""
CHANGES: Final = 20
"""Latest changes of health that are shown."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One address that is polled."""

    url: str
    kind: str
    language: str | None
    listed_in: str
    health: HealthView
    poll: FeedPoll | None
    remark: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A day's output as it is drawn."""

    day: SourceDayRow
    height: float
    """Of the highest day, 0 to 100."""


@router.get("/sources/{source_id}")
def source(request: Request, source_id: str) -> HTMLResponse:
    """One source, in the directory still or not."""
    reader = reader_of(request)
    known = reader.store.sources.get(source_id)
    stated = next((row for row in reader.workspace.sources if row.id == source_id), None)
    if known is None:
        raise HTTPException(404, f"there is no source {source_id}")
    values = {
        "source": known,
        "stated": stated,
        "labels": _labels(known, stated),
        "listings": _listings(reader, source_id, stated),
        "bars": _bars(reader, source_id),
        "changes": _changes(reader, source_id),
        "notice": notice(),
        "here": "sources",
    }
    return page("source.html", values)


def _labels(known: Source, stated: SourceConfig | None) -> list[OwnershipConfig]:
    """Every ownership label, each with its list; of one that left the directory, the one that was stored."""
    if stated is not None:
        return [label for label in (stated.ownership, *stated.also_labelled) if label is not None]
    if known.ownership_list is None:
        return []
    stored = {"label": known.ownership, "listed_in": known.ownership_list, "as_of": known.ownership_as_of}
    return [OwnershipConfig.model_validate(stored)]


def _listings(reader: Reader, source_id: str, stated: SourceConfig | None) -> list[Listing]:
    feeds = {str(feed.url): feed for feed in (stated.feeds if stated else ())}
    known = [health for health in reader.store.health.all() if health.source_id == source_id]
    polls = {poll.feed_url: poll for poll in reader.store.feeds.last_polls() if poll.source_id == source_id}
    views = health_views(dict.fromkeys(feeds, source_id), known)
    return [_listing(view, feeds[view.feed_url], polls.get(view.feed_url)) for view in views]


def _listing(view: HealthView, feed: Any, poll: FeedPoll | None) -> Listing:
    told = "" if poll is None else remark_on(poll)
    return Listing(view.feed_url, feed.kind, feed.language, feed.listed_in, view, poll, told)


def _bars(reader: Reader, source_id: str) -> list[Bar]:
    """What was counted of the last days, one bar a day that was counted."""
    end = reader.clock.now().date() + timedelta(days=1)
    days = reader.store.counts.days_of_source(source_id, end - timedelta(days=DAYS), end)
    most = max((day.articles for day in days), default=0) or 1
    return [Bar(day, round(100 * day.articles / most, 1)) for day in days]


def _changes(reader: Reader, source_id: str) -> list[HealthChange]:
    """The latest changes of its listings' health, newest first."""
    now = reader.clock.now()
    found = reader.store.health.changes(now - timedelta(days=DAYS), now + timedelta(days=1))
    return [change for change in reversed(found) if change.source_id == source_id][:CHANGES]
