"""Pages for people."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from analysis.text.attribution import original_of
from config.clock import midnight
from drumbeat.corrections import decisions_in_force
from drumbeat.evidence import NarrativePassage
from drumbeat.report.view import narrative_chart
from drumbeat.shown.names import notice
from drumbeat.web.reader import RECENT, Reader, reader_of
from drumbeat.web.security import ARCHIVED_POLICY, REPORT_POLICY
from drumbeat.web.view import (
    AfterName,
    AfterNumber,
    Day,
    EventNumber,
    NarrativeNumber,
    filters_of,
    page,
    rows_of,
)
from storage.records import KINDS, Kind, Narrative
from storage.stores.lists import Key

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
PAGE_SIZE = 50
DRIFT_ROWS = 12
"""Refits whose measurements a narrative's page shows: a quarter of a year, at one a week."""
REPORT_NAME = re.compile(r"(?:index|[0-9W_-]+(?:\.[a-z0-9-]+)?)\.(?:html|md|json|pdf|docx)")
SAFE_TYPE = re.compile(r"(?:text/html|application/xhtml\+xml|text/plain)\s*(?:;[\x20-\x7e]*)?", re.IGNORECASE)
"""What of an outlet a browser may be told to show; everything else is plain text."""


@router.get("/")
def overview(request: Request) -> HTMLResponse:
    """What happened in the last seven days, the alerts of four weeks, and what is watched."""
    reader = reader_of(request)
    digest = reader.digest()
    end = midnight(reader.period()[1])
    values = {
        "digest": digest,
        "troubled": [line for line in digest["sources"] if line["status"] not in ("ok", "not_yet")],
        "crawled": [line for line in digest["sources"] if line["status"] != "not_yet"],
        "watched": reader.store.lists.watched(),
        "alerts": [
            row for row in reader.store.lists.alerts(limit=PAGE_SIZE) if row[0].created_at >= end - RECENT
        ],
        "notice": notice(),
        "here": "overview",
    }
    return page("overview.html", values)


@router.get("/narratives")
def narratives(request: Request, kind: Kind = "claim", after: AfterNumber = None) -> HTMLResponse:
    """The known narratives of a kind, the last told first: claims, unless another is asked for."""
    lists = reader_of(request).store.lists
    found = lists.narratives(kind=kind, after=after, limit=PAGE_SIZE + 1)
    rows = rows_of(found, PAGE_SIZE, after=after, key=lambda row: (row.last_seen_at, row.narrative_id))
    values = {"rows": rows, "kind": kind, "kinds": lists.kinds(), "notice": notice(), "here": "narratives"}
    return page("narratives.html", values)


@router.get("/narratives/{narrative_id}")
def narrative(
    request: Request, narrative_id: NarrativeNumber, after: AfterName = None, alone: bool = False
) -> Response:
    """One narrative with its chart, carriers, quotes, its passages and its history; a merged number leads to
    its survivor, and what tells a watched statement to the watched one, unless it is asked for alone.
    """
    reader = reader_of(request)
    survivor = reader.resolved(narrative_id, alone=alone)
    if survivor is None:
        raise HTTPException(404, f"there is no narrative {narrative_id}")
    if survivor.narrative_id != narrative_id:
        return _led_to(survivor)
    told = reader.told(survivor, after=after, limit=PAGE_SIZE + 1)
    values = {
        **({"n": None} if alone else _drawn(reader, narrative_id)),
        "known": survivor,
        "kinds": KINDS,
        "judged": reader.store.kinds.of([narrative_id]).get(narrative_id),
        "rows": rows_of(told, PAGE_SIZE, after=after, key=_place_of),
        "sources": {row.source_id: row for row in reader.store.sources.all()},
        "lineage": reader.store.narratives.lineage(narrative_id),
        **_quoted(reader, survivor),
        **_links(reader, survivor),
        "decisions": decisions_in_force(reader.store, narrative_id),
        "drift": reader.store.drift.of(narrative_id, limit=DRIFT_ROWS),
        "notice": notice(),
        "here": "narratives",
    }
    return page("narrative.html", values)


def _led_to(survivor: Narrative) -> RedirectResponse:
    """To the narrative that a number is shown as: for ever after a merge, for now where it is linked."""
    status = 307 if survivor.kind == "watched" else 308
    return RedirectResponse(f"/narratives/{survivor.narrative_id}", status_code=status)


def _links(reader: Reader, known: Narrative) -> dict[str, Any]:
    """What is shown as a watched narrative, how it is worded, and what a discovered one is shown as."""
    return {
        "linked": reader.linked(known),
        "wording": reader.wording(known),
        "suggested": reader.suggested(known),
        "shown_as": reader.store.links.of(known.narrative_id),
    }


def _quoted(reader: Reader, known: Narrative) -> dict[str, Any]:
    """The passage that the label is quoted from, with the whole sentence; None where it is not quoted, or no
    longer there.
    """
    found = reader.store.passages.many([known.label_passage] if known.label_passage else [])
    row = next(iter(found), None)
    sentence = original_of(known.label, row.text, row.language) if row else None
    return {"quoted": row, "original": sentence if sentence != known.label else None}


def _place_of(row: NarrativePassage) -> Key:
    """Where a passage stands in the list of a narrative's passages."""
    return row.passage.counted_at, row.passage.passage_id


def _drawn(reader: Reader, narrative_id: int) -> dict[str, Any]:
    """A narrative's figures over the period, with their chart."""
    start, end = reader.period()
    found = reader.narrative(narrative_id)
    return {"n": found, "chart": _svg(found, start, end) if found else "", "start": start, "end": end}


