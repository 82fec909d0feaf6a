"""JSON for programs; described at /api/openapi.json."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

from config.clock import midnight
from drumbeat.alerts.history import alerts_with_deliveries
from drumbeat.web.reader import reader_of
from drumbeat.web.view import AfterNumber, Day, NarrativeNumber, filters_of, rows_of
from storage.records import Kind, Narrative

router = APIRouter()

Offset = Annotated[int, Query(ge=0, le=10**9)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/digest")
def digest(request: Request) -> dict[str, Any]:
    """The last seven days: totals, rising, new and falling narratives, spikes, sources, what was not seen."""
    return reader_of(request).digest()


@router.get("/narratives")
def narratives(
    request: Request, kind: Kind | None = None, after: AfterNumber = None, limit: Limit = 100
) -> dict[str, Any]:
    """Narratives, of one kind or of all, the last told first; `older` is the `after` of the next page, null
    on the last one.
    """
    found = reader_of(request).store.lists.narratives(kind=kind, after=after, limit=limit + 1)
    rows = rows_of(found, limit, after=after, key=lambda row: (row.last_seen_at, row.narrative_id))
    return {"narratives": [asdict(row) for row in rows.shown], "older": rows.older}


@router.get("/narratives/{narrative_id}")
def narrative(request: Request, narrative_id: NarrativeNumber) -> dict[str, Any]:
    """One narrative over the last seven days, with evidence; a merged number gives its survivor."""
    survivor = _survivor(request, narrative_id)
    reader, number = reader_of(request), survivor.narrative_id
    judged = reader.store.kinds.of([number]).get(number)
    return {
        "narrative": _plain(survivor),
        "judged": asdict(judged) if judged else None,
        "detail": reader.narrative(number),
    }


@router.get("/narratives/{narrative_id}/passages")
def passages(
    request: Request, narrative_id: NarrativeNumber, limit: Limit = 100, offset: Offset = 0
) -> list[dict[str, Any]]:
    """Passages of a narrative with their articles, the newest first; a merged number gives its survivor's."""
    chosen = reader_of(request).told(_survivor(request, narrative_id), limit=limit, offset=offset)
    return [{**asdict(item.passage), "similarity": item.similarity, "stance": item.stance} for item in chosen]


def _survivor(request: Request, narrative_id: int) -> Narrative:
    survivor = reader_of(request).resolved(narrative_id)
    if survivor is None:
        raise HTTPException(404, f"there is no narrative {narrative_id}")
    return survivor


@router.get("/events")
def events(request: Request, since: Day = None, until: Day = None) -> list[dict[str, Any]]:
    """Events that touch the days from `since` to `until` (default: the last 28 days), by first telling."""
    start, end = map(midnight, reader_of(request).days(since, until))
    return [asdict(row) for row in reader_of(request).store.events.all(start, end)]


@router.get("/articles/{article_id}")
def article(request: Request, article_id: str) -> dict[str, Any]:
    """One article with its passages, narratives and copies."""
    view = reader_of(request).article(article_id)
    if view is None:
        raise HTTPException(404, f"there is no article {article_id}")
    return {
        "article": asdict(view.article),
        "passages": [
            {
                **asdict(reading.passage),
                "narrative_id": narrative.narrative_id if narrative else None,
                "similarity": reading.assignment.similarity if reading.assignment else None,
                "event_id": reading.event_id,
                "watched": [asdict(hit) for hit in reading.hits],
            }
            for reading, narrative in view.passages
        ],
        "copies": [
            {**asdict(member), "url": other.url, "source_id": other.source_id}
            for member, other in view.copies
        ],
    }


@router.get("/sources")
def sources(request: Request) -> list[dict[str, Any]]:
    """Every outlet, with ownership and the list that states it."""
    return [asdict(row) for row in reader_of(request).store.sources.listed()]


@router.get("/spikes")
def spikes(request: Request, since: Day = None, until: Day = None) -> list[dict[str, Any]]:
    """Spikes of the days from `since` to `until` (default: the last 28 days), by day and id."""
    return [
        asdict(row) for row in reader_of(request).store.spikes.between(*reader_of(request).days(since, until))
    ]


@router.get("/alerts")
def alerts(request: Request, since: Day = None, until: Day = None) -> list[dict[str, Any]]:
    """Alerts made on the days from `since` to `until` (default: the last 28 days) with their deliveries, the
    newest first.
    """
    start, end = map(midnight, reader_of(request).days(since, until))
    found = alerts_with_deliveries(reader_of(request).store, start, end)
    return [
        {**asdict(row), "deliveries": [asdict(delivery) for delivery in deliveries]}
        for row, deliveries in found
    ]


@router.get("/search")
def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=500)],
    language: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI copies it
    source: Annotated[list[str], Query()] = [],  # noqa: B006
    country: Annotated[list[str], Query()] = [],  # noqa: B006
    since: Day = None,
    until: Day = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """Full text search, best first, from the day `since` to the day `until`. An unknown source, country or
    language is refused.
    """
    filters = filters_of(languages=language, source_ids=source, countries=country, since=since, until=until)
    found = reader_of(request).search(q, filters, limit=limit)
    return [asdict(row) for row in found]


def _plain(row: Narrative) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if name != "centroid"}
