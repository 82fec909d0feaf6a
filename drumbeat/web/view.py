"""Templates of the dashboard: the report's macros and style with a frame around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import HTMLResponse

from drumbeat.report.environment import html_environment
from drumbeat.report.view import style


def page(template: str, values: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
    """A page of the dashboard."""
    text = html_environment().get_template(f"web/{template}").render(style=style(), **values)
    return HTMLResponse(text, status_code=status)
