"""Exposure: gaps, new outlets, busy days, incomplete history."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analysis.counts.panel import Panel, panel_of
from analysis.counts.series import series_of
from storage.records import SourceDay
from tests.counting.makers import day, observation, source_day

SOURCES = ("a", "b", "c", "d")
DAYS: list[date] = [day(n) for n in range(60)]


def days(**changes: dict[int, dict[str, object]]) -> list[SourceDay]:
    """Sixty days of four outlets with ten texts a day; `source={day: {field: value}}` changes some."""
    return [source_day(n, key, **changes.get(key, {}).get(n, {})) for n in range(60) for key in SOURCES]


def panel(source_days: list[SourceDay], texts: dict[tuple[str, int], int] | None = None) -> Panel:
    """One narrative with a text a day by outlet `a`, or the texts given."""
    told = {("a", n): 1 for n in range(60)} if texts is None else texts
    return panel_of(
        [observation(n, key, texts=count) for (key, n), count in told.items()],
        source_days,
        narratives=[1],
        days=DAYS,
    )


def test_ordinary_days_have_exposure_one() -> None:
    """Nothing happens: exposure is one, all of the output is seen."""
    found = series_of(panel(days()), until=50)
    assert found.exposure[0] == pytest.approx(np.ones(60), abs=0.02)
    assert found.seen == pytest.approx(np.ones(60))


def test_an_outlet_is_damped() -> None:
    """Seven texts of one outlet on a day count as three, seven outlets as seven."""
    found = series_of(panel(days(), {("a", 5): 7, ("a", 6): 1, ("b", 6): 1, ("c", 6): 1}), until=50)
    assert (found.y[0, 5], found.y[0, 6], found.raw[0, 5]) == (3.0, 3.0, 7.0)


def test_a_dead_feed_is_a_gap_for_what_it_carries() -> None:
    """While its only carrier is down a narrative is hardly exposed, and a narrative of all outlets loses that outlet's part."""
    down = {n: {"health": "down", "articles": 0, "copy_groups": 0} for n in range(40, 45)}
    of_one = series_of(panel(days(a=down)), until=50)
    assert of_one.exposure[0, 42] < 0.3
    everybody = {(key, n): 1 for key in SOURCES for n in range(60)}
    of_all = series_of(panel(days(a=down), everybody), until=50)
    assert of_all.exposure[0, 42] == pytest.approx(0.75, abs=0.05)
    assert of_all.y[0, 42] == 3.0


def test_a_day_without_most_sources_is_a_gap() -> None:
    """Less than half of the usual output seen: no exposure at all, and what was counted is left out."""
    down = {42: {"health": "down", "articles": 0, "copy_groups": 0}}
    found = series_of(panel(days(b=down, c=down, d=down)), until=50)
    assert (found.exposure[0, 42], found.y[0, 42]) == (0.0, 0.0)
    assert found.seen[42] == pytest.approx(0.25)
    assert found.exposure[0, 43] > 0.9


def test_outlets_given_up_or_added_leave_no_gap() -> None:
    """When most of the outlets are taken out of the directory, or were added but lately, all of what can be seen is seen."""
    gone = {n: {"health": "not_yet", "articles": 0, "copy_groups": 0} for n in range(50, 60)}
    found = series_of(panel(days(b=gone, c=gone, d=gone)), until=50)
    assert found.seen == pytest.approx(np.ones(60))
    assert (found.exposure[0, 50:] > 0).all()
    young = {n: {"health": "not_yet", "articles": 0, "copy_groups": 0} for n in range(50)}
    assert series_of(panel(days(b=young, c=young, d=young)), until=55).seen == pytest.approx(np.ones(60))


def test_an_outlet_added_is_exposure() -> None:
    """With a fourth outlet more is expected, so that its texts are no rise."""
    before = {n: {"health": "not_yet", "articles": 0, "copy_groups": 0} for n in range(40)}
    everybody = {(key, n): 1 for key in SOURCES for n in range(60) if key != "d" or n >= 40}
    found = series_of(panel(days(d=before), everybody), until=55)
    assert found.exposure[0, 45] / found.exposure[0, 30] == pytest.approx(4 / 3, abs=0.15)


def test_a_busy_day_is_no_rise() -> None:
    """When all outlets write twice as much, about twice as much is expected of each narrative."""
    busy = {50: {"articles": 20, "copy_groups": 20}}
    found = series_of(panel(days(a=busy, b=busy, c=busy, d=busy)), until=45)
    assert found.exposure[0, 50] == pytest.approx(1.8, abs=0.1)
    assert found.volume[50] == pytest.approx(1.8, abs=0.1)


def test_a_narrative_does_not_hide_behind_itself() -> None:
    """A burst that is most of the day's output does not raise its own expectation."""
    burst = {50: {"articles": 30, "copy_groups": 30}}
    texts = {("a", 50): 20, ("a", 3): 1, ("a", 10): 1}
    found = series_of(panel(days(a=burst), texts), until=45)
    assert found.exposure[0, 50] == pytest.approx(1.0, abs=0.05)


def test_the_running_day_is_not_taken_for_a_slow_one() -> None:
    """A day that has only begun is expected to bring what a day brings."""
    begun = {59: {"articles": 1, "copy_groups": 1}}
    source_days = days(a=begun, b=begun, c=begun, d=begun)
    assert series_of(panel(source_days), until=55).exposure[0, 59] < 0.4
    assert series_of(panel(source_days), until=55, running=59).exposure[0, 59] == pytest.approx(1.0, abs=0.05)


def test_incomplete_history_is_less_exposure() -> None:
    """A first crawl finds only the newest entries of the days before: they were not quiet, they were not seen."""
    sparse = {n: {"health": "backfill", "articles": 2, "copy_groups": 2} for n in range(30)}
    found = series_of(panel(days(a=sparse, b=sparse, c=sparse, d=sparse)), until=55)
    assert found.exposure[0, 10] < 0.35 * found.exposure[0, 50]
    assert not panel(days(a=sparse, b=sparse, c=sparse, d=sparse)).live[10]


def test_a_loaded_history_alone_is_complete() -> None:
    """Without a live day there is nothing to compare history with: it is taken as it is."""
    loaded = {n: {"health": "backfill"} for n in range(60)}
    found = series_of(panel(days(a=loaded, b=loaded, c=loaded, d=loaded)), until=55)
    assert found.exposure[0, 30] == pytest.approx(1.0, abs=0.05)


def test_leaving_sources_out_is_not_having_them() -> None:
    """`without` removes texts and exposure alike."""
    everybody = {(key, n): 1 for key in SOURCES for n in range(60)}
    found = series_of(panel(days(), everybody).without(["a", "b"]), until=50)
    assert found.y[0, 30] == 2.0
    assert found.active[30] == 2


def test_nothing_known_is_nothing_exposed() -> None:
    """Without sources or narratives the arrays are empty or zero, not an error."""
    found = series_of(panel_of([], [], narratives=[1], days=DAYS), until=50)
    assert not found.exposure.any()
    assert series_of(panel_of([], days(), narratives=[], days=DAYS), until=50).y.shape == (0, 60)


def test_cells_of_sources_and_days() -> None:
    """Who told how much over a window, by source."""
    built = panel(days(), {("b", 5): 2, ("a", 6): 1, ("b", 6): 1, ("a", 30): 1})
    assert built.cells_of(1, 5, 6) == [("a", 1.0, 1.0), ("b", 3.0, 3.0)]
    assert built.day_cells(6) == [(1.0, 1.0), (1.0, 1.0)]
    assert list(built.outlets(5, 6)) == [2]
