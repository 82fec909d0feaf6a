"""Published reports with all their revisions, and what analysts added to them or left out."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import PublishedReport, ReportEdit
from storage.rows import record_of, row_of, upsert


class ReportStore:
    """What was published stays published: a new revision stands beside the old one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(self, report: PublishedReport) -> None:
        """Write a revision."""
        with self._database.write() as connection:
            upsert(connection, schema.published_reports, [row_of(report)])

    def last(self, edition: str, start: date, end: date) -> PublishedReport | None:
        """The newest revision of a period; None where none was published."""
        return next(iter(reversed(self.revisions(edition, start, end))), None)

    def revisions(self, edition: str, start: date, end: date) -> list[PublishedReport]:
        """All revisions of a period, the oldest first."""
        table = schema.published_reports
        statement = sa.select(table).where(
            table.c.edition == edition, table.c.start == start, table.c.end == end
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.c.revision))
            return [record_of(PublishedReport, row) for row in rows]

    def since(self, moment: datetime) -> list[PublishedReport]:
        """Revisions published from a moment on, by (as_of, edition, start, revision)."""
        table = schema.published_reports
        order = (table.c.as_of, table.c.edition, table.c.start, table.c.revision)
        statement = sa.select(table).where(table.c.as_of >= moment).order_by(*order)
        with self._database.read() as connection:
            return [record_of(PublishedReport, row) for row in connection.execute(statement)]

    def edit(self, edit: ReportEdit) -> None:
        """Write what an analyst decided."""
        with self._database.write() as connection:
            upsert(connection, schema.report_edits, [row_of(edit)])

    def edits(self, edition: str, start: date, end: date) -> list[ReportEdit]:
        """The edits of a period, by (at, edit_id)."""
        table = schema.report_edits
        statement = sa.select(table).where(
            table.c.edition == edition, table.c.start == start, table.c.end == end
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.c.at, table.c.edit_id))
            return [record_of(ReportEdit, row) for row in rows]

    def all_edits(self) -> list[ReportEdit]:
        """Every edit of every report, by (at, edit_id)."""
        table = schema.report_edits
        with self._database.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.at, table.c.edit_id))
            return [record_of(ReportEdit, row) for row in rows]
