"""Rows for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drumbeat.cli.find_commands import Table
from drumbeat.export import COLUMNS, TABLES, Row, write, write_file
from storage.records import Event, Observation, PageVersion, VersionText
from storage.store import Store
from tests.storage import makers

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def full(store: Store) -> Store:
    """A store in which every table has a row."""
    store.narratives.save([makers.narrative(1)])
    store.events.replace(
        START, [Event(event_id=9, label="Bridge", first_at=makers.DAY, last_at=makers.DAY, articles=1)], {}
    )
    seen = Observation(
        narrative_id=1, source_id="wire", day=makers.DAY.date(), articles=1, copy_groups=1, own_texts=1
    )
    store.counts.replace(seen.day, END.date(), [seen], [])
    store.spikes.save([makers.spike()])
    kept = store.articles.between(START, END)[0].article_id
    text = VersionText(
        page_id=kept, fetched_at=makers.DAY, change="edited", clean_outcome="article", clean_version="1",
        title="T", body="B", text_sha256="e", added=1, removed=1,
    )  # fmt: skip
    store.pages.add_versions([PageVersion(page_id=kept, fetched_at=makers.DAY, outcome="stored")])
    store.versions.save([text])
    return store


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_exports_both_ways(full: Store, table: str) -> None:
    """CSV and JSON lines hold the same rows under the columns that the table promises."""
    lines, sheet = io.StringIO(), io.StringIO()
    count = write(table, TABLES[table](full, START, END), lines, "jsonl")
    assert write(table, TABLES[table](full, START, END), sheet, "csv") == count > 0
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [tuple(row) for row in told] == [COLUMNS[table]] * count
    assert [tuple(row) for row in csv.DictReader(io.StringIO(sheet.getvalue()))] == [COLUMNS[table]] * count


def test_every_table_can_be_asked_for() -> None:
    """The command line offers each table that there is."""
    assert {choice.value for choice in Table} == set(TABLES) == set(COLUMNS)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_sheet_without_rows_has_its_head(table: str) -> None:
    """A program that reads the columns by name can read an empty period too."""
    sheet = io.StringIO()
    assert write(table, [], sheet, "csv") == 0
    assert sheet.getvalue().strip() == ",".join(COLUMNS[table])


def test_a_broken_export_leaves_the_old_file(tmp_path: Path) -> None:
    """The new file takes the old one's place when it is whole, and only then."""

    def broken() -> Iterator[Row]:
        yield {"event_id": 1}
        raise MemoryError

    path = tmp_path / "events.csv"
    assert write_file("events", [{"event_id": 7}], path, "csv") == 1
    whole = path.read_text(encoding="utf-8")
    assert "7,,,," in whole
    with pytest.raises(MemoryError):
        write_file("events", broken(), path, "csv")
    assert path.read_text(encoding="utf-8") == whole
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_an_export_into_a_device_leaves_it_there() -> None:
    """What is no file is written to, never replaced."""
    assert write_file("events", [{"event_id": 7}], Path("/dev/null"), "jsonl") == 1
    assert Path("/dev/null").is_char_device()


def test_a_cell_is_never_a_formula(store: Store) -> None:
    """A title that a spreadsheet would run arrives as text."""
    sheet = io.StringIO()
    write("articles", TABLES["articles"](store, START, END), sheet, "csv")
    titles = [row["title"] for row in csv.DictReader(io.StringIO(sheet.getvalue()))]
    assert any("HYPERLINK" in title for title in titles)
    assert not [title for title in titles if title[:1] in "=+-@"]


def test_json_lines_keep_the_text_as_it_is(store: Store) -> None:
    """Programs get the original characters."""
    lines = io.StringIO()
    write("articles", TABLES["articles"](store, START, END), lines, "jsonl")
    assert "افتتاح الجسر" in lines.getvalue()
    assert '"=HYPERLINK(1)"' in lines.getvalue()
