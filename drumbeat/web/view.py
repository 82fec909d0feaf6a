"""Templates of the dashboard: the report's macros and style with a frame around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Path
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator

from drumbeat.report.view import style
from drumbeat.shown.environment import html_environment

NarrativeNumber = Annotated[int, Path(ge=0, le=2**31 - 1)]
"""A narrative's number in an address."""

EventNumber = Annotated[int, Path(ge=0, le=2**53 - 1)]
"""An event's number in an address."""


def _near(day: str | date | None) -> date | None:
    """A day from which one can count, so that sums of days stay within what a date can hold; what a form leaves empty is none."""
    if not day:
        return None
    given = day if isinstance(day, date) else date.fromisoformat(day)
    if not 1970 <= given.year < 2200:
        raise ValueError("expected a year from 1970 to 2199")
    return given


Day = Annotated[date | None, BeforeValidator(_near)]
"""A day in an address, YYYY-MM-DD."""


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