@router.get("/events")
def events(request: Request, after: AfterNumber = None) -> HTMLResponse:
    """What happened in the last four weeks, the newest first."""
    reader = reader_of(request)
    end = midnight(reader.period()[1])
    found = reader.store.lists.events(end - RECENT, end, after=after, limit=PAGE_SIZE + 1)
    rows = rows_of(found, PAGE_SIZE, after=after, key=lambda row: (row.first_at, row.event_id))
    return page("events.html", {"rows": rows, "notice": notice(), "here": "events"})


@router.get("/events/{event_id}")
def event(request: Request, event_id: EventNumber) -> HTMLResponse:
    """One event with all its tellings, the first one first."""
    store = reader_of(request).store
    found = store.events.get(event_id)
    if found is None:
        raise HTTPException(404, f"there is no event {event_id}")
    told = sorted(
        store.passages.many(store.events.members(event_id)), key=lambda row: (row.counted_at, row.passage_id)
    )
    sources = {row.source_id: row for row in store.sources.all()}
    return page(
        "event.html",
        {"event": found, "told": told, "sources": sources, "notice": notice(), "here": "events"},
    )


@router.get("/articles/{article_id}")
def article(request: Request, article_id: str) -> HTMLResponse:
    """One article: text, passages with their narratives, dates, language, copies."""
    view = reader_of(request).article(article_id)
    if view is None:
        raise HTTPException(404, f"there is no article {article_id}")
    sources = {row.source_id: row for row in reader_of(request).store.sources.all()}
    return page(
        "article.html",
        {"view": view, "a": view.article, "sources": sources, "notice": notice(), "here": "search"},
    )


@router.get("/articles/{article_id}/archived")
def archived(request: Request, article_id: str) -> Response:
    """The archived bytes as they were received, in a sandbox."""
    response = reader_of(request).archived(article_id)
    if response is None:
        raise HTTPException(404, f"no archived page for article {article_id}")
    given = next((value for name, value in response.headers if name.lower() == "content-type"), "")
    kind = given.strip() if SAFE_TYPE.fullmatch(given.strip()) else "text/plain"
    return Response(
        response.body,
        media_type=None,
        headers={"Content-Type": kind, "Content-Security-Policy": ARCHIVED_POLICY},
    )


@router.get("/sources")
def sources(request: Request) -> HTMLResponse:
    """The health of every source, and what the last polls of their listings read."""
    reader = reader_of(request)
    polls = reader.polls()
    values = {
        "digest": reader.digest(),
        "polls": [told for told in polls if told.is_notable],
        "polled": len(polls),
        "health": [view for view in reader.health() if not view.is_well],
        "notice": notice(),
        "here": "sources",
    }
    return page("sources.html", values)


@router.get("/alerts")
def alerts(request: Request, after: AfterName = None) -> HTMLResponse:
    """Alerts and what became of their mails, the newest first."""
    found = reader_of(request).store.lists.alerts(after=after, limit=PAGE_SIZE + 1)
    rows = rows_of(found, PAGE_SIZE, after=after, key=lambda row: (row[0].created_at, row[0].alert_id))
    marks = reader_of(request).store.alerts.marks([row[0].alert_id for row in rows.shown])
    return page("alerts.html", {"rows": rows, "marks": marks, "notice": notice(), "here": "alerts"})


@router.get("/search")
def search(
    request: Request,
    q: Annotated[str, Query(max_length=500)] = "",
    language: Annotated[str, Query(max_length=20)] = "",
    source: Annotated[str, Query(max_length=64)] = "",
    country: Annotated[str, Query(max_length=2)] = "",
    since: Day = None,
    until: Day = None,
) -> HTMLResponse:
    """Full text search; by meaning, use the command line (the web process loads no model)."""
    reader = reader_of(request)
    filters = filters_of(
        languages=[language], source_ids=[source], countries=[country], since=since, until=until
    )
    hits = reader.search(q, filters, limit=PAGE_SIZE) if q.strip() else []
    found = reader.store.articles.many([hit.article_id for hit in hits])
    articles = {row.article_id: row for row in found}
    chosen = {"language": language, "source": source, "country": country.upper()}
    values: dict[str, Any] = {
        "q": q,
        "chosen": {**chosen, "since": since or "", "until": until or ""},
        "all_shown": len(hits) < PAGE_SIZE,
        "hits": [(hit, articles[hit.article_id]) for hit in hits if hit.article_id in articles],
        **_choices(reader),
    }
    return page("search.html", {**values, "notice": notice(), "here": "search"})


def _choices(reader: Reader) -> dict[str, Any]:
    """What the search form offers."""
    known = reader.store.sources.listed()
    return {
        "sources": known,
        "languages": sorted({tag.split("-")[0] for row in known for tag in row.languages}),
        "countries": sorted({row.country for row in known}),
    }


@router.get("/reports")
def reports(request: Request) -> HTMLResponse:
    """The weekly reports that were written."""
    folder = reader_of(request).workspace.report_dir
    names = sorted(
        (
            path.stem
            for path in folder.glob("*.html")
            if REPORT_NAME.fullmatch(path.name) and path.stem != "index"
        ),
        reverse=True,
    )
    return page("reports.html", {"names": names, "notice": notice(), "here": "reports"})


@router.get("/reports/{name}")
def report(request: Request, name: str) -> Response:
    """One report file as it was written, with the policy that it carries itself."""
    path = reader_of(request).workspace.report_dir / name
    if not REPORT_NAME.fullmatch(name) or not path.is_file():
        raise HTTPException(404, f"there is no report {name}")
    return FileResponse(path, headers={"Content-Security-Policy": REPORT_POLICY})


def _svg(found: dict[str, Any], start: Any, end: Any) -> Any:
    from drumbeat.shown.drawing import to_svg

    return to_svg(narrative_chart(found, start=start, end=end), element_id=f"n{found['narrative_id']}")
