"""Passages, alone and with what analysis needs to know around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import Article, Passage, PassageRow
from storage.rows import chunks, columns_of, delete_in, record_of, row_of, select_in, upsert


class PassageStore:
    """Runs of whole sentences; they live and die with their article."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def uncut(self, *, after: str = "", limit: int = 500) -> list[Article]:
        """Articles that are not cut yet, with `article_id > after`, by article_id."""
        statement = sa.select(*columns_of(Article, schema.articles)).where(
            schema.articles.c.is_cut.is_(False), schema.articles.c.article_id > after
        )
        with self._database.read() as connection:
            return [
                record_of(Article, row)
                for row in connection.execute(statement.order_by(schema.articles.c.article_id).limit(limit))
            ]

    def save(self, article_ids: Sequence[str], passages: Sequence[Passage]) -> None:
        """Replace the passages of these articles and mark them cut (also those that give none), in chunks of whole articles."""
        by_article: defaultdict[str, list[Passage]] = defaultdict(list)
        for passage in passages:
            by_article[passage.article_id].append(passage)
        cut = (
            sa.update(schema.articles)
            .where(schema.articles.c.article_id == sa.bindparam("key"))
            .values(is_cut=True)
        )
        for part in chunks(sorted(article_ids), 100):
            with self._database.write() as connection:
                delete_in(connection, schema.passages, schema.passages.c.article_id, part)
                rows = [row_of(item) for article_id in part for item in by_article[article_id]]
                upsert(connection, schema.passages, rows, key=("passage_id",))
                connection.execute(cut, [{"key": article_id} for article_id in part])

    def unembedded(self, build: str, *, after: str = "", limit: int = 512) -> list[tuple[str, str]]:
        """Distinct (text_hash, text) without a vector of this build, with `text_hash > after`, by text_hash."""
        table = schema.passages.c
        statement = sa.select(table.text_hash, sa.func.min(table.text).label("text")).where(
            table.text_hash > after, ~_embedded(build)
        )
        with self._database.read() as connection:
            rows = connection.execute(
                statement.group_by(table.text_hash).order_by(table.text_hash).limit(limit)
            )
            return [(row.text_hash, row.text) for row in rows]

    def window(self, start: datetime, end: datetime) -> list[PassageRow]:
        """Passages of articles counted in [start, end), by passage_id."""
        return self._rows(
            select_passage_rows().where(
                schema.articles.c.counted_at >= start, schema.articles.c.counted_at < end
            )
        )

    def leads(self, start: datetime, end: datetime, *, limit: int) -> list[PassageRow]:
        """First passages of the newest `limit` articles counted in [start, end), by passage_id."""
        articles, passages = schema.articles.c, schema.passages.c
        inside = (articles.counted_at >= start, articles.counted_at < end, passages.ordinal == 0)
        newest = (
            select_passage_rows()
            .where(*inside)
            .order_by(articles.counted_at.desc(), passages.passage_id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return sorted(
                (record_of(PassageRow, row) for row in connection.execute(newest)),
                key=lambda row: row.passage_id,
            )

    def many(self, passage_ids: Collection[str]) -> list[PassageRow]:
        """Those of the passages that exist, by passage_id."""
        with self._database.read() as connection:
            rows = select_in(
                connection,
                select_passage_rows().order_by(schema.passages.c.passage_id),
                schema.passages.c.passage_id,
                passage_ids,
            )
            return [record_of(PassageRow, row) for row in rows]

    def of_articles(self, article_ids: Collection[str]) -> list[PassageRow]:
        """All passages of these articles, by passage_id."""
        with self._database.read() as connection:
            statement = select_passage_rows().order_by(schema.passages.c.passage_id)
            rows = select_in(connection, statement, schema.passages.c.article_id, article_ids)
            return [record_of(PassageRow, row) for row in rows]

    def of_article(self, article_id: str) -> list[PassageRow]:
        """Passages of one article in reading order."""
        return self._rows(
            select_passage_rows().where(schema.passages.c.article_id == article_id), schema.passages.c.ordinal
        )

    def unassigned(self, build: str, start: datetime, end: datetime) -> list[PassageRow]:
        """Embedded passages counted in [start, end) that no narrative has, by passage_id."""
        taken = sa.exists().where(schema.assignments.c.passage_id == schema.passages.c.passage_id)
        window = (schema.articles.c.counted_at >= start, schema.articles.c.counted_at < end)
        return self._rows(select_passage_rows().where(*window, _embedded(build), ~taken))

    def unmatched(
        self, build: str, statement_id: str, statement_hash: str, *, after: str = "", limit: int = 1000
    ) -> list[PassageRow]:
        """Embedded passages not yet compared with this wording of the statement, with `passage_id > after`, by passage_id."""
        statements, compared = schema.watch_statements.c, schema.watch_compared.c
        # One number for the whole query, and asked before the vectors: nearly every passage of an old workspace is compared already.
        number = sa.select(statements.statement_no).where(
            statements.statement_id == statement_id, statements.statement_hash == statement_hash
        )
        known = sa.exists().where(
            compared.passage_no == schema.passages.c.passage_no,
            compared.statement_no == number.scalar_subquery(),
        )
        statement = select_passage_rows().where(
            schema.passages.c.passage_id > after, ~known, _embedded(build)
        )
        return self._rows(statement.limit(limit))

    def _rows(self, statement: sa.Select[Any], *order: sa.ColumnElement[Any]) -> list[PassageRow]:
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(*(order or (schema.passages.c.passage_id,))))
            return [record_of(PassageRow, row) for row in rows]


def select_passage_rows() -> sa.Select[Any]:
    """The columns of a PassageRow; an article without a group stands for itself, one without a known source is "not listed"."""
    joined = (
        schema.passages.join(schema.articles, schema.articles.c.article_id == schema.passages.c.article_id)
        .outerjoin(schema.sources, schema.sources.c.source_id == schema.articles.c.source_id)
        .outerjoin(schema.copy_members, schema.copy_members.c.article_id == schema.articles.c.article_id)
    )
    own = ("passage_id", "article_id", "ordinal", "text", "text_hash", "language")
    of_article = (
        "title",
        "url",
        "source_id",
        "published_at",
        "date_confidence",
        "first_seen_at",
        "counted_at",
        "late",
        "origin",
    )
    return sa.select(
        *[schema.passages.c[name] for name in own],
        *[schema.articles.c[name] for name in of_article],
        sa.func.coalesce(schema.sources.c.country, "").label("country"),
        sa.func.coalesce(schema.sources.c.ownership, "not listed").label("ownership"),
        sa.func.coalesce(schema.copy_members.c.group_id, schema.articles.c.article_id).label("group_id"),
        sa.func.coalesce(schema.copy_members.c.relation, "original").label("relation"),
    ).select_from(joined)


def _embedded(build: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        schema.vectors.c.build == build, schema.vectors.c.text_hash == schema.passages.c.text_hash
    )
