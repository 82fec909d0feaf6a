"""The worlds of the battery: counts of narratives whose process is known, and bursts laid into them.

Two families. Of *processes* the exposure is known and only the counts differ: how overdispersed, how the days
hang together, which weekday. Of *outlets* the exposure is what the product makes of sources that fail, come,
go, print each other's texts or are loaded later (`outlets.py`). Nothing but the bursts is news.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from analysis.arrays import Floats
from analysis.spikes.detectors import WindowTest
from tests.benchmarks.spikes import DAYS, PROFILE, START, WEEK

Seen = Callable[[int], tuple[Floats, Floats]]
"""Index of a day -> damped texts and exposure, (narratives, days), as they are known on that day."""

Excused = Callable[[int, int, WindowTest], bool]
"""Day, narrative and window -> whether an innocent explanation takes it down to the digest."""
MULTIPLES = (2, 3, 5)


def nothing_excuses(day: int, narrative: int, window: WindowTest) -> bool:
    """Where all outlets are seen every day no explanation of theirs applies."""
    return False


@dataclass(frozen=True, slots=True)
class Process:
    """How the counts of a world come about."""

    alpha: float = 0.3
    """Mean overdispersion; that of a narrative is gamma with shape 2."""
    persistence: float = 0.0
    """Of the log-rate, an AR(1) ..."""
    swing: float = 0.0
    """... and its standard deviation."""
    rhythm: float = 0.0
    """Standard deviation of a narrative's own log-rate by weekday, which no exposure tells."""


PROCESSES = {
    "as today": Process(),
    "overdispersion 0.6": Process(alpha=0.6),
    "overdispersion 1.0": Process(alpha=1.0),
    "AR(1) 0.7 / 0.5": Process(persistence=0.7, swing=0.5),
    "AR(1) 0.8 / 0.8": Process(persistence=0.8, swing=0.8),
    "weekday rhythm": Process(rhythm=0.4),
}


@dataclass(frozen=True, slots=True)
class World:
    """What can be seen, what was laid in, and what an oracle knows."""

    seen: Seen
    bursts: tuple[tuple[int, int, int], ...]
    """(narrative, first day, multiple)."""
    counts: Floats
    """(narratives, days): what the oracle tests."""
    mean: Floats
    """... and what it knows to expect, bursts and news cycles apart."""
    alpha: Floats
    """(narratives,): overdispersion of a day, the swing of the log-rate left out."""
    process: Process = field(default_factory=Process)
    excused: Excused = nothing_excuses


def of_process(process: Process, narratives: int, seed: int) -> World:
    """A world of which the exposure is known; the same for the same seed."""
    dice = np.random.default_rng(seed)
    volume = WEEK[np.arange(DAYS) % 7] * np.exp(dice.normal(0, 0.08, DAYS))
    volume[dice.integers(60, DAYS, 3)] *= 1.6
    rate = np.exp(dice.normal(np.log(2.0), 1.2, narratives))
    alpha = dice.gamma(2, process.alpha / 2, narratives)
    mean = rate[:, None] * volume[None] * np.exp(np.cumsum(dice.normal(0, 0.03, (narratives, DAYS)), 1))
    mean = mean * own_rhythm(process, narratives, dice)
    quiet = drawn(mean * cycles(process, narratives, dice), alpha, dice)
    bursts = laid(narratives, dice)
    y = quiet + dice.poisson(surplus(bursts, rate))
    exposure = np.repeat(volume[None], narratives, 0)
    return World(lambda day: (y, exposure), bursts, y, mean, alpha, process)


def drawn(mean: Floats, alpha: Floats, dice: np.random.Generator) -> Floats:
    """Counts of a gamma-Poisson mixture with the given means and overdispersion."""
    size = 1 / np.maximum(alpha, 1e-3)[:, None]
    return dice.poisson(dice.gamma(size, mean / size)).astype(np.float64)


def own_rhythm(process: Process, narratives: int, dice: np.random.Generator) -> Floats:
    """(narratives, days): each narrative's own week."""
    week = np.exp(dice.normal(0, process.rhythm, (narratives, 7)))
    week /= week.mean(1, keepdims=True)
    return np.asarray(week[:, np.arange(DAYS) % 7], dtype=np.float64)


def cycles(process: Process, narratives: int, dice: np.random.Generator) -> Floats:
    """(narratives, days): the swings of the rate around its mean, exp of an AR(1)."""
    state = dice.normal(0, process.swing, narratives)
    innovation = process.swing * np.sqrt(1 - process.persistence**2)
    found = np.empty((narratives, DAYS))
    for day in range(DAYS):
        found[:, day] = state
        state = process.persistence * state + dice.normal(0, innovation, narratives)
    return np.asarray(np.exp(found - process.swing**2 / 2), dtype=np.float64)


def laid(narratives: int, dice: np.random.Generator) -> tuple[tuple[int, int, int], ...]:
    """Five-day bursts in a fifth of the narratives within the last four weeks."""
    struck = sorted(dice.choice(narratives, narratives // 5, replace=False).tolist())
    return tuple((n, int(dice.integers(START, DAYS - 7)), int(dice.choice(MULTIPLES))) for n in struck)


def surplus(bursts: tuple[tuple[int, int, int], ...], rate: Floats) -> Floats:
    """(narratives, days): the mean of what the bursts add."""
    found: Floats = np.zeros((len(rate), DAYS))
    for narrative, first, multiple in bursts:
        found[narrative, first : first + 5] = max(rate[narrative], 1.0) * (multiple - 1) * PROFILE * 2
    return found
