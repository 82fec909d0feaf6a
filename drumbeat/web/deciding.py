"""What an analyst decides on a page: the same functions as the commands, by the account that is signed in.

POST /narratives/N/decide    from a form: `what` and what it needs, then back to the narrative
POST /alerts/ID/mark         seen, muted, false alarm
POST /api/narratives/N/decisions   the same for programs
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from config.clock import Clock
from drumbeat import corrections
from drumbeat.alerts.marks import mark_alert
from drumbeat.regrouping import Regrouping
from drumbeat.web.access import Analyst, refusing, who_changes
from drumbeat.web.reader import reader_of
from drumbeat.web.view import NarrativeNumber
from storage.records import KINDS, MarkKind
from storage.store import Store

router = APIRouter(default_response_class=HTMLResponse)
What = Literal["rename", "pin", "mute", "note", "kind", "merge", "reject", "assign", "undo"]


class Decision(BaseModel):
    """What is decided of a narrative."""

    what: What
    text: str = Field("", max_length=2000)
    """The label of `rename`, the note, the kind, the decision that `undo` takes back."""
    other: int | None = Field(None, ge=1, le=2**31 - 1)
    """The narrative that `merge` brings in."""
    passages: list[str] = Field(default_factory=list, max_length=500)
    """Of `reject` and `assign`: passages or articles by their ids."""
    until: date | None = None
    """The last day of `mute`; none: for good."""


def decide(store: Store, regrouping: Regrouping, number: int, item: Decision, by: str, clock: Clock) -> str:
    """Do it; a sentence that says what was done.

    Raises:
        StorageError: it cannot be done; says why.
    """
    if item.what == "rename":
        return corrections.rename(store, number, item.text, clock, by=by)
    if item.what == "pin":
        return corrections.pin(store, number, by=by, clock=clock)
    if item.what == "mute":
        return corrections.mute(store, number, item.until, by=by, clock=clock)
    if item.what == "note":
        return corrections.note(store, number, item.text, by=by, clock=clock)
    if item.what == "kind":
        return corrections.decide_kind(store, number, _kind(item.text), by=by, clock=clock)
    return _regroup(regrouping, number, item)


def _regroup(regrouping: Regrouping, number: int, item: Decision) -> str:
    if item.what == "undo":
        return regrouping.undo(item.text)
    if item.what == "reject":
        return regrouping.reject(number, item.passages)
    if item.what == "assign":
        return regrouping.assign(number, item.passages)
    if item.other is None:
        raise HTTPException(422, "other: the number of the narrative that is to be merged into this one")
    return regrouping.merge(number, item.other)


def _kind(text: str) -> str | None:
    if text and text not in KINDS:
        raise HTTPException(422, f"kind: expected one of {', '.join(KINDS)}, or nothing to take it back")
    return text or None


@router.post("/narratives/{narrative_id}/decide", include_in_schema=False)
def on_page(
    request: Request,
    narrative_id: NarrativeNumber,
    who: Analyst,
    what: Annotated[What, Form()],
    text: Annotated[str, Form(max_length=2000)] = "",
    other: Annotated[str, Form(max_length=10)] = "",
    passage: Annotated[str, Form(max_length=200)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Decide by a form, then show the narrative again."""
    item = _from_form(what=what, text=text, other=other, passage=passage, until=until)
    _decide(request, narrative_id, item, who.name)
    return RedirectResponse(f"/narratives/{narrative_id}", status_code=303)


def _from_form(*, what: What, text: str, other: str, passage: str, until: str) -> Decision:
    """What a form leaves empty is not given."""
    given: dict[str, Any] = {"what": what, "text": text, "passages": [passage] if passage else []}
    try:
        return Decision.model_validate(given | {"other": other or None, "until": until or None})
    except ValueError as problem:
        raise HTTPException(422, "expected a number of a narrative, and a day as YYYY-MM-DD") from problem


def _decide(request: Request, narrative_id: int, item: Decision, by: str) -> str:
    reader = reader_of(request)
    regrouping = Regrouping(reader.store, reader.workspace, reader.clock, by=by)
    with refusing():
        return decide(reader.store, regrouping, narrative_id, item, by, reader.clock)


@router.post("/api/narratives/{narrative_id}/decisions", response_class=JSONResponse)
def by_program(request: Request, narrative_id: NarrativeNumber, item: Decision) -> dict[str, str]:
    """Decide something of a narrative; needs a token of an analyst with the scope `decide`."""
    who = who_changes(request, "analyst", request.headers.get("x-csrf", ""))
    return {"done": _decide(request, narrative_id, item, who.name)}


@router.post("/alerts/{alert_id}/mark", include_in_schema=False)
def mark(request: Request, alert_id: str, who: Analyst, kind: Annotated[MarkKind, Form()]) -> Response:
    """Say that an alert was seen, is false, or mute its narrative."""
    reader = reader_of(request)
    with refusing():
        mark_alert(reader.store, alert_id, kind, by=who.name, now=reader.clock.now())
    return RedirectResponse("/alerts", status_code=303)
