"""What pages show, a page at a time and the newest first.

A page begins after the key of the last row that was shown before it (keyset paging): the hundredth page costs
what the first one costs, and a row that arrives meanwhile moves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import KINDS, Alert, Delivery, Event, Kind, ListedNarrative, ListedPassage
from storage.rows import distinct_values, record_of, select_in

Key = tuple[datetime, str | int]
"""Moment and id of a row: rows come by moment, the newest first, and by id where the moment is one."""

_JUDGED: Final = schema.narrative_kinds.c.kind
_LISTED: Final = [
    *(schema.narratives.c[field.name] for field in fields(ListedNarrative) if field.name != "judged"),
    _JUDGED.label("judged"),
]
_WITH_KINDS: Final = schema.narratives.outerjoin(
    schema.narrative_kinds, schema.narrative_kinds.c.narrative_id == schema.narratives.c.narrative_id
)

_STANDS: Final = sa.and_(
    schema.narratives.c.status != "merged",
    schema.narratives.c.narrative_id.not_in(sa.select(schema.narrative_links.c.narrative_id)),
)
"""Narratives that stand by themselves: neither merged nor shown as a watched one."""


class ListStore:
    """Pages of lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def narratives(
        self, *, kind: Kind | None = None, after: Key | None = None, limit: int
    ) -> list[ListedNarrative]:
        """Narratives that were not merged and are not shown as a watched one, the last told first.

        Args:
            kind: only those that are this; claims are also the watched ones and those that nobody judged yet.
                None: all.
        """
        table = schema.narratives.c
        statement = sa.select(*_LISTED).select_from(_WITH_KINDS).where(_STANDS)
        if kind is not None:
            statement = statement.where(_is(kind))
        return self._records(
            ListedNarrative, _paged(statement, table.last_seen_at, table.narrative_id, after, limit)
        )

    def watched(self) -> list[ListedNarrative]:
        """The narratives of watched statements, by number."""
        table = schema.narratives.c
        listed = sa.select(*_LISTED).select_from(_WITH_KINDS)
        statement = listed.where(table.kind == "watched", table.status != "merged")
        return self._records(ListedNarrative, statement.order_by(table.narrative_id))

    def kinds(self) -> dict[Kind, int]:
        """How many narratives that were not merged are of each kind, as `narratives` counts them."""
        counted = sa.select(*(sa.func.count().filter(_is(kind)).label(kind) for kind in KINDS))
        statement = counted.select_from(_WITH_KINDS).where(_STANDS)
        with self._database.read() as connection:
            row = connection.execute(statement).one()
        return {kind: row._mapping[kind] for kind in KINDS}

    def labels(self, narrative_ids: Collection[int]) -> dict[int, str]:
        """The labels of narratives, by number."""
        table = schema.narratives.c
        statement = sa.select(table.narrative_id, table.label)
        with self._database.read() as connection:
            rows = select_in(connection, statement, table.narrative_id, narrative_ids)
        return {row.narrative_id: row.label for row in rows}

    def merged_into(self, narrative_id: int) -> list[int]:
        """The narrative's own number and all that lead to it, directly or by way of others."""
        table = schema.narratives.c
        found, last = [narrative_id], [narrative_id]
        with self._database.read() as connection:
            while last:
                rows = connection.execute(sa.select(table.narrative_id).where(table.merged_into.in_(last)))
                last = [row.narrative_id for row in rows if row.narrative_id not in found]
                found += last
        return found

    def assigned(
        self, numbers: Collection[int], *, after: Key | None = None, offset: int = 0, limit: int
    ) -> list[ListedPassage]:
        """Passages that were given to these numbers."""
        table = schema.assignments.c
        statement = _passages(schema.assignments, table.similarity, sa.null())
        return self._passages(statement.where(table.narrative_id.in_(numbers)), after, offset, limit)

    def hits(
        self, statement_id: str, *, after: Key | None = None, offset: int = 0, limit: int
    ) -> list[ListedPassage]:
        """Passages that a watched statement found, refuting ones too."""
        table = schema.watch_hits.c
        statement = _passages(schema.watch_hits, table.cosine, table.stance)
        return self._passages(statement.where(table.statement_id == statement_id), after, offset, limit)

    def hits_and_linked(
        self,
        statement_id: str,
        numbers: Collection[int],
        *,
        after: Key | None = None,
        offset: int = 0,
        limit: int,
    ) -> list[ListedPassage]:
        """Passages that a watched statement found, and those of what was discovered of it, each once."""
        hits, given = schema.watch_hits, schema.assignments
        own = hits.alias()
        is_hit = sa.exists().where(own.c.statement_id == statement_id, own.c.passage_id == given.c.passage_id)
        found = _passages(hits, hits.c.cosine, hits.c.stance).where(hits.c.statement_id == statement_id)
        told = _passages(given, given.c.similarity, sa.cast(sa.null(), sa.Text))
        told = told.where(given.c.narrative_id.in_(numbers), ~is_hit)
        # Each side ends where the page must: no more of it can be on the page.
        moment, number = schema.articles.c.counted_at, schema.passages.c.passage_id
        sides = [_paged(side, moment, number, after, offset + limit).subquery() for side in (found, told)]
        both = sa.union_all(*map(sa.select, sides)).subquery()
        paged = _paged(sa.select(both), both.c.counted_at, both.c.passage_id, after, limit)
        return self._records(ListedPassage, paged.offset(offset) if offset else paged)

    def languages(self) -> list[str]:
        """The languages that passages are in, sorted."""
        with self._database.read() as connection:
            return distinct_values(connection, schema.passages.c.language)

    def events(self, start: datetime, end: datetime, *, after: Key | None = None, limit: int) -> list[Event]:
        """Events that touch [start, end), the last begun first."""
        table = schema.events.c
        statement = sa.select(schema.events).where(table.last_at >= start, table.first_at < end)
        return self._records(Event, _paged(statement, table.first_at, table.event_id, after, limit))

    def alerts(self, *, after: Key | None = None, limit: int) -> list[tuple[Alert, list[Delivery]]]:
        """Alerts, each with its deliveries by id."""
        table, deliveries = schema.alerts.c, schema.deliveries
        statement = _paged(
            sa.select(schema.alerts).where(table.kind.is_(None)),
            table.created_at,
            table.alert_id,
            after,
            limit,
        )
        found = [(alert, list[Delivery]()) for alert in self._records(Alert, statement)]
        of = {alert.alert_id: rows for alert, rows in found}
        ordered = sa.select(deliveries).order_by(deliveries.c.delivery_id)
        with self._database.read() as connection:
            for row in select_in(connection, ordered, deliveries.c.alert_id, of):
                of[row.alert_id].append(record_of(Delivery, row))
        return found

    def _passages(
        self, statement: sa.Select[Any], after: Key | None, offset: int, limit: int
    ) -> list[ListedPassage]:
        paged = _paged(statement, schema.articles.c.counted_at, schema.passages.c.passage_id, after, limit)
        return self._records(ListedPassage, paged.offset(offset) if offset else paged)

    def _records(self, kind: type[Any], statement: sa.Select[Any]) -> list[Any]:
        with self._database.read() as connection:
            return [record_of(kind, row) for row in connection.execute(statement)]


