"""Parquet: read by others, one type a column, whatever the rows hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drumbeat.export import COLUMNS, TABLES
from drumbeat.exports.parquet import schema_of, write_parquet
from storage.store import Store

EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_written_and_read_back(store: Store, tmp_path: Path, table: str) -> None:
    """As many rows as the store has, in the stated types, also where there is none."""
    rows = list(TABLES[table](store, *EVER))
    path = tmp_path / f"{table}.parquet"
    assert write_parquet(table, iter(rows), path) == len(rows)
    read = pq.read_table(path)
    assert (read.num_rows, read.schema) == (len(rows), schema_of(table))
    assert write_parquet(table, iter(()), path) == 0
    assert pq.read_table(path).schema == schema_of(table)


def test_another_program_counts_the_same(store: Store, tmp_path: Path) -> None:
    """DuckDB groups what the store holds."""
    path = tmp_path / "articles.parquet"
    rows = list(TABLES["articles"](store, *EVER))
    write_parquet("articles", rows, path)
    connection = duckdb.connect()
    query = "SELECT source_id, count(*), max(counted_at) FROM read_parquet(?) GROUP BY 1 ORDER BY 1"
    found = connection.execute(query, [str(path)]).fetchall()
    assert sum(count for _, count, _ in found) == len(rows)
    assert {source for source, _, _ in found} == {row["source_id"] for row in rows}


def test_moments_and_numbers_keep_their_types() -> None:
    """Times are times with a zone, counts are whole numbers, what has parts is text."""
    articles, narratives = schema_of("articles"), schema_of("narratives")
    assert articles.field("published_at").type == pa.timestamp("us", tz="UTC")
    assert articles.field("late").type == pa.bool_()
    assert narratives.field("merged_into").type == pa.int64()
    assert narratives.field("grade").type == pa.float64()
    assert narratives.field("keywords").type == pa.string()
    assert schema_of("observations").field("day").type == pa.date32()


def test_a_lone_surrogate_stops_nothing(tmp_path: Path) -> None:
    """Text that UTF-8 cannot hold is written with the replacement mark."""
    path = tmp_path / "x.parquet"
    write_parquet("events", [{"event_id": 1, "label": "a\ud800b"}], path)
    assert pq.read_table(path).column("label").to_pylist() == ["a?b"]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """Rows that break off leave what was there, and no part."""

    def broken() -> object:
        yield {"event_id": 1}
        raise ValueError("broke off")

    path = tmp_path / "events.parquet"
    write_parquet("events", [{"event_id": 7}], path)
    with pytest.raises(ValueError, match="broke off"):
        write_parquet("events", broken(), path)  # type: ignore[arg-type]
    assert pq.read_table(path).column("event_id").to_pylist() == [7]
    assert [item.name for item in tmp_path.iterdir()] == ["events.parquet"]


def test_every_column_is_described() -> None:
    """docs/formats.md has a row for each column of each table, with its type."""
    text = FORMATS.read_text(encoding="utf-8")
    for table, columns in COLUMNS.items():
        section = text.partition(f"## {table}\n")[2].partition("\n## ")[0]
        described = dict(re.findall(r"^\| `(\w+)` \| ([\w, \[\]=]+) \|", section, re.MULTILINE))
        assert {name: described.get(name) for name in columns} == {
            field.name: str(field.type) for field in schema_of(table)
        }
