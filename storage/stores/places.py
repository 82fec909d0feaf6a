"""What articles name, and which countries they are about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.marks import mark_of, move_marks
from storage.records.places import ArticleName, CutPassage, PlaceCount
from storage.rows import delete_in, select_in, upsert

READER = "places"


class PlaceStore:
    """Names of articles, written by the stage `places` block by block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, version: str, *, limit: int) -> list[CutPassage]:
        """The next passages that this version of the gazetteer has not read, by number."""
        table = schema.passages.c
        columns = (table.passage_no, table.article_id, table.ordinal, table.start, table.end)
        with self._database.read() as connection:
            mark = mark_of(connection, READER, version)
            statement = sa.select(*columns).where(table.passage_no > mark)
            rows = connection.execute(statement.order_by(table.passage_no).limit(limit))
            return [CutPassage._make(row) for row in rows]

    def cuts_of(self, article_ids: Collection[str]) -> list[CutPassage]:
        """All passages of these articles, by article and ordinal."""
        table = schema.passages.c
        columns = (table.passage_no, table.article_id, table.ordinal, table.start, table.end)
        statement = sa.select(*columns).order_by(table.article_id, table.ordinal)
        with self._database.read() as connection:
            return [
                CutPassage._make(row)
                for row in select_in(connection, statement, table.article_id, article_ids)
            ]

    def save(
        self, article_ids: Collection[str], names: Sequence[ArticleName], *, version: str, through: int
    ) -> None:
        """Replace the names of these articles, and keep how far this version has read, in one transaction."""
        with self._database.write() as connection:
            delete_in(connection, schema.article_names, schema.article_names.c.article_id, article_ids)
            upsert(connection, schema.article_names, [_row(item) for item in names])
            move_marks(connection, {(READER, version): through})

    def of(self, article_ids: Collection[str]) -> list[ArticleName]:
        """Names of these articles, by article; countries that they are about first, then by mentions."""
        table = schema.article_names.c
        order = (table.article_id, table.about.desc(), table.mentions.desc(), table.name)
        with self._database.read() as connection:
            statement = sa.select(schema.article_names).order_by(*order)
            return [_record(row) for row in select_in(connection, statement, table.article_id, article_ids)]

    def told_about(self, start: datetime, end: datetime) -> list[PlaceCount]:
        """What articles counted in [start, end) are about: countries, those with most articles first."""
        names, articles, sources = schema.article_names.c, schema.articles.c, schema.sources.c
        count = sa.func.count().label("articles")
        joined = schema.article_names.join(
            schema.articles, articles.article_id == names.article_id
        ).outerjoin(schema.sources, sources.source_id == articles.source_id)
        statement = (
            sa.select(
                names.name,
                count,
                sa.func.count(sa.distinct(articles.source_id)).label("outlets"),
                sa.func.count(sa.distinct(sources.country)).label("outlet_countries"),
                sa.func.min(articles.counted_at).label("first_at"),
            )
            .select_from(joined)
            .where(names.about.is_(True), articles.counted_at >= start, articles.counted_at < end)
            .group_by(names.name)
            .order_by(count.desc(), names.name)
        )
        with self._database.read() as connection:
            return [PlaceCount(**row._mapping) for row in connection.execute(statement)]


def _row(item: ArticleName) -> dict[str, object]:
    return {
        "article_id": item.article_id,
        "name": item.name,
        "mentions": item.mentions,
        "share": item.share,
        "about": item.about,
        "passages": " ".join(map(str, item.passages)),
    }


def _record(row: sa.Row[tuple[object, ...]]) -> ArticleName:
    held = dict(row._mapping)
    return ArticleName(**held | {"passages": tuple(map(int, held["passages"].split()))})
