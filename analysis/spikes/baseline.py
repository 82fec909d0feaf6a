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
from analysis.spikes.habits import Habits, Scatter, habits_of, scatter_of

HALF_LIFE_DAYS = 21.0
"""What three weeks ago counts half: an eight-week baseline follows a drift and still rests on enough days.
Chosen, not measured.
"""
TAIL, TAIL_SERIAL = 0.15, 0.75
"""Variance of the logarithm of alpha that is added to a narrative's doubt, and what a full correlation of
neighbouring days adds to it: news cycles have heavier tails than a negative binomial. Set on the processes of
`python -m tests.benchmarks.battery`, so in-sample there: without the second a world of lasting cycles gives
twice the false alerts that are allowed, with as much for all a tenth of the bursts is lost elsewhere.
"""
NODES = (
    (-2.8569700138728056, 0.01125741132772069),
    (-1.355626179974266, 0.22207592200561266),
    (0.0, 0.53333333333333333),
    (1.355626179974266, 0.22207592200561266),
    (2.8569700138728056, 0.01125741132772069),
)
"""Standard deviations of that logarithm, and their shares: Gauss-Hermite quadrature of five nodes
(Abramowitz and Stegun 1964, table 25.10).
"""
PEAK_RESIDUAL = 2.58
"""The 99.5 % point of the normal: of quiet days one in 200 is taken for a peak (Noufaily et al. 2013 use the
same) ...
"""
PEAK_SKEW = (PEAK_RESIDUAL**2 - 1) / 6
"""... and what a skewness of 1 adds to it (Cornish and Fisher 1938)."""
PEAK_WEIGHT = 0.2
"""What a past peak still weighs. Chosen, not measured."""
ROUNDS = 2
"""Times that rates and scatter are fitted in turn. Chosen, not measured."""
PRIOR = 0.1
"""Texts and exposure added to the rate: a tenth of a day at one text a day. Chosen, not measured."""
LEAST_RATE = 0.05
"""Texts a day by which a silent day still makes the rate surer. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A negative binomial per narrative."""

    mean: Floats
    alpha: Floats
    """Overdispersion of the counts ..."""
    unsure: Floats
    """... and that of not knowing the rate better (gamma posterior)."""
    doubt: Floats
    """How unsure the overdispersion is: standard deviation of its logarithm."""

    @property
    def spread(self) -> Floats:
        """Both together."""
        return self.alpha + self.unsure


@dataclass(frozen=True, slots=True)
class Baseline:
    """The fitted baseline, one value a narrative."""

    rate: Floats
    """Expected texts per unit of exposure (an ordinary day is about 1)."""
    scatter: Scatter
    """Overdispersion of a day."""
    unsure: Floats
    """Variance of the rate over its square: it rests on so few texts, and on days that hang together."""
    history: npt.NDArray[np.int64]
    """Days with exposure."""
    habits: Habits
    """What all narratives say together."""

    def expect(self, exposure: Floats, days: int = 1) -> Expected:
        """What to expect of a sum over `days` days with this summed exposure."""
        alpha = self.scatter.alpha * self.habits.kept(days)
        tail = TAIL + TAIL_SERIAL * self.habits.serial[0]
        doubt = np.sqrt(self.scatter.doubt**2 + tail)
        return Expected(self.rate * exposure, alpha, self.unsure, doubt)


def fit(y: Floats, exposure: Floats, *, until: int, days: int, habits: Habits | None = None) -> Baseline:
    """Fit the days [until - days, until); days without exposure are gaps and say nothing.

    Args:
        y: damped texts.
        exposure: relative exposure, 0 on a gap.
        until: exclusive; the guard band lies between it and the tested day.
        habits: what the corpus says of scatter, where these rows are but a part of it; None: they say it.
    """
    past, seen = y[:, max(0, until - days) : until], exposure[:, max(0, until - days) : until]
    decay = 0.5 ** (np.arange(past.shape[1])[::-1] / HALF_LIFE_DAYS) * (seen > 0)
    known = habits or Habits()
    for _ in range(1 if habits else ROUNDS):
        rate, weight = _rate(past, seen, decay, known.alpha)
        mean = rate[:, None] * seen
        known = habits or habits_of(past, mean, weight, alpha=known.alpha)
    return Baseline(
        rate=rate,
        scatter=scatter_of(past, mean, weight, known),
        unsure=_unsure(mean, weight, rate, known),
        history=(seen > 0).sum(1).astype(np.int64),
        habits=known,
    )


def _rate(past: Floats, seen: Floats, decay: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Rates, and the weights of the days (narratives, days): newer days weigh more, peaks less, gaps
    nothing.
    """
    plain = _weighted(past, seen, decay)[:, None] * seen
    deviation = np.sqrt(plain + alpha * plain**2 + 0.25)
    skewness = (1 + 2 * alpha * plain) / deviation
    is_peak = past - plain > (PEAK_RESIDUAL + PEAK_SKEW * skewness) * deviation
    weight = np.where(is_peak, PEAK_WEIGHT * decay, decay)
    return _weighted(past, seen, weight), np.asarray(weight, dtype=np.float64)


def _weighted(past: Floats, seen: Floats, weight: Floats) -> Floats:
    above, below = np.einsum("nt,nt->n", weight, past), np.einsum("nt,nt->n", weight, seen)
    return np.asarray((above + PRIOR) / (below + PRIOR), dtype=np.float64)


def _unsure(mean: Floats, weight: Floats, rate: Floats, habits: Habits) -> Floats:
    """Variance of the rates over their squares: of counting, and of days that swing together."""
    texts = weight.sum(1) * np.maximum(rate, LEAST_RATE)
    told = np.einsum("nt,nt->n", weight, mean)
    squared = np.einsum("nt,nt,nt,nt->n", weight, weight, mean, mean)
    swung = habits.alpha * habits.drag * np.divide(squared, np.maximum(told, 1e-9) ** 2)
    return np.asarray(1 / np.maximum(texts, 1.0) + np.minimum(swung, 1.0), dtype=np.float64)


def upper_tail(y: Floats, expected: Expected) -> Floats:
    """P(Y >= y), for a negative binomial whose overdispersion is itself uncertain.

    Between whole counts the continuous form of the tail is used (regularised incomplete beta). The mixture
    over the doubt is what makes small probabilities honest.
    """
    from scipy.special import betainc

    tails: Floats = np.zeros(np.broadcast(y, expected.mean).shape)
    for node, share in NODES:
        size = 1 / (expected.alpha * np.exp(node * expected.doubt) + expected.unsure)
        tails = tails + share * betainc(np.maximum(y, 1e-9), size, expected.mean / (size + expected.mean))
    return np.asarray(np.where(y > 0, tails, 1.0), dtype=np.float64)


def lower_tail(y: Floats, expected: Expected) -> Floats:
    """P(Y <= y), as `upper_tail`."""
    return np.asarray(1.0 - upper_tail(y + 1.0, expected), dtype=np.float64)
