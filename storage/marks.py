"""How far a reader of passages has come: high-water marks, so that what is new is found without looking
through what is stored.

Passages are numbered (`passage_no`) in the order in which their transactions end, and a number is never given
twice while a mark lies at or above it (`begin_numbering`). A reader that has seen everything up to a number
keeps that number, and moves it in the transaction that writes what it found: killed at any moment, it goes on
where its results end. Passages that are cut again get new numbers, so they lie above every mark and are seen
again.

A mark holds for one version of its reader (the hash of a statement, a build); read under another version it
is 0.

What changes its state once needs no mark: pages to clean and articles to cut are found by an index over the
state itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from storage.rows import upsert
from storage.schema import marks, passages

NUMBERING_LOCK: Final = 7_304_218
"""Any number of ours: PostgreSQL's advisory lock that lets one transaction number passages at a time."""


def embedded_by(build: str) -> str:
    """The reader that gives every passage its vector of a build."""
    return f"embed:{build}"


def watched_by(statement_id: str) -> str:
    """The reader that compares every passage with a statement."""
    return f"watch:{statement_id}"


def mark_of(connection: sa.Connection, reader: str, version: str) -> int:
    """The number up to which the reader has seen everything; 0 before it began."""
    statement = sa.select(marks.c.passage_no).where(marks.c.reader == reader, marks.c.version == version)
    return int(connection.execute(statement).scalar() or 0)


def move_marks(connection: sa.Connection, reached: Mapping[tuple[str, str], int]) -> None:
    """Readers, by name and version, have seen everything up to these numbers."""
    rows = [
        {"reader": reader, "version": version, "passage_no": passage_no}
        for (reader, version), passage_no in reached.items()
    ]
    upsert(connection, marks, rows)


def begin_numbering(connection: sa.Connection) -> None:
    """Before passages are inserted: numbers grow in the order of commits, and none is given that a mark has
    passed.

    PostgreSQL gives numbers before a transaction ends, so another one could commit a higher number first; a
    lock makes them wait. SQLite gives the highest number there is plus one, so the numbers of deleted
    passages could come back; marks step down to it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(NUMBERING_LOCK)))
        return
    highest = sa.select(sa.func.coalesce(sa.func.max(passages.c.passage_no), 0)).scalar_subquery()
    connection.execute(sa.update(marks).where(marks.c.passage_no > highest).values(passage_no=highest))
