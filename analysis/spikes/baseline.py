"""What to expect of a narrative: a negative-binomial rate with a volume offset.

A robust, shrunken rate with recency weights; past peaks weigh less (the re-weighting of Farrington flexible,
Noufaily et al. 2013), the newest days are kept out by a guard band. All arrays are (narratives, days), oldest
day first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats

HALF_LIFE_DAYS = 21.0
"""What three weeks ago counts half: an eight-week baseline follows a drift and still rests on enough days.
Chosen, not measured.
"""
POOLED_ALPHA = 0.3
"""Overdispersion that narratives are shrunk to (variance = m + alpha m^2). Chosen; the benchmark's simulated
narratives have it too.
"""
POOLED_WEIGHT = 10.0
"""... with the weight of so many days. Chosen, not measured."""
ALPHA_RANGE = (0.05, 3.0)
"""Overdispersion is never taken for none, nor for more than makes any count likely. Chosen, not measured."""
ALPHA_MIXTURE = ((0.4, 0.25), (1.0, 0.5), (4.0, 0.25))
"""Factors on alpha and their shares: how unsure the overdispersion of a narrative stays after eight weeks;
the last is the heavy tail. Set on the simulated narratives of `python -m tests.benchmarks.spikes`.
"""
PEAK_RESIDUAL = 2.58
"""The 99.5 % point of the normal: of quiet days one in 200 is taken for a peak (Noufaily et al. 2013 use the
same).
"""
PEAK_WEIGHT = 0.2
"""What a past peak still weighs. Chosen, not measured."""
PRIOR = 0.1
"""Texts and exposure added to the rate: a tenth of a day at one text a day. Chosen, not measured."""
LEAST_RATE = 0.05
"""Texts a day by which a silent day still makes the rate surer. Chosen, not measured."""
SERIAL = 0.3
"""Correlation of neighbouring days' surplus: how much of the overdispersion a sum of days keeps. Chosen, not
measured.
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """A negative binomial per narrative."""

    mean: Floats
    alpha: Floats
    """Overdispersion of the counts ..."""
    unsure: Floats
    """... and that of not knowing the rate better (gamma posterior)."""

    @property
    def spread(self) -> Floats:
        """Both together."""
        return self.alpha + self.unsure


@dataclass(frozen=True, slots=True)
class Baseline:
    """The fitted baseline, one value a narrative."""

    rate: Floats
    """Expected texts per unit of exposure (an ordinary day is about 1)."""
    alpha: Floats
    """Overdispersion of a day."""
    events: Floats
    """Effective number of texts that the rate rests on."""
    history: npt.NDArray[np.int64]
    """Days with exposure."""

    def expect(self, exposure: Floats, days: int = 1) -> Expected:
        """What to expect of a sum over `days` days with this summed exposure."""
        kept = self.alpha * (1 + SERIAL * (days - 1)) / days
        return Expected(self.rate * exposure, kept, 1 / np.maximum(self.events, 1.0))


def fit(y: Floats, exposure: Floats, *, until: int, days: int) -> Baseline:
    """Fit the days [until - days, until); days without exposure are gaps and say nothing.

    Args:
        y: damped texts.
        exposure: relative exposure, 0 on a gap.
        until: exclusive; the guard band lies between it and the tested day.
    """
    past, seen = y[:, max(0, until - days) : until], exposure[:, max(0, until - days) : until]
    weight = _weights(past, seen)
    rate = ((weight * past).sum(1) + PRIOR) / ((weight * seen).sum(1) + PRIOR)
    return Baseline(
        rate=rate,
        alpha=_dispersion(past, rate[:, None] * seen, weight),
        events=weight.sum(1) * np.maximum(rate, LEAST_RATE),
        history=(seen > 0).sum(1).astype(np.int64),
    )


def _weights(past: Floats, seen: Floats) -> Floats:
    """(narratives, days): newer days weigh more, peaks less, gaps nothing."""
    decay = 0.5 ** (np.arange(past.shape[1])[::-1] / HALF_LIFE_DAYS) * (seen > 0)
    plain = _ratio((decay * past).sum(1), (decay * seen).sum(1))[:, None] * seen
    residual = (past - plain) / np.sqrt(plain + POOLED_ALPHA * plain**2 + 0.25)
    return np.asarray(np.where(residual > PEAK_RESIDUAL, PEAK_WEIGHT, 1.0) * decay, dtype=np.float64)


def _dispersion(past: Floats, mean: Floats, weight: Floats) -> Floats:
    """Moment estimate of alpha, shrunk to the pooled value."""
    surplus = (weight * ((past - mean) ** 2 - mean)).sum(1)
    scale = np.maximum(_ratio(mean.sum(1), (mean > 0).sum(1)), 0.5) ** 2
    pooled = POOLED_WEIGHT * scale
    alpha = (surplus + POOLED_ALPHA * pooled) / ((weight * mean**2).sum(1) + pooled)
    return np.asarray(np.clip(alpha, *ALPHA_RANGE), dtype=np.float64)


def _ratio(above: Floats, below: npt.NDArray[np.generic]) -> Floats:
    return np.asarray(above / np.maximum(below, 1e-9), dtype=np.float64)


def upper_tail(y: Floats, expected: Expected) -> Floats:
    """P(Y >= y), for a negative binomial whose overdispersion is itself uncertain.

    Between whole counts the continuous form of the tail is used (regularised incomplete beta). The mixture
    over `ALPHA_MIXTURE` is what makes small probabilities honest: with one alpha for all, p < 1e-4 came eight
    times too often on quiet simulated narratives, with these as often as it says.
    """
    from scipy.special import betainc

    tails: Floats = np.zeros(np.broadcast(y, expected.mean).shape)
    for factor, share in ALPHA_MIXTURE:
        size = 1 / (expected.alpha * factor + expected.unsure)
        tails = tails + share * betainc(np.maximum(y, 1e-9), size, expected.mean / (size + expected.mean))
    return np.asarray(np.where(y > 0, tails, 1.0), dtype=np.float64)


def lower_tail(y: Floats, expected: Expected) -> Floats:
    """P(Y <= y), as `upper_tail`."""
    return np.asarray(1.0 - upper_tail(y + 1.0, expected), dtype=np.float64)
