"""The door `scheduler`: the commands of a schedule have their turns while the clock is set.

The steps are words: `... clock N days ahead|behind (crawl_minutes = M)`, `... crawls pass`, `set the clock
right`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from config.schedule import Schedule
from tests.drumbeat.turned import World

_WRONG = re.compile(r"clock ([\d.]+) (day|hour|minute)s? (ahead|behind|back)")
_MINUTES = re.compile(r"crawl_minutes = (\d+)")
_PASS = re.compile(r"(one|two|three|\d+) crawls? pass")
_NUMBERS = {"one": 1, "two": 2, "three": 3}
AFTER = 20
"""Intervals that are watched after the clock was set."""


def play(row: dict[str, Any], _folder: Path) -> tuple[dict[str, Any], Any]:
    """The longest wait for a crawl after the clock was set right, on a stopwatch, and how many there were."""
    told = "; ".join(row["input"]["steps"])
    found = _MINUTES.search(told)
    minutes = int(found[1]) if found else 60
    wrong = _wrong_by(told)
    world = World(Schedule(crawl_minutes=minutes))
    world.clock.moment += wrong
    passed = _PASS.search(told)
    before = _NUMBERS.get(passed[1]) or int(passed[1]) if passed else 2
    world.play(timedelta(minutes=minutes * before))
    world.clock.moment -= wrong
    set_at = world.stopwatch.now
    world.play(timedelta(minutes=minutes * AFTER))
    crawls = [at for command, at in world.turns if command == "crawl" and at >= set_at]
    waits = [later - at for at, later in pairwise([set_at, *crawls, world.stopwatch.now])]
    return {
        "interval_minutes": minutes,
        "longest_wait_minutes": round(max(waits) / 60, 1),
        "crawls": len(crawls),
        "intervals": AFTER,
    }, None


def _wrong_by(told: str) -> timedelta:
    found = _WRONG.search(told)
    if found is None:
        return timedelta(0)
    span = timedelta(**{f"{found[2]}s": float(found[1])})
    return span if found[3] == "ahead" else -span
