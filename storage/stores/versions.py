"""Later versions of pages: their texts, how they differ, and which pages are to be looked at again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import Page, PageHistory, PageLook, PageVersion, VersionText
from storage.rows import record_of, row_of, select_in, upsert
from storage.stores.pages import STORED, page_of, version_of, version_row

_LOOKS, _TEXTS, _PAGES, _VERSIONS = (
    schema.page_looks.c,
    schema.version_texts.c,
    schema.pages.c,
    schema.page_versions.c,
)
_COME_BACK = frozenset({"edited", "same_text", "returned"})


class VersionStore:
    """What became of pages after their articles were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look(self, look: PageLook) -> None:
        """Remember that a page was asked for again."""
        row = {
            "page_id": look.page_id,
            "looks": 1,
            "looked_at": look.looked_at,
            "seen_at": look.looked_at if look.was_there else None,
        }
        table = schema.page_looks
        changed = {"looks": table.c.looks + 1, "looked_at": look.looked_at}
        if look.was_there:
            changed["seen_at"] = look.looked_at
        with self._database.write() as connection:
            known = connection.execute(
                sa.update(table).where(table.c.page_id == look.page_id).values(changed)
            )
            if not known.rowcount:
                upsert(connection, table, [row])

    def to_look_at(self, source_id: str, now: datetime, steps: Sequence[timedelta], limit: int) -> list[Page]:
        """Stored pages of a source whose next look is due, the newest first.

        Args:
            steps: how long after its fetch a page is looked at for the first time, the second ...
        """
        looks = sa.func.coalesce(_LOOKS.looks, 0)
        due = [(looks == n) & (_PAGES.fetched_at <= now - step) for n, step in enumerate(steps)]
        statement = (
            sa.select(schema.pages)
            .select_from(schema.pages.outerjoin(schema.page_looks))
            .where(
                _PAGES.source_id == source_id,
                _PAGES.fetch_outcome == STORED,
                _PAGES.discovered_at >= now - 2 * steps[-1],
                sa.or_(*due),
            )
        )
        newest_first = statement.order_by(_PAGES.fetched_at.desc(), _PAGES.page_id).limit(limit)
        with self._database.read() as connection:
            return [page_of(row) for row in connection.execute(newest_first)]

    def latest(self, page_ids: Collection[str]) -> dict[str, PageVersion]:
        """The last version of each page that has one."""
        statement = sa.select(schema.page_versions).order_by(_VERSIONS.fetched_at)
        with self._database.read() as connection:
            rows = select_in(connection, statement, _VERSIONS.page_id, page_ids)
        return {row.page_id: version_of(row) for row in rows}

    def to_clean(self, clean_version: str, *, after: str = "", limit: int = 50) -> list[str]:
        """Ids of pages, above `after`, with a version that these rules have not seen."""
        same = (_TEXTS.page_id == _VERSIONS.page_id) & (_TEXTS.fetched_at == _VERSIONS.fetched_at)
        cleaned = sa.exists().where(same, _TEXTS.clean_version == clean_version)
        # Without its record, pruned, it stays as it was read.
        is_there = (_VERSIONS.outcome != STORED) | _VERSIONS.warc_file.is_not(None)
        statement = sa.select(_VERSIONS.page_id).distinct().where(_VERSIONS.page_id > after, is_there)
        statement = statement.where(~cleaned)
        with self._database.read() as connection:
            return list(connection.scalars(statement.order_by(_VERSIONS.page_id).limit(limit)))

    def save(self, texts: Sequence[VersionText]) -> None:
        """Insert or replace, in one transaction."""
        with self._database.write() as connection:
            upsert(connection, schema.version_texts, [row_of(text) for text in texts])

    def texts(self, page_id: str) -> list[VersionText]:
        """What cleaning made of a page's versions, in order."""
        statement = sa.select(schema.version_texts).where(_TEXTS.page_id == page_id)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(_TEXTS.fetched_at))
            return [record_of(VersionText, row) for row in rows]

    def by_place(self, file: str) -> list[PageVersion]:
        """Versions that point into a WARC file, by offset."""
        statement = sa.select(schema.page_versions).where(_VERSIONS.warc_file == file)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(_VERSIONS.warc_offset, _VERSIONS.page_id))
            return [version_of(row) for row in rows]

    def warc_files(self) -> list[str]:
        """Names of the WARC files that versions point into, sorted."""
        statement = sa.select(_VERSIONS.warc_file).where(_VERSIONS.warc_file.is_not(None)).distinct()
        with self._database.read() as connection:
            return sorted(connection.scalars(statement))

    def read(self, page_ids: Collection[str]) -> set[tuple[str, datetime]]:
        """(page, moment of the fetch) of the versions of pages that cleaning has seen."""
        statement = sa.select(_TEXTS.page_id, _TEXTS.fetched_at)
        with self._database.read() as connection:
            rows = select_in(connection, statement, _TEXTS.page_id, page_ids)
        return {(row.page_id, row.fetched_at) for row in rows}

    def place(self, versions: Sequence[PageVersion]) -> None:
        """Responses of these versions lie where they now say, or nowhere; sync the archive before."""
        with self._database.write() as connection:
            upsert(connection, schema.page_versions, [version_row(version) for version in versions])

    def changed_between(self, start: datetime, end: datetime) -> list[str]:
        """Ids of the pages with a version that was fetched in [start, end) and cleaned, in order."""
        within = (_TEXTS.fetched_at >= start) & (_TEXTS.fetched_at < end)
        statement = sa.select(_TEXTS.page_id).distinct().where(within).order_by(_TEXTS.page_id)
        with self._database.read() as connection:
            return list(connection.scalars(statement))

    def histories(self, page_ids: Collection[str]) -> dict[str, PageHistory]:
        """What is known of pages since they were fetched; those that never were have none."""
        fetched = sa.select(_PAGES.page_id, _PAGES.fetched_at, _LOOKS.seen_at)
        fetched = fetched.select_from(schema.pages.outerjoin(schema.page_looks))
        changes = sa.select(_TEXTS.page_id, _TEXTS.fetched_at, _TEXTS.change).order_by(_TEXTS.fetched_at)
        told: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        with self._database.read() as connection:
            pages = select_in(connection, fetched, _PAGES.page_id, page_ids)
            for row in select_in(connection, changes, _TEXTS.page_id, page_ids):
                told[row.page_id].append((row.fetched_at, row.change))
        return {
            row.page_id: _history(row.fetched_at, row.seen_at, told[row.page_id])
            for row in pages
            if row.fetched_at is not None
        }


def _history(
    fetched_at: datetime, seen_at: datetime | None, changes: Sequence[tuple[datetime, str]]
) -> PageHistory:
    """The facts that a page's versions give, oldest first."""
    there = [fetched_at, *_of(changes, _COME_BACK)]
    edits = _of(changes, {"edited"})
    gone = [at for at in _of(changes, {"withdrawn"}) if at > max(there)]
    return PageHistory(
        last_seen_at=max([*there, *([seen_at] if seen_at else [])]),
        edited_at=min(edits, default=None),
        edits=len(edits),
        withdrawn_at=min(gone, default=None),
    )


def _of(changes: Sequence[tuple[datetime, str]], kinds: Collection[str]) -> list[datetime]:
    """When there were changes of some kinds."""
    return [at for at, change in changes if change in kinds]
