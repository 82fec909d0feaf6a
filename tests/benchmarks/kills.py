"""Every stage killed at random moments, over and over: is the outcome that of a run in peace?

    python -m tests.benchmarks.kills --out DIR [--rounds 20] [--seed 1]

The sample world's first weeks are played once in peace; then, in each round, every stage is killed (kill -9,
the whole process group) at moments drawn anew and run to its end, and all rows are compared.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.acceptance.stage import ANALYSIS, assert_same, rows_of, run, run_and_kill, sample_world, timed
from tests.benchmarks.measured import target

NAME = "kills"
TAKES = ("out",)
SOAK = True
TINY = ("--rounds", "1", "--stages", "crawl", "clean")

AS_OF = "2026-01-21T06:00:00+00:00"
LATEST = 0.9
"""A kill comes within this share of the time that the stage took in peace."""
EARLIEST_SECONDS = 0.25


def measure(out: Path, rounds: int, seed: int, stages: list[str]) -> dict[str, Any]:
    """How many kills struck, and rounds that ended otherwise than in peace."""
    shutil.rmtree(out, ignore_errors=True)
    dice = random.Random(seed)
    kills, differing = 0, []
    with sample_world(out / "peace", AS_OF) as peace:
        seconds = {stage: timed(stage, peace, AS_OF) for stage in stages}
        settled = rows_of(peace)
        for number in range(rounds):
            war = _beside(peace, out / f"round-{number}")
            for stage in stages:
                moment = dice.uniform(EARLIEST_SECONDS, max(2 * EARLIEST_SECONDS, LATEST * seconds[stage]))
                kills += run_and_kill(stage, war, AS_OF, after_seconds=moment)
                run(stage, war, AS_OF)
            try:
                assert_same(settled, rows_of(war))
            except AssertionError as difference:
                differing.append(f"round {number}: {difference}")
            shutil.rmtree(war)
    return {
        "rounds": rounds,
        "kills": kills,
        "differing": differing,
        "targets": [target("rounds that ended otherwise", len(differing), at_most=0)],
    }


def _beside(peace: Path, war: Path) -> Path:
    """An empty workspace that is told the same."""
    war.mkdir(parents=True)
    for path in peace.glob("*.toml"):
        shutil.copyfile(path, war / path.name)
    return war


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stages", nargs="+", default=["crawl", *ANALYSIS], metavar="STAGE")
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.out, options.rounds, options.seed, options.stages)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
