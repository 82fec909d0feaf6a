"""Signing in and out, one's own account, and for admins everybody's."""

from __future__ import annotations

import csv
import io
from collections import deque
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from drumbeat.people.accounts import LONGEST_SIGN_IN, Accounts
from drumbeat.people.trail import trail
from drumbeat.shown.names import notice
from drumbeat.shown.safe import csv_cell, visible
from drumbeat.web.access import COOKIE, Admin, Anybody, from_our_own_page, inside, refusing
from drumbeat.web.asking import asking
from drumbeat.web.reader import reader_of
from drumbeat.web.view import page
from storage.records import ROLES, SCOPES, Account, AuditEntry, Role, Scope

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
TRIES = 5
"""Wrong passwords of one account from one address within `WITHIN`, after which it has to wait."""
TRIES_OF_ADDRESS = 30
"""The same of all accounts together."""
WITHIN = timedelta(minutes=15)
TRAIL = timedelta(days=90)
"""What of the trail is shown and handed out where no other day is named."""
TOKEN_DAYS = 90
Name = Annotated[str, Form(max_length=64)]
Password = Annotated[str, Form(max_length=400)]


Answer = TypeVar("Answer", bound=Response)


class Tries:
    """Wrong passwords of the last minutes, in this process alone: a new start forgets them."""

    def __init__(self) -> None:
        self._failed: dict[tuple[str, str], deque[datetime]] = {}

    def are_too_many(self, name: str, address: str, now: datetime) -> bool:
        """Whether an account, or an address, has to wait."""
        return (
            self._recent((name, address), now) >= TRIES
            or self._recent(("", address), now) >= TRIES_OF_ADDRESS
        )

    def note(self, name: str, address: str, now: datetime) -> None:
        """Note a wrong password."""
        for key in ((name, address), ("", address)):
            self._failed.setdefault(key, deque(maxlen=TRIES_OF_ADDRESS)).append(now)
        if len(self._failed) > 10 * TRIES_OF_ADDRESS:
            self._failed = {key: when for key, when in self._failed.items() if now - when[-1] < WITHIN}

    def _recent(self, key: tuple[str, str], now: datetime) -> int:
        return sum(now - when < WITHIN for when in self._failed.get(key, ()))


def _accounts(request: Request, by: str) -> Accounts:
    reader = reader_of(request)
    return Accounts(reader.store, reader.clock, by=by)


