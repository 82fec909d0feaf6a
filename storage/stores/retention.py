"""What may be forgotten: rows by age, and what is evidence and stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import WarcPlace
from storage.rows import chunks, delete_in, distinct_values, select_in
from storage.search_index import unindex_articles
from storage.stores.pages import PRUNED

_ID: Final = re.compile(r"([0-9a-f]{16})(:\d{3,})?")
"""An article's id, or a passage's, which begins with it (`ids.py`)."""
_FIGURES: Final = (
    schema.pages,
    schema.articles,
    schema.passages,
    schema.vectors,
    schema.assignments,
    schema.events,
    schema.feed_polls,
    schema.runs,
    schema.observations,
    schema.source_days,
    schema.spikes,
)
"""Tables that a prune makes shorter, and those that it leaves as they are for comparison."""
_BY_DAY: Final = {
    "observations": schema.observations,
    "source_days": schema.source_days,
    "spikes": schema.spikes,
}


class RetentionStore:
    """Removes what is old, a bounded transaction at a time; killed at any moment, it goes on where it
    stopped.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def cited(self) -> set[str]:
        """Ids of the articles that a narrative's exemplars or label, an analyst's correction or an alert's
        frozen evidence name.
        """
        with self._database.read() as connection:
            exemplars = connection.scalars(sa.select(schema.narratives.c.exemplars)).all()
            labels = connection.scalars(sa.select(schema.narratives.c.label_passage)).all()
            decided = connection.scalars(sa.select(schema.corrections.c.passage_id)).all()
            avoided = connection.scalars(sa.select(schema.corrections.c.other_passage)).all()
            evidence = connection.scalars(sa.select(schema.alerts.c.evidence)).all()
        return article_ids([exemplars, labels, decided, avoided, evidence])

    def articles_before(
        self, before: datetime, *, after: tuple[datetime, str] | None = None, limit: int
    ) -> list[tuple[datetime, str]]:
        """(counted_at, article_id) of the next articles counted before a moment, in this order, above
        `after`.
        """
        table = schema.articles.c
        statement = sa.select(table.counted_at, table.article_id).where(table.counted_at < before)
        if after is not None:
            since, last = after
            later = sa.and_(table.counted_at == since, table.article_id > last)
            statement = statement.where(table.counted_at >= since, sa.or_(table.counted_at > since, later))
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.counted_at, table.article_id).limit(limit))
            return [(row.counted_at, row.article_id) for row in rows]

    def passages_of(self, article_ids: Collection[str]) -> int:
        """How many passages these articles have."""
        table = schema.passages.c
        statement = sa.select(sa.func.count().label("n"), table.article_id).group_by(table.article_id)
        with self._database.read() as connection:
            return sum(row.n for row in select_in(connection, statement, table.article_id, article_ids))

    def remove_articles(self, article_ids: Collection[str]) -> dict[str, int]:
        """Forget articles with all that hangs on them, in one transaction; rows removed by table. Pages stay
        known, and cleaned.
        """
        with self._database.write() as connection:
            hashes = _column(connection, schema.passages, "text_hash", article_ids)
            groups = _column(connection, schema.copy_members, "group_id", article_ids)
            unindex_articles(connection, _column(connection, schema.articles, "article_no", article_ids))
            passages = len(_column(connection, schema.passages, "passage_id", article_ids))
            removed = _delete(connection, schema.articles, schema.articles.c.article_id, article_ids)
            for table in (schema.version_texts, schema.page_versions):
                _delete(connection, table, table.c.page_id, article_ids)
            _delete_lonely_groups(connection, groups)
            _mark_pruned(connection, article_ids)
            vectors = _delete_lonely_vectors(connection, hashes)
        return {"articles": removed, "passages": passages, "vectors": vectors}

    def remove_events(self, before: datetime, *, limit: int) -> int:
        """Forget at most `limit` events that ended before a moment and that no passage tells any more, in one
        transaction.
        """
        events, members = schema.events.c, schema.event_members.c
        told = sa.exists().where(members.event_id == events.event_id)
        statement = sa.select(events.event_id).where(events.last_at < before, ~told).limit(limit)
        with self._database.write() as connection:
            return _delete(connection, schema.events, events.event_id, connection.scalars(statement).all())

    def polls_before(self, before: datetime) -> int:
        """How many polls were made before a moment."""
        return self._count(schema.feed_polls, schema.feed_polls.c.polled_at < before)

    def remove_polls(self, before: datetime, *, limit: int) -> int:
        """Forget about `limit` of the oldest polls made before a moment, in one transaction."""
        polled_at = schema.feed_polls.c.polled_at
        oldest = sa.select(polled_at).where(polled_at < before).order_by(polled_at).limit(limit).subquery()
        with self._database.write() as connection:
            last = connection.execute(sa.select(sa.func.max(oldest.c.polled_at))).scalar()
            if last is None:
                return 0
            connection.execute(
                sa.delete(schema.poll_readings).where(schema.poll_readings.c.polled_at <= last)
            )
            return connection.execute(sa.delete(schema.feed_polls).where(polled_at <= last)).rowcount

    def runs_before(self, before: datetime) -> list[str]:
        """Ids of the runs begun before a moment, but for each stage's last that was done: stages go on from
        it.
        """
        table = schema.runs.c
        with self._database.read() as connection:
            kept = set()
            for stage in distinct_values(connection, table.stage):
                done = sa.select(table.run_id).where(table.stage == stage, table.state == "done")
                kept.add(
                    connection.execute(done.order_by(table.started_at.desc(), table.number.desc())).scalar()
                )
            found = connection.scalars(sa.select(table.run_id).where(table.started_at < before)).all()
        return sorted(set(found) - kept)

    def remove_runs(self, run_ids: Collection[str]) -> int:
        """Forget runs, in one transaction."""
        with self._database.write() as connection:
            return _delete(connection, schema.runs, schema.runs.c.run_id, run_ids)

    def first_counted_day(self) -> date | None:
        """The oldest day of which there are numbers."""
        with self._database.read() as connection:
            days = [
                connection.execute(sa.select(sa.func.min(table.c.day))).scalar() for table in _BY_DAY.values()
            ]
        return min((day for day in days if day is not None), default=None)

    def numbers_before(self, before: date) -> dict[str, int]:
        """Rows of numbers and of spikes without an alert, of days before one."""
        return {
            name: self._count(table, table.c.day < before, *_unalerted(table))
            for name, table in _BY_DAY.items()
        }

    def remove_numbers(self, start: date, end: date) -> dict[str, int]:
        """Forget the numbers of days in [start, end), and their spikes that no alert tells of, in one
        transaction.
        """
        with self._database.write() as connection:
            removed = {}
            for name, table in _BY_DAY.items():
                old = (table.c.day >= start, table.c.day < end, *_unalerted(table))
                removed[name] = connection.execute(sa.delete(table).where(*old)).rowcount
        return removed

    def forget_places(self, page_ids: Sequence[str]) -> int:
        """These pages have no response in the archive any more, and are not cleaned again; in chunks."""
        gone = sa.update(schema.pages).values(
            warc_file=None, warc_offset=None, warc_length=None, clean_version=PRUNED
        )
        for part in chunks(sorted(page_ids)):
            with self._database.write() as connection:
                connection.execute(gone.where(schema.pages.c.page_id.in_(part)))
        return len(page_ids)

    def move_places(self, places: Mapping[str, WarcPlace]) -> None:
        """Responses of these pages lie elsewhere now, in chunks; sync the archive before."""
        moved = sa.update(schema.pages).where(schema.pages.c.page_id == sa.bindparam("key")).values(
            warc_file=sa.bindparam("file"), warc_offset=sa.bindparam("at"), warc_length=sa.bindparam("size")
        )  # fmt: skip
        for part in chunks(sorted(places.items())):
            rows = [{"key": key, "file": to.file, "at": to.offset, "size": to.length} for key, to in part]
            with self._database.write() as connection:
                connection.execute(moved, rows)

    def figures(self) -> dict[str, int]:
        """Rows by table, and the bytes of the database."""
        counts = {table.name: self._count(table) for table in _FIGURES}
        with self._database.read() as connection:
            return counts | _bytes(connection)

    def _count(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        statement = sa.select(sa.func.count()).select_from(table).where(*where)
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar_one())


