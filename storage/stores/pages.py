"""Pages: found, fetched or not, cleaned or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage import ids, schema
from storage.engine import Database
from storage.records import Page, PageVersion, WarcPlace
from storage.rows import chunks, distinct_values, insert_new, row_of, select_in, upsert

WAITING = "waiting"
"""How counts name pages without an outcome yet."""
PRUNED = "pruned"
"""In place of the version of the rules that cleaned a page: the page, or its article, was pruned, and is
never cleaned again.
"""
LONGEST_WAIT = timedelta(days=8)
"""Longer than any page is made to wait (`crawler.waiting`: a week)."""
STORED = "stored"
"""The fetch outcome of a page that has a body in the archive."""
DUPLICATE = "duplicate"
"""The fetch outcome of another address of a page."""

_FETCH_FIELDS = (
    "final_url", "final_url_key", "fetched_at", "status", "headers", "sha256", "warc_file", "warc_offset",
    "warc_length",
    "fetch_outcome", "fetch_run", "attempts", "next_attempt_at", "origin",
)  # fmt: skip


class PageStore:
    """Document URLs and what became of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, urls: Collection[str]) -> set[str]:
        """Those of the URLs that were found before."""
        by_key = {ids.page_id(url): url for url in urls}
        with self._database.read() as connection:
            rows = select_in(connection, sa.select(schema.pages.c.url_key), schema.pages.c.url_key, by_key)
        return {by_key[row.url_key] for row in rows}

    def found_before(self, urls: Collection[str]) -> list[Page]:
        """The pages of those of the URLs that were found before, in no order."""
        statement = sa.select(schema.pages)
        keys = {ids.page_id(url) for url in urls}
        with self._database.read() as connection:
            rows = select_in(connection, statement, schema.pages.c.url_key, keys)
        return [page_of(row) for row in rows]

    def standing_for(self, urls: Collection[str]) -> dict[str, Page]:
        """URL -> the page found under it, or else the first found of those that were led to it, for the URLs
        that have one.
        """
        table, by_key = schema.pages.c, {ids.page_id(url): url for url in urls}
        order = sa.select(schema.pages).order_by(table.discovered_at.desc(), table.page_id.desc())
        found: dict[str, Page] = {}
        with self._database.read() as connection:
            for column in (table.final_url_key, table.url_key):
                rows = select_in(connection, order, column, by_key)
                found |= {by_key[getattr(row, column.name)]: page_of(row) for row in rows}
        return found

    def wait_again(self, page_ids: Collection[str], at: datetime) -> None:
        """Let pages that were refused wait for another try, not before a moment."""
        table = schema.pages
        for part in chunks(sorted(page_ids)):
            refused = table.c.page_id.in_(part) & table.c.fetch_outcome.not_in((STORED, DUPLICATE))
            with self._database.write() as connection:
                connection.execute(
                    sa.update(table).where(refused).values(fetch_outcome=None, next_attempt_at=at)
                )

    def refused(self, source_id: str, outcomes: Collection[str], since: datetime) -> list[Page]:
        """Pages of a source with one of these fetch outcomes that were found since a moment, in no order."""
        table = schema.pages.c
        return self._pages(
            sa.select(schema.pages).where(
                table.source_id == source_id,
                table.fetch_outcome.in_(sorted(outcomes)),
                table.discovered_at >= since,
            )
        )

    def add_versions(self, versions: Sequence[PageVersion]) -> None:
        """Keep answers that came after a page's own; sync the archive before."""
        with self._database.write() as connection:
            upsert(connection, schema.page_versions, [version_row(version) for version in versions])

    def count_looks(self, page_ids: Collection[str]) -> None:
        """Remember that pages were looked at again."""
        table = schema.pages
        statement = sa.update(table).values(attempts=table.c.attempts + 1)
        with self._database.write() as connection:
            connection.execute(statement.where(table.c.page_id.in_(sorted(page_ids))))

    def versions(self, page_id: str) -> list[PageVersion]:
        """Answers of a page after the one that its article was made of, in order."""
        table = schema.page_versions
        statement = sa.select(table).where(table.c.page_id == page_id).order_by(table.c.fetched_at)
        with self._database.read() as connection:
            return [version_of(row) for row in connection.execute(statement)]

    def addresses(self, page_id: str) -> list[str]:
        """Other addresses under which a page was found, by the time they were."""
        own = sa.select(schema.pages.c.url_key, schema.pages.c.final_url_key).where(
            schema.pages.c.page_id == page_id
        )
        table = schema.pages.c
        with self._database.read() as connection:
            keys = [key for row in connection.execute(own) for key in row if key is not None]
            others = sa.select(table.url).where(
                table.final_url_key.in_(keys), table.fetch_outcome == DUPLICATE, table.page_id != page_id
            )
            return list(connection.scalars(others.order_by(table.discovered_at, table.page_id)))

    def discover(self, pages: Sequence[Page]) -> int:
        """Insert the pages whose URL is unknown, in chunks; how many those were."""
        new = 0
        for part in chunks(pages):
            with self._database.write() as connection:
                new += insert_pages(connection, part)
        return new

    def due(self, source_id: str, now: datetime, limit: int) -> list[Page]:
        """At most `limit` pages of the source that wait to be fetched and may be tried now, by
        (discovered_at, page_id).
        """
        next_at = schema.pages.c.next_attempt_at
        # What lies further ahead than any wait was written under a clock that has been set right since.
        ready = sa.or_(next_at.is_(None), next_at <= now, next_at > now + LONGEST_WAIT)
        statement = sa.select(schema.pages).where(
            schema.pages.c.source_id == source_id, schema.pages.c.fetch_outcome.is_(None), ready
        )
        return self._pages(
            statement.order_by(schema.pages.c.discovered_at, schema.pages.c.page_id).limit(limit)
        )

    def fetched_by_source(self, since: datetime) -> dict[str, tuple[int, int]]:
        """Source -> pages fetched from a moment on, and the bytes that they take in the archive."""
        table = schema.pages.c
        size = sa.func.coalesce(sa.func.sum(table.warc_length), 0)
        # Grouped by an expression: by the column, an index on it would be read from end to end.
        source = sa.func.coalesce(table.source_id, "").label("source")
        asked = sa.select(source, sa.func.count(), size).where(table.fetched_at >= since)
        with self._database.read() as connection:
            rows = connection.execute(asked.group_by(source)).all()
        return {source_id: (pages, int(taken)) for source_id, pages, taken in rows}

    def record_fetch(self, pages: Sequence[Page]) -> None:
        """Write the fetch fields (`final_url` ... `next_attempt_at`, `origin`) of known pages; sync the
        archive before.
        """
        for part in chunks(sorted(pages, key=lambda page: page.page_id)):
            with self._database.write() as connection:
                update_fetches(connection, part)

    def get(self, page_id: str) -> Page | None:
        """One page."""
        return next(iter(self._pages(sa.select(schema.pages).where(schema.pages.c.page_id == page_id))), None)

    def many(self, page_ids: Collection[str]) -> list[Page]:
        """Those of the pages that exist, by id."""
        key = schema.pages.c.page_id
        with self._database.read() as connection:
            rows = select_in(connection, sa.select(schema.pages).order_by(key), key, page_ids)
            return [page_of(row) for row in rows]

    def by_url(self, url: str) -> Page | None:
        """The page found under the URL, or else the first found of those that were redirected to it."""
        key = ids.page_id(url)
        statement = sa.select(schema.pages).where(
            sa.or_(schema.pages.c.url_key == key, schema.pages.c.final_url_key == key)
        )
        direct_first = sa.case((schema.pages.c.url_key == key, 0), else_=1)
        statement = statement.order_by(
            direct_first, schema.pages.c.discovered_at, schema.pages.c.page_id
        ).limit(1)
        return next(iter(self._pages(statement)), None)

    def to_clean(self, clean_version: str, *, after: str = "", limit: int = 500) -> list[Page]:
        """Archived pages that these cleaning rules have not seen, with `page_id > after`, by page_id."""
        table = schema.pages.c
        archived = sa.select(schema.pages).where(table.fetch_outcome == STORED, table.page_id > after)
        next_ones = archived.order_by(table.page_id).limit(limit)
        others = [version for version in self._clean_versions() if version not in (clean_version, PRUNED)]
        # One question per version that is there: each is a run of the index, where "not this version" would
        # be all of it.
        found = self._pages(next_ones.where(table.clean_version.is_(None)))
        for version in others:
            found += self._pages(next_ones.where(table.clean_version == version))
        return sorted(found, key=lambda page: page.page_id)[:limit]

    def cleaned(self, source_id: str, limit: int) -> list[tuple[str, str]]:
        """(address, clean outcome) of the newest cleaned pages of a source, at most `limit`."""
        table = schema.pages.c
        statement = sa.select(table.url, table.clean_outcome).where(
            table.source_id == source_id, table.fetch_outcome == STORED, table.clean_outcome.is_not(None)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.discovered_at.desc()).limit(limit))
            return [(row.url, row.clean_outcome) for row in rows]

    def by_place(self, file: str) -> list[Page]:
        """Pages that point into a WARC file, by offset."""
        return self._pages(
            sa.select(schema.pages)
            .where(schema.pages.c.warc_file == file)
            .order_by(schema.pages.c.warc_offset, schema.pages.c.page_id)
        )

    def warc_files(self) -> list[str]:
        """Names of the WARC files that pages point into, sorted."""
        statement = (
            sa.select(schema.pages.c.warc_file)
            .where(schema.pages.c.warc_file.is_not(None))
            .distinct()
            .order_by(schema.pages.c.warc_file)
        )
        with self._database.read() as connection:
            return [row.warc_file for row in connection.execute(statement)]

    def fetch_outcomes(self, run_id: str | None = None) -> dict[str, int]:
        """Pages by fetch outcome, `waiting` for those without one; of one run, or of all."""
        return self._counts(
            schema.pages.c.fetch_outcome, sa.true() if run_id is None else schema.pages.c.fetch_run == run_id
        )

    def fetched(self, start: datetime, end: datetime) -> list[tuple[str, datetime, str]]:
        """(source_id, fetched_at, fetch outcome) of the pages whose fetch ended in [start, end), by
        (source_id, fetched_at, page_id).
        """
        table = schema.pages.c
        statement = sa.select(table.source_id, table.fetched_at, table.fetch_outcome).where(
            table.fetched_at >= start, table.fetched_at < end, table.fetch_outcome.is_not(None)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(table.source_id, table.fetched_at, table.page_id))
            return [(row.source_id, row.fetched_at, row.fetch_outcome) for row in rows]

    def outcomes_between(self, start: datetime, end: datetime) -> tuple[dict[str, int], dict[str, int]]:
        """Pages whose fetch ended in [start, end), by fetch outcome, and the archived ones of them by clean
        outcome.

        Among the former `waiting`, all that still wait for their fetch. Costs what was fetched in the period,
        whatever is stored.
        """
        table = schema.pages.c
        inside = sa.and_(table.fetched_at >= start, table.fetched_at < end)
        unfetched = sa.and_(table.fetched_at.is_(None), table.fetch_outcome.is_(None))
        fetched = Counter(self._counts(table.fetch_outcome, inside))
        fetched.update(self._counts(table.fetch_outcome, unfetched))
        # Not by the index on outcomes, which would read every page that was ever stored.
        stored = sa.func.coalesce(table.fetch_outcome, WAITING) == STORED
        cleaned = self._counts(table.clean_outcome, sa.and_(inside, stored))
        return dict(sorted(fetched.items())), cleaned

    def clean_outcomes(self) -> dict[str, int]:
        """Archived pages by clean outcome, `waiting` for those without one."""
        return self._counts(schema.pages.c.clean_outcome, schema.pages.c.fetch_outcome == STORED)

    def _clean_versions(self) -> list[str]:
        """Versions of cleaning rules that archived pages were seen by."""
        with self._database.read() as connection:
            version = schema.pages.c.clean_version
            return distinct_values(connection, version, schema.pages.c.fetch_outcome == STORED)

    def _pages(self, statement: sa.Select[Any]) -> list[Page]:
        with self._database.read() as connection:
            return [page_of(row) for row in connection.execute(statement)]

    def _counts(self, column: sa.Column[Any], condition: sa.ColumnElement[bool]) -> dict[str, int]:
        outcome = sa.func.coalesce(column, WAITING).label("outcome")
        statement = sa.select(outcome, sa.func.count().label("n")).where(condition).group_by(outcome)
        with self._database.read() as connection:
            return dict(sorted((row.outcome, row.n) for row in connection.execute(statement)))


