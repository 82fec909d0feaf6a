"""Rows for other programs."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from drumbeat.export import TABLES, write
from storage.store import Store

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_exports_both_ways(store: Store, table: str) -> None:
    """CSV and JSON lines hold the same number of rows."""
    lines, sheet = io.StringIO(), io.StringIO()
    count = write(TABLES[table](store, START, END), lines, "jsonl")
    assert write(TABLES[table](store, START, END), sheet, "csv") == count
    assert len([json.loads(line) for line in lines.getvalue().splitlines()]) == count
    assert len(list(csv.DictReader(io.StringIO(sheet.getvalue())))) == count


def test_a_cell_is_never_a_formula(store: Store) -> None:
    """A title that a spreadsheet would run arrives as text."""
    sheet = io.StringIO()
    write(TABLES["articles"](store, START, END), sheet, "csv")
    titles = [row["title"] for row in csv.DictReader(io.StringIO(sheet.getvalue()))]
    assert any("HYPERLINK" in title for title in titles)
    assert not [title for title in titles if title[:1] in "=+-@"]


def test_json_lines_keep_the_text_as_it_is(store: Store) -> None:
    """Programs get the original characters."""
    lines = io.StringIO()
    write(TABLES["articles"](store, START, END), lines, "jsonl")
    assert "افتتاح الجسر" in lines.getvalue()
    assert '"=HYPERLINK(1)"' in lines.getvalue()
