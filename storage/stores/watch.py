"""What the watchlist's statements found, and the events that coverage tells of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.marks import mark_of, move_marks, watched_by
from storage.records import Comparison, Event, HitFacts, Ordinary, PassageFacts, WatchHit
from storage.rows import chunks, columns_of, delete_in, record_of, row_of, select_in, upsert
from storage.stores.passages import PassageStore


class WatchStore:
    """Up to which passage each statement was compared, and which passages say it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._passages = PassageStore(database)

    def compared_through(self, statement_id: str, statement_hash: str) -> int:
        """`passage_no` up to which all passages were compared with this wording of the statement; 0 for a new
        wording.
        """
        with self._database.read() as connection:
            return mark_of(connection, watched_by(statement_id), statement_hash)

    def unmatched(
        self, build: str, statement_id: str, statement_hash: str, *, after: int = 0, limit: int = 1000
    ) -> list[PassageFacts]:
        """Embedded passages not yet compared with this wording of the statement, with `passage_no > after`,
        by passage_no.

        Ends before the first passage that has no vector of the build: it comes when it has one. Statements
        that were compared up to the same passage wait for the same rows: ask `PassageStore.embedded_after`
        once for all of them.
        """
        seen = self.compared_through(statement_id, statement_hash)
        return self._passages.embedded_after(build, max(seen, after), limit=limit)

    def put(self, comparisons: Sequence[Comparison]) -> None:
        """Hits, and how far each statement was compared, in one transaction; pass it chunks.

        Another wording (hash) than before discards what the older one had.
        """
        hits = [row_of(hit) for one in comparisons for hit in one.hits]
        reached = {(watched_by(one.statement_id), one.statement_hash): one.through for one in comparisons}
        with self._database.write() as connection:
            _begin_wordings(connection, {one.statement_id: one.statement_hash for one in comparisons})
            upsert(connection, schema.watch_hits, hits)
            move_marks(connection, reached)

    def add(self, hits: Sequence[WatchHit]) -> None:
        """Hits that were found beside the comparison, in one transaction; pass it chunks."""
        with self._database.write() as connection:
            upsert(connection, schema.watch_hits, [row_of(hit) for hit in hits])

    def drop(self, statement_id: str, passage_id: str) -> bool:
        """Take one hit away; whether there was one."""
        table = schema.watch_hits
        with self._database.write() as connection:
            gone = connection.execute(
                sa.delete(table).where(table.c.statement_id == statement_id, table.c.passage_id == passage_id)
            )
            return gone.rowcount > 0

    def hits(
        self, statement_id: str | None = None, *, start: datetime | None = None, end: datetime | None = None
    ) -> list[WatchHit]:
        """Hits of one statement or of all, of articles counted in [start, end), by (statement_id,
        passage_id).
        """
        statement = sa.select(*columns_of(WatchHit, schema.watch_hits)).select_from(_with_articles())
        if statement_id is not None:
            statement = statement.where(schema.watch_hits.c.statement_id == statement_id)
        if start is not None:
            statement = statement.where(schema.articles.c.counted_at >= start)
        if end is not None:
            statement = statement.where(schema.articles.c.counted_at < end)
        with self._database.read() as connection:
            found = [record_of(WatchHit, row) for row in connection.execute(statement)]
        # Sorted here: for an order in SQL, planners walk all hits by their key and look each article up.
        return sorted(found, key=lambda hit: (hit.statement_id, hit.passage_id))

    def supporting(self) -> list[HitFacts]:
        """Hits of all statements that do not refute them, by statement, the strongest first, ties by
        passage_id.
        """
        hits = schema.watch_hits.c
        columns = (
            hits.statement_id,
            hits.passage_id,
            hits.z,
            schema.passages.c.text_hash,
            schema.articles.c.counted_at,
        )
        statement = sa.select(*columns).select_from(_with_articles()).where(hits.stance != "refutes")
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(hits.statement_id, hits.z.desc(), hits.passage_id))
            return [HitFacts._make(row) for row in rows]

    def ordinary(self, build: str, mean_version: int, text_hashes: Collection[str]) -> list[Ordinary]:
        """What was found ordinary for these texts by this version of the means, by (text_hash, language)."""
        table = schema.watch_ordinary.c
        statement = (
            sa.select(table.text_hash, table.language, table.place, table.spread)
            .where(table.build == build, table.mean_version == mean_version)
            .order_by(table.text_hash, table.language)
        )
        with self._database.read() as connection:
            rows = select_in(connection, statement, table.text_hash, text_hashes)
            return [Ordinary._make(row) for row in rows]

    def keep_ordinary(self, build: str, mean_version: int, found: Sequence[Ordinary]) -> None:
        """Freeze what is ordinary; what other versions of the means had is dropped."""
        table = schema.watch_ordinary
        place = {"build": build, "mean_version": mean_version}
        with self._database.write() as connection:
            connection.execute(
                sa.delete(table).where(table.c.build == build, table.c.mean_version != mean_version)
            )
            upsert(connection, table, [{**place, **item._asdict()} for item in found])


