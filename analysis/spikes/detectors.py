"""Three detectors over the same baseline; all pure, on arrays (narratives, days).

fast       one day and the sum of three days against the baseline: P(NB >= y), the smaller of the two, doubled
slow       negative-binomial likelihood-ratio CUSUM against twice the baseline: small rises that last
emergence  a narrative without a history has no baseline: many independent outlets within three days, in
           several countries or languages, not one syndicated text, unlike anything older is for the digest;
           a mail asks for a daily group of it, which the fast detector tests (`groups.py`)

`python -m tests.benchmarks.spikes` measures this code on simulated narratives; what it finds there is not
what real news gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.counts.reach import CUSUM_DAYS, FAST_DAYS
from analysis.spikes.baseline import Baseline, Expected, fit, upper_tail
from analysis.spikes.habits import Habits
from config.settings import SpikeSettings

Detector = Literal["fast", "slow", "emergence"]
Tier = Literal["mail", "digest", ""]
"""What a detector asks for; empty: nothing."""

SLOW_DAYS = 7
"""Days whose sum is reported for a slow rise: a week, so that weekends do not show. By definition."""
ESTABLISHED_DAYS = 3
"""Days with own texts before the guard band that give a discovered narrative a baseline. Chosen, not
measured.
"""
KAPPA = 2.0
"""The rise that the CUSUM is tuned to. Chosen, not measured."""
BEGINNINGS = 10.0
"""Independent days on which a CUSUM may have begun to rise: of 28, neighbours are much alike. Measured on the
quiet narratives of the battery's worlds: with 28, p < 0.01 comes a seventh as often as it says where days are
independent, a third as often in news cycles.
"""
STEP_DAYS = 7
"""Days of the CUSUM's run-up that are measured against one baseline."""


@dataclass(frozen=True, slots=True)
class WindowTest:
    """The test of one window, one value a narrative."""

    days: int
    observed: Floats
    law: Expected
    p: Floats

    @property
    def expected(self) -> Floats:
        """Mean of what was to be expected."""
        return self.law.mean


@dataclass(frozen=True, slots=True)
class DayTest:
    """Everything that was tested for one day."""

    day: int
    fast: tuple[WindowTest, ...]
    slow: WindowTest
    cusum: Floats
    baseline: Baseline
    least: Floats
    """Damped texts that a window needs at least, one value a narrative."""


def examine(
    y: Floats, exposure: Floats, *, day: int, rules: SpikeSettings, least: Floats | None = None
) -> DayTest:
    """Run the fast and the slow detector for the windows that end with a day.

    Args:
        y: damped texts, 0 on gaps.
        exposure: relative exposure, 0 on gaps.
        day: index of the day.
        least: damped texts that a window needs at least (`policy.text_floor`); None: `spikes.min_count`.
    """
    baseline = fit(y, exposure, until=baseline_end(day, rules), days=rules.baseline_days)
    fast = tuple(_window(y, exposure, day, length, baseline) for length in FAST_DAYS)
    return DayTest(
        day,
        fast,
        _window(y, exposure, day, SLOW_DAYS, baseline),
        cusum(y, exposure, day=day, rules=rules, habits=baseline.habits),
        baseline,
        np.full(len(y), float(rules.min_count)) if least is None else least,
    )


def baseline_end(day: int, rules: SpikeSettings) -> int:
    """First index that is not in the baseline of a day: the longest fast window and the guard band are kept
    out.
    """
    return max(0, day - max(FAST_DAYS) + 1 - rules.guard_days)


def has_baseline(
    y: Floats, baseline: Baseline, *, day: int, watched: npt.NDArray[np.bool_], rules: SpikeSettings
) -> npt.NDArray[np.bool_]:
    """Narratives that a baseline can be had of: with a history of seen days and, unless an analyst watches
    them, told before their burst.

    A discovered narrative is found because it was told much; without some texts well before the tested day
    any test would find that again.
    """
    until = baseline_end(day, rules)
    told = y[:, : day + 1] > 0
    past = told[:, max(0, until - rules.baseline_days) : until].sum(1)
    first = np.where(told.any(1), told.argmax(1), day)
    established = (past >= ESTABLISHED_DAYS) & (day - first >= rules.min_history_days)
    return np.asarray((watched | established) & (baseline.history >= rules.min_history_days), dtype=np.bool_)


def _window(y: Floats, exposure: Floats, day: int, length: int, baseline: Baseline) -> WindowTest:
    part = slice(max(0, day - length + 1), day + 1)
    observed = y[:, part].sum(1)
    law = baseline.expect(exposure[:, part].sum(1), length)
    return WindowTest(length, observed, law, upper_tail(observed, law))


