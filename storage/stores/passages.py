"""Passages, alone and with what analysis needs to know around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.marks import begin_numbering, embedded_by, mark_of, move_marks
from storage.records import Article, Passage, PassageFacts, PassageRow
from storage.rows import AT_ONCE, chunks, columns_of, delete_in, record_of, row_of, select_in, upsert


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
        """Replace the passages of these articles and mark them cut (also those that give none), in chunks of
        whole articles.
        """
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
                begin_numbering(connection)
                upsert(connection, schema.passages, rows, key=("passage_id",))
                connection.execute(cut, [{"key": article_id} for article_id in part])

    def unembedded(self, build: str, *, limit: int = 512) -> list[tuple[str, str]]:
        """Distinct (text_hash, text) of the first `limit` passages without a vector of this build, in the
        order of their numbers.

        Remembers up to which passage all have one, so that the next call, and `embedded_after`, begin there.
        """
        table = schema.passages.c
        with self._database.write() as connection:
            seen = _move_embedded(connection, build)
        waiting = sa.select(table.text_hash, table.text).where(table.passage_no > seen, ~_embedded(build))
        with self._database.read() as connection:
            rows = connection.execute(waiting.order_by(table.passage_no).limit(limit)).all()
        return list(dict.fromkeys((row.text_hash, row.text) for row in rows))

    def embedded_after(self, build: str, passage_no: int, *, limit: int = 1000) -> list[PassageFacts]:
        """The next passages above a number, by number, up to the first that has no vector of this build yet.

        For readers that keep a mark: nothing below what is returned will ever come new.
        """
        table = schema.passages.c
        with self._database.read() as connection:
            first = _first_unembedded(connection, build)
            statement = select_passage_facts().where(table.passage_no > passage_no)
            if first is not None:
                statement = statement.where(table.passage_no < first)
            rows = connection.execute(statement.order_by(table.passage_no).limit(limit))
            return [PassageFacts._make(row) for row in rows]

    def read_through(self, reader: str, version: str) -> int:
        """`passage_no` up to which a reader has seen everything; 0 before it began, or
        under another version.
        """
        with self._database.read() as connection:
            return mark_of(connection, reader, version)

    def keep_read(self, reader: str, version: str, passage_no: int) -> None:
        """A reader whose results can be written again has seen everything up to a number."""
        with self._database.write() as connection:
            move_marks(connection, {(reader, version): passage_no})

    def told(self, start: datetime, end: datetime) -> list[PassageFacts]:
        """Passages of articles counted in [start, end) without their texts, by (counted_at, passage_no)."""
        counted_at = schema.articles.c.counted_at
        statement = select_passage_facts().where(counted_at >= start, counted_at < end)
        with self._database.read() as connection:
            # By parts: a window of weeks is over a million rows, which a driver would hold once more.
            ordered = statement.order_by(counted_at, schema.passages.c.passage_no)
            return _facts(connection.execute(ordered, execution_options={"yield_per": AT_ONCE}))

    def facts_of_articles(self, article_ids: Collection[str]) -> list[PassageFacts]:
        """All passages of these articles without their texts, by passage_id."""
        with self._database.read() as connection:
            statement = select_passage_facts().order_by(schema.passages.c.passage_id)
            return _facts(select_in(connection, statement, schema.passages.c.article_id, article_ids))

    def facts_of(self, passage_ids: Collection[str]) -> list[PassageFacts]:
        """Those of the passages that exist, without their texts, by passage_id."""
        with self._database.read() as connection:
            statement = select_passage_facts().order_by(schema.passages.c.passage_id)
            return _facts(select_in(connection, statement, schema.passages.c.passage_id, passage_ids))

    def numbered(self, numbers: Collection[int]) -> list[PassageFacts]:
        """The passages with these numbers, as far as they exist, without their texts, by number."""
        with self._database.read() as connection:
            number = schema.passages.c.passage_no
            return _facts(select_in(connection, select_passage_facts().order_by(number), number, numbers))

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

    def _rows(self, statement: sa.Select[Any], *order: sa.ColumnElement[Any]) -> list[PassageRow]:
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(*(order or (schema.passages.c.passage_id,))))
            return [record_of(PassageRow, row) for row in rows]


_JOINED: Final = (
    schema.passages.join(schema.articles, schema.articles.c.article_id == schema.passages.c.article_id)
    .outerjoin(schema.sources, schema.sources.c.source_id == schema.articles.c.source_id)
    .outerjoin(schema.copy_members, schema.copy_members.c.article_id == schema.articles.c.article_id)
)
_OF_ARTICLE: Final = (
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


def select_passage_rows() -> sa.Select[Any]:
    """The columns of a PassageRow; an article without a group stands for itself, one without a known source
    is "not listed".
    """
    passages, members = schema.passages.c, schema.copy_members.c
    own = (
        passages.passage_id,
        passages.article_id,
        passages.ordinal,
        passages.text,
        passages.text_hash,
        passages.language,
    )
    return sa.select(
        *own,
        *[schema.articles.c[name] for name in _OF_ARTICLE],
        _country(),
        sa.func.coalesce(schema.sources.c.ownership, "not listed").label("ownership"),
        _group(),
        sa.func.coalesce(members.relation, "original").label("relation"),
    ).select_from(_JOINED)


def select_passage_facts() -> sa.Select[Any]:
    """The columns of PassageFacts, in its order."""
    passages, articles = schema.passages.c, schema.articles.c
    return sa.select(
        passages.passage_no,
        passages.passage_id,
        passages.article_id,
        passages.text_hash,
        passages.language,
        articles.source_id,
        _country(),
        _group(),
        articles.counted_at,
        articles.late,
    ).select_from(_JOINED)


def _facts(rows: Iterable[Any]) -> list[PassageFacts]:
    """Facts in which the values of one article are one object: all its passages have them."""
    known: dict[Any, Any] = {}
    once = known.setdefault
    return [
        PassageFacts(number, key, once(article, article), text, *[once(value, value) for value in of_article])
        for number, key, article, text, *of_article in rows
    ]


def _country() -> sa.ColumnElement[str]:
    return sa.func.coalesce(schema.sources.c.country, "").label("country")


def _group() -> sa.ColumnElement[str]:
    return sa.func.coalesce(schema.copy_members.c.group_id, schema.articles.c.article_id).label("group_id")


def _move_embedded(connection: sa.Connection, build: str) -> int:
    """Move the build's mark to before the first passage without a vector, or to the last passage; where it is
    now.
    """
    reader = embedded_by(build)
    first = _first_unembedded(connection, build)
    last = connection.execute(sa.select(sa.func.max(schema.passages.c.passage_no))).scalar() or 0
    seen = last if first is None else first - 1
    if seen != mark_of(connection, reader, ""):
        move_marks(connection, {(reader, ""): seen})
    return seen


def _first_unembedded(connection: sa.Connection, build: str) -> int | None:
    """Number of the first passage without a vector of the build; None if all have one. Begins at the build's
    mark.
    """
    table = schema.passages.c
    statement = (
        sa.select(table.passage_no)
        .where(table.passage_no > mark_of(connection, embedded_by(build), ""), ~_embedded(build))
        .order_by(table.passage_no)
        .limit(1)
    )
    return connection.execute(statement).scalar()


def _embedded(build: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        schema.vectors.c.build == build, schema.vectors.c.text_hash == schema.passages.c.text_hash
    )