@router.get("/login")
def login(next: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """The form."""
    return _form(next, "")


def _form(target: str, problem: str, status: int = 200) -> HTMLResponse:
    values = {"next": inside(target), "problem": problem, "notice": notice(), "here": "login"}
    return _uncached(page("login.html", values, status=status))


@router.post("/login")
def sign_in(request: Request, name: Name, password: Password, next: Annotated[str, Form()] = "/") -> Response:
    """Let a browser in that gives a right password."""
    from_our_own_page(request)
    name, address = name.strip(), _address(request)
    tries, now = request.app.state.tries, reader_of(request).clock.now()
    if tries.are_too_many(name, address, now):
        wait = int(WITHIN.total_seconds() // 60)
        return _form(next, f"Too many wrong passwords. Wait {wait} minutes, then try again.", 429)
    secret = _accounts(request, f"{name or 'nobody'} from {address}").sign_in(name, password)
    if secret is None:
        tries.note(name, address, now)
        return _form(next, "There is no such account, or the password is another.", 403)
    return _let_in(request, secret, inside(next))


def _let_in(request: Request, secret: str, target: str) -> Response:
    """Hand the browser its secret, and lead it on."""
    answer = RedirectResponse(target, status_code=303)
    public = reader_of(request).workspace.settings.dashboard.address
    is_secure = request.url.scheme == "https" or public.startswith("https:")
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(LONGEST_SIGN_IN.total_seconds()),
        secure=is_secure,
        httponly=True,
        # a link in a mail is followed from another site; a form of another site comes without the cookie
        samesite="lax",
    )
    return _uncached(answer)


@router.post("/logout")
def sign_out(request: Request, who: Anybody) -> Response:
    """Forget this browser."""
    _accounts(request, who.name).sign_out(asking().secret)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/account")
def account(request: Request) -> Response:
    """One's own name, role and tokens."""
    return _own(request, _signed_in())


def _own(request: Request, who: Account, *, token: str = "", said: str = "") -> HTMLResponse:
    tokens = reader_of(request).store.accounts.tokens(who.name)
    values = {"account": who, "tokens": tokens, "scopes": SCOPES, "token": token, "said": said}
    return _uncached(page("account.html", {**values, "notice": notice(), "here": "account"}))


@router.post("/account/password")
def change_password(request: Request, who: Anybody, old: Password, new: Password) -> Response:
    """Change one's own password, which signs out everywhere."""
    accounts = _accounts(request, who.name)
    tries, now, address = request.app.state.tries, reader_of(request).clock.now(), _address(request)
    if tries.are_too_many(who.name, address, now):
        raise HTTPException(429, "too many wrong passwords; wait a quarter of an hour")
    secret = accounts.sign_in(who.name, old)
    if secret is None:
        tries.note(who.name, address, now)
        return _own(request, who, said="The old password is another. Nothing was changed.")
    with refusing():
        accounts.set_password(who.name, new)
    return RedirectResponse("/login", status_code=303)


@router.post("/account/tokens")
def make_token(request: Request, who: Anybody, title: Name, scope: Annotated[Scope, Form()]) -> Response:
    """Make a token, and show it this once."""
    token = _accounts(request, who.name).give_token(who.name, title, scope, TOKEN_DAYS)
    return _own(request, who, token=token)


@router.post("/account/tokens/remove")
def remove_token(request: Request, who: Anybody, token_id: Annotated[str, Form(max_length=64)]) -> Response:
    """Take a token back."""
    with refusing():
        _accounts(request, who.name).take_token_back(who.name, token_id)
    return RedirectResponse("/account", status_code=303)


@router.get("/accounts")
def everybody(request: Request) -> Response:
    """All accounts, for admins."""
    _require_admin()
    values = {"accounts": reader_of(request).store.accounts.all(), "roles": ROLES}
    return _uncached(page("accounts.html", {**values, "notice": notice(), "here": "account"}))


@router.post("/accounts")
def add_account(
    request: Request, who: Admin, name: Name, role: Annotated[Role, Form()], password: Password
) -> Response:
    """Make an account."""
    with refusing():
        _accounts(request, who.name).add(name.strip(), role, password)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/accounts/{name}")
def change_account(
    request: Request,
    who: Admin,
    name: str,
    role: Annotated[Role | None, Form()] = None,
    disabled: Annotated[bool | None, Form()] = None,
) -> Response:
    """Change what an account may do."""
    accounts = _accounts(request, who.name)
    with refusing():
        if role is not None:
            accounts.set_role(name, role)
        if disabled is not None:
            accounts.set_disabled(name, disabled=disabled)
    return RedirectResponse("/accounts", status_code=303)


@router.get("/trail")
def show_trail(request: Request, table: bool = False) -> Response:
    """Who changed what, the newest first; as a table for spreadsheets if asked."""
    _require_admin()
    reader = reader_of(request)
    now = reader.clock.now()
    rows = trail(reader.store, now - TRAIL, now + timedelta(seconds=1))[::-1]
    if table:
        name = f"attachment; filename=trail-{now:%Y-%m-%d}.csv"
        return Response(_as_csv(rows), media_type="text/csv", headers={"Content-Disposition": name})
    values = {"rows": rows, "days": TRAIL.days, "notice": notice(), "here": "account"}
    return _uncached(page("trail.html", values))


def _as_csv(rows: list[AuditEntry]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(("at", "actor", "what", "subject", "before", "after"))
    for row in rows:
        cells: tuple[Any, ...] = (row.actor, row.what, row.subject, dict(row.before), dict(row.after))
        writer.writerow((row.at.isoformat(), *(csv_cell(visible(str(cell))) for cell in cells)))
    return stream.getvalue()


def _address(request: Request) -> str:
    """Where a request comes from; behind a proxy, the proxy's."""
    return request.client.host if request.client else ""


def _signed_in() -> Account:
    who = asking().account
    if who is None:
        raise HTTPException(
            404, "there are no accounts here: `drumbeat accounts add NAME --role admin` makes one"
        )
    return who


def _require_admin() -> None:
    if not asking().may("admin"):
        raise HTTPException(403, "this needs the role admin")


def _uncached(answer: Answer) -> Answer:
    answer.headers["Cache-Control"] = "no-store"
    return answer
