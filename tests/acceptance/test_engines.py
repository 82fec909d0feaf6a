"""The demo comes to the same on both engines."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage.engine import Database
from storage.schema import metadata
from tests.acceptance.stage import PASSING_COLUMNS, PASSING_TABLES, files_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

ENGINES_OWN = {"article_no", "passage_no", "statement_no"}
"""Numbers that the engine gives."""
PLACES = re.compile(r"""((?:at|,) byte |["'](?:offset|length)["']: )[\d,]+""")
"""Where in the archive a response lies, as reports and alerts show it: the order of answers and their Date
headers decide it.
"""

Rows = dict[str, Counter[str]]


def rows_of(url: str) -> Rows:
    """Every table of the schema as comparable rows, less what only tells how the state was arrived at."""
    database = Database(url)
    with database.read() as connection:
        found = {
            table.name: Counter(_shown(row, table) for row in connection.execute(sa.select(table)))
            for table in metadata.sorted_tables
            if table.name not in PASSING_TABLES
        }
    database.close()
    return found


def _shown(row: sa.Row[Any], table: sa.Table) -> str:
    # A message's id is made from its alert's evidence, places in the archive included.
    passing = PASSING_COLUMNS | ENGINES_OWN | {"message_id"}
    values = {name: value for name, value in row._mapping.items() if name not in passing}
    plain = {name: value.tolist() if hasattr(value, "tolist") else value for name, value in values.items()}
    return PLACES.sub(r"\1-", repr(plain))


def difference(left: Counter[str], right: Counter[str]) -> tuple[list[str], list[str]]:
    """The first rows that only one side has."""
    return list((left - right).elements())[:2], list((right - left).elements())[:2]


def test_both_engines_hold_the_same(played: Path, played_on_postgresql: tuple[Path, str]) -> None:
    """Articles, copies, passages, vectors, narratives, events, counts, spikes and alerts are the same, row by
    row.
    """
    lite, server = rows_of(f"sqlite:///{played / 'drumbeat.db'}"), rows_of(played_on_postgresql[1])
    differing = {name: difference(lite[name], server[name]) for name in lite if lite[name] != server[name]}
    assert differing == {}
    filled = {name for name, rows in lite.items() if rows}
    assert filled >= {
        "narratives",
        "assignments",
        "events",
        "event_members",
        "observations",
        "spikes",
        "alerts",
    }


def shown_reports(folder: Path) -> dict[str, str]:
    """Every report by its file name, places in the archive left out."""
    texts = {name: content.decode() for name, content in files_of(folder / "reports").items()}
    return {name: PLACES.sub(r"\1-", text) for name, text in texts.items()}


def test_both_engines_report_the_same(played: Path, played_on_postgresql: tuple[Path, str]) -> None:
    """Every report, to the byte, but for places in the archive."""
    lite, server = shown_reports(played), shown_reports(played_on_postgresql[0])
    assert lite.keys() == server.keys()
    assert [name for name in lite if lite[name] != server[name]] == []
    assert len(lite) > 20
