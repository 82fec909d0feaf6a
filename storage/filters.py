"""Search filters as conditions on articles and their sources."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.records import SearchFilters
from storage.schema import articles, sources


def within(
    moment: sa.ColumnElement[Any], start: datetime | None, end: datetime | None
) -> list[sa.ColumnElement[bool]]:
    """Conditions of a moment in [start, end); None leaves a side open."""
    conditions = [] if start is None else [moment >= start]
    return conditions if end is None else [*conditions, moment < end]


def filtered(statement: sa.Select[Any], filters: SearchFilters | None) -> sa.Select[Any]:
    """The statement, which joins `articles` and `sources`, narrowed to what the filters let through."""
    if filters is None:
        return statement
    if filters.start is not None:
        statement = statement.where(articles.c.counted_at >= filters.start)
    if filters.end is not None:
        statement = statement.where(articles.c.counted_at < filters.end)
    for column, wanted in (
        (articles.c.source_id, filters.source_ids),
        (sources.c.country, filters.countries),
        (articles.c.language, filters.languages),
    ):
        if wanted:
            statement = statement.where(column.in_(wanted))
    return statement
