"""Serve the dashboard."""

from __future__ import annotations

import socket

from config.clock import SystemClock
from config.errors import ConfigError
from config.settings import DashboardSettings
from config.workspace import Workspace
from drumbeat.web.access import needs_accounts
from drumbeat.web.app import make_app
from storage.store import open_store


def listen(settings: DashboardSettings) -> socket.socket:
    """A socket on the address of the settings, so that a wrong one is told before anything else happens.

    Raises:
        ConfigError: nobody can listen there; says why and which settings to change.
    """
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family)
    except (OSError, UnicodeError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise ConfigError(
            f"dashboard.host = {settings.host!r}, dashboard.port = {settings.port}: cannot listen there: "
            f"{reason}; "
            "set others in drumbeat.toml, or give --port"
        ) from problem


def address_of(bound: socket.socket) -> str:
    """The web address of a listening socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(workspace: Workspace, bound: socket.socket) -> None:
    """Answer on a listening socket until interrupted."""
    import uvicorn

    import analysis.digest.build  # noqa: F401 - now, so that no first view waits for it

    with open_store(
        workspace.database_url, busy_timeout_seconds=workspace.settings.storage.busy_timeout_seconds
    ) as store:
        needs_accounts(workspace.settings.dashboard, store)  # or why it listens to nobody yet
        app = make_app(store=store, workspace=workspace, clock=SystemClock())
        uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False)).run(sockets=[bound])
