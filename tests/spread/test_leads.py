"""Who leads whom."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.digest import leads
from analysis.digest.leads import at_least, benjamini_hochberg, lead_lines, wilson
from analysis.digest.outlets import outlet_refs
from storage.records import Observation
from tests.counting.makers import day, observation, source

OUTLETS = ("alpha", "beta", "gamma")
REFS = outlet_refs([source(name) for name in OUTLETS])
SINCE = dict.fromkeys(OUTLETS, day(0))
"""Everybody is watched from the first day on."""


def ahead(narratives: int, lag: int = 2) -> list[Observation]:
    """Alpha tells each narrative so many days before beta."""
    return [
        observation(n + place, name, narrative_id=n)
        for n in range(narratives)
        for place, name in ((0, "alpha"), (lag, "beta"))
    ]


def test_a_steady_leader_is_found() -> None:
    """Always two days ahead in twelve narratives of equal output: a lead, with its interval and what chance
    would give.
    """
    (found,) = lead_lines(ahead(12), REFS, SINCE)
    assert (
        found.leader.source_id,
        found.follower.source_id,
        found.leads,
        found.narratives,
        found.expected,
    ) == (
        "alpha",
        "beta",
        12,
        12,
        6.0,
    )
    assert found.share_low > 0.7
    assert found.q_value < 0.01


def test_who_was_not_watched_yet_did_not_follow() -> None:
    """Narratives that began before an outlet was watched do not make it a follower, nor one that was never
    crawled.
    """
    rows = ahead(12, lag=30)
    assert lead_lines(rows, REFS, SINCE)
    assert lead_lines(rows, REFS, {**SINCE, "beta": day(25)}) == ()
    assert lead_lines(rows, REFS, {"alpha": day(0)}) == ()


def test_too_few_narratives_say_nothing() -> None:
    """Nine narratives are too few, and days that tie do not count."""
    assert lead_lines(ahead(9), REFS, SINCE) == ()
    assert lead_lines(ahead(20, lag=0), REFS, SINCE) == ()


def test_who_writes_more_comes_first_by_chance() -> None:
    """An outlet with nine times the texts is expected to come first that often: no lead."""
    rows = ahead(12) + [
        observation(40 + later, "alpha", narrative_id=n) for n in range(12) for later in range(8)
    ]
    assert lead_lines(rows, REFS, SINCE) == ()


def test_shuffled_order_gives_hardly_any_lead() -> None:
    """Where the order is chance, at most one pair in twenty corpora is shown."""
    dice, shown = np.random.default_rng(7), 0
    for _ in range(20):
        rows = [
            observation(int(dice.integers(0, 30)), name, narrative_id=n)
            for n in range(25)
            for name in ("alpha", "beta", "gamma")
        ]
        shown += bool(lead_lines(rows, REFS, SINCE))
    assert shown <= 2


def test_what_is_not_worked_out_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sparing the exact law of ordinary pairs changes no pair that is shown: the same as with every p worked
    out.
    """
    dice = np.random.default_rng(3)
    spans = {"alpha": (0, 4), "beta": (2, 8), "gamma": (0, 8)}
    rows = [
        observation(int(dice.integers(*span)), name, narrative_id=n)
        for n in range(40)
        for name, span in spans.items()
    ]
    found = lead_lines(rows, REFS, SINCE)
    assert found
    monkeypatch.setattr(leads, "BERRY_ESSEEN", 1e9)
    assert lead_lines(rows, REFS, SINCE) == found


def test_reprints_lead_nobody() -> None:
    """Days without a text of one's own do not count."""
    rows = [
        observation(n + place, name, narrative_id=n, own_texts=int(name == "beta"))
        for n in range(12)
        for place, name in ((0, "alpha"), (2, "beta"))
    ]
    assert lead_lines(rows, REFS, SINCE) == ()


def test_the_law_of_unequal_coins() -> None:
    """With equal coins the tail is binomial; certain coins are certain."""
    assert at_least([0.5] * 4, 3) == pytest.approx(5 / 16)
    assert at_least([1.0, 1.0, 0.0], 2) == pytest.approx(1.0)
    assert at_least([0.3], 0) == pytest.approx(1.0)


def test_wilson_interval() -> None:
    """The textbook example."""
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)


def test_benjamini_hochberg() -> None:
    """q-values keep the order of the p-values and never fall below them."""
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.0533, 0.0533, 0.5], abs=1e-3)
    assert benjamini_hochberg([]) == []
