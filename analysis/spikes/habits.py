"""How a corpus's counts scatter: estimated from its own series, pooled, shrunk to what is usual.

    past counts, what was expected of them -> overdispersion of each narrative, drawn to that of all
                                           -> how unequal the narratives are in it
                                           -> how much of a day's surplus stays on the days after
                                           -> each narrative's own week, as far as weeks differ at all

One narrative's eight weeks say little of any of that; all narratives together say it well, and a desk of a
few narratives is given what is usual. Moments throughout (Bliss and Fisher 1953 for the overdispersion;
DerSimonian and Laird 1986 for how unequal it is), so that a day of 10,000 narratives costs milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats

USUAL_ALPHA = 0.3
"""Overdispersion (variance = m + alpha m^2) where the corpus is too small to say. Chosen, not measured."""
USUAL_SERIAL = 0.3
"""Correlation of neighbouring days' surplus where the corpus is too small to say, and its square two days
apart, and so on. Chosen, not measured.
"""
USUAL_INEQUALITY = 0.5
"""Variance of the narratives' overdispersion over its squared mean, likewise: a gamma law of shape 2. Chosen,
not measured.
"""
TRUST_DAYS = 200.0
"""Days of information with which the usual values are held against those of the corpus: what some ten
narratives tell in eight weeks. Chosen, not measured.
"""
TRUST_NARRATIVES = 10.0
"""Well-known narratives with which the usual inequality is held against that of the corpus. Chosen, not
measured.
"""
FAR_OFF = 9.0
"""Squared distance of a narrative's overdispersion from the mean, over the squared mean, that counts at
most: a gamma law of shape 2 is hardly ever farther off. Chosen, not measured.
"""
ALPHA_RANGE = (0.02, 4.0)
"""Overdispersion is never taken for none, nor for more than makes any count likely. Chosen, not measured."""
INEQUALITY_RANGE = (0.1, 2.0)
"""Neither are all narratives taken for alike, nor for incomparable. Chosen, not measured."""
CUT = 2.0
"""Deviations beyond which a day says no more of how days hang together. Chosen, not measured."""
LAGS = 13
"""Days apart up to which surplus is compared: two weeks. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What all narratives together say."""

    alpha: float = USUAL_ALPHA
    """Mean overdispersion of a day."""
    inequality: float = USUAL_INEQUALITY
    """Variance of the narratives' overdispersion over its squared mean."""
    serial: tuple[float, ...] = tuple(USUAL_SERIAL**lag for lag in range(1, LAGS + 1))
    """Correlation of the surplus of days 1, 2, ... apart."""

    def kept(self, days: int) -> float:
        """Share of a day's overdispersion that the sum of so many days has."""
        lags = np.arange(1, days)
        pairs = float(((days - lags) * np.asarray(self.serial)[: days - 1]).sum())
        return (days + 2 * pairs) / days**2

    @property
    def drag(self) -> float:
        """Variance of a long sum against that of independent days."""
        return 1 + 2 * float(sum(self.serial))


@dataclass(frozen=True, slots=True)
class Scatter:
    """How one narrative's counts scatter, one value a narrative."""

    alpha: Floats
    doubt: Floats
    """Standard deviation of its logarithm: how unsure it is."""


def habits_of(past: Floats, mean: Floats, weight: Floats, *, alpha: float) -> Habits:
    """What all narratives together say of some past days.

    Args:
        past: counts, (narratives, days).
        mean: what the fitted rates expect of them.
        weight: of each day; 0 on gaps.
        alpha: overdispersion with which days are weighed against each other.
    """
    surplus, share = past - mean, weight / (1 + alpha * mean) ** 2
    above, information = _moments(surplus, mean, share)
    pooled = _pooled(float(above.sum()), float(information.sum()), USUAL_ALPHA, alpha)
    pooled = float(np.clip(pooled, *ALPHA_RANGE))
    serial = _serial(surplus, mean, weight, pooled)
    return Habits(pooled, _inequality(above, information, _noise(mean, share, pooled), pooled), serial)


