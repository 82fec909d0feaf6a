"""The false-alarm budget, measured: bursts injected into simulated narratives, and the same corpus with its
days shuffled.

    python -m tests.benchmarks.spikes [--narratives 2000] [--seeds 3]

The simulation is that of METHODS.md 5.2: counts of unequal overdispersion (median 2 a day), a weekly pattern,
three days with 1.6 times the output, slow drift; five-day bursts of 2, 3 and 5 times the rate into a fifth of
the narratives within the last four weeks. What is measured is the product's own mail rule on counts (outlets
and explanations apart); repeats within the quiet days are one alert.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.spikes.detectors import DayTest, WindowTest, examine, has_baseline
from analysis.spikes.policy import best_window, false_discovery, fast_tier, slow_tier
from config.settings import SpikeSettings

DAYS, START = 112, 84
WEEK = np.array([1.1, 1.15, 1.15, 1.1, 1.05, 0.75, 0.7])
PROFILE = np.array([0.6, 1.0, 1.0, 0.8, 0.5])
PER = 2000
"""False alerts are given a week and for so many narratives."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Simulated narratives and the bursts in them."""

    quiet: Floats
    y: Floats
    exposure: Floats
    bursts: tuple[tuple[int, int, int], ...]
    """(narrative, first day, multiple)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a rule did."""

    false_per_week: float
    sensitivity: dict[int, float]
    """Multiple -> share of the bursts alerted within a week of their first day."""
    delay_days: float


def simulate(narratives: int, seed: int) -> Corpus:
    """Narratives with bursts; the same for the same seed."""
    dice = np.random.default_rng(seed)
    volume = WEEK[np.arange(DAYS) % 7] * np.exp(dice.normal(0, 0.08, DAYS))
    volume[dice.integers(60, DAYS, 3)] *= 1.6
    rate, size = np.exp(dice.normal(np.log(2.0), 1.2, narratives)), 1 / dice.gamma(2, 0.15, narratives)
    mean = rate[:, None] * volume[None] * np.exp(np.cumsum(dice.normal(0, 0.03, (narratives, DAYS)), 1))
    quiet = dice.poisson(dice.gamma(size[:, None], mean / size[:, None])).astype(np.float64)
    y, bursts = quiet.copy(), []
    for narrative in sorted(dice.choice(narratives, narratives // 5, replace=False)):
        first, multiple = int(dice.integers(START, DAYS - 7)), int(dice.choice([2, 3, 5]))
        y[narrative, first : first + 5] += dice.poisson(
            np.maximum(rate[narrative], 1.0) * (multiple - 1) * PROFILE * 2
        )
        bursts.append((int(narrative), first, multiple))
    return Corpus(quiet, y, np.repeat(volume[None], narratives, 0), tuple(bursts))


def shuffled(corpus: Corpus, seed: int) -> Floats:
    """The quiet counts with the days of each weekday permuted, per narrative: nothing in them is news."""
    dice = np.random.default_rng(seed)
    found = corpus.quiet / corpus.exposure
    for weekday in range(7):
        days = np.arange(weekday, DAYS, 7)
        found[:, days] = dice.permuted(found[:, days], axis=1)
    return np.asarray(np.round(found * corpus.exposure), dtype=np.float64)


def alerts(y: Floats, exposure: Floats, rules: SpikeSettings) -> npt.NDArray[np.bool_]:
    """(narratives, days): mailed, by the product's own rule."""
    mailed = np.zeros(y.shape, dtype=np.bool_)
    for day in range(START, DAYS):
        tests = examine(y, exposure, day=day, rules=rules)
        family = has_baseline(
            y, tests.baseline, day=day, watched=np.zeros(len(y), dtype=np.bool_), rules=rules
        )
        for n in mailed_on(tests, family, rules):
            mailed[n, day] = not mailed[n, max(0, day - rules.quiet_days + 1) : day].any()
    return mailed


def mailed_on(tests: DayTest, family: npt.NDArray[np.bool_], rules: SpikeSettings) -> dict[int, WindowTest]:
    """Narratives that the product's rule on counts asks to mail, with the window that stands out."""
    rates = false_discovery(tests, family)
    found: dict[int, WindowTest] = {}
    for n in np.nonzero(family)[0].tolist():
        window = best_window(tests, n)
        if (
            fast_tier(float(rates.q[n]), float(window.observed[n]), float(window.expected[n]), rules)
            == "mail"
        ):
            found[n] = window
        elif slow_tier(float(rates.slow_q[n]), float(tests.cusum[n]), rules) == "mail":
            found[n] = tests.slow
    return found


def measure(corpus: Corpus, rules: SpikeSettings) -> Measured:
    """False alerts, sensitivity and delay on a corpus with bursts."""
    mailed = alerts(corpus.y, corpus.exposure, rules)
    hits: dict[int, list[bool]] = {}
    delays: list[int] = []
    for narrative, first, multiple in corpus.bursts:
        told = np.nonzero(mailed[narrative, first : first + 7])[0]
        hits.setdefault(multiple, []).append(bool(len(told)))
        delays += [int(day) for day in told[:1]]
        mailed[narrative, first : first + 7] = False
    return Measured(
        _per_week(mailed),
        {key: float(np.mean(hits[key])) for key in sorted(hits)},
        float(np.mean(delays)) if delays else float("nan"),
    )


def false_alerts_shuffled(corpus: Corpus, rules: SpikeSettings, seed: int) -> float:
    """Alerts a week and 2,000 narratives where nothing is news."""
    return _per_week(alerts(shuffled(corpus, seed), corpus.exposure, rules))


def _per_week(mailed: npt.NDArray[np.bool_]) -> float:
    return float(mailed[:, START:].sum()) * 7 / (DAYS - START) * PER / len(mailed)


def main() -> None:
    """Print a table, one row a seed."""
    parser = argparse.ArgumentParser(description="Measure the false-alarm budget of the spike detectors.")
    parser.add_argument("--narratives", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    print(
        f"{'seed':>4} {'false/week':>10} {'shuffled':>9} {'x2':>5} {'x3':>5} {'x5':>5} "
        f"{'delay d':>8} {'CPU s':>6}"
    )
    for seed in range(chosen.seeds):
        started = time.process_time()
        corpus = simulate(chosen.narratives, seed)
        found, null = measure(corpus, SpikeSettings()), false_alerts_shuffled(corpus, SpikeSettings(), seed)
        shares = " ".join(f"{found.sensitivity.get(key, float('nan')):5.2f}" for key in (2, 3, 5))
        print(
            f"{seed:>4} {found.false_per_week:>10.1f} {null:>9.1f} {shares} {found.delay_days:>8.2f} "
            f"{time.process_time() - started:>6.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
