"""Statements added to a workspace's watchlist."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.add_statement import add_statement, shipped_ids
from config.errors import ConfigError
from config.init import SHIPPED_WATCHLIST, init_workspace
from config.load import load_watchlist, load_workspace


def test_statements_are_added_and_read(tmp_path: Path) -> None:
    """A sentence, a query, and one of the shipped list by its id; what is there stays."""
    init_workspace(tmp_path)
    add_statement(
        load_workspace(tmp_path),
        statement_id="own",
        label='He said "no"',
        statements=['Mali says "no"'],
        counters=["Mali says yes"],
        entities=["country:ML"],
    )
    add_statement(
        load_workspace(tmp_path), statement_id="words", label="Words", statements=(), query='"a b" OR c'
    )
    add_statement(load_workspace(tmp_path), statement_id="biolabs", label="", statements=())
    found = {item.id: item for item in load_workspace(tmp_path).watchlist}
    assert list(found) == ["own", "words", "biolabs"]
    assert "Bamako" in found["own"].entities[0].any_of
    assert found["words"].query == '"a b" OR c'
    assert len(found["biolabs"].statements) == len(found["biolabs"].counter_statements) == 7


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"statement_id": "own", "statements": ["Said"]}, "already"),
        ({"statement_id": "two", "statements": ["Said"], "entities": ["country:XQ"]}, "no name"),
        ({"statement_id": "two", "statements": [], "query": "(mali"}, "query"),
        ({"statement_id": "two", "statements": []}, "shipped list"),
    ],
)
def test_a_wrong_entry_changes_nothing(tmp_path: Path, given: dict[str, object], message: str) -> None:
    """The file is as it was, and no draft is left."""
    init_workspace(tmp_path)
    add_statement(load_workspace(tmp_path), statement_id="own", label="Own", statements=["Said"])
    before = (tmp_path / "watchlist.toml").read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        add_statement(load_workspace(tmp_path), label="New", **given)  # type: ignore[arg-type]  # by name
    assert (tmp_path / "watchlist.toml").read_text(encoding="utf-8") == before
    assert not list(tmp_path.glob("*.draft"))


def test_the_shipped_list_covers_the_mission() -> None:
    """Twelve countries or more with the defining example, seven other families, each in six languages with
    its opposite.
    """
    shipped = load_watchlist(SHIPPED_WATCHLIST)
    countries = [item for item in shipped if item.id.startswith("security-concerns-")]
    assert len(countries) >= 12
    assert len(shipped) - len(countries) >= 6
    assert shipped_ids() == [item.id for item in shipped]
    for item in shipped:
        assert len(item.statements) >= 6
        assert len(item.counter_statements) >= 6