def _is(kind: Kind) -> sa.ColumnElement[bool]:
    """Whether a narrative is of a kind; what an analyst watches is a claim, and so is what nobody judged."""
    watched, judged = schema.narratives.c.kind == "watched", _JUDGED.in_([kind])
    if kind == "claim":
        return sa.or_(judged, _JUDGED.is_(None), watched)
    return sa.and_(judged, ~watched)


def _passages(table: sa.Table, similarity: sa.ColumnElement[Any], stance: Any) -> sa.Select[Any]:
    passages, articles = schema.passages, schema.articles
    joined = table.join(passages, passages.c.passage_id == table.c.passage_id).join(
        articles, articles.c.article_id == passages.c.article_id
    )
    columns: Sequence[sa.ColumnElement[Any]] = (
        passages.c.passage_id,
        articles.c.counted_at,
        similarity.label("similarity"),
        stance.label("stance"),
    )
    return sa.select(*columns).select_from(joined)


def _paged(
    statement: sa.Select[Any],
    moment: sa.ColumnElement[Any],
    number: sa.ColumnElement[Any],
    after: Key | None,
    limit: int,
) -> sa.Select[Any]:
    if after is not None:
        same = (moment == after[0]) & (number > after[1])
        statement = statement.where(sa.or_(moment < after[0], same), moment <= after[0])
    return statement.order_by(moment.desc(), number).limit(limit)
