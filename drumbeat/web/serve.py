"""Serve the dashboard."""

from __future__ import annotations

from config.clock import SystemClock
from config.workspace import Workspace
from drumbeat.web.app import make_app
from storage.store import open_store


def serve(workspace: Workspace) -> None:
    """Run until interrupted, on the address of the settings."""
    import uvicorn

    settings = workspace.settings.dashboard
    with open_store(workspace.database_url, busy_timeout_seconds=workspace.settings.storage.busy_timeout_seconds) as store:
        app = make_app(store=store, workspace=workspace, clock=SystemClock())
        uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", server_header=False)
