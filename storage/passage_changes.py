"""Triggers that list every passage which is deleted, or whose article gets another time, source or language.

Whoever keeps something by passage number (the sketches) follows this list. Triggers, because passages go in
many ways: with their page, with a new text of their article, by pruning; SQLite also gives a deleted
passage's number to another one.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from storage.records import PassageMarks
from storage.schema import metadata, passage_changes, passages

_MOVED: Final = "counted_at, source_id, language"
_DELETED_ROW: Final = "INSERT INTO passage_changes (passage_no) VALUES (OLD.passage_no)"
_ROWS_OF_ARTICLE: Final = "INSERT INTO passage_changes (passage_no) SELECT passage_no FROM passages WHERE article_id = NEW.article_id"


def _function(name: str, statement: str) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {statement}; RETURN NULL; END'"
    )


def _differs(operator: str) -> str:
    return " OR ".join(f"OLD.{name} {operator} NEW.{name}" for name in _MOVED.split(", "))


TRIGGERS: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        f"CREATE TRIGGER passage_deleted AFTER DELETE ON passages BEGIN {_DELETED_ROW}; END",
        f"CREATE TRIGGER article_moved AFTER UPDATE OF {_MOVED} ON articles "
        f"WHEN {_differs('IS NOT')} BEGIN {_ROWS_OF_ARTICLE}; END",
    ),
    "postgresql": (
        _function("passage_deleted", _DELETED_ROW),
        _function("article_moved", _ROWS_OF_ARTICLE),
        "CREATE TRIGGER passage_deleted AFTER DELETE ON passages FOR EACH ROW EXECUTE FUNCTION "
        "passage_deleted()",
        f"CREATE TRIGGER article_moved AFTER UPDATE OF {_MOVED} ON articles FOR EACH ROW "
        f"WHEN ({_differs('IS DISTINCT FROM')}) EXECUTE FUNCTION article_moved()",
    ),
}
for _engine, _statements in TRIGGERS.items():
    for _statement in _statements:
        sa.event.listen(metadata, "after_create", sa.DDL(_statement).execute_if(dialect=_engine))  # type: ignore[no-untyped-call]  # no types


def marks_of(connection: sa.Connection) -> PassageMarks:
    """How far passages and their changes have come."""
    highest = sa.select(sa.func.max(passages.c.passage_no)).scalar_subquery()
    last = sa.select(sa.func.max(passage_changes.c.change_no)).scalar_subquery()
    first = sa.select(sa.func.min(passage_changes.c.change_no)).scalar_subquery()
    passage_no, change_no, first_change_no = connection.execute(sa.select(highest, last, first)).one()
    return PassageMarks(
        passage_no=passage_no or 0, change_no=change_no or 0, first_change_no=first_change_no or 0
    )


def changes_after(connection: sa.Connection, change_no: int) -> dict[int, int]:
    """Changes after one: the number of the change -> the number of the passage."""
    columns = passage_changes.c
    rows = connection.execute(
        sa.select(columns.change_no, columns.passage_no).where(columns.change_no > change_no)
    )
    return {row.change_no: row.passage_no for row in rows}


def forget_before(connection: sa.Connection, change_no: int) -> None:
    """Drop the list of changes before one; the last one stays in any case, since SQLite would count from 1
    again.
    """
    last = sa.select(sa.func.max(passage_changes.c.change_no)).scalar_subquery()
    old = (passage_changes.c.change_no < change_no, passage_changes.c.change_no < last)
    connection.execute(sa.delete(passage_changes).where(*old))
