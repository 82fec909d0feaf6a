"""What to expect, and how surprising what was seen is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from analysis.spikes import baseline
from analysis.spikes.baseline import Expected, fit, lower_tail, upper_tail
from tests.spikes.makers import counts


def law(mean: float, alpha: float, unsure: float = 0.0) -> Expected:
    """One law for all counts."""
    return Expected(np.array(mean), np.array(alpha), np.array(unsure), np.array(0.3))


def test_a_steady_rate_is_found() -> None:
    """Two texts a day are expected to be two texts a day, whatever the exposure's unit does in time."""
    y = counts(2.0, narratives=50)
    exposure = np.ones_like(y)
    assert fit(y, exposure, until=112, days=56).rate.mean() == pytest.approx(2.0, rel=0.1)
    assert fit(y, exposure * 0.5, until=112, days=56).rate.mean() == pytest.approx(4.0, rel=0.1)


def test_gaps_teach_nothing() -> None:
    """Days without exposure leave the rate as it was."""
    y = counts(2.0)
    exposure = np.ones_like(y)
    whole = fit(y, exposure, until=112, days=56).rate[0]
    y[:, 80:90], exposure[:, 80:90] = 0.0, 0.0
    found = fit(y, exposure, until=112, days=56)
    assert found.rate[0] == pytest.approx(whole, rel=0.25)
    assert found.history[0] == 46


def test_past_peaks_weigh_less() -> None:
    """A burst of the past raises the expectation far less than its share."""
    y = np.tile(np.array([1.0, 2.0]), (1, 56))
    burst = y.copy()
    burst[0, 90:95] = 20.0
    calm = fit(y, np.ones_like(y), until=112, days=56).rate[0]
    assert fit(burst, np.ones_like(y), until=112, days=56).rate[0] < 1.8 * calm
    assert (burst * 0.5 ** (np.arange(112)[::-1] / 21)).sum() / (
        0.5 ** (np.arange(112)[::-1] / 21)
    ).sum() > 2 * calm


def test_an_empty_past_expects_next_to_nothing() -> None:
    """Without a single text the rate is small, not zero, and unsure."""
    found = fit(np.zeros((1, 60)), np.ones((1, 60)), until=60, days=56)
    law = found.expect(np.ones(1))
    assert 0 < law.mean[0] < 0.01
    assert law.unsure[0] > 0.5


def test_longer_windows_keep_part_of_the_overdispersion() -> None:
    """A sum of days is relatively less overdispersed than a day, but more than if the days were
    independent.
    """
    found = fit(counts(5.0), np.ones((1, 112)), until=112, days=56)
    one, three = found.expect(np.ones(1)), found.expect(3 * np.ones(1), 3)
    assert one.alpha[0] == found.scatter.alpha[0]
    assert one.alpha[0] / 3 < three.alpha[0] < one.alpha[0]
    assert one.unsure == three.unsure


@pytest.mark.parametrize("mean", [0.1, 1.0, 7.5])
@pytest.mark.parametrize("alpha", [0.1, 0.5, 2.0])
def test_tails_are_those_of_the_mixture(mean: float, alpha: float) -> None:
    """On whole counts the tail is the mixture of scipy's negative binomials."""
    y = np.arange(0, 30, dtype=float)
    spreads = [(alpha * np.exp(node * 0.3) + 0.2, share) for node, share in baseline.NODES]
    expected = sum(share * nbinom.sf(y - 1, 1 / spread, 1 / (1 + spread * mean)) for spread, share in spreads)
    assert upper_tail(y, law(mean, alpha, 0.2)) == pytest.approx(expected, rel=1e-9)


def test_tails_fall_with_the_count_and_meet() -> None:
    """More is rarer, between whole counts too; both tails add up to one and the probability of the count
    itself.
    """
    y = np.linspace(0, 12, 49)
    upper = upper_tail(y, law(3.0, 0.4))
    assert (np.diff(upper) <= 0).all()
    assert lower_tail(y, law(3.0, 0.4)) == pytest.approx(1 - upper_tail(y + 1, law(3.0, 0.4)))
    assert upper[0] == 1.0


def test_small_probabilities_are_honest() -> None:
    """On quiet narratives of unequal overdispersion p < 0.001 comes at most twice as often as it says."""
    dice = np.random.default_rng(3)
    rate, size = np.exp(dice.normal(np.log(2), 1, 3000)), 1 / dice.gamma(2, 0.15, 3000)
    y = dice.poisson(dice.gamma(size[:, None], rate[:, None] / size[:, None], (3000, 64))).astype(float)
    found = fit(y, np.ones_like(y), until=60, days=56)
    p = upper_tail(y[:, 63], found.expect(np.ones(3000)))
    assert (p < 0.001).mean() <= 0.002
    assert (p < 0.05).mean() <= 0.06
