"""What the watchlist's statements found, and the events that coverage tells of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import Event, WatchHit
from storage.rows import chunks, columns_of, record_of, row_of, select_in, upsert


class WatchStore:
    """Which passages each statement was compared with, and which of them say it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, statement_id: str, statement_hash: str, compared: Sequence[str], hits: Sequence[WatchHit]
    ) -> None:
        """Passages compared and hits of one wording of a statement, in one transaction; pass it chunks.

        Another wording (hash) than before discards what the older one had.
        """
        statements = schema.watch_statements.c
        this = statements.statement_id == statement_id
        with self._database.write() as connection:
            connection.execute(
                sa.delete(schema.watch_statements).where(this, statements.statement_hash != statement_hash)
            )
            row = {"statement_id": statement_id, "statement_hash": statement_hash}
            upsert(connection, schema.watch_statements, [row], key=("statement_id",))
            number = connection.execute(sa.select(statements.statement_no).where(this)).scalar_one()
            passages = sa.select(schema.passages.c.passage_no).order_by(schema.passages.c.passage_no)
            found = select_in(connection, passages, schema.passages.c.passage_id, compared)
            upsert(
                connection,
                schema.watch_compared,
                [{"statement_no": number, "passage_no": row.passage_no} for row in found],
            )
            upsert(connection, schema.watch_hits, [row_of(hit) for hit in hits])

    def hits(
        self, statement_id: str | None = None, *, start: datetime | None = None, end: datetime | None = None
    ) -> list[WatchHit]:
        """Hits of one statement or of all, of articles counted in [start, end), by (statement_id, passage_id)."""
        joined = schema.watch_hits.join(
            schema.passages, schema.passages.c.passage_id == schema.watch_hits.c.passage_id
        )
        joined = joined.join(schema.articles, schema.articles.c.article_id == schema.passages.c.article_id)
        statement = sa.select(*columns_of(WatchHit, schema.watch_hits)).select_from(joined)
        if statement_id is not None:
            statement = statement.where(schema.watch_hits.c.statement_id == statement_id)
        if start is not None:
            statement = statement.where(schema.articles.c.counted_at >= start)
        if end is not None:
            statement = statement.where(schema.articles.c.counted_at < end)
        with self._database.read() as connection:
            rows = connection.execute(
                statement.order_by(schema.watch_hits.c.statement_id, schema.watch_hits.c.passage_id)
            )
            return [record_of(WatchHit, row) for row in rows]


class EventStore:
    """What happened, and which passages tell it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, start: datetime, events: Sequence[Event], members: Mapping[str, int]) -> None:
        """Put events in place of those that last to `start` or later, and passages (id -> event_id) with them, in one transaction."""
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
