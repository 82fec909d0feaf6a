"""Copy groups: articles that are one text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import schema
from storage.copy_queue import dequeue, dissolve
from storage.engine import Database
from storage.records import Article, CopyGroup, CopyLink, CopyMember, CopySketch
from storage.rows import columns_of, record_of, row_of, select_in, upsert


class CopyStore:
    """Groups and who belongs to them; every grouped article is a member of exactly one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ungrouped(self) -> list[Article]:
        """Articles without a group, by (counted_at, article_id)."""
        articles = schema.articles
        statement = sa.select(*columns_of(Article, articles))
        with self._database.read() as connection:
            # Two questions: joined, a planner that knows little of the queue reads all articles.
            waiting = connection.scalars(sa.select(schema.copy_queue.c.article_id)).all()
            rows = select_in(connection, statement, articles.c.article_id, waiting)
        found = [record_of(Article, row) for row in rows]
        return sorted(found, key=lambda article: (article.counted_at, article.article_id))

    def members(self, group_ids: Collection[str]) -> list[CopyMember]:
        """Members of the groups, by (group_id, article_id)."""
        statement = sa.select(schema.copy_members).order_by(
            schema.copy_members.c.group_id, schema.copy_members.c.article_id
        )
        with self._database.read() as connection:
            return [
                record_of(CopyMember, row)
                for row in select_in(connection, statement, schema.copy_members.c.group_id, group_ids)
            ]

    def of(self, article_ids: Collection[str]) -> dict[str, CopyMember]:
        """Membership by article id; ungrouped articles are left out."""
        statement = sa.select(schema.copy_members).order_by(schema.copy_members.c.article_id)
        with self._database.read() as connection:
            rows = select_in(connection, statement, schema.copy_members.c.article_id, article_ids)
        return {row.article_id: record_of(CopyMember, row) for row in rows}

    def waiting(self) -> list[str]:
        """Ids of the articles without a group, by (counted_at, article_id)."""
        queue, articles = schema.copy_queue, schema.articles
        statement = sa.select(articles.c.article_id, articles.c.counted_at)
        with self._database.read() as connection:
            queued = connection.scalars(sa.select(queue.c.article_id)).all()
            rows = select_in(connection, statement, articles.c.article_id, queued)
        return [row.article_id for row in sorted(rows, key=lambda row: (row.counted_at, row.article_id))]

    def sketches(self, start: datetime, end: datetime) -> list[CopySketch]:
        """Sketches of the articles counted in [start, end], by (counted_at, article_id)."""
        table = schema.copy_sketches
        statement = sa.select(*columns_of(CopySketch, table)).where(table.c.counted_at.between(start, end))
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.c.counted_at, table.c.article_id))
            return [record_of(CopySketch, row) for row in rows]

    def sketched(self, article_ids: Collection[str]) -> dict[str, CopySketch]:
        """Sketches by article id, of those that have one."""
        table = schema.copy_sketches
        with self._database.read() as connection:
            rows = select_in(connection, sa.select(table), table.c.article_id, article_ids)
        return {row.article_id: record_of(CopySketch, row) for row in rows}

    def unsketched(self, start: datetime, end: datetime) -> list[str]:
        """Ids of grouped articles counted in [start, end] that have no sketch: a former program grouped
        them."""
        articles, sketches, queue = schema.articles, schema.copy_sketches, schema.copy_queue
        statement = sa.select(articles.c.article_id).where(
            articles.c.counted_at.between(start, end),
            ~sa.exists().where(sketches.c.article_id == articles.c.article_id),
            ~sa.exists().where(queue.c.article_id == articles.c.article_id),
        )
        with self._database.read() as connection:
            return list(connection.scalars(statement.order_by(articles.c.counted_at, articles.c.article_id)))

    def sketch(self, sketches: Sequence[CopySketch]) -> None:
        """Insert or update sketches, in one transaction; pass it chunks."""
        with self._database.write() as connection:
            upsert(connection, schema.copy_sketches, [row_of(sketch) for sketch in sketches])

    def links(self, article_ids: Collection[str]) -> list[CopyLink]:
        """Links that lead to any of the articles, by (left_id, right_id)."""
        table = schema.copy_links
        with self._database.read() as connection:
            found = {
                (row.left_id, row.right_id): record_of(CopyLink, row)
                for side in (table.c.left_id, table.c.right_id)
                for row in select_in(connection, sa.select(table), side, article_ids)
            }
        return [found[key] for key in sorted(found)]

    def replace(
        self,
        groups: Sequence[CopyGroup],
        members: Sequence[CopyMember],
        *,
        dissolved: Collection[str] = (),
        sketches: Sequence[CopySketch] = (),
        links: Sequence[CopyLink] = (),
    ) -> None:
        """Insert or update groups and members and remove the dissolved groups, in one transaction.

        A member of a dissolved group that is not named in `members` is ungrouped again.

        Args:
            sketches: of the texts that were compared for it.
            links: that were found by it.
        """
        with self._database.write() as connection:
            upsert(connection, schema.copy_sketches, [row_of(sketch) for sketch in sketches])
            upsert(connection, schema.copy_links, [row_of(link) for link in links])
            upsert(connection, schema.copy_groups, [row_of(group) for group in groups])
            upsert(connection, schema.copy_members, [row_of(member) for member in members])
            dissolve(connection, dissolved)
            dequeue(connection, {member.article_id for member in members})

    def group(self, group_id: str) -> CopyGroup | None:
        """One group."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(schema.copy_groups).where(schema.copy_groups.c.group_id == group_id)
            ).first()
        return record_of(CopyGroup, row) if row else None

    def groups(self, start: datetime, end: datetime) -> list[CopyGroup]:
        """Groups first published in [start, end), by (first_at, group_id)."""
        statement = sa.select(schema.copy_groups).where(
            schema.copy_groups.c.first_at >= start, schema.copy_groups.c.first_at < end
        )
        with self._database.read() as connection:
            rows = connection.execute(
                statement.order_by(schema.copy_groups.c.first_at, schema.copy_groups.c.group_id)
            )
            return [record_of(CopyGroup, row) for row in rows]

    def all_members(self, start: datetime, end: datetime) -> list[tuple[CopyMember, Article]]:
        """Grouped articles counted in [start, end) with their membership, by (counted_at, article_id)."""
        joined = schema.articles.join(
            schema.copy_members, schema.copy_members.c.article_id == schema.articles.c.article_id
        )
        place = [
            schema.copy_members.c.group_id,
            schema.copy_members.c.relation,
            schema.copy_members.c.containment,
        ]
        statement = sa.select(*columns_of(Article, schema.articles), *place).select_from(joined)
        statement = statement.where(schema.articles.c.counted_at >= start, schema.articles.c.counted_at < end)
        with self._database.read() as connection:
            rows = connection.execute(
                statement.order_by(schema.articles.c.counted_at, schema.articles.c.article_id)
            )
            return [(record_of(CopyMember, row), record_of(Article, row)) for row in rows]