def article_ids(value: Any) -> set[str]:
    """Every article id in plain data: whole strings that are one, or that are the id of a passage of one."""
    return {match.group(1) for text in _strings(value) if (match := _ID.fullmatch(text))}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in (*value.keys(), *value.values()):
            yield from _strings(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from _strings(item)


def _column(connection: sa.Connection, table: sa.Table, name: str, article_ids: Collection[str]) -> set[Any]:
    rows = select_in(connection, sa.select(table.c[name]), table.c.article_id, article_ids)
    return {row[0] for row in rows}


def _delete(
    connection: sa.Connection, table: sa.Table, column: sa.ColumnElement[Any], keys: Collection[Any]
) -> int:
    parts = chunks(sorted(set(keys)))
    return sum(connection.execute(sa.delete(table).where(column.in_(part))).rowcount for part in parts)


def _delete_lonely_groups(connection: sa.Connection, group_ids: Collection[str]) -> None:
    groups, members = schema.copy_groups, schema.copy_members.c
    taken = select_in(connection, sa.select(members.group_id).distinct(), members.group_id, group_ids)
    delete_in(connection, groups, groups.c.group_id, set(group_ids) - {row.group_id for row in taken})


def _delete_lonely_vectors(connection: sa.Connection, text_hashes: Collection[str]) -> int:
    passages, vectors = schema.passages.c, schema.vectors
    taken = select_in(connection, sa.select(passages.text_hash).distinct(), passages.text_hash, text_hashes)
    lonely = sorted(set(text_hashes) - {row.text_hash for row in taken})
    removed = 0
    for build in distinct_values(connection, vectors.c.build):
        for part in chunks(lonely):
            these = (vectors.c.build == build, vectors.c.text_hash.in_(part))
            removed += connection.execute(sa.delete(vectors).where(*these)).rowcount
    return removed


def _mark_pruned(connection: sa.Connection, page_ids: Collection[str]) -> None:
    pruned = sa.update(schema.pages).values(clean_version=PRUNED)
    for part in chunks(sorted(page_ids)):
        connection.execute(pruned.where(schema.pages.c.page_id.in_(part)))


def _unalerted(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    """Of spikes, those that no alert tells of; of other tables, all."""
    if table is not schema.spikes:
        return ()
    told = sa.exists().where(schema.alerts.c.spike_id == table.c.spike_id)
    return (table.c.decision != "alert", ~told)


def _bytes(connection: sa.Connection) -> dict[str, int]:
    """Bytes of the database; on SQLite also those inside the file that are free for new rows."""
    if connection.dialect.name != "sqlite":
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
        return {"database_bytes": int(size)}
    pages, free, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return {"database_bytes": pages * size, "free_bytes": free * size}
