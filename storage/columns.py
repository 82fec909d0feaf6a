"""What tables are made of: names of their keys and indexes, and columns by what they hold."""

from __future__ import annotations

import sqlalchemy as sa

from storage.types import JsonText, Real, SafeText, UtcDateTime, Whole

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
sa.event.listen(
    metadata,
    "before_create",
    sa.DDL("CREATE EXTENSION IF NOT EXISTS vector").execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]  # no types
)


def key(name: str) -> sa.Column[str]:
    """A text that is a key."""
    return sa.Column(name, SafeText, primary_key=True)


def given_id(name: str) -> sa.Column[int]:
    """A key that the caller gives."""
    return sa.Column(name, Whole, primary_key=True, autoincrement=False)


def own_number(name: str) -> sa.Column[int]:
    """A key that the database gives: for joins within the room, it depends on the order of work and never
    leaves.
    """
    return sa.Column(
        name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
    )


def text(name: str, *, null: bool = False) -> sa.Column[str]:
    """A text."""
    return sa.Column(name, SafeText, nullable=null)


def moment(name: str, *, null: bool = False) -> sa.Column[object]:
    """A moment, aware UTC."""
    return sa.Column(name, UtcDateTime, nullable=null)


def number(name: str, *, null: bool = False) -> sa.Column[int]:
    """A whole number of any size."""
    return sa.Column(name, Whole, nullable=null)


def real(name: str) -> sa.Column[float]:
    """A number."""
    return sa.Column(name, Real, nullable=False)


def yes(name: str) -> sa.Column[bool]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False)


def json_text(name: str, kind: type[JsonText] = JsonText) -> sa.Column[object]:
    """A small value kept as JSON."""
    return sa.Column(name, kind, nullable=False)


def day(name: str, *, null: bool = False) -> sa.Column[object]:
    """A day."""
    return sa.Column(name, sa.Date, nullable=null)


def child(name: str, parent: str, *, primary: bool = False) -> sa.Column[str]:
    """A row that goes when its parent goes."""
    return sa.Column(
        name, SafeText, sa.ForeignKey(parent, ondelete="CASCADE"), primary_key=primary, nullable=False
    )
