"""Who asks, and what they may: every request passes here before any page is made.

    cookie of a signed-in browser | token of a program | nobody
         -> open to all?  /login, the signed links of mails
         -> reading       any account, where there are accounts; anybody, where there are none
         -> changing      an account whose role may, from our own page (CSRF), or a token with the scope

Where accounts are off, or there are none, pages are read-only, and nobody beyond this machine is listened to.
"""

from __future__ import annotations

import hmac
import ipaddress
from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from config.errors import ConfigError
from config.settings import DashboardSettings
from drumbeat.people.accounts import LONGEST_SECRET, Accounts
from drumbeat.web.asking import Who, asking, present
from drumbeat.web.reader import reader_of
from storage.errors import StorageError
from storage.records import Account, Role
from storage.store import Store

COOKIE = "drumbeat_session"
OPEN = ("/login", "/act")
"""Paths that need no account, with what is below them: the way in, and what a signed link allows."""
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
LONGEST_NEXT = 500


def needs_accounts(settings: DashboardSettings, store: Store) -> bool:
    """Whether pages are shown to accounts alone.

    Raises:
        ConfigError: they would be shown to a network, and there is no account yet.
    """
    if settings.accounts == "off":
        return False
    is_wide = settings.accounts == "on" or not is_loopback(settings.host)
    has_some = bool(store.accounts.all())
    if is_wide and not has_some:
        raise ConfigError(
            f"dashboard.host = {settings.host!r}, dashboard.accounts = {settings.accounts!r}: "
            "there is no account; make one with `drumbeat accounts add NAME --role admin`, or let everybody "
            "in who reaches it with "
            'dashboard.accounts = "off"'
        )
    return is_wide or has_some


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def ask_who(app: FastAPI) -> None:
    """Let every request pass the door."""

    @app.middleware("http")
    async def at_the_door(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        from starlette.concurrency import run_in_threadpool

        who = await run_in_threadpool(_who, request)
        refused = _refusal(request, who)
        if refused is not None:
            return refused
        token = present.set(who)
        try:
            return await call_next(request)
        finally:
            present.reset(token)


def _who(request: Request) -> Who:
    reader = reader_of(request)
    accounts = Accounts(reader.store, reader.clock, by="dashboard")
    settings = reader.workspace.settings.dashboard
    has_accounts = settings.accounts != "off" and needs_accounts(settings, reader.store)
    given = _token(request) if has_accounts else ""
    if given:
        account, scope = accounts.by_token(given) or (None, "read")
        return Who(account, scope, "", has_accounts)
    secret = request.cookies.get(COOKIE, "")[:LONGEST_SECRET] if has_accounts else ""
    account = accounts.signed_in(secret) if secret else None
    return Who(account, "decide" if account else "read", secret if account else "", has_accounts)


def _token(request: Request) -> str:
    """A program's token: as a bearer, or as the password of Basic, which is all that feed readers know."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return given.strip()[:LONGEST_SECRET]
    if kind.lower() != "basic":
        return ""
    try:
        return b64decode(given, validate=True).decode().partition(":")[2][:LONGEST_SECRET]
    except ValueError:
        return "?"


def _refusal(request: Request, who: Who) -> Response | None:
    """What is answered instead of the page, None where they may have it."""
    path = request.url.path
    if not who.has_accounts or who.account or any(path == way or path.startswith(f"{way}/") for way in OPEN):
        return None
    if path.startswith("/api/"):
        error = {"error": "this needs a token: Authorization: Bearer drumbeat_..."}
        return JSONResponse(error, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    if path.startswith("/feeds/"):
        return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="Drumbeat"'})
    if request.method not in SAFE_METHODS:
        return RedirectResponse("/login", status_code=303)
    target = path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(target[:LONGEST_NEXT], safe='')}", status_code=303)


def inside(target: str) -> str:
    """An address of this dashboard to go on to; the overview where it names another site."""
    parts = urlsplit(target)
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if is_ours and not parts.scheme and "\\" not in target and target.isprintable() else "/"


@contextmanager
def refusing() -> Iterator[None]:
    """Answer in words what cannot be done as it was asked."""
    try:
        yield
    except (StorageError, ConfigError) as problem:
        raise HTTPException(422, str(problem)) from problem


def from_our_own_page(request: Request) -> None:
    """Refuse what another site sent.

    Raises:
        HTTPException: the browser says so.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    is_foreign = site not in (None, "same-origin", "none")
    host = request.headers.get("host", "")
    if is_foreign or (origin not in (None, "null") and urlsplit(origin).netloc != host) or origin == "null":
        raise HTTPException(403, "this was sent from another site; nothing was changed")


Csrf = Annotated[str, Form(max_length=100)]


def who_changes(request: Request, role: Role, csrf: str = "") -> Account:
    """The account that changes something.

    Args:
        csrf: what the form carried; a program's token needs none.

    Raises:
        HTTPException: nobody, their role or token does not allow it, or another site sent it.
    """
    who = asking()
    if who.account is None:
        raise HTTPException(
            403,
            "nothing can be changed here without an account: `drumbeat accounts add NAME --role analyst`",
        )
    if not who.may(role) or who.scope != "decide":
        raise HTTPException(
            403, f"{who.account.name} may not: this needs the role {role}, and a token to decide"
        )
    if who.secret:
        from_our_own_page(request)
        if not hmac.compare_digest(csrf.encode(), who.csrf.encode()):
            raise HTTPException(403, "this form is older than your sign-in; go back, load the page again")
    return who.account


def _analyst(request: Request, csrf: Csrf = "") -> Account:
    return who_changes(request, "analyst", csrf)


def _admin(request: Request, csrf: Csrf = "") -> Account:
    return who_changes(request, "admin", csrf)


def _anybody(request: Request, csrf: Csrf = "") -> Account:
    return who_changes(request, "reader", csrf)


Analyst = Annotated[Account, Depends(_analyst)]
Admin = Annotated[Account, Depends(_admin)]
Anybody = Annotated[Account, Depends(_anybody)]
"""Who sent a form, if they may."""
