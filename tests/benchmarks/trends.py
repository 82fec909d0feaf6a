"""What a report calls rising or falling where nothing is news: python -m tests.benchmarks.trends

The quiet counts of `tests.benchmarks.spikes` (2,000 narratives, no bursts), three seeds of four weeks: the
product's own test of a week, as the weekly report makes it, every outlet seen every day.
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


def told(panel: Panel, rules: SpikeSettings) -> Floats:
    """(weeks, 2): narratives called rising and falling."""
    nobody: Flags = np.zeros(len(panel.narratives), dtype=np.bool_)
    found = []
    for first in range(START, DAYS - 6, 7):
        trends = Trends(panel, nobody, first, first + 6, rules)
        every = [trends.of(key) for key in panel.narratives]
        rising = sum(item.rises(rules, 1) for item in every)
        found.append((rising, sum(item.falls(rules) for item in every)))
    return np.array(found, dtype=np.float64)


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
    rising, falling = (np.concatenate(weeks).mean(0) * 2000 / chosen.narratives).tolist()
    targets = [
        {"figure": "rising a week", "value": rising, "at_most": MOST},
        {"figure": "falling a week", "value": falling, "at_most": MOST},
    ]
    print(json.dumps({"rising_a_week": rising, "falling_a_week": falling, "targets": targets}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