def cusum(
    y: Floats, exposure: Floats, *, day: int, rules: SpikeSettings, habits: Habits | None = None
) -> Floats:
    """The CUSUM at the end of a day, started `CUSUM_DAYS` before and reset by each alarm before the day.

    An alarm is a level over the threshold in a week that has doubled (`KAPPA`): only such a day can be told,
    so a rise that is not there yet is kept, not forgotten. Days without exposure or without a history add
    nothing. Its baseline is fitted once for each week of the run.
    """
    level: Floats = np.zeros(y.shape[0])
    has_doubled = np.zeros(y.shape[0], dtype=np.bool_)
    for first in range(day - CUSUM_DAYS + 1, day + 1, STEP_DAYS):
        until = baseline_end(max(0, first), rules)
        baseline = fit(y, exposure, until=until, days=rules.baseline_days, habits=habits)
        able = baseline.history >= rules.min_history_days
        for t in range(max(0, first), min(first + STEP_DAYS, day + 1)):
            level = np.where((level > rules.cusum_threshold) & has_doubled, 0.0, level)
            gain = _gain(y[:, t], baseline, exposure[:, t])
            level = np.where(able & (exposure[:, t] > 0), np.maximum(0.0, level + gain), level)
            has_doubled = _has_doubled(y, exposure, baseline, t)
    return level


def _has_doubled(y: Floats, exposure: Floats, baseline: Baseline, t: int) -> npt.NDArray[np.bool_]:
    """(narratives,): the week that ends with a day has `KAPPA` times what is expected of it."""
    week = slice(max(0, t - SLOW_DAYS + 1), t + 1)
    expected = baseline.expect(exposure[:, week].sum(1), SLOW_DAYS).mean
    return np.asarray(y[:, week].sum(1) >= KAPPA * expected, dtype=np.bool_)


def _gain(y: Floats, baseline: Baseline, exposure: Floats) -> Floats:
    """Log-likelihood ratio of a day's counts: `KAPPA` times the expectation against the expectation; the less
    for days that hang together, by how much more their sum varies than that of independent days.
    """
    law = baseline.expect(exposure)
    gain = _log_likelihood_ratio(y, law.mean, law.spread)
    alone = 1 + law.spread * law.mean
    together = 1 + law.alpha * law.mean * baseline.habits.drag + law.unsure * law.mean
    return np.asarray(gain * alone / together, dtype=np.float64)


def _log_likelihood_ratio(y: Floats, mean: Floats, alpha: Floats) -> Floats:
    """Of negative binomial counts, `KAPPA` times the mean against the mean."""
    ratio = (1 + alpha * mean) / (1 + alpha * KAPPA * mean)
    return np.asarray(y * np.log(KAPPA) + (y + 1 / alpha) * np.log(ratio), dtype=np.float64)


def rarity(cusum_level: Floats) -> Floats:
    """How rare a CUSUM of this level is, on whatever day it began to rise.

    The likelihood ratio from any one day on has mean 1 where nothing happens, so it exceeds e^h with
    probability e^-h at most (Ville 1939); the CUSUM is the largest of those begun on each day of its run-up.
    """
    return np.asarray(np.minimum(1.0, BEGINNINGS * np.exp(-cusum_level)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergenceFacts:
    """What the emergence rule looks at, for one narrative without a history."""

    outlets: int
    """Outlets with own texts within three days."""
    countries: int
    languages: int
    largest_group_share: float
    """Share of the three days' articles that is one text."""
    novelty: float
    """1 - cosine to the nearest narrative older than two weeks."""


EMERGENCE_OUTLETS = 5
"""Outlets with own texts within three days, or a third of those seen. Chosen, not measured."""
EMERGENCE_GROUP_SHARE = 0.6
"""One text that is more than this of its articles is a syndicated text, not many voices. Chosen, not
measured.
"""
EMERGENCE_NOVELTY = 0.45
"""1 - cosine of centroids to the nearest older narrative. Set on the sample world. Chosen, not measured on
real news."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How far a desk looks at all: a rule that asks for two countries is deaf where one is watched."""

    countries: int = 2
    languages: int = 2


def emergence(facts: EmergenceFacts, *, active: int, watch: Watch | None = None) -> Tier:
    """What a narrative without a history asks for: the digest at most.

    Args:
        active: outlets seen that day; the floor on outlets is relative to them.
        watch: what the outlets of the workspace cover; None: several countries and languages.
    """
    is_broad = _is_broad(facts, active, watch or Watch())
    return "digest" if is_broad and facts.novelty >= EMERGENCE_NOVELTY else ""


def _is_broad(facts: EmergenceFacts, active: int, watch: Watch) -> bool:
    """Told by many independent outlets, of several countries or languages where several are watched, and not
    as one text.
    """
    many = facts.outlets >= min(EMERGENCE_OUTLETS, max(2, active // 3))
    is_alone = watch.countries < 2 and watch.languages < 2
    spread = is_alone or facts.countries >= 2 or facts.languages >= 2
    return many and spread and facts.largest_group_share <= EMERGENCE_GROUP_SHARE
