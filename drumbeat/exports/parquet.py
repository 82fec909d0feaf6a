"""Tables as Parquet, for DuckDB, pandas, R and whatever else reads millions of rows.

A column has one type whatever its rows hold: that of the record's field. What has parts (keywords, reasons)
is JSON text. `docs/formats.md` describes every column.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin, get_type_hints

from config.errors import DrumbeatError
from drumbeat.export import COLUMNS, Row, plain_value
from storage.records import (
    Article,
    Event,
    Judgement,
    Narrative,
    Observation,
    PageHistory,
    PassageRow,
    Source,
    Spike,
    VersionText,
)

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_A_GROUP: Final = 20_000
"""Rows that are held at once, and that lie together in the file. Decides memory only."""
HOW: Final = 'install it with `pip install "drumbeat-monitor[parquet]"`'

_RECORDS: Final[Mapping[str, tuple[type, ...]]] = {
    "articles": (Article, PageHistory),
    "versions": (VersionText, Article),
    "passages": (PassageRow,),
    "narratives": (Narrative, Judgement),
    "events": (Event,),
    "observations": (Observation,),
    "spikes": (Spike,),
    "sources": (Source,),
}
"""Table -> the records that its columns are fields of, the first that has one deciding its type."""
_OTHERS: Final[Mapping[str, type]] = {
    "similarity": float,
    "event_id": int,
    "narrative_id": int,
    "shown_as": int,
}
"""Columns that are fields of no such record and are no text."""


class NoParquet(DrumbeatError):
    """pyarrow is not installed."""


def schema_of(table: str) -> pa.Schema:
    """The columns of a table with their types, in their order.

    Raises:
        NoParquet: pyarrow is not installed.
    """
    arrow = _arrow()
    hints: dict[str, Any] = dict(_OTHERS)
    for record in reversed(_RECORDS[table]):
        hints |= get_type_hints(record)
    return arrow.schema([(name, _type(hints.get(name, str))) for name in COLUMNS[table]])


def write_parquet(table: str, rows: Iterable[Row], path: Path) -> int:
    """Write rows in the place of the old file and return how many; whatever goes wrong leaves the old one.

    Raises:
        NoParquet: pyarrow is not installed.
        OSError: the file cannot be written.
    """
    import pyarrow.parquet as pq

    schema = schema_of(table)
    part = path.with_name(f".{path.name}.part")
    count = 0
    try:
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            for chunk in _chunks(rows):
                writer.write_table(_table(chunk, schema))
                count += len(chunk)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _arrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise NoParquet(f"--format parquet: needs pyarrow; {HOW}") from error
    return pa


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, ROWS_A_GROUP)):
        yield chunk


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    arrow = _arrow()
    columns = [
        arrow.array([_value(row.get(field.name), field.type) for row in rows], type=field.type)
        for field in schema
    ]
    return arrow.Table.from_arrays(columns, schema=schema)


def _value(value: Any, kind: pa.DataType) -> Any:
    """What has parts as JSON; lone surrogates, which UTF-8 has no bytes for, as the replacement mark."""
    if value is None or str(kind) != "string":
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=plain_value)
    return text.encode("utf-8", "replace").decode("utf-8")


def _type(hint: Any) -> pa.DataType:
    """The column type of a field's annotation."""
    arrow = _arrow()
    known = {
        int: arrow.int64(),
        float: arrow.float64(),
        bool: arrow.bool_(),
        datetime: arrow.timestamp("us", tz="UTC"),
        date: arrow.date32(),
    }
    parts = [part for part in get_args(hint) if part is not NoneType]
    if get_origin(hint) is not Literal and len(parts) == 1 and NoneType in get_args(hint):
        return _type(parts[0])
    return known.get(hint, arrow.string())
