"""Column types that mean the same on both engines: no dialect shows outside of them."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class SafeText(TypeDecorator[str]):
    """Text that both engines can hold: NUL and lone surrogates (broken pages have them) become U+FFFD, one
    for one, so that offsets hold.

    PostgreSQL sorts it by code point, as SQLite and Python do.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Collation "C" where the engine has collations."""
        return sa.Text(collation="C" if dialect.name == "postgresql" else None)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


class Whole(TypeDecorator[int]):
    """A whole number of 8 bytes, also numpy's (which SQLite's driver would store as bytes without a word).

    SQLite's INTEGER holds 8 bytes; PostgreSQL's holds 4, less than an event's number needs.

    Raises:
        TypeError: the value is no whole number.
    """

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The engine's name for 8 bytes."""
        return sa.Integer() if dialect.name == "sqlite" else sa.BigInteger()

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """As Python's own."""
        return None if value is None else operator.index(value)


class Real(TypeDecorator[float]):
    """A number in double precision, also numpy's (see `Whole`)."""

    impl = sa.Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        """As Python's own."""
        return None if value is None else float(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment: `timestamptz` on PostgreSQL, naive UTC text of fixed width on SQLite (so that it
    compares as text).

    Raises:
        ValueError: the moment carries no time zone.
    """

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """With time zone where the engine knows it."""
        return sa.DateTime(timezone=dialect.name == "postgresql")

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; naive only at the border to SQLite."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; storage takes aware times only")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """Plain data as JSON text with sorted keys: the same bytes on both engines, whatever the order it was
    built in.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """One spelling for one value."""
        if value is None:
            return None
        return storable(
            json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        )

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Parsed."""
        return None if value is None else json.loads(value)


class JsonTuple(JsonText):
    """A tuple of strings."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Parsed, as a tuple."""
        return None if value is None else tuple(json.loads(value))


class JsonTuples(JsonText):
    """A mapping of names to tuples of strings."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, tuple[str, ...]] | None:
        """Parsed, lists as tuples."""
        return None if value is None else {key: tuple(items) for key, items in json.loads(value).items()}


class FloatVector(TypeDecorator[npt.NDArray[np.float32]]):
    """A float32 vector, kept exactly: means and centroids, which are few and must not change between the run
    that made them and the next.
    """

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: npt.NDArray[np.float32] | None, dialect: Dialect) -> bytes | None:
        """Little-endian bytes."""
        return None if value is None else np.asarray(value, dtype="<f4").tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> npt.NDArray[np.float32] | None:
        """A fresh array of shape (dimensions,)."""
        return None if value is None else np.frombuffer(value, dtype="<f4").astype(np.float32)


class WholeNumbers(TypeDecorator[npt.NDArray[np.uint32]]):
    """Whole numbers from 0 to 2^32 - 1, shape (count,)."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: npt.NDArray[np.uint32] | None, dialect: Dialect) -> bytes | None:
        """Little-endian bytes."""
        return None if value is None else np.asarray(value, dtype="<u4").tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> npt.NDArray[np.uint32] | None:
        """A read-only array."""
        return None if value is None else np.frombuffer(value, dtype="<u4")


class _HalfBlob(TypeDecorator[npt.NDArray[np.float32]]):
    """A float16 vector as little-endian bytes."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: npt.NDArray[np.float32] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else np.asarray(value).astype("<f2").tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> npt.NDArray[np.float32] | None:
        return None if value is None else np.frombuffer(value, dtype="<f2").astype(np.float32)


class _PgHalfVector(UserDefinedType[npt.NDArray[np.float32]]):
    """pgvector's `halfvec`, written as text and read in its binary form, whose parsing costs nothing."""

    cache_ok = True
    _header_bytes = 4

    def get_col_spec(self, **_: Any) -> str:
        return "HALFVEC"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        def process(value: Any) -> str | None:
            if value is None:
                return None
            # The shortest text of a float16 reads back as the same float16.
            return "[" + ",".join(map(str, np.asarray(value).astype(np.float16))) + "]"

        return process

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.func.halfvec_send(column, type_=self)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        def process(value: bytes | None) -> npt.NDArray[np.float32] | None:
            return (
                None
                if value is None
                else np.frombuffer(value, dtype=">f2", offset=self._header_bytes).astype(np.float32)
            )

        return process


def half_vector() -> TypeEngine[npt.NDArray[np.float32]]:
    """A vector kept as float16, in memory float32 of shape (dimensions,): a blob on SQLite, `halfvec` on
    PostgreSQL.
    """
    return _HalfBlob().with_variant(_PgHalfVector(), "postgresql")


def storable(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD; its length stays."""
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text
