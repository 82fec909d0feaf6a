"""Worlds of outlets: 40 that fail, come, go, reprint and are loaded later, counted by the product.

The exposure that the detectors are given is what `analysis.counts` makes of the outlets' health.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.arrays import Floats
from analysis.counts.panel import Flags, Panel, panel_of
from analysis.counts.series import Series, series_of
from analysis.spikes.checks import CHECKS, Case
from analysis.spikes.detectors import WindowTest, baseline_end
from analysis.spikes.facts import facts_of
from config.settings import SpikeSettings
from storage.records import Health
from storage.records.told import SourceDayRow
from tests.benchmarks.battery.worlds import Process, World, laid, surplus
from tests.benchmarks.spikes import DAYS, START

FIRST = date(2026, 1, 5)
OUTLETS = 40
RESTS = ((5, 6), (4, 5), (6,))
"""Days of the week (Monday 0) on which the outlets of each country rest."""


@dataclass(slots=True)
class Outlets:
    """What becomes of each outlet on each day; arrays (outlets, days)."""

    rhythm: Floats
    """Its output against the mean."""
    health: list[list[Health]]
    reprints: float = 0.0
    """Share of narrative days on which a wire's text is printed by most outlets."""
    shift: tuple[int, float] = (DAYS, 0.0)
    """First day of a month of other habits, and how far narratives move in it (log)."""

    def mark(self, outlet: int, first: int, last: int, health: Health) -> None:
        """Say what an outlet's days [first, last) were."""
        self.health[outlet][max(0, first) : last] = [health] * (min(last, DAYS) - max(0, first))

    @property
    def seen(self) -> Flags:
        """Days whose texts were counted."""
        return np.array([[item in ("ok", "backfill") for item in row] for row in self.health], dtype=np.bool_)


def _plain(dice: np.random.Generator, outlets: int = OUTLETS) -> Outlets:
    volume = np.exp(dice.normal(0, 0.08, DAYS))
    volume[dice.integers(60, DAYS, 3)] *= 1.6
    rhythm = np.repeat(volume[None], outlets, 0)
    for outlet in range(outlets):
        rhythm[outlet, np.isin(np.arange(DAYS) % 7, RESTS[outlet % 3])] *= 0.25
    return Outlets(rhythm, [["ok"] * DAYS for _ in range(outlets)])


def _outages(dice: np.random.Generator) -> Outlets:
    """Each outlet is down for three stretches, the whole machine for three days."""
    found = _plain(dice)
    for outlet in range(OUTLETS):
        for first in dice.integers(0, DAYS, 3).tolist():
            found.mark(outlet, first, first + int(dice.integers(1, 11)), "down")
        found.mark(outlet, 97, 100, "down")
    return found


def _added_and_lost(dice: np.random.Generator) -> Outlets:
    """Ten outlets come in the last two months, eight go for good."""
    found = _plain(dice)
    chosen = dice.permutation(OUTLETS)[:18].tolist()
    for outlet in chosen[:10]:
        found.mark(outlet, 0, int(dice.integers(50, 106)), "not_yet")
    for outlet in chosen[10:]:
        found.mark(outlet, int(dice.integers(60, 106)), DAYS, "down")
    return found


def _flood(dice: np.random.Generator) -> Outlets:
    """Thirty outlets are added on one day beside the forty."""
    found = _plain(dice, OUTLETS + 30)
    for outlet in range(OUTLETS, OUTLETS + 30):
        found.mark(outlet, 0, 95, "not_yet")
    return found


def _filled(dice: np.random.Generator) -> Outlets:
    """Eight outlets are added in the tested weeks, each with the month before loaded as history."""
    found = _plain(dice)
    for outlet in range(8):
        begun = int(dice.integers(START, DAYS - 7))
        found.mark(outlet, 0, begun - 30, "not_yet")
        found.mark(outlet, begun - 30, begun, "backfill")
        # A feed lists its newest entries: the further back, the less was loaded.
        found.rhythm[outlet, begun - 30 : begun] *= np.linspace(0.1, 1, 30)
    return found


def _month(dice: np.random.Generator) -> Outlets:
    """From one day on, a third of the outlets writes less and on other weekdays; narratives move a little."""
    found = _plain(dice)
    weeks = np.ones(DAYS)
    weeks[np.isin(np.arange(DAYS) % 7, (3, 4))] = 0.6
    found.rhythm[::3, 91:] *= 0.65 * weeks[91:]
    found.shift = 91, 0.25
    return found


def _storms(dice: np.random.Generator) -> Outlets:
    found = _plain(dice)
    found.reprints = 0.01
    return found


OUTLET_WORLDS: dict[str, Callable[[np.random.Generator], Outlets]] = {
    "a month of other habits": _month,
    "outages": _outages,
    "outlets added and lost": _added_and_lost,
    "reprint storms": _storms,
    "a flood of new sources": _flood,
    "a back-filled month": _filled,
}


def of_outlets(name: str, narratives: int, seed: int) -> World:
    """A world of outlets, counted by the product; the same for the same seed."""
    dice = np.random.default_rng(seed)
    outlets = OUTLET_WORLDS[name](dice)
    rate, alpha = np.exp(dice.normal(np.log(2.0), 1.2, narratives)), dice.gamma(2, 0.15, narratives)
    told = _told(outlets, rate, alpha, laid(narratives, dice), dice)
    panel = _panel(outlets, told)
    counted = _Counted(panel)
    mean = told.mean
    return World(counted.seen, told.bursts, told.own.sum(1), mean, alpha, Process(), counted.excused)


