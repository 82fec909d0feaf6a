"""The dashboard as an application: pages for people, JSON for programs, one store behind both."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from config.clock import Clock
from config.workspace import Workspace
from drumbeat.shown.names import use_names
from drumbeat.web import acts, api, deciding, feeds, login, pages, source_page, trying
from drumbeat.web.access import ask_who
from drumbeat.web.reader import Reader
from drumbeat.web.security import guarded, protect
from drumbeat.web.view import page
from storage.errors import StorageError
from storage.store import Store


def make_app(*, store: Store, workspace: Workspace, clock: Clock) -> FastAPI:
    """The whole application over an open store.

    The JSON interface is described at /api/openapi.json; interactive documentation is off because it would
    load scripts from elsewhere.
    """
    app = FastAPI(
        title="Drumbeat", version="1", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
    )
    use_names(workspace.settings.report)
    app.state.reader = Reader(store=store, workspace=workspace, clock=clock)
    app.state.tries = login.Tries()
    ask_who(app)
    protect(app, workspace.settings.dashboard)
    app.add_middleware(_HeadAsGet)
    app.include_router(api.router, prefix="/api")
    app.include_router(pages.router)
    app.include_router(trying.router)
    app.include_router(acts.router)
    app.include_router(feeds.router)
    app.include_router(login.router)
    app.include_router(deciding.router)
    app.include_router(source_page.router)

    _explain_failures(app)
    return app


def _explain_failures(app: FastAPI) -> None:
    """Answer whatever goes wrong in words: a page for people, JSON for programs."""

    @app.exception_handler(HTTPException)
    async def explain_http(request: Request, error: HTTPException) -> Response:
        return _failure(request, error.status_code, str(error.detail))

    @app.exception_handler(RequestValidationError)
    async def explain_request(request: Request, error: RequestValidationError) -> Response:
        wrong = error.errors()[0]
        return _failure(request, 422, f"{wrong['loc'][-1]}: {wrong['msg']}")

    @app.exception_handler(StorageError)
    async def explain_storage(request: Request, error: StorageError) -> Response:
        return _failure(request, 503, str(error))

    @app.exception_handler(Exception)  # border: the page says so, the server logs the traceback
    async def explain_bug(request: Request, error: Exception) -> Response:
        return guarded(_failure(request, 500, "This is a fault of Drumbeat; its log tells more."))


class _HeadAsGet:
    """Answers HEAD wherever GET is answered, as HTTP has it; the server leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope, receive, send)


def _failure(request: Request, status: int, message: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": message}, status_code=status)
    return page(
        "error.html",
        {"status": status, "reason": HTTPStatus(status).phrase, "message": message},
        status=status,
    )
