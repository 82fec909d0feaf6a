"""Simulated worlds, the product's rule on counts in each, and an oracle beside it: python -m
tests.benchmarks.battery [--narratives 2000] [--seeds 101 102 103 104] [--only WORLD ...]

False alerts a week and 2,000 narratives before the weekly budget, and after one of 2, 10 and 30; the share of
bursts found, mean days to the alert; and what an oracle finds with as many false alerts that knows each
narrative's mean, its overdispersion and how the days hang together. Bursts as in `tests.benchmarks.spikes`. In worlds of
outlets the explanations "new outlet" and "back from an outage" apply; those that need texts do not.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.settings import SpikeSettings
from tests.benchmarks.battery.measure import (
    Measured,
    asked_by_product,
    capped,
    measured,
    most_in_a_week,
    oracle,
)
from tests.benchmarks.battery.outlets import OUTLET_WORLDS, of_outlets
from tests.benchmarks.battery.worlds import MULTIPLES, PROCESSES, World, of_process

MOST_FALSE = 10.0
BUDGETS = (2, 10, 30)
"""Weekly budgets that are tried: that of a small desk, the shipped one, and that of a large one."""


def world_of(name: str, narratives: int, seed: int) -> World:
    """A world by name."""
    known = name in PROCESSES
    return of_process(PROCESSES[name], narratives, seed) if known else of_outlets(name, narratives, seed)


@dataclass(frozen=True, slots=True)
class Played:
    """A world as it was played."""

    ours: Measured
    oracle: Measured
    within: dict[int, Measured]
    """Weekly budget -> what is left of ours."""
    most: dict[int, int]
    """Weekly budget -> the most alerts of any seven days."""


def played(name: str, narratives: int, seed: int) -> Played:
    """What the product does in a world, before and after the weekly budget, and the oracle."""
    rules = SpikeSettings()
    world = world_of(name, narratives, seed)
    asked, p = asked_by_product(world, rules)
    ours = measured(world, asked, rules.quiet_days)
    mailed = {
        budget: capped(asked, p, rules.model_copy(update={"alerts_per_week": budget})) for budget in BUDGETS
    }
    return Played(
        ours,
        oracle(world, ours.false_per_week, rules.quiet_days, rules.min_count),
        {budget: measured(world, item, rules.quiet_days) for budget, item in mailed.items()},
        {budget: most_in_a_week(item) for budget, item in mailed.items()},
    )


def figures(name: str, narratives: int, seeds: list[int]) -> dict[str, float]:
    """Means over the seeds."""
    plays = [played(name, narratives, seed) for seed in seeds]
    found: dict[str, float] = {
        "false_a_week": float(np.mean([play.ours.false_per_week for play in plays])),
        "delay_days": float(np.mean([play.ours.delay for play in plays])),
    }
    for multiple in MULTIPLES:
        found[f"x{multiple}"] = float(np.mean([play.ours.recall[multiple] for play in plays]))
        found[f"x{multiple}_oracle"] = float(np.mean([play.oracle.recall[multiple] for play in plays]))
    found |= _within_budgets(plays)
    return {key: round(value, 3) for key, value in found.items()}


def _within_budgets(plays: Sequence[Played]) -> dict[str, float]:
    """What is left after the weekly budgets."""
    found: dict[str, float] = {}
    for budget in BUDGETS:
        found[f"false_of_{budget}"] = float(np.mean([play.within[budget].false_per_week for play in plays]))
        found[f"most_of_{budget}"] = max(play.most[budget] for play in plays)
    return found


def main(arguments: list[str] | None = None) -> int:
    """A line for each world, then all as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.battery", description=__doc__)
    parser.add_argument("--narratives", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103, 104])
    parser.add_argument("--only", nargs="+", default=[*PROCESSES, *OUTLET_WORLDS])
    chosen = parser.parse_args(arguments)
    worlds = {}
    for name in chosen.only:
        worlds[name] = figures(name, chosen.narratives, chosen.seeds)
        print(f"{name}: {worlds[name]}", flush=True)
    targets = [
        {"figure": f"false alerts a week, {name}", "value": item["false_a_week"], "at_most": MOST_FALSE}
        for name, item in worlds.items()
    ]
    print(json.dumps({"worlds": worlds, "targets": targets}))
    return 0
