"""Narratives, what belongs to them, and their history."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.filters import within
from storage.records import Assignment, Correction, LineageEvent, LineageKind, Narrative, Theme
from storage.records.decisions import in_force
from storage.records.merges import follow_merges
from storage.rows import AT_ONCE, chunks, columns_of, delete_in, record_of, row_of, select_in, upsert


class NarrativeStore:
    """The registry of narratives: a number, once given, keeps its meaning."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, *, include_merged: bool = False) -> list[Narrative]:
        """Narratives by number, those merged into others only when asked for."""
        statement = sa.select(schema.narratives).order_by(schema.narratives.c.narrative_id)
        if not include_merged:
            statement = statement.where(schema.narratives.c.status != "merged")
        with self._database.read() as connection:
            return [record_of(Narrative, row) for row in connection.execute(statement)]

    def get(self, narrative_id: int) -> Narrative | None:
        """One narrative as it is, merged or not."""
        with self._database.read() as connection:
            return _get(connection, narrative_id)

    def survivors(self) -> dict[int, int]:
        """Every number ever given -> the number that stands for it now (`storage.records.merges`).

        Raises:
            StorageError: merges lead in a circle.
        """
        table = schema.narratives.c
        with self._database.read() as connection:
            rows = connection.execute(sa.select(table.narrative_id, table.merged_into))
            return follow_merges({row.narrative_id: row.merged_into for row in rows})

    def counted_as(self) -> dict[int, int]:
        """Every number ever given -> the number that it is counted and shown under: as `survivors`, and what
        tells a watched statement under the watched one.

        Raises:
            StorageError: merges lead in a circle.
        """
        table = schema.narrative_links.c
        with self._database.read() as connection:
            rows = connection.execute(sa.select(table.narrative_id, table.watched_id))
            links = {row.narrative_id: row.watched_id for row in rows}
        return {number: links.get(end, end) for number, end in self.survivors().items()}

    def resolve(self, narrative_id: int) -> Narrative | None:
        """The narrative that a number, perhaps an old one, leads to now.

        Raises:
            StorageError: merges lead in a circle.
        """
        table, chain = schema.narratives.c, [narrative_id]
        with self._database.read() as connection:
            # One number's way, step by step: the registry only grows.
            while into := connection.scalar(
                sa.select(table.merged_into).where(table.narrative_id == chain[-1])
            ):
                if into in chain:
                    follow_merges(dict(zip(chain, [*chain[1:], into], strict=True)))
                chain.append(into)
            return _get(connection, chain[-1])

    def shown_as(self, narrative_id: int) -> Narrative | None:
        """The narrative that a number is shown as: as `resolve`, and what tells a watched statement as the
        watched one.

        Raises:
            StorageError: merges lead in a circle.
        """
        found, table = self.resolve(narrative_id), schema.narrative_links.c
        if found is None or found.kind == "watched":
            return found
        with self._database.read() as connection:
            watched = sa.select(table.watched_id).where(table.narrative_id == found.narrative_id)
            number = connection.scalar(watched)
            return found if number is None else _get(connection, number) or found

    def leading_to(self, narrative_ids: Collection[int]) -> dict[int, int]:
        """As `counted_as`, of these numbers, which were not merged, and of those that lead to them."""
        table, links = schema.narratives.c, schema.narrative_links.c
        found = {number: number for number in narrative_ids}
        statement = sa.select(table.narrative_id, table.merged_into)
        with self._database.read() as connection:
            linked = sa.select(links.narrative_id, links.watched_id)
            rows = select_in(connection, linked, links.watched_id, found)
            found |= {row.narrative_id: found[row.watched_id] for row in rows}
            last: Collection[int] = list(found)
            while last:
                rows = select_in(connection, statement, table.merged_into, last)
                new = {row.narrative_id: found[row.merged_into] for row in rows}
                last = new.keys() - found.keys()
                found |= {number: new[number] for number in last}
        return found

    def next_id(self) -> int:
        """The first number never given."""
        with self._database.read() as connection:
            return (
                int(
                    connection.execute(
                        sa.select(sa.func.coalesce(sa.func.max(schema.narratives.c.narrative_id), 0))
                    ).scalar_one()
                )
                + 1
            )

    def save(
        self,
        narratives: Sequence[Narrative],
        assignments: Sequence[Assignment] = (),
        events: Sequence[LineageEvent] = (),
    ) -> None:
        """Insert or update narratives, assignments (a passage's newer one replaces the older) and history, in
        one transaction.

        An event of the same content is the same event: saved twice, it is there once.
        """
        with self._database.write() as connection:
            upsert(connection, schema.narratives, [row_of(item) for item in narratives])
            upsert(connection, schema.assignments, [row_of(item) for item in assignments])
            upsert(
                connection,
                schema.lineage,
                [{"lineage_id": _lineage_id(item), **row_of(item)} for item in events],
            )

    def unassign(self, passage_ids: Collection[str]) -> None:
        """Take passages out of the narratives they are in, in one transaction."""
        with self._database.write() as connection:
            delete_in(connection, schema.assignments, schema.assignments.c.passage_id, passage_ids)

    def members(self, narrative_id: int, *, after: str = "", limit: int = 1000) -> list[Assignment]:
        """The next assignments of one narrative, with `passage_id > after`, by passage_id."""
        table = schema.assignments.c
        statement = sa.select(*columns_of(Assignment, schema.assignments)).where(
            table.narrative_id == narrative_id, table.passage_id > after
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.passage_id).limit(limit))
            return [record_of(Assignment, row) for row in rows]

    def assignments(
        self, *, narrative_id: int | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> list[Assignment]:
        """Assignments by passage_id; of one narrative, of articles counted in [start, end), or all."""
        table, counted_at = schema.assignments.c, schema.articles.c.counted_at
        conditions = within(counted_at, start, end)
        if narrative_id is not None:
            conditions.append(table.narrative_id == narrative_id)
        tables = schema.assignments if start is None and end is None else _ASSIGNED_ARTICLES
        statement = sa.select(*columns_of(Assignment, schema.assignments)).select_from(tables)
        with self._database.read() as connection:
            rows = connection.execute(statement.where(*conditions).order_by(table.passage_id))
            return [record_of(Assignment, row) for row in rows]

    def held(self, start: datetime, end: datetime) -> dict[str, int]:
        """Passage -> the number under which it is stored, of articles counted in [start, end)."""
        table = schema.assignments.c
        statement = sa.select(table.passage_id, table.narrative_id).select_from(_ASSIGNED_ARTICLES)
        inside = statement.where(*within(schema.articles.c.counted_at, start, end))
        with self._database.read() as connection:
            rows = connection.execute(inside, execution_options={"yield_per": AT_ONCE})
            return {row.passage_id: row.narrative_id for row in rows}

    def holders(self, text_hashes: Collection[str], since: datetime) -> dict[str, int]:
        """Text hash -> the smallest number under which a passage of this text is stored, of articles counted
        since a moment."""
        passages, articles = schema.passages.c, schema.articles.c
        joined = schema.passages.join(
            schema.assignments, schema.assignments.c.passage_id == passages.passage_id
        ).join(schema.articles, articles.article_id == passages.article_id)
        statement = sa.select(passages.text_hash, schema.assignments.c.narrative_id).select_from(joined)
        found: dict[str, int] = {}
        with self._database.read() as connection:
            rows = select_in(
                connection, statement.where(articles.counted_at >= since), passages.text_hash, text_hashes
            )
            for row in rows:
                found[row.text_hash] = min(row.narrative_id, found.get(row.text_hash, row.narrative_id))
        return found

    def assigned(self, passage_ids: Collection[str]) -> list[Assignment]:
        """Assignments of these passages, by passage_id."""
        statement = sa.select(*columns_of(Assignment, schema.assignments))
        with self._database.read() as connection:
            rows = select_in(connection, statement, schema.assignments.c.passage_id, passage_ids)
            found = [record_of(Assignment, row) for row in rows]
        return sorted(found, key=lambda item: item.passage_id)

    def mark(self, name: str) -> datetime | None:
        """The moment kept under a name."""
        table = schema.narrative_marks.c
        with self._database.read() as connection:
            return connection.execute(sa.select(table.at).where(table.name == name)).scalar()

    def set_mark(self, name: str, at: datetime | None) -> None:
        """Keep a moment under a name; None forgets it."""
        with self._database.write() as connection:
            if at is None:
                connection.execute(
                    sa.delete(schema.narrative_marks).where(schema.narrative_marks.c.name == name)
                )
            else:
                upsert(connection, schema.narrative_marks, [{"name": name, "at": at}])

    def sizes(self) -> dict[int, int]:
        """Passages stored under each number that has any, merged ones too; counted as they come and go, not
        here.
        """
        table = schema.narrative_sizes
        statement = sa.select(table).order_by(table.c.narrative_id)
        with self._database.read() as connection:
            return {row.narrative_id: row.passages for row in connection.execute(statement)}

    def lineage(
        self,
        narrative_id: int | None = None,
        *,
        kinds: Collection[LineageKind] = (),
        since: datetime | None = None,
    ) -> list[LineageEvent]:
        """What happened to all narratives, or to one (also as the other side), by (at, narrative_id, kind,
        other_id).

        Args:
            kinds: only what is of these kinds; none: of any.
            since: only what happened from then on.
        """
        table = schema.lineage.c
        statement = sa.select(schema.lineage).order_by(
            table.at, table.narrative_id, table.kind, table.other_id, table.lineage_id
        )
        if kinds:
            statement = statement.where(table.kind.in_(sorted(kinds)))
        if since is not None:
            statement = statement.where(table.at >= since)
        if narrative_id is not None:
            statement = statement.where(
                sa.or_(table.narrative_id == narrative_id, table.other_id == narrative_id)
            )
        with self._database.read() as connection:
            return [record_of(LineageEvent, row) for row in connection.execute(statement)]

    def pending(self) -> list[dict[str, Any]]:
        """Merges and splits that wait for their second confirmation: kind, narrative_id, other_id, since; as
        they were set.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(schema.narrative_pending.c.entry).order_by(schema.narrative_pending.c.position)
            )
            return [row.entry for row in rows]

    def set_pending(self, rows: Sequence[dict[str, Any]]) -> None:
        """Replace all that wait."""
        with self._database.write() as connection:
            connection.execute(sa.delete(schema.narrative_pending))
            upsert(
                connection,
                schema.narrative_pending,
                [{"position": place, "entry": entry} for place, entry in enumerate(rows)],
            )

    def save_themes(self, themes: Sequence[Theme], members: Mapping[int, int]) -> None:
        """Insert or update themes, and set `theme_id` by narrative_id, in one transaction."""
        belongs = (
            sa.update(schema.narratives)
            .where(schema.narratives.c.narrative_id == sa.bindparam("key"))
            .values(theme_id=sa.bindparam("theme"))
        )
        with self._database.write() as connection:
            upsert(connection, schema.themes, [row_of(item) for item in themes])
            for part in chunks(sorted(members.items())):
                connection.execute(
                    belongs, [{"key": narrative_id, "theme": theme_id} for narrative_id, theme_id in part]
                )

    def themes(self) -> list[Theme]:
        """Every theme, by number."""
        with self._database.read() as connection:
            return [
                record_of(Theme, row)
                for row in connection.execute(sa.select(schema.themes).order_by(schema.themes.c.theme_id))
            ]


_ASSIGNED_ARTICLES = schema.assignments.join(
    schema.passages, schema.passages.c.passage_id == schema.assignments.c.passage_id
).join(schema.articles, schema.articles.c.article_id == schema.passages.c.article_id)


class CorrectionStore:
    """Decisions of analysts, which every later run obeys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, correction: Correction) -> None:
        """Keep a decision; the same id again replaces it."""
        with self._database.write() as connection:
            upsert(connection, schema.corrections, [row_of(correction)])

    def in_force(self) -> list[Correction]:
        """Every decision that was not taken back, by (at, correction_id)."""
        return in_force(self.all())

    def all(self) -> list[Correction]:
        """Every decision, taken back or not, by (at, correction_id)."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(schema.corrections).order_by(
                    schema.corrections.c.at, schema.corrections.c.correction_id
                )
            )
            return [record_of(Correction, row) for row in rows]


def _get(connection: sa.Connection, narrative_id: int) -> Narrative | None:
    row = connection.execute(
        sa.select(schema.narratives).where(schema.narratives.c.narrative_id == narrative_id)
    ).first()
    return record_of(Narrative, row) if row else None


def _lineage_id(item: LineageEvent) -> str:
    content = [item.at.isoformat(), item.kind, item.narrative_id, item.other_id, item.run_id, item.detail]
    return blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()