class _Counted:
    """The panel as the product reads it on each day."""

    def __init__(self, panel: Panel) -> None:
        self._panel, self._rules = panel, SpikeSettings()
        self._series: Series | None = None

    def seen(self, day: int) -> tuple[Floats, Floats]:
        """Damped texts and exposure."""
        self._series = series_of(self._panel, until=baseline_end(day, self._rules))
        return self._series.y, self._series.exposure

    def excused(self, day: int, narrative: int, window: WindowTest) -> bool:
        """Whether outlets that are new or back from an outage explain a window of the day seen last."""
        assert self._series is not None
        case = Case(
            panel=self._panel,
            series=self._series,
            narrative_id=narrative + 1,
            day=day,
            window_days=window.days,
            observed=float(window.observed[narrative]),
            expected=float(window.expected[narrative]),
            facts=facts_of((), FIRST, FIRST),
            rules=self._rules,
            running=None,
        )
        return any(CHECKS[name](case).explains for name in ("new_outlet", "outage_recovery"))


@dataclass(frozen=True, slots=True)
class _Told:
    own: Floats
    """(narratives, outlets, days)"""
    articles: Floats
    mean: Floats
    """(narratives, days): what was to be expected of the outlets that were seen."""
    size: Floats
    bursts: tuple[tuple[int, int, int], ...]
    other: Floats
    """(outlets, days): texts of no narrative."""


def _told(
    outlets: Outlets,
    rate: Floats,
    alpha: Floats,
    bursts: tuple[tuple[int, int, int], ...],
    dice: np.random.Generator,
) -> _Told:
    number, count = len(rate), len(outlets.health)
    size = np.exp(dice.normal(0, 0.8, count))
    liking = dice.gamma(0.5, 1, (number, count)) * size
    liking /= liking.sum(1, keepdims=True)
    level = rate[:, None] * np.exp(np.cumsum(dice.normal(0, 0.03, (number, DAYS)), 1))
    first, far = outlets.shift
    level[:, first:] *= np.exp(dice.normal(0, far, (number, 1)))
    spread = np.maximum(alpha, 1e-3)[:, None]
    mood = dice.gamma(1 / spread, spread, (number, DAYS))
    told = (level * mood + surplus(bursts, rate)).astype(np.float32)
    shared = outlets.rhythm * outlets.seen
    own = np.empty((number, count, DAYS), dtype=np.int16)
    for n in range(number):
        own[n] = dice.poisson(told[n] * liking[n][:, None] * shared)
    articles = own + _reprinted(outlets, own.shape, dice)
    scale = 3 * float(rate.sum()) * size[:, None] / size.sum()
    other = dice.poisson(dice.gamma(5, 0.2, (count, DAYS)) * scale * shared).astype(np.float64)
    return _Told(own, articles, level * (liking @ shared), size, bursts, other)


def _reprinted(outlets: Outlets, shape: tuple[int, int, int], dice: np.random.Generator) -> Floats:
    """Articles that repeat a text told before."""
    struck = dice.random((shape[0], 1, shape[2])) < outlets.reprints
    return np.asarray(struck * (dice.random(shape, dtype=np.float32) < 0.6), dtype=np.int16)


def _panel(outlets: Outlets, told: _Told) -> Panel:
    """The counts as the product keeps them."""
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    output = told.other + told.own.sum(0)
    health = [
        SourceDayRow(_name(s), days[t], *[int(output[s, t])] * 2, 0, 0, 24, 0, outlets.health[s][t])
        for s in range(len(outlets.health))
        for t in range(DAYS)
    ]
    bare = panel_of((), health, narratives=range(1, len(told.own) + 1), days=days)
    row, source, day = np.nonzero(told.articles)
    return Panel(
        **{name: getattr(bare, name) for name in ("narratives", "sources", "days", "output", "weight")},
        known=bare.known,
        live=bare.live,
        row=row,
        source=source,
        day=day,
        own=told.own[row, source, day].astype(np.float64),
        articles=told.articles[row, source, day].astype(np.float64),
    )


def _name(outlet: int) -> str:
    return f"outlet-{outlet:03d}"


def panel_of_counts(counts: Floats, first: date) -> Panel:
    """Counts told by one outlet that is seen every day, a text at a time."""
    number, length = counts.shape
    days = [first + timedelta(days=n) for n in range(length)]
    row, day = np.nonzero(counts)
    texts = counts[row, day]
    return Panel(
        narratives=tuple(range(1, number + 1)),
        sources=("one", "other"),
        days=tuple(days),
        row=np.repeat(row, texts.astype(int)),
        source=np.zeros(int(texts.sum()), dtype=np.int64),
        day=np.repeat(day, texts.astype(int)),
        own=np.ones(int(texts.sum())),
        articles=np.ones(int(texts.sum())),
        output=np.stack([counts.sum(0), np.zeros(length)]),
        weight=np.ones((2, length)),
        known=np.ones((2, length), dtype=np.bool_),
        live=np.ones(length, dtype=np.bool_),
    )
