"""Exposure: gaps, new outlets, busy days, incomplete history."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analysis.counts.panel import Panel, panel_of
from analysis.counts.series import gaps, series_of
from analysis.digest.trends import Trends
from config.settings import SpikeSettings
from drumbeat.shown.charts import series_chart
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
    """While its only carrier is down a narrative is hardly exposed, and a narrative of all outlets loses that
    outlet's part.
    """
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


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([0.45] * 40, []),
        ([1.2] * 30 + [0.55], [30]),
        ([1.0] * 30 + [0.55], []),
        ([1.0] * 30 + [0.0, 0.0, 1.0], [30, 31]),
        ([0.0, 0.0, 0.3, 0.3], [0, 1]),
    ],
)
def test_a_gap_is_less_than_half_of_what_is_usually_seen(seen: list[float], expected: list[int]) -> None:
    """Half of the sources gone for good is the new usual; a drop to half of it, and nothing, are gaps."""
    assert list(np.nonzero(gaps(np.array(seen)))[0]) == expected


def test_the_test_the_trend_and_the_chart_see_the_same_gaps() -> None:
    """A day that the series leaves out has no expectation, is a gap to the chart, and is none of the days
    that a fall is told of.
    """
    down = {n: {"health": "down", "articles": 0, "copy_groups": 0} for n in range(54, 59)}
    of = panel(days(b=down, c=down, d=down), {("a", n): 1 for n in range(60)})
    trends = Trends(of, np.array([True]), 53, 59, SpikeSettings())
    points = trends.points(1, 50)
    assert [item.day for item in points if item.gap] == [day(n) for n in range(54, 59)]
    assert [item.day for item in points if item.expected is None] == [day(n) for n in range(54, 59)]
    assert list(np.nonzero(trends.series.exposure[0] == 0)[0]) == list(range(54, 59))
    assert not trends.of(1).seen
    drawn = series_chart([item.to_dict() for item in points], start=day(53), end=day(60))
    assert drawn.spec["layer"][0]["mark"]["type"] == "rect"
    assert len(drawn.spec["layer"][0]["data"]["values"]) == 5


def test_outlets_given_up_or_added_leave_no_gap() -> None:
    """When most of the outlets are taken out of the directory, or were added but lately, all of what can be
    seen is seen.
    """
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
    """A first crawl finds only the newest entries of the days before: they were not quiet, they were not
    seen.
    """
    sparse = {n: {"health": "backfill", "articles": 2, "copy_groups": 2} for n in range(30)}
    found = series_of(panel(days(a=sparse, b=sparse, c=sparse, d=sparse)), until=55)
    assert found.exposure[0, 10] < 0.35 * found.exposure[0, 50]
    assert not panel(days(a=sparse, b=sparse, c=sparse, d=sparse)).live[10]


def test_history_counts_for_as_much_as_it_holds_of_the_usual_output() -> None:
    """A fifth of the usual texts a day, in the week around it, is a fifth of a day; history as full as live
    days is whole.
    """
    sparse = {n: {"health": "backfill", "articles": 2, "copy_groups": 2} for n in range(30)}
    full = {n: {"health": "backfill"} for n in range(30)}
    found = panel(days(a=sparse, b=full))
    assert found.weight[0, 15] == pytest.approx((7 * 2 + 1) / (7 * 10 + 1))
    assert found.weight[1, 15] == 1.0
    assert found.weight[0, 45] == 1.0


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
