"""Which passages tell which narrative, read without their texts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import CopyGroup
from storage.records.told import NarrativeRow, PrintedRow, ToldRow
from storage.rows import record_of, select_in

_ARTICLES: Final = schema.articles.outerjoin(
    schema.copy_members, schema.copy_members.c.article_id == schema.articles.c.article_id
)
_PASSAGES: Final = _ARTICLES.join(
    schema.passages, schema.passages.c.article_id == schema.articles.c.article_id
)
_ASSIGNED: Final = _PASSAGES.join(
    schema.assignments, schema.assignments.c.passage_id == schema.passages.c.passage_id
)
_HIT: Final = _PASSAGES.join(
    schema.watch_hits, schema.watch_hits.c.passage_id == schema.passages.c.passage_id
)
_GROUP: Final = sa.func.coalesce(schema.copy_members.c.group_id, schema.articles.c.article_id)


class TellingStore:
    """Assignments and hits with what is known of their articles: ids, moments and labels, never a text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def between(self, start: datetime, end: datetime) -> list[ToldRow]:
        """Passages that some narrative has, of articles counted in [start, end), in no order."""
        assigned = _told(schema.assignments, sa.null()).select_from(_ASSIGNED)
        hit = _told(schema.watch_hits, schema.watch_hits.c.stance).select_from(_HIT)
        with self._database.read() as connection:
            found = [connection.execute(_counted(statement, start, end)) for statement in (assigned, hit)]
            return [ToldRow._make(row) for rows in found for row in rows]

    def printed(self, start: datetime, end: datetime) -> list[PrintedRow]:
        """Articles counted in [start, end), late ones too, by (counted_at, article_id)."""
        articles = schema.articles.c
        statement = sa.select(
            articles.article_id,
            articles.source_id,
            _GROUP,
            articles.language,
            articles.date_confidence,
            articles.counted_at,
            articles.late,
            articles.origin,
        ).select_from(_ARTICLES)
        statement = _counted(statement, start, end).order_by(articles.counted_at, articles.article_id)
        with self._database.read() as connection:
            return [PrintedRow._make(row) for row in connection.execute(statement)]

    def assigned(
        self, narrative_ids: Collection[int], *, start: datetime | None = None, end: datetime | None = None
    ) -> list[NarrativeRow]:
        """Passages assigned to these numbers, of articles counted in [start, end), by passage_id."""
        table = schema.assignments.c
        statement = _detailed(schema.assignments, table.similarity, sa.null()).select_from(
            _with_source(_ASSIGNED)
        )
        with self._database.read() as connection:
            rows = select_in(connection, _counted(statement, start, end), table.narrative_id, narrative_ids)
        return sorted((NarrativeRow._make(row) for row in rows), key=lambda row: row.passage_id)

    def hits(
        self, statement_id: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> list[NarrativeRow]:
        """Passages that a statement found, refuting ones too, of articles counted in [start, end), by
        passage_id.
        """
        table = schema.watch_hits.c
        statement = _detailed(schema.watch_hits, table.cosine, table.stance).select_from(_with_source(_HIT))
        statement = _counted(statement, start, end).where(table.statement_id == statement_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.passage_id))
            return [NarrativeRow._make(row) for row in rows]

    def carried_by(self, article_ids: Collection[str]) -> list[ToldRow]:
        """Passages of these articles that discovered narratives have, in no order."""
        statement = _told(schema.assignments, sa.null()).select_from(_ASSIGNED)
        with self._database.read() as connection:
            rows = select_in(connection, statement, schema.articles.c.article_id, article_ids)
        return [ToldRow._make(row) for row in rows]

    def assigned_count(self, start: datetime, end: datetime) -> int:
        """Passages that discovered narratives have, of articles counted in [start, end)."""
        statement = sa.select(sa.func.count()).select_from(_ASSIGNED)
        with self._database.read() as connection:
            return int(connection.execute(_counted(statement, start, end)).scalar_one())

    def groups(self, group_ids: Collection[str]) -> dict[str, CopyGroup]:
        """Copy groups by id; those that are no more are left out."""
        table = schema.copy_groups
        with self._database.read() as connection:
            rows = select_in(connection, sa.select(table), table.c.group_id, group_ids)
        return {row.group_id: record_of(CopyGroup, row) for row in rows}

    def repeated(self, start: datetime, end: datetime, *, articles: int, outlets: int) -> list[CopyGroup]:
        """Texts first published in [start, end) with at least so many articles and outlets, by (first_at,
        group_id).
        """
        table = schema.copy_groups
        statement = sa.select(table).where(
            table.c.first_at >= start,
            table.c.first_at < end,
            table.c.size >= articles,
            table.c.outlets >= outlets,
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.c.first_at, table.c.group_id))
            return [record_of(CopyGroup, row) for row in rows]


def _with_source(joined: sa.Join) -> sa.Join:
    return joined.outerjoin(schema.sources, schema.sources.c.source_id == schema.articles.c.source_id)


def _told(table: sa.Table, stance: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The columns of a ToldRow, in its order."""
    articles = schema.articles.c
    return sa.select(
        table.c.narrative_id,
        articles.article_id,
        articles.source_id,
        _GROUP,
        articles.counted_at,
        articles.late,
        stance,
    )


def _detailed(
    table: sa.Table, similarity: sa.ColumnElement[Any], stance: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """The columns of a NarrativeRow, in its order; an article without a known source is "not listed"."""
    articles, sources = schema.articles.c, schema.sources.c
    return sa.select(
        table.c.narrative_id,
        table.c.passage_id,
        similarity,
        stance,
        articles.article_id,
        articles.source_id,
        sa.func.coalesce(sources.country, ""),
        sa.func.coalesce(sources.ownership, "not listed"),
        schema.passages.c.language,
        articles.title,
        articles.url,
        _GROUP,
        sa.func.coalesce(schema.copy_members.c.relation, "original"),
        articles.published_at,
        articles.date_confidence,
        articles.date_source,
        articles.first_seen_at,
        articles.counted_at,
        articles.late,
        articles.origin,
    )


def _counted(statement: sa.Select[Any], start: datetime | None, end: datetime | None) -> sa.Select[Any]:
    counted_at = schema.articles.c.counted_at
    if start is not None:
        statement = statement.where(counted_at >= start)
    return statement if end is None else statement.where(counted_at < end)
