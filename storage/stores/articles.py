"""Clean articles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import schema
from storage.copy_queue import dissolve, enqueue, forget_texts
from storage.engine import Database
from storage.records import Article, ArticleFacts, CleanResult
from storage.rows import columns_of, delete_in, record_of, row_of, select_in, upsert
from storage.search_index import index_articles, indexed_words, unindex_articles
from storage.types import storable

_PASSAGE_FIELDS = ("body", "language")
"""What passages are cut from: a change makes them, and all that hangs on them, void."""
_GROUP_FIELDS = ("title", "body", "language", "source_id", "published_at", "date_confidence", "counted_at")
"""What copy groups are decided from: a change sends the whole group back to be grouped again."""
_INDEX_FIELDS = ("title", "body")


class ArticleStore:
    """What cleaning made of pages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, results: Sequence[CleanResult]) -> None:
        """Write clean outcomes, articles and the full-text index, in one transaction; pass it chunks.

        A page that is refused now loses its former article. An article whose text or language changed loses
        its passages with their assignments and hits; the copy groups of a changed or lost article are
        dissolved, their articles are ungrouped again.
        """
        made = [result.article for result in results if result.article is not None]
        texts = {article.article_id: indexed_words(article.title, article.body) for article in made}
        page_ids = [result.page_id for result in results]
        with self._database.write() as connection:
            _record_outcomes(connection, results)
            rows = select_in(connection, _STATE, schema.articles.c.article_id, page_ids)
            former = {row.article_id: row for row in rows}
            lost = sorted(former.keys() - {article.article_id for article in made})
            regrouped = _changed(made, former, _GROUP_FIELDS)
            _dissolve_groups(connection, lost + regrouped)
            forget_texts(connection, regrouped)
            _remove(connection, lost, former)
            _void_passages(connection, _changed(made, former, _PASSAGE_FIELDS))
            _write(connection, made)
            enqueue(connection, {article.article_id for article in made} - former.keys())
            _index(connection, made, former, texts)

    def get(self, article_id: str) -> Article | None:
        """One article."""
        return next(iter(self._articles(_SELECT.where(schema.articles.c.article_id == article_id))), None)

    def many(self, ids: Collection[str]) -> list[Article]:
        """Those of the articles that exist, by id."""
        with self._database.read() as connection:
            rows = select_in(
                connection, _SELECT.order_by(schema.articles.c.article_id), schema.articles.c.article_id, ids
            )
            return [record_of(Article, row) for row in rows]

    def between(self, start: datetime, end: datetime) -> list[Article]:
        """Articles counted in [start, end), by (counted_at, article_id)."""
        window = (schema.articles.c.counted_at >= start, schema.articles.c.counted_at < end)
        return self._articles(
            _SELECT.where(*window).order_by(schema.articles.c.counted_at, schema.articles.c.article_id)
        )

    def counted(self, start: datetime, end: datetime) -> list[ArticleFacts]:
        """Articles counted in [start, end) without their texts, by (counted_at, article_id)."""
        counted_at = schema.articles.c.counted_at
        statement = _FACTS.where(counted_at >= start, counted_at < end)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(counted_at, schema.articles.c.article_id))
            return [ArticleFacts._make(row) for row in rows]

    def titles(self, start: datetime, end: datetime) -> list[tuple[str, str, str]]:
        """(Source, title, copy group) of each article counted in [start, end)."""
        articles = schema.articles.c
        statement = sa.select(articles.source_id, articles.title, _GROUP).select_from(_GROUPED)
        inside = statement.where(articles.counted_at >= start, articles.counted_at < end)
        with self._database.read() as connection:
            return [(source, title, group) for source, title, group in connection.execute(inside)]

    def count(self) -> int:
        """How many articles there are."""
        with self._database.read() as connection:
            return int(
                connection.execute(sa.select(sa.func.count()).select_from(schema.articles)).scalar_one()
            )

    def _articles(self, statement: sa.Select[Any]) -> list[Article]:
        with self._database.read() as connection:
            return [record_of(Article, row) for row in connection.execute(statement)]


