"""One battery over every detector, and what each is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from analysis.arrays import Floats
from analysis.spikes.detectors import EmergenceFacts, Watch, cusum, emergence, examine
from tests.spikes.makers import RULES, counts

Detector = Callable[[Floats, int], Floats]
T = 100


def fast(y: Floats, t: int) -> Floats:
    """Surprise of the fast windows of a day: the smaller p, as -log10."""
    tests = examine(y, np.ones_like(y), day=t, rules=RULES)
    return np.asarray(-np.log10(np.minimum(*[window.p for window in tests.fast]) + 1e-300))


def slow(y: Floats, t: int) -> Floats:
    """Level of the CUSUM."""
    return cusum(y, np.ones_like(y), day=t, rules=RULES)


DETECTORS: dict[str, Detector] = {"fast": fast, "slow": slow}
ALARM = {"fast": 3.0, "slow": RULES.cusum_threshold}
battery = pytest.mark.parametrize("name", sorted(DETECTORS))


@battery
def test_pure(name: str) -> None:
    """A detector changes nothing that it is given and says the same twice."""
    y = counts(2.0, narratives=5)
    before = y.copy()
    first, second = DETECTORS[name](y, T), DETECTORS[name](y, T)
    assert np.array_equal(y, before)
    assert np.array_equal(first, second)


@battery
def test_no_narratives(name: str) -> None:
    """Nothing in, nothing out."""
    assert len(DETECTORS[name](np.zeros((0, 112)), T)) == 0


@battery
def test_one_day(name: str) -> None:
    """On the first day nothing can be unusual for the CUSUM, and no detector fails."""
    found = DETECTORS[name](np.ones((1, 1)), 0)
    assert np.isfinite(found).all()
    assert name == "fast" or found[0] == 0


@battery
@pytest.mark.parametrize("level", [0.0, 1.0, 40.0])
def test_constant(name: str, level: float) -> None:
    """A constant series is never unusual, not at zero either."""
    assert DETECTORS[name](np.full((1, 112), level), T)[0] < ALARM[name]


@battery
def test_the_order_does_not_matter(name: str) -> None:
    """Neighbours say how counts scatter, in whatever order they stand."""
    y = counts(2.0, narratives=6)
    assert np.allclose(DETECTORS[name](y[::-1], T)[::-1], DETECTORS[name](y, T))


@battery
def test_the_future_does_not_show(name: str) -> None:
    """What comes after the tested day changes nothing."""
    y = counts(2.0, narratives=3)
    changed = y.copy()
    changed[:, T + 1 :] = 99.0
    assert np.allclose(DETECTORS[name](changed, T), DETECTORS[name](y, T))


@battery
def test_outlier_at_the_edge(name: str) -> None:
    """A burst that ends on the tested day is found; the same burst long ago is not."""
    y = np.tile(np.array([1.0, 2.0, 1.0, 3.0]), (1, 28))
    burst, past = y.copy(), y.copy()
    burst[:, T - 2 : T + 1] += 40.0
    past[:, T - 32 : T - 29] += 40.0
    assert DETECTORS[name](burst, T)[0] > ALARM[name]
    assert DETECTORS[name](past, T)[0] < ALARM[name]


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_a_gap_is_no_fall_and_its_end_no_rise(name: str) -> None:
    """Ten days without exposure before the tested day leave it as ordinary as it is."""
    y = counts(3.0, narratives=40, seed=5)
    exposure = np.ones_like(y)
    y[:, 88:98], exposure[:, 88:98] = 0.0, 0.0
    tests = examine(y, exposure, day=T, rules=RULES)
    assert (tests.fast[0].p > 1e-4).all()
    assert np.median(tests.cusum) < 1.0


def test_three_days_find_what_one_does_not() -> None:
    """A burst spread over three days is clearer in their sum."""
    y = np.tile(np.array([0.0, 1.0, 0.0, 1.0]), (1, 28))
    y[:, T - 2 : T + 1] = 3.0
    one, three = examine(y, np.ones_like(y), day=T, rules=RULES).fast
    assert three.p[0] < one.p[0]
    assert (one.observed[0], three.observed[0]) == (3.0, 9.0)


def test_the_cusum_finds_a_small_rise_that_lasts() -> None:
    """Twice the usual for two weeks trips the CUSUM on no single remarkable day."""
    y = np.full((1, 112), 3.0)
    y[:, T - 13 : T + 1] = 6.0
    days = range(T - 13, T + 1)
    assert max(slow(y, t)[0] for t in days) > RULES.cusum_threshold
    assert max(fast(y, t)[0] for t in days) < 3.0


def test_a_short_history_says_nothing() -> None:
    """Less than two weeks of seen days give the CUSUM nothing to add."""
    y = np.zeros((1, 112))
    y[:, 90:] = 5.0
    exposure = np.zeros_like(y)
    exposure[:, 90:] = 1.0
    assert cusum(y, exposure, day=T, rules=RULES)[0] == 0.0


EMERGENT = {
    "outlets": 6,
    "countries": 3,
    "languages": 3,
    "largest_group_share": 0.2,
    "novelty": 0.8,
}


@pytest.mark.parametrize(
    ("change", "tier"),
    [
        ({}, "digest"),
        ({"countries": 1}, "digest"),
        ({"countries": 1, "languages": 1}, ""),
        ({"outlets": 4}, ""),
        ({"largest_group_share": 0.7}, ""),
        ({"novelty": 0.3}, ""),
    ],
)
def test_emergence(change: dict[str, float], tier: str) -> None:
    """News of many outlets, abroad or in other tongues, is for the digest."""
    facts: dict[str, Any] = {**EMERGENT, **change}
    assert emergence(EmergenceFacts(**facts), active=40) == tier


def test_a_desk_of_one_country_hears_what_emerges() -> None:
    """Where one country and one language are watched, neither can be asked for twice."""
    alone: dict[str, Any] = {**EMERGENT, "countries": 1, "languages": 1, "outlets": 2}
    assert emergence(EmergenceFacts(**alone), active=2, watch=Watch(1, 1)) == "digest"
    assert emergence(EmergenceFacts(**alone), active=2, watch=Watch(2, 1)) == ""


def _levels_of_a_rise(times: float) -> list[float]:
    """The CUSUM on each day of a steady rise; without chance."""
    y = np.full((1, 140), 10.0)
    y[0, T:] *= times
    return [float(slow(y, t)[0]) for t in range(T, T + 25)]


def test_a_rise_that_has_not_doubled_is_not_forgotten() -> None:
    """The CUSUM stays over its threshold as long as no week has doubled, because nobody can be told yet."""
    levels = _levels_of_a_rise(1.8)
    crossed = next(n for n, level in enumerate(levels) if level > RULES.cusum_threshold)
    assert min(levels[crossed:]) > RULES.cusum_threshold


def test_the_cusum_begins_anew_after_an_alarm() -> None:
    """Once a week has doubled and the threshold is passed, the sum starts from nothing."""
    levels = _levels_of_a_rise(2.6)
    crossed = next(n for n, level in enumerate(levels) if level > RULES.cusum_threshold)
    assert min(levels[crossed:]) < RULES.cusum_threshold / 2
