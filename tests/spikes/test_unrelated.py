"""Ten times as much coverage of other things by other outlets changes nothing that is said of a narrative."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.counts.observe import observe
from analysis.counts.series import series_of
from analysis.spikes.detectors import baseline_end, examine
from analysis.spikes.facts import facts_of
from analysis.tellings import first_told, tellings
from storage.records.told import NarrativeRow
from tests.counting.makers import assignment, day, row, told_rows
from tests.spikes.makers import OUTLETS, RULES, TODAY, World, extra

OTHERS = tuple(f"other-{n:03d}" for n in range(100))
"""Ten times the outlets."""
PRINTING = st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 5), st.booleans())


def printed(number: int, on: int, source: int, group: int, *, late: bool) -> NarrativeRow:
    """An article of narrative 1."""
    return row(f"a{number}", on, number % 24, source_id=f"s{source}", group_id=f"a{group}", late=late)


@given(mine=st.lists(PRINTING, max_size=20), seed=st.integers(0, 99))
def test_observations_and_own_texts_stay(mine: list[tuple[int, int, int, bool]], seed: int) -> None:
    """Articles of other narratives, outlets and texts among those of a narrative change none of its
    observations, own texts and facts.
    """
    rows = [printed(n, on, source, group, late=late) for n, (on, source, group, late) in enumerate(mine)]
    others = [row(f"x{n}", n % 41, source_id=f"other-{n % 7}") for n in range(10 * len(rows))]
    told = [assignment(item.article_id, 1) for item in rows]
    told += [assignment(item.article_id, 2 + n % 9) for n, item in enumerate(others)]
    together = [*rows, *others]
    dice = random.Random(seed)
    dice.shuffle(together)
    dice.shuffle(told)
    survivors = {number: number for number in range(1, 11)}
    alone = observe(tellings(told_rows(rows, told), survivors))
    among = observe(tellings(told_rows(together, told), survivors))
    assert [item for item in among if item.narrative_id == 1] == alone
    own = {item.article_id for item in rows if item.article_id in first_told(rows)}
    assert sum(item.own_texts for item in alone) == len(own)
    window = facts_of(rows, day(20), day(40))
    assert window.own_texts == sum(item.own_texts for item in alone if day(20) <= item.day <= day(40))


def around(world: World) -> World:
    """The world with ten times as many outlets and narratives that have nothing to do with it."""
    for place in range(210):
        key = 1000 + place
        for n, number in enumerate(range(place % 3, TODAY - 5, 3)):
            world.tell(number, [OTHERS[(n + place) % len(OTHERS)]], narrative_id=key)
    return world


def world(outlets: int) -> World:
    """A quiet narrative that so many outlets tell on the tested day beside their usual output, and twenty
    quiet ones.
    """
    made = World(output=lambda outlet, number: 10 + (number == TODAY and outlet in OUTLETS[:outlets]))
    for key in (1, *extra()):
        made.quiet(narrative_id=key)
    return made.tell(TODAY, OUTLETS[:outlets])


def examined(of: World) -> tuple[float, float, float]:
    """Observed, expected and p of narrative 1 on the tested day."""
    panel = of.evidence().panel
    series = series_of(panel, until=baseline_end(TODAY, RULES))
    window = examine(series.y, series.exposure, day=TODAY, rules=RULES).fast[0]
    n = panel.row_of(1)
    return float(window.observed[n]), float(window.expected[n]), float(window.p[n])


@pytest.mark.parametrize("outlets", [0, 1, 4, 7])
def test_no_test_moves(outlets: int) -> None:
    """The same observed, the same expected but for the priors of exposure, and nearly the same p: all
    narratives together say how counts scatter.
    """
    alone, among = examined(world(outlets)), examined(around(world(outlets)))
    assert among[0] == alone[0]
    assert among[1] == pytest.approx(alone[1], rel=0.02)
    assert among[2] == pytest.approx(alone[2], rel=0.25)


@pytest.mark.parametrize(("outlets", "decision"), [(1, None), (7, "alert")])
def test_no_clear_decision_moves(outlets: int, decision: str | None) -> None:
    """What stands out clearly is alerted with the same explanations ruled out, what does not is not.

    A borderline burst may give way: a false-discovery rate over ten times as many narratives asks for more of
    each.
    """
    found = [
        {item.narrative_id: item for item in each.examine().spikes}.get(1)
        for each in (world(outlets), around(world(outlets)))
    ]
    assert [item and item.decision for item in found] == [decision, decision]
    named = [[key for key, text in item.checks.items() if text[:5] == "named"] for item in found if item]
    assert named in ([], [[], []])