_SELECT = sa.select(*columns_of(Article, schema.articles))
_GROUP = sa.func.coalesce(schema.copy_members.c.group_id, schema.articles.c.article_id)
_GROUPED = schema.articles.outerjoin(
    schema.copy_members, schema.copy_members.c.article_id == schema.articles.c.article_id
)
_FACTS = sa.select(
    schema.articles.c.article_id,
    schema.articles.c.source_id,
    _GROUP,
    schema.articles.c.counted_at,
    schema.articles.c.late,
    schema.articles.c.origin,
).select_from(_GROUPED)
"""The columns of ArticleFacts, in its order."""
_STATE = sa.select(
    schema.articles.c.article_no,
    schema.articles.c.article_id,
    *[schema.articles.c[name] for name in sorted({*_PASSAGE_FIELDS, *_GROUP_FIELDS})],
)


def _record_outcomes(connection: sa.Connection, results: Sequence[CleanResult]) -> None:
    if not results:
        return
    statement = sa.update(schema.pages).where(schema.pages.c.page_id == sa.bindparam("key")).values(
        clean_outcome=sa.bindparam("outcome"), clean_version=sa.bindparam("version"),
        clean_run=sa.bindparam("run")
    )  # fmt: skip
    ordered = sorted(results, key=lambda result: result.page_id)
    connection.execute(
        statement,
        [
            {"key": one.page_id, "outcome": one.outcome, "version": one.clean_version, "run": one.clean_run}
            for one in ordered
        ],
    )


def _remove(connection: sa.Connection, article_ids: Collection[str], former: dict[str, sa.Row[Any]]) -> None:
    """Articles of pages that are refused now, with all that hangs on them."""
    unindex_articles(connection, [former[article_id].article_no for article_id in article_ids])
    delete_in(connection, schema.articles, schema.articles.c.article_id, article_ids)


def _write(connection: sa.Connection, made: Sequence[Article]) -> None:
    """Insert or update; what is cut stays so until its passages are void."""
    rows = [{**row_of(article), "is_cut": False} for article in made]
    upsert(connection, schema.articles, rows, key=("article_id",), keep=("is_cut",))


def _changed(made: Sequence[Article], former: dict[str, sa.Row[Any]], names: Sequence[str]) -> list[str]:
    """Ids of articles that existed and differ in one of the fields."""
    known = [article for article in made if article.article_id in former]
    return [
        item.article_id
        for item in known
        if any(_kept(item, name) != getattr(former[item.article_id], name) for name in names)
    ]


def _kept(article: Article, name: str) -> Any:
    """A field as it comes back from the store: a text with signs that cannot be kept is no other text each
    time it is saved.
    """
    value = getattr(article, name)
    return storable(value) if isinstance(value, str) else value


def _dissolve_groups(connection: sa.Connection, article_ids: Collection[str]) -> None:
    rows = select_in(
        connection, sa.select(schema.copy_members.c.group_id), schema.copy_members.c.article_id, article_ids
    )
    dissolve(connection, {row.group_id for row in rows})


def _void_passages(connection: sa.Connection, article_ids: Collection[str]) -> None:
    delete_in(connection, schema.passages, schema.passages.c.article_id, article_ids)
    if article_ids:
        uncut = (
            sa.update(schema.articles)
            .where(schema.articles.c.article_id == sa.bindparam("key"))
            .values(is_cut=False)
        )
        connection.execute(uncut, [{"key": article_id} for article_id in sorted(article_ids)])


def _index(
    connection: sa.Connection,
    made: Sequence[Article],
    former: dict[str, sa.Row[Any]],
    texts: dict[str, tuple[str, str]],
) -> None:
    new = [article.article_id for article in made if article.article_id not in former]
    touched = {*new, *_changed(made, former, _INDEX_FIELDS)}
    numbers = sa.select(schema.articles.c.article_id, schema.articles.c.article_no)
    by_id = {
        row.article_id: row.article_no
        for row in select_in(connection, numbers, schema.articles.c.article_id, touched)
    }
    index_articles(connection, {number: texts[article_id] for article_id, number in by_id.items()})
