"""Templates of the dashboard: the report's macros and style with a frame around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, HTTPException, Path, Query
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator

from config.clock import midnight
from drumbeat.report.view import style
from drumbeat.shown.environment import html_environment
from drumbeat.web.asking import asking
from storage.records import SearchFilters
from storage.stores.lists import Key

Item = TypeVar("Item")
YEARS = range(1970, 2200)
LONGEST_NUMBER = 18
"""Digits that fit into eight bytes."""

NarrativeNumber = Annotated[int, Path(ge=0, le=2**31 - 1)]
"""A narrative's number in an address."""

EventNumber = Annotated[int, Path(ge=0, le=2**53 - 1)]
"""An event's number in an address."""


def _near(day: str | date | None) -> date | None:
    """A day from which one can count, so that sums of days stay within what a date can hold; what a form
    leaves empty is none.
    """
    if not day:
        return None
    given = day if isinstance(day, date) else date.fromisoformat(day)
    if given.year not in YEARS:
        raise ValueError("expected a year from 1970 to 2199")
    return given


Day = Annotated[date | None, BeforeValidator(_near)]
"""A day in an address, YYYY-MM-DD."""


AfterText = Annotated[str, Query(max_length=200, alias="after")]
"""`MOMENT|ID`, as `Rows.older` writes it; empty for the first page."""


def _after_name(after: AfterText = "") -> Key | None:
    if not after:
        return None
    moment, _, name = after.partition("|")
    with suppress(ValueError):
        given = datetime.fromisoformat(moment)
        if given.tzinfo is not None and name and given.year in YEARS:
            return given, name
    raise HTTPException(422, "after: expected a moment with its time zone and an id, as `older` gives them")


def _after_number(after: AfterText = "") -> Key | None:
    found = _after_name(after)
    if found is None:
        return None
    name = str(found[1])
    if not name.isdecimal() or len(name) > LONGEST_NUMBER:
        raise HTTPException(422, "after: expected a number as the id, as `older` gives it")
    return found[0], int(name)


AfterName = Annotated[Key | None, Depends(_after_name)]
AfterNumber = Annotated[Key | None, Depends(_after_number)]
"""The row after which a page of a list begins; its id is a text, or a number."""


def filters_of(
    *,
    languages: Sequence[str],
    source_ids: Sequence[str],
    countries: Sequence[str],
    since: date | None,
    until: date | None,
) -> SearchFilters:
    """What a search is narrowed to, both days included; what a form leaves empty narrows nothing."""
    return SearchFilters(
        languages=tuple(filter(None, languages)),
        source_ids=tuple(filter(None, source_ids)),
        countries=tuple(code.upper() for code in countries if code),
        start=midnight(since) if since else None,
        end=midnight(until) + timedelta(days=1) if until else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Generic[Item]):
    """A page of a long list."""

    shown: Sequence[Item]
    older: str | None
    """What the next page begins after; None on the last one."""
    is_first: bool


def rows_of(found: Sequence[Item], size: int, *, after: Key | None, key: Callable[[Item], Key]) -> Rows[Item]:
    """A page of at most `size` rows, of which one more was asked for to see whether others follow."""
    shown = found[:size]
    more = len(found) > size
    moment, name = key(shown[-1]) if shown else (None, None)
    older = f"{moment.isoformat()}|{name}" if more and moment else None
    return Rows(shown=shown, older=older, is_first=after is None)


def page(template: str, values: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
    """A page of the dashboard."""
    shown = {**values, "style": style(), "who": asking()}
    text = html_environment().get_template(f"web/{template}").render(**shown)
    return HTMLResponse(text, status_code=status)
