"""How long is it from a publication to the mail about it, by the schedule of a new workspace?

    python -m tests.benchmarks.delay [--sources 100] [--days 3] [--warm-up 7] [--process-minutes 20]

Publications and crawls are those of `tests.benchmarks.polling`: outlets of realistic rhythm, polled as the
product decides. When `process`, `refit` and `deliver` have their turns says the product's own planning
(`drumbeat.turns`) on a clock of its own; how long each takes is given. A mail about a watched claim, and the
first one about a new story, are made by the first `process` that begins after the page was fetched: of a new
story that is the page that lets its test pass.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from config.schedule import Schedule
from tests.benchmarks.measured import target
from tests.benchmarks.polling import outlets, play
from tests.drumbeat.turned import World

NAME = "delay"
TINY = ("--sources", "20", "--days", "1", "--warm-up", "1")

WATCHED_HOURS, STORY_HOURS = 2.0, 26.0
"""What is asked for."""
DELIVERY_SECONDS = 30.0
"""Of a mail to a server that answers. Chosen, not measured: bounded by `mail.timeout_seconds`."""


@dataclass
class Line:
    """The line in which `process` and `refit` wait for each other: when turns begin and end, in minutes."""

    minutes: dict[str, float]
    processed: list[tuple[float, float]] = field(default_factory=list)

    def take(self, turns: list[tuple[str, float]]) -> None:
        """Run each turn when the line is free."""
        free = 0.0
        for command, second in turns:
            begun = max(free, second / 60)
            free = begun + self.minutes[command]
            if command == "process":
                self.processed.append((begun, free))


def measure(
    sources: int, days: int, warm_up: int, *, process_minutes: float, refit_minutes: float, seed: int = 1
) -> dict[str, Any]:
    """Figures of one play."""
    found = play(outlets(sources, days + warm_up, seed, 12), days + warm_up, warm_up).minutes
    world = World(Schedule())
    begin = world.stopwatch.now
    world.play(timedelta(days=8))
    turns = [(command, second - begin) for command, second in world.turns]
    line = Line({"process": process_minutes, "refit": refit_minutes, "report": 5.0})
    line.take([turn for turn in turns if turn[0] in line.minutes])
    sent = [second / 60 for command, second in turns if command == "deliver"]
    delays = sorted(_delays(found, line.processed, sent, random.Random(seed)))
    hours = {name: round(delays[int(share * (len(delays) - 1))] / 60, 2) for name, share in _SHARES.items()}
    return {
        "publications": len(delays),
        "process_minutes": process_minutes,
        "refit_minutes": refit_minutes,
        "hours_to_the_mail": hours,
        "targets": [
            target("hours to the mail of a watched claim, 95 %", hours["95_percent"], at_most=WATCHED_HOURS),
            target("hours to the mail of a new story, longest", hours["longest"], at_most=STORY_HOURS),
        ],
    }


_SHARES = {"median": 0.5, "95_percent": 0.95, "99_percent": 0.99, "longest": 1.0}


def _delays(
    found: list[float], processed: list[tuple[float, float]], sent: list[float], dice: random.Random
) -> list[float]:
    """Minutes from each publication to its mail: found, processed, sent; published at any moment of the first
    six days.
    """
    begun = [start for start, _ in processed]
    delays = []
    for minutes in found:
        published = dice.uniform(0, 6 * 24 * 60)
        ready = processed[bisect_left(begun, published + minutes)][1]
        delays.append(sent[bisect_left(sent, ready)] + DELIVERY_SECONDS / 60 - published)
    return delays


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--warm-up", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--process-minutes", type=float, default=20.0, help="how long `process` takes")
    parser.add_argument("--refit-minutes", type=float, default=40.0, help="how long `refit` takes")
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures = measure(
        options.sources,
        options.days,
        options.warm_up,
        process_minutes=options.process_minutes,
        refit_minutes=options.refit_minutes,
        seed=options.seed,
    )
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