def insert_pages(connection: sa.Connection, found: Sequence[Page]) -> int:
    """Insert the pages whose URL is unknown, inside the caller's transaction; how many those were."""
    unique = {ids.page_id(page.url): page for page in reversed(found)}
    return insert_new(connection, schema.pages, [page_row(page) for page in unique.values()], key="page_id")


def update_fetches(connection: sa.Connection, pages: Sequence[Page]) -> None:
    """Write the fetch fields of known pages, inside the caller's transaction."""
    if not pages:
        return
    statement = sa.update(schema.pages).where(schema.pages.c.page_id == sa.bindparam("key"))
    statement = statement.values({name: sa.bindparam(name) for name in _FETCH_FIELDS})
    rows = [page_row(page) for page in sorted(pages, key=lambda page: page.page_id)]
    connection.execute(
        statement, [{"key": row["page_id"], **{name: row[name] for name in _FETCH_FIELDS}} for row in rows]
    )


def page_row(page: Page) -> dict[str, Any]:
    """A page as its columns."""
    row = row_of(page)
    place = row.pop("warc")
    row["url_key"] = ids.page_id(page.url)
    row["final_url_key"] = None if page.final_url is None else ids.page_id(page.final_url)
    row["warc_file"], row["warc_offset"], row["warc_length"] = (
        (place.file, place.offset, place.length) if place else (None, None, None)
    )
    return row


def page_of(row: sa.Row[Any]) -> Page:
    """A page from its columns."""
    values = dict(row._mapping)
    del values["url_key"], values["final_url_key"]
    file, offset, length = values.pop("warc_file"), values.pop("warc_offset"), values.pop("warc_length")
    return Page(**values, warc=None if file is None else WarcPlace(file=file, offset=offset, length=length))


def version_row(version: PageVersion) -> dict[str, Any]:
    """A version as its columns."""
    row = row_of(version)
    place = row.pop("warc")
    row["warc_file"], row["warc_offset"], row["warc_length"] = (
        (place.file, place.offset, place.length) if place else (None, None, None)
    )
    return row


def version_of(row: sa.Row[Any]) -> PageVersion:
    """A version from its columns."""
    values = dict(row._mapping)
    file, offset, length = values.pop("warc_file"), values.pop("warc_offset"), values.pop("warc_length")
    return PageVersion(
        **values, warc=None if file is None else WarcPlace(file=file, offset=offset, length=length)
    )
