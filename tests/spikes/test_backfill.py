"""History that is loaded later rings no alarm."""

from __future__ import annotations

import pytest

from tests.spikes.makers import OUTLETS, TODAY, World, extra


@pytest.mark.parametrize(
    ("live", "loaded", "decision"),
    [(7, 0, "alert"), (6, 3, "alert"), (0, 7, None), (3, 3, None), (3, 7, None)],
)
def test_loaded_history_is_no_news(live: int, loaded: int, decision: str | None) -> None:
    """A burst rings by what was seen live: what was loaded from archives neither makes it nor hides it."""
    world = World()
    for key in (1, *extra()):
        world.quiet(narrative_id=key)
    world.tell(TODAY, OUTLETS[:live]).tell(TODAY, OUTLETS[-loaded:] if loaded else (), origin="backfill")
    found = [item.decision for item in world.examine().spikes if item.narrative_id == 1]
    alerts = [item for item in found if item == "alert"]
    assert alerts == ([decision] if decision else [])


def test_loaded_history_of_the_days_before_is_a_baseline() -> None:
    """The same burst, told for weeks in what was loaded later, is nothing new; alone it would be."""
    world = World()
    for key in (1, *extra()):
        world.quiet(narrative_id=key)
    world.tell(TODAY, OUTLETS[:7])
    assert [item.decision for item in world.examine().spikes] == ["alert"]
    for number in range(TODAY - 40, TODAY):
        world.tell(number, OUTLETS[:6], origin="backfill")
    assert [item for item in world.examine().spikes if item.decision == "alert"] == []
