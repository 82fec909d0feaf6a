"""False discoveries, floors, quiet days, twins, budget."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from analysis.spikes.detectors import examine
from analysis.spikes.policy import (
    Candidate,
    Sent,
    decide,
    false_discovery,
    fast_tier,
    outlet_floor,
    quiet_since,
    slow_tier,
    text_floor,
)
from config.settings import SpikeSettings
from storage.records import Spike
from tests.counting.makers import day
from tests.spikes.makers import RULES, counts

T = 100


def spike(narrative_id: int = 1, number: int = 70, **values: Any) -> Spike:
    """A spike of a day that asks to be told."""
    given: dict[str, Any] = {
        "window_days": 3,
        "observed": 8.0,
        "expected": 1.0,
        "p_value": 1e-4,
        "q_value": 0.01,
        "cusum": 4.0,
        "detector": "fast",
        "outlets": 6,
        "countries": 2,
        "languages": 2,
        "articles": 9,
        "reprint_share": 0.1,
        "decision": "digest",
        "run_id": "detect-1",
    }
    return Spike(
        spike_id=f"{narrative_id}-{day(number)}",
        narrative_id=narrative_id,
        day=day(number),
        **{**given, **values},
    )


def candidate(
    narrative_id: int = 1,
    *,
    tier: Any = "mail",
    watched: bool = False,
    articles: str = "",
    level: float = 8.0,
    **values: Any,
) -> Candidate:
    """A candidate with articles named by letters; by default one of its own."""
    names = frozenset(articles or f"only-{narrative_id}".split())
    return Candidate(
        spike=spike(narrative_id, **values),
        tier=tier,
        watched=watched,
        articles=frozenset(articles) if articles else names,
        level=level,
    )


def sent(
    narrative_id: int = 1, number: int = 66, *, articles: str = "", level: float = 8.0, **values: Any
) -> Sent:
    """An alert of some days before."""
    return Sent(
        spike=spike(narrative_id, number, decision="alert", **values),
        articles=frozenset(articles),
        level=level,
    )


def decisions(
    *candidates: Candidate,
    before: tuple[Sent, ...] = (),
    mailed: int = 0,
    close: dict[tuple[int, int], float] | None = None,
    rules: SpikeSettings = RULES,
) -> dict[int, str]:
    """Narrative -> decision."""
    return {
        item.narrative_id: item.decision
        for item in decide(candidates, before, close or {}, rules, mailed=mailed)
    }


def test_what_the_detectors_ask_for() -> None:
    """Mail needs the false-discovery rate and the ratio; the digest is content with twice the rate."""
    assert fast_tier(0.04, 8, 2, RULES) == "mail"
    assert fast_tier(0.04, 8, 3, RULES) == "digest"
    assert fast_tier(0.09, 8, 2, RULES) == "digest"
    assert fast_tier(0.11, 8, 2, RULES) == ""


@pytest.mark.parametrize(("active", "floor"), [(1, 1), (4, 1), (9, 2), (12, 3), (100, 3)])
def test_the_floor_on_outlets_is_relative(active: int, floor: int) -> None:
    """A small corpus cannot be asked for three outlets."""
    assert outlet_floor(active, RULES) == floor


def test_a_plain_candidate_is_alerted_and_an_explained_one_is_not() -> None:
    """Tier decides where nothing else speaks."""
    assert decisions(candidate(1), candidate(2, tier="digest")) == {1: "alert", 2: "digest"}


def test_one_alert_in_the_quiet_days_unless_the_level_doubles() -> None:
    """A burst that grows is one story; twice the highest level after three days is another."""
    assert decisions(candidate(level=15), before=(sent(),)) == {1: "digest"}
    assert decisions(candidate(level=17), before=(sent(),)) == {1: "alert"}
    assert decisions(candidate(level=17), before=(sent(number=68),)) == {1: "digest"}
    assert decisions(candidate(level=17), before=(sent(level=9),)) == {1: "digest"}
    assert quiet_since(day(70), RULES) == day(64)


def test_twins_give_one_alert() -> None:
    """Two narratives that share most articles are told once, the watched one first; so are two with one
    centre.
    """
    pair = (candidate(1, articles="abcd", p_value=1e-9), candidate(2, articles="abcx", watched=True))
    assert decisions(*pair) == {1: "digest", 2: "alert"}
    assert decisions(candidate(1, articles="abcd"), candidate(2, articles="axyz")) == {1: "alert", 2: "alert"}
    assert decisions(candidate(1), candidate(2, p_value=1e-9), close={(1, 2): 0.8}) == {
        1: "digest",
        2: "alert",
    }


def test_twins_of_an_earlier_alert_stay_quiet() -> None:
    """What was mailed under one narrative is not mailed again under another."""
    assert decisions(candidate(1, articles="abc"), before=(sent(2, articles="abcdef"),)) == {1: "digest"}


def test_the_strongest_of_the_budget_are_mailed() -> None:
    """Over the weekly budget the weaker go to the digest, and say so."""
    rules = SpikeSettings(alerts_per_week=2)
    some = [candidate(n, p_value=10.0**-n) for n in (1, 2, 3)]
    assert decisions(*some, rules=rules) == {1: "digest", 2: "alert", 3: "alert"}
    assert decisions(*some, rules=rules, mailed=2) == {1: "digest", 2: "digest", 3: "digest"}
    told = decide(some, (), {}, rules, mailed=1)
    assert "budget is 2" in told[0].checks["budget"]


def test_the_week_keeps_room_for_the_strong() -> None:
    """What is not among as many strongest of the week as the budget allows is kept back, though there is
    room; a watched narrative is not.
    """
    rules = SpikeSettings(alerts_per_week=2)
    asked = {7: 1e-9, 8: 1e-8, 9: 1e-2}

    def decision(item: Candidate) -> Spike:
        return decide([item], (), {}, rules, mailed=1, asked=asked)[0]

    weak = decision(candidate(1, p_value=1e-3))
    assert (weak.decision, weak.checks["budget"]) == (
        "digest",
        "named: 2 stronger within seven days, the budget is 2",
    )
    assert decision(candidate(1, p_value=1e-10)).decision == "alert"
    assert decision(candidate(1, p_value=1e-3, watched=True)).decision == "alert"


@pytest.mark.parametrize(("active", "floor"), [(0, 2.32), (1, 2.32), (2, 3.17), (4, 4.0), (10_000, 4.0)])
def test_the_floor_on_texts_is_relative(active: int, floor: float) -> None:
    """Four texts, as far as so many outlets can share them: damping must not ask two outlets for more."""
    assert text_floor(active, RULES) == pytest.approx(floor, abs=0.01)


def test_decisions_do_not_depend_on_order() -> None:
    """Shuffled candidates give the same decisions, also among equals."""
    some = [candidate(n, articles="abcdef"[n : n + 3], watched=n == 4) for n in range(5)]
    expected = decisions(*some, mailed=8)
    dice = random.Random(2)
    for _ in range(5):
        dice.shuffle(some)
        assert decisions(*some, mailed=8) == expected


def test_false_discoveries_are_bounded() -> None:
    """q is at least p, falls with p, and is 1 below the floors and outside the family."""
    y = counts(0.4, narratives=200, seed=4)
    y[:3, T] += np.array([3.0, 5.0, 9.0])
    tests = examine(y, np.ones_like(y), day=T, rules=RULES)
    family = np.ones(200, dtype=bool)
    rates = false_discovery(tests, family)
    p, q = rates.p, rates.q
    assert (q >= p).all()
    assert q[2] <= q[1] <= q[0]
    assert q[2] < 0.05
    low = tests.fast[0].observed < RULES.min_count
    low &= tests.fast[1].observed < RULES.min_count
    assert (q[low] == 1).all()
    family[2] = False
    assert false_discovery(tests, family).q[2] == 1


def test_quiet_narratives_do_not_dilute() -> None:
    """Narratives that cannot reach the floors by chance hardly raise q, unlike with plain
    Benjamini-Hochberg.
    """
    y = np.zeros((400, 112))
    y[0, 10::4] = 1.0
    y[0, T] = 5.0
    tests = examine(y, np.ones_like(y), day=T, rules=RULES)
    rates = false_discovery(tests, np.ones(400, dtype=bool), np.zeros(400, dtype=bool))
    assert rates.q[0] < 0.3 * 400 * rates.p[0]


def test_no_family_no_discovery() -> None:
    """Without narratives to test there is nothing to find."""
    tests = examine(np.zeros((0, 112)), np.zeros((0, 112)), day=T, rules=RULES)
    rates = false_discovery(tests, np.zeros(0, dtype=bool))
    assert (len(rates.p), len(rates.q), len(rates.slow_q)) == (0, 0, 0)


def test_the_slow_detector_is_in_the_same_account() -> None:
    """A rise that lasts has a p and a q of its own, not those of its loudest day."""
    y = counts(3.0, narratives=60, seed=4)
    y[0, T - 6 : T + 1] += 5.0
    family, exposure = np.ones(60, dtype=bool), np.ones_like(y)
    # An alarm resets the sum: the day that it rings is looked for.
    days = [false_discovery(examine(y, exposure, day=t, rules=RULES), family) for t in range(T - 6, T + 1)]
    rates = min(days, key=lambda found: float(found.slow_p[0]))
    assert 0 < rates.slow_p[0] < 0.05
    assert rates.slow_p[0] <= rates.slow_q[0]
    assert rates.slow_q[0] != rates.q[0]
    assert slow_tier(0.04, 9.0, RULES) == "mail"
    assert slow_tier(0.2, 9.0, RULES) == ""
