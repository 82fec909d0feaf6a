"""What a method does depends on what is new, or asked for, not on what is stored: counted in steps of
SQLite's machine, which never vary.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from storage.store import Store, open_store
from tests.storage.filler import fill
from tests.storage.test_plans import ARTICLES, CALLS

OLDER: Final = 5 * ARTICLES
"""Articles more in the large database, all before the first day of the small one."""
GROWTH: Final = 1.3
"""Steps in the large one, to those in the small one: a search tree grows by a level now and then, and nothing
else may.
"""
STEPS: Final = 50
"""Steps between two counts."""
SLACK: Final = 40
"""Counts that are noise: an empty answer takes a handful."""

ANSWERS: Final = {
    "lists.assigned": "of one narrative: its passages are put in the order of time",
    "lists.hits_and_linked": "of one statement and its narratives: put in the order of time",
    "lists.hits": "of one statement: its hits are put in the order of time",
    "narratives.assignments": "of one narrative: the answer grows with it; `members` is paged",
    "narratives.lineage": "of one narrative: the answer itself grows with its history",
    "tellings.assigned": "of one narrative: its passages are looked through",
    "tellings.hits": "of one statement: its hits are looked through",
    "pages.to_clean": "under other rules every page is new; one page of the answer is read per version",
}
"""Calls whose answer is larger in the large database."""


@pytest.fixture(scope="module")
def sizes(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two databases with the same last days, and a short and a long past."""
    urls = []
    for older in (0, OLDER):
        path = tmp_path_factory.mktemp("growth") / "drumbeat.db"
        path.write_bytes(templates.read_bytes())
        urls.append(f"sqlite:///{path}")
        fill(urls[-1], ARTICLES, older=older)
    return urls


def steps(store: Store, name: str) -> int:
    """Steps, in units of `STEPS`, that a call takes."""
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1

    def begin(connection: Any, _: object) -> None:
        connection.set_progress_handler(tick, STEPS)

    engine: sa.Engine = store._database.engine
    engine.dispose()
    sa.event.listen(engine, "connect", begin)
    CALLS[name](store)
    return count


@pytest.mark.parametrize("name", sorted(CALLS.keys() - ANSWERS.keys()))
def test_a_long_past_costs_nothing(sizes: list[str], name: str) -> None:
    """Six times the coverage, the same last days: the same work."""
    taken = []
    for url in sizes:
        with open_store(url) as store:
            taken.append(steps(store, name))
    assert taken[1] <= GROWTH * taken[0] + SLACK, taken