def _with_articles() -> sa.FromClause:
    """Hits with their passages and articles."""
    hits, passages, articles = schema.watch_hits, schema.passages, schema.articles
    joined = hits.join(passages, passages.c.passage_id == hits.c.passage_id)
    return joined.join(articles, articles.c.article_id == passages.c.article_id)


def _begin_wordings(connection: sa.Connection, hashes: Mapping[str, str]) -> None:
    """Discard what other wordings of these statements had, and make the statements known."""
    statements = schema.watch_statements
    known = select_in(connection, sa.select(statements), statements.c.statement_id, hashes)
    former = {row.statement_id: row.statement_hash for row in known}
    changed = [key for key, wording in former.items() if wording != hashes[key]]
    delete_in(connection, statements, statements.c.statement_id, changed)
    begun = [key for key in hashes if former.get(key) != hashes[key]]
    rows = [{"statement_id": key, "statement_hash": hashes[key]} for key in begun]
    upsert(connection, statements, rows, key=("statement_id",))


class EventStore:
    """What happened, and which passages tell it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, start: datetime, events: Sequence[Event], members: Mapping[str, int]) -> None:
        """Put events in place of those that last to `start` or later, and passages (id -> event_id) with
        them, in one transaction.
        """
        with self._database.write() as connection:
            connection.execute(sa.delete(schema.events).where(schema.events.c.last_at >= start))
            upsert(connection, schema.events, [row_of(item) for item in events])
            for part in chunks(sorted(members.items())):
                upsert(
                    connection,
                    schema.event_members,
                    [{"passage_id": key, "event_id": event_id} for key, event_id in part],
                )

    def all(self, start: datetime, end: datetime) -> list[Event]:
        """Events that touch [start, end), by (first_at, event_id)."""
        statement = sa.select(schema.events).where(
            schema.events.c.last_at >= start, schema.events.c.first_at < end
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(schema.events.c.first_at, schema.events.c.event_id))
            return [record_of(Event, row) for row in rows]

    def get(self, event_id: int) -> Event | None:
        """One event; None if there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(schema.events).where(schema.events.c.event_id == event_id)
            ).first()
            return None if row is None else record_of(Event, row)

    def members(self, event_id: int) -> list[str]:
        """Ids of the passages that tell an event, sorted."""
        table = schema.event_members.c
        statement = sa.select(table.passage_id).where(table.event_id == event_id).order_by(table.passage_id)
        with self._database.read() as connection:
            return list(connection.scalars(statement))

    def of(self, passage_ids: Collection[str]) -> dict[str, int]:
        """Event number by passage id; passages without an event are left out."""
        statement = sa.select(schema.event_members).order_by(schema.event_members.c.passage_id)
        with self._database.read() as connection:
            return {
                row.passage_id: row.event_id
                for row in select_in(connection, statement, schema.event_members.c.passage_id, passage_ids)
            }
