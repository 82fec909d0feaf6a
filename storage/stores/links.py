"""Which discovered narratives are counted and shown as a watched one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import NarrativeLink
from storage.rows import record_of, row_of, upsert
from storage.stale_days import observed_days


class LinkStore:
    """One link a discovered narrative at most."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[NarrativeLink]:
        """Every link, by number of the discovered narrative."""
        table = schema.narrative_links
        with self._database.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.narrative_id))
            return [record_of(NarrativeLink, row) for row in rows]

    def of(self, narrative_id: int) -> NarrativeLink | None:
        """The link of a discovered narrative; None where it is shown by itself."""
        table = schema.narrative_links
        with self._database.read() as connection:
            row = connection.execute(sa.select(table).where(table.c.narrative_id == narrative_id)).first()
            return record_of(NarrativeLink, row) if row else None

    def to(self, watched_id: int) -> list[NarrativeLink]:
        """The links to a watched narrative, by number of the discovered one."""
        table = schema.narrative_links
        statement = sa.select(table).where(table.c.watched_id == watched_id).order_by(table.c.narrative_id)
        with self._database.read() as connection:
            return [record_of(NarrativeLink, row) for row in connection.execute(statement)]

    def replace(self, links: Sequence[NarrativeLink]) -> None:
        """Put these links in place of all there are, in one transaction.

        Days on which a narrative was observed whose link changes have to be counted again.
        """
        before = {item.narrative_id: item for item in self.all()}
        after = {item.narrative_id: item for item in links}
        changed = {key for key in {*before, *after} if _leads(before, key) != _leads(after, key)}
        watched = {_leads(known, key) for known in (before, after) for key in changed} - {None}
        with self._database.write() as connection:
            self._note(connection, {*changed, *filter(None, watched)})
            connection.execute(sa.delete(schema.narrative_links))
            upsert(connection, schema.narrative_links, [row_of(item) for item in links])

    def _note(self, connection: sa.Connection, numbers: Collection[int]) -> None:
        if numbers:
            connection.execute(sa.text(observed_days(connection.dialect.name, sorted(numbers))))


def _leads(links: dict[int, NarrativeLink], key: int) -> int | None:
    return links[key].watched_id if key in links else None