def _moments(surplus: Floats, mean: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Per narrative: squared surplus beyond the Poisson's, and squared mean, both weighed."""
    squared = np.square(surplus)
    squared -= mean
    above = np.einsum("nt,nt->n", share, squared)
    return above, np.einsum("nt,nt,nt->n", share, mean, mean)


def _pooled(above: float, below: float, usual: float, alpha: float) -> float:
    """A ratio of sums, the usual one held against it with `TRUST_DAYS` days at one text a day."""
    trust = TRUST_DAYS / (1 + alpha) ** 2
    return (above + trust * usual) / (below + trust)


def _serial(surplus: Floats, mean: Floats, weight: Floats, alpha: float) -> tuple[float, ...]:
    """Correlation of the surplus of days some lags apart, none below 0.

    Poisson noise is alike on no two days: of two days' products only the overdispersed share is in common.
    The surplus is cut off at `CUT` deviations: a few bursts must not tell how all days hang together.
    """
    common = np.sqrt(alpha * mean / (1 + alpha * mean))
    scaled = _scaled(surplus, mean, weight, alpha) * common
    shared = common * common * np.sqrt(weight)
    lags = range(1, min(LAGS, surplus.shape[1] - 1) + 1)
    found = [_pooled(_product(scaled, lag), _product(shared, lag), USUAL_SERIAL**lag, alpha) for lag in lags]
    return _freed(found + [0.0] * (LAGS - len(found)), weight)


def _scaled(surplus: Floats, mean: Floats, weight: Floats, alpha: float) -> Floats:
    """Surplus in deviations, cut off, weighed, of mean square 1."""
    variance = mean * (1 + alpha * mean)
    scaled = np.clip(surplus / np.sqrt(np.maximum(variance, 1e-9)), -CUT, CUT) * np.sqrt(weight)
    total = max(float(weight.sum()), 1e-9)
    scaled /= np.sqrt(max(float(np.square(scaled).sum()) / total, 1e-9))
    return scaled


def _product(values: Floats, lag: int) -> float:
    """Sum of the products of days `lag` apart."""
    return float(np.einsum("nt,nt->", values[:, lag:], values[:, :-lag]))


def _freed(serial: list[float], weight: Floats) -> tuple[float, ...]:
    """Correlations without what the fitted rate takes from them: surplus around a mean of n days is
    correlated by less, by the variance of a long sum over n (Kendall 1954).
    """
    days = np.square(weight.sum(1)) / np.maximum(np.square(weight).sum(1), 1e-9)
    drag = 1 + 2 * sum(max(0.0, value) for value in serial)
    lost = drag / max(float(np.median(days)) if len(days) else 0.0, LAGS)
    return tuple(float(np.clip(value + lost, 0.0, 0.95)) for value in serial)


def _noise(mean: Floats, share: Floats, alpha: float) -> Floats:
    """Per narrative: variance of the first of `_moments` if its overdispersion were that of all.

    Of a negative binomial: the fourth cumulant and twice the squared variance.
    """
    swollen = alpha * mean * (1 + alpha * mean)
    variance = mean * (1 + alpha * mean)
    fourth = variance * (1 + 6 * swollen + 2 * variance)
    return np.asarray(np.einsum("nt,nt,nt->n", share, share, fourth), dtype=np.float64)


def _inequality(above: Floats, information: Floats, noise: Floats, alpha: float) -> float:
    """Variance of the overdispersion between narratives over its squared mean, what is only noise taken off.

    Each narrative weighs by how well it is known; one that is far off is not all there is to say.
    """
    squared = np.square(alpha * information)
    spread = np.minimum(np.square(above - alpha * information) - noise, FAR_OFF * squared)
    trust = _trust(squared, noise)
    known = float((trust * squared).sum()) * USUAL_INEQUALITY**2
    found = float((trust * spread).sum()) * USUAL_INEQUALITY**2
    held = found + TRUST_NARRATIVES * USUAL_INEQUALITY
    return float(np.clip(held / (known + TRUST_NARRATIVES), *INEQUALITY_RANGE))


def _trust(squared: Floats, noise: Floats) -> Floats:
    """How well the overdispersion of each narrative is known: the less, the more of it is noise."""
    return np.asarray(squared / np.square(noise + USUAL_INEQUALITY * squared + 1e-12), dtype=np.float64)


def scatter_of(past: Floats, mean: Floats, weight: Floats, habits: Habits) -> Scatter:
    """Each narrative's overdispersion, drawn to that of all by how little its own days say."""
    share = weight / (1 + habits.alpha * mean) ** 2
    above, information = _moments(past - mean, mean, share)
    noise = _noise(mean, share, habits.alpha)
    between = habits.inequality * habits.alpha**2
    known = np.divide(between * information**2, between * information**2 + noise + 1e-12)
    own = np.divide(above, np.maximum(information, 1e-12))
    alpha = np.clip(known * own + (1 - known) * habits.alpha, *ALPHA_RANGE)
    relative = (1 - known) * between / alpha**2
    return Scatter(np.asarray(alpha, dtype=np.float64), np.sqrt(np.log1p(relative)))
