"""Numbers of the size that a real desk has, on both engines."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage.engine import Database
from storage.schema import metadata
from storage.types import Whole

FOUR_BYTES = ("integer", "smallint")


def test_postgresql_holds_every_number_in_eight_bytes(migrated_postgresql: str) -> None:
    """No column of whole numbers is shorter, whichever table and migration it comes from."""
    database = Database(migrated_postgresql)
    statement = sa.text(
        "SELECT table_name || '.' || column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public'"
    )
    with database.read() as connection:
        types = {row[0]: row[1] for row in connection.execute(statement)}
    database.close()
    assert [name for name, kind in types.items() if kind in FOUR_BYTES] == []
    assert sum(kind == "bigint" for kind in types.values()) > 50


def whole_numbers() -> list[sa.Column[int]]:
    """Every column of the schema that holds whole numbers."""
    columns = [column for table in metadata.sorted_tables for column in table.columns]
    return [column for column in columns if isinstance(column.type, Whole | sa.Integer)]


@pytest.mark.parametrize("value", [2**52 - 1, -(2**40)])
def test_every_whole_number_column_takes_real_sizes(url: str, value: int) -> None:
    """An event's number has 52 bits: both engines take it and give it back, in every column."""
    database = Database(url)
    given = sa.bindparam("given", value)
    with database.read() as connection:
        for column in whole_numbers():
            kept = connection.execute(sa.select(sa.cast(given, column.type))).scalar_one()
            assert kept == value, column
    database.close()
    assert len(whole_numbers()) > 50
