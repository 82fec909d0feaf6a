"""The false-alarm budget through the outlets: python -m tests.benchmarks.outlets [--narratives 500] [--seeds
8]

`tests.benchmarks.spikes` measures the mail rule on counts whose exposure is known. Here the exposure is what
the product makes of outlets: 40 of unequal size, each down for two stretches, five added later, in three
countries whose week ends on other days, one with a holiday of four days; narratives of unequal rate and
overdispersion, each told by outlets of its own liking. Nothing in it is news: every alert is false.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.counts.panel import Panel, panel_of
from analysis.counts.series import series_of
from analysis.counts.source_health import SourceHistory, source_days, tallied
from analysis.spikes.detectors import baseline_end, examine, has_baseline
from config.settings import SpikeSettings
from storage.records import Observation, Source
from storage.records.told import AttemptCount
from tests.benchmarks.spikes import PER, mailed_on

FIRST = date(2026, 1, 5)
DAYS, START, OUTLETS = 112, 92, 40
HOLIDAY = slice(100, 104)
RESTS = ((5, 6), (4, 5), (6,))
"""Days of the week (Monday 0) on which the outlets of each country rest."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the outlets published."""

    texts: npt.NDArray[np.int64]
    """(narratives, outlets, days)"""
    output: npt.NDArray[np.int64]
    """(outlets, days)"""
    seen: npt.NDArray[np.bool_]
    """(outlets, days): the outlet was watched and could be read."""


def simulate(narratives: int, seed: int) -> Corpus:
    """A corpus in which nothing is news; the same for the same seed."""
    dice = np.random.default_rng(seed)
    size = np.exp(dice.normal(np.log(20), 0.8, OUTLETS))
    rhythm, seen = _rhythm(dice), _seen(dice)
    rate = np.exp(dice.normal(0, 1, narratives))
    spread = dice.gamma(2, 0.15, narratives).clip(0.02)
    drift = np.exp(np.cumsum(dice.normal(0, 0.03, (narratives, DAYS)), 1))
    mood = dice.gamma(1 / spread[:, None], spread[:, None], (narratives, DAYS))
    liking = dice.gamma(0.5, 1, (narratives, OUTLETS)) * size
    liking /= liking.sum(1, keepdims=True)
    texts = np.empty((narratives, OUTLETS, DAYS), dtype=np.int64)
    for n in range(narratives):
        texts[n] = dice.poisson(rate[n] * liking[n][:, None] * drift[n] * mood[n] * rhythm) * seen
    other = dice.poisson(dice.gamma(5, 0.2, (OUTLETS, DAYS)) * size[:, None] * rhythm) * seen
    return Corpus(texts, other + texts.sum(0), seen)


def _rhythm(dice: np.random.Generator) -> Floats:
    """(outlets, days): output against the mean, by country; three days of big news everywhere."""
    volume = np.exp(dice.normal(0, 0.08, DAYS))
    volume[dice.integers(60, DAYS, 3)] *= 1.6
    found = np.repeat(volume[None], OUTLETS, 0)
    for outlet in range(OUTLETS):
        found[outlet, np.isin(np.arange(DAYS) % 7, RESTS[outlet % 3])] *= 0.25
    found[1::3, HOLIDAY] *= 0.15
    return np.asarray(found, dtype=np.float64)


def _seen(dice: np.random.Generator) -> npt.NDArray[np.bool_]:
    seen = np.ones((OUTLETS, DAYS), dtype=np.bool_)
    for outlet in range(OUTLETS):
        for first in dice.integers(0, DAYS, 2):
            seen[outlet, first : first + int(dice.integers(1, 8))] = False
    for outlet in dice.choice(OUTLETS, 5, replace=False):
        seen[outlet, : dice.integers(40, 105)] = False
    return seen


def panel(corpus: Corpus) -> Panel:
    """The corpus as the product counts it, the outlets' health judged by the product."""
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    names = [f"outlet-{n:02d}" for n in range(OUTLETS)]
    begins = corpus.seen.argmax(1)
    sources = [
        Source(
            source_id=name,
            name=name,
            domain=f"{name}.example",
            country="XA",
            region="",
            languages=("en",),
            first_crawled_at=_at(days[begins[n]]),
        )
        for n, name in enumerate(names)
    ]
    polls = [
        AttemptCount(name, days[t], "stored" if corpus.seen[n, t] else "http_5xx", 1)
        for n, name in enumerate(names)
        for t in range(begins[n], DAYS)
    ]
    outputs = {
        (name, days[t]): (int(corpus.output[n, t]),) * 2 for n, name in enumerate(names) for t in range(DAYS)
    }
    ended = days[-1] + timedelta(days=1)
    health = source_days(
        tallied(outputs, polls, []), sources, first=FIRST, last=ended, today=ended, history=SourceHistory()
    )
    return panel_of(
        _observations(corpus, names, days), health, narratives=range(1, len(corpus.texts) + 1), days=days
    )


def _observations(corpus: Corpus, names: Sequence[str], days: Sequence[date]) -> list[Observation]:
    cells = zip(*np.nonzero(corpus.texts), strict=True)
    counted = ((int(n) + 1, names[s], days[t], int(corpus.texts[n, s, t])) for n, s, t in cells)
    return [
        Observation(
            narrative_id=number, source_id=name, day=day, articles=texts, copy_groups=texts, own_texts=texts
        )
        for number, name, day, texts in counted
    ]


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def false_alerts(counted: Panel, rules: SpikeSettings, *, blind: bool = False) -> float:
    """Alerts a week and 2,000 narratives that would be mailed before explanations; repeats within the quiet
    days are one.

    Args:
        blind: take all days alike, whatever was seen of the outlets: what the exposure is good for.
    """
    size = len(counted.narratives)
    mailed = np.zeros((size, DAYS), dtype=np.bool_)
    nobody = np.zeros(size, dtype=np.bool_)
    for day in range(START, DAYS):
        series = series_of(counted, until=baseline_end(day, rules))
        exposure = np.ones_like(series.exposure) if blind else series.exposure
        tests = examine(series.y, exposure, day=day, rules=rules)
        family = has_baseline(series.y, tests.baseline, day=day, watched=nobody, rules=rules) & (
            exposure[:, day] > 0
        )
        for n, window in mailed_on(tests, family, rules).items():
            enough = counted.outlets(day - window.days + 1, day)[n] >= rules.min_outlets
            mailed[n, day] = enough and not mailed[n, day - rules.quiet_days + 1 : day].any()
    return float(mailed.sum()) * 7 / (DAYS - START) * PER / size


def main() -> None:
    """Print a line a seed."""
    parser = argparse.ArgumentParser(description="Measure the false-alarm budget through simulated outlets.")
    parser.add_argument("--narratives", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=8)
    chosen = parser.parse_args()
    found = []
    for seed in range(chosen.seeds):
        counted = panel(simulate(chosen.narratives, seed))
        found.append([false_alerts(counted, SpikeSettings(), blind=blind) for blind in (False, True)])
        print(
            f"seed {seed}: {found[-1][0]:.1f} false alerts a week; "
            f"{found[-1][1]:.1f} if all days were taken alike",
            flush=True,
        )
    print(f"mean: {np.mean(found, 0)[0]:.1f}; {np.mean(found, 0)[1]:.1f}")


if __name__ == "__main__":
    main()
