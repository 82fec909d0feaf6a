"""What a report calls rising, falling or returned where nothing is news: python -m tests.benchmarks.trends

The quiet counts of `tests.benchmarks.spikes` (2,000 narratives, no bursts), three seeds of four weeks: the
product's own test of a week, as the weekly report makes it, every outlet seen every day. Returned is asked of
the same narratives with one text in forty kept, so that many are silent for weeks.
"""

from __future__ import annotations

import argparse
import json

import numpy as np

from analysis.arrays import Floats
from analysis.counts.panel import Flags, Panel
from analysis.digest.trends import Trends
from config.settings import SpikeSettings
from tests.benchmarks.battery.outlets import FIRST, panel_of_counts
from tests.benchmarks.spikes import DAYS, START, simulate

NAME = "trends"
TINY = ("--narratives", "50", "--seeds", "1")
MOST = 1.0
RARE = 40
"""One text in so many is kept where returns are counted."""


def told(panel: Panel, rules: SpikeSettings) -> Floats:
    """(weeks, 3): narratives called rising, falling and returned."""
    nobody: Flags = np.zeros(len(panel.narratives), dtype=np.bool_)
    found = []
    for first in range(START, DAYS - 6, 7):
        trends = Trends(panel, nobody, first, first + 6, rules, known=~nobody)
        every = [trends.of(key) for key in panel.narratives]
        rising = sum(item.rises(rules, 1) and not item.returns(rules, 1) for item in every)
        falling, returned = (
            sum(item.falls(rules) for item in every),
            sum(item.returns(rules, 1) for item in every),
        )
        found.append((rising, falling, returned))
    return np.array(found, dtype=np.float64)


def _rare(narratives: int, seed: int) -> Floats:
    """Quiet counts of narratives that are hardly told."""
    quiet = simulate(narratives, seed).quiet.astype(np.int64)
    return np.random.default_rng(seed).binomial(quiet, 1 / RARE).astype(np.float64)


def main(arguments: list[str] | None = None) -> int:
    """Means a week and 2,000 narratives."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.trends", description=__doc__)
    parser.add_argument("--narratives", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    weeks = [
        told(panel_of_counts(simulate(chosen.narratives, seed).quiet, FIRST), SpikeSettings())
        for seed in range(chosen.seeds)
    ]
    rare = [
        told(panel_of_counts(_rare(chosen.narratives, seed), FIRST), SpikeSettings())
        for seed in range(chosen.seeds)
    ]
    rising, falling, _ = (np.concatenate(weeks).mean(0) * 2000 / chosen.narratives).tolist()
    returned = float(np.concatenate(rare).mean(0)[2] * 2000 / chosen.narratives)
    targets = [
        {"figure": "rising a week", "value": rising, "at_most": MOST},
        {"figure": "falling a week", "value": falling, "at_most": MOST},
        {"figure": "returned a week", "value": returned, "at_most": MOST},
    ]
    figures = {"rising_a_week": rising, "falling_a_week": falling, "returned_a_week": returned}
    print(json.dumps(figures | {"targets": targets}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
