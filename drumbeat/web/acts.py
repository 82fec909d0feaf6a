"""The one thing that is done on the dashboard without being logged in: what a signed link of a mail allows.
See `drumbeat.alerts.links` for the way of a token.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from drumbeat.alerts.links import Act, BadLink, Links, SpentLink, links_of
from drumbeat.alerts.marks import MUTE, do_act
from drumbeat.shown.names import notice
from drumbeat.web.reader import reader_of
from drumbeat.web.view import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
COOKIE = "drumbeat_act"
COOKIE_SECONDS = 900
"""A quarter of an hour between opening the link and pressing the button."""


@router.get("/act/{token}")
def open_link(request: Request, token: str) -> Response:
    """Take a link of a mail: nothing is done yet, and the next address holds no token."""
    try:
        _refuse_used(request, _links(request).read(token, reader_of(request).clock.now()))
    except BadLink as problem:
        return _refused(problem)
    answer = RedirectResponse("/act", status_code=303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        path="/act",
        secure=request.url.scheme == "https",
        httponly=True,
        # a link in a mail is followed from another site; a form of another site is sent without the cookie
        samesite="lax",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/act")
def ask(request: Request) -> Response:
    """One button for the one act."""
    try:
        act = _act(request)
        _refuse_used(request, act)
    except BadLink as problem:
        return _refused(problem)
    alert = reader_of(request).store.alerts.get(act.alert_id)
    values = {"act": act, "alert": alert, "mute_days": MUTE.days, "done": None}
    return _kept_out_of_caches(page("act.html", {**values, "notice": notice(), "here": "alerts"}))


@router.post("/act")
def do(request: Request) -> Response:
    """Do it, once."""
    reader = reader_of(request)
    try:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise BadLink("This was sent from another site. Open the link of the mail and press the button.")
        act = _act(request)
        mark = do_act(reader.store, act, reader.clock.now())
    except BadLink as problem:
        return _refused(problem)
    alert = reader.store.alerts.get(act.alert_id)
    values = {"act": act, "alert": alert, "mute_days": MUTE.days, "done": mark}
    answer = _kept_out_of_caches(page("act.html", {**values, "notice": notice(), "here": "alerts"}))
    answer.delete_cookie(COOKIE, path="/act")
    return answer


def _links(request: Request) -> Links:
    return links_of(reader_of(request).workspace)


def _act(request: Request) -> Act:
    """What the link allows that this browser opened last.

    Raises:
        BadLink: it opened none, or its link works no more.
    """
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise BadLink("No link of a mail was opened in this browser in the last minutes. Open it again.")
    return _links(request).read(token, reader_of(request).clock.now())


def _refuse_used(request: Request, act: Act) -> None:
    if reader_of(request).store.alerts.has_mark(act.link_id):
        raise SpentLink("This link was used before; it works once.")


def _refused(problem: BadLink) -> Response:
    status = 410 if isinstance(problem, SpentLink) else 403
    answer = page(
        "error.html",
        {"status": status, "reason": "This link does not work", "message": str(problem)},
        status=status,
    )
    return _kept_out_of_caches(answer)


def _kept_out_of_caches(answer: HTMLResponse) -> HTMLResponse:
    answer.headers["Cache-Control"] = "no-store"
    return answer
