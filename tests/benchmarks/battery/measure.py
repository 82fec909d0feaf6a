"""What the product's rule on counts does in a world, and what an oracle does at as many false alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from analysis.arrays import Floats
from analysis.spikes.detectors import examine, has_baseline
from config.settings import SpikeSettings
from tests.benchmarks.battery.worlds import MULTIPLES, World
from tests.benchmarks.spikes import DAYS, PER, START, mailed_on

WINDOWS = (1, 3)
FOUND_WITHIN = 7
"""Days from a burst's first on which an alert is of it."""
Asked = npt.NDArray[np.bool_]
"""(narratives, days)"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a rule did in a world."""

    false_per_week: float
    """For 2,000 narratives, before the weekly budget."""
    recall: dict[int, float]
    delay: float
    """Mean days from a burst's first to its alert."""


def asked_by_product(world: World, rules: SpikeSettings) -> tuple[Asked, Floats]:
    """What would be mailed before outlets, explanations and the budget, and the p of each."""
    shape = world.counts.shape
    asked, p = np.zeros(shape, dtype=np.bool_), np.ones(shape)
    for day in range(START, DAYS):
        y, exposure = world.seen(day)
        tests = examine(y, exposure, day=day, rules=rules)
        nobody = np.zeros(len(y), dtype=np.bool_)
        family = has_baseline(y, tests.baseline, day=day, watched=nobody, rules=rules)
        for n, window in mailed_on(tests, family & (exposure[:, day] > 0), rules).items():
            asked[n, day], p[n, day] = not world.excused(day, n, window), float(window.p[n])
    return asked, p


def surprise(world: World) -> Floats:
    """(narratives, days): the smaller p of both windows for one who knows the process: mean, overdispersion
    and how days hang together.
    """
    found = np.ones(world.counts.shape)
    for day in range(START, DAYS):
        for length in WINDOWS:
            part = slice(day - length + 1, day + 1)
            mean, observed = world.mean[:, part], world.counts[:, part].sum(1)
            found[:, day] = np.minimum(found[:, day], _tail(observed, mean, _extra(world, mean)))
    return found


def _extra(world: World, mean: Floats) -> Floats:
    """(narratives,): variance of the sum of days beyond the mean."""
    process, length = world.process, mean.shape[1]
    apart = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    swing = np.exp(process.swing**2 * process.persistence**apart) - 1
    shared = np.einsum("ni,ij,nj->n", mean, swing, mean)
    alone = (mean**2).sum(1) * world.alpha * np.exp(process.swing**2)
    return np.asarray(shared + alone, dtype=np.float64)


def _tail(observed: Floats, mean: Floats, extra: Floats) -> Floats:
    total = np.maximum(mean.sum(1), 1e-9)
    size = total**2 / np.maximum(extra, 1e-9)
    tail = betainc(np.maximum(observed, 1e-9), size, total / (size + total))
    return np.asarray(np.where(observed > 0, tail, 1.0), dtype=np.float64)


def measured(world: World, asked: Asked, quiet_days: int) -> Measured:
    """False alerts, recall and delay; repeats within the quiet days are one alert."""
    mailed = collapsed(asked, quiet_days)
    hits: dict[int, list[bool]] = {multiple: [] for multiple in MULTIPLES}
    delays: list[int] = []
    for narrative, first, multiple in world.bursts:
        told = np.nonzero(mailed[narrative, first : first + FOUND_WITHIN])[0]
        hits[multiple].append(bool(len(told)))
        delays += told[:1].tolist()
        mailed[narrative, first : first + FOUND_WITHIN] = False
    recall = {multiple: float(np.mean(found or [0.0])) for multiple, found in hits.items()}
    weekly = float(mailed.sum()) * 7 / (DAYS - START) * PER / len(mailed)
    return Measured(weekly, recall, float(np.mean(delays or [0.0])))


def collapsed(asked: Asked, quiet_days: int) -> Asked:
    """The first of what is asked within the quiet days."""
    mailed = np.zeros_like(asked)
    for day in range(START, DAYS):
        mailed[:, day] = asked[:, day] & ~mailed[:, max(0, day - quiet_days + 1) : day].any(1)
    return mailed


def capped(asked: Asked, p: Floats, rules: SpikeSettings) -> Asked:
    """What is mailed of it within the weekly budget: the product's rule, day by day.

    At most so many within seven days, and only what is among as many strongest that asked within them.
    """
    told = collapsed(asked, rules.quiet_days)
    kept = np.zeros_like(told)
    for day in range(START, DAYS):
        week = slice(max(START, day - 6), day)
        earlier = np.where(told[:, week], p[:, week], np.inf).min(1, initial=np.inf)
        for n in sorted(np.nonzero(told[:, day])[0].tolist(), key=lambda n: p[n, day]):
            stronger = int((earlier < p[n, day]).sum())
            mailed = int(kept[:, week].sum() + kept[:, day].sum())
            kept[n, day] = max(stronger, mailed) < rules.alerts_per_week
            earlier[n] = min(earlier[n], p[n, day])
    return kept


def most_in_a_week(mailed: Asked) -> int:
    """The most alerts of any seven days."""
    return int(summed(mailed.sum(0, keepdims=True).astype(np.float64), 7).max())


def oracle(world: World, false_per_week: float, quiet_days: int, least: int) -> Measured:
    """What the oracle does with the highest threshold that gives no more false alerts than the product."""
    p = surprise(world)
    enough = np.maximum(world.counts, summed(world.counts, max(WINDOWS))) >= least
    return _at_most(lambda bar: measured(world, (p <= bar) & enough, quiet_days), false_per_week)


def summed(counts: Floats, days: int) -> Floats:
    """Sums over the days that end with each."""
    total = np.cumsum(np.pad(counts, ((0, 0), (days, 0))), axis=1)
    return np.asarray(total[:, days:] - total[:, :-days], dtype=np.float64)


def _at_most(at: Callable[[float], Measured], false_per_week: float) -> Measured:
    """By bisection of the logarithm of the threshold."""
    low, high = -30.0, 0.0
    for _ in range(22):
        middle = (low + high) / 2
        if at(float(np.exp(middle))).false_per_week <= false_per_week:
            low = middle
        else:
            high = middle
    return at(float(np.exp(low)))
