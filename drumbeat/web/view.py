"""Templates of the dashboard: the report's macros and style with a frame around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import HTMLResponse

from drumbeat.report.environment import html_environment
from drumbeat.report.view import style

NarrativeNumber = Annotated[int, Path(ge=0, le=2**31 - 1)]
"""A narrative's number in an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Which part of a long list is shown."""

    number: int
    size: int
    total: int

    @property
    def first(self) -> int:
        """The place of the first row that is shown, from 1."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """The place of the last row that is shown."""
        return min(self.number * self.size, self.total)


def page(template: str, values: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
    """A page of the dashboard."""
    text = html_environment().get_template(f"web/{template}").render(style=style(), **values)
    return HTMLResponse(text, status_code=status)
