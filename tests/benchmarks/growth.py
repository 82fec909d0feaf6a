"""What a day of news costs, stage by stage, as the collection grows.

    python -m tests.benchmarks.growth --out DIR [--sizes 10000 100000] [--days 500 5000]

For each size and number of articles a day: a generated workspace (`tests.benchmarks.desk`); a day's articles
with the vectors that embedding would have given, and one run of every stage, which also catches up with what
the generator left (`first`); a further day, and every stage again (`day`). Everything but cleaning and
embedding is meant to take at most 15 CPU-seconds for 500 articles and 120 for 5,000, whatever is stored. With
`--worlds 10` each size lies ten times, nine of them before it and two passages an article (`desk.worlds`).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from drumbeat.stages import PROCESS
from tests.benchmarks.measured import Measured, python, stage, target

NAME = "growth"
TAKES = ("out",)
TINY = ("--sizes", "120", "--days", "40", "--sources", "12", "--stages", "copies", "count")

STAGES = (*PROCESS[1:], "report")
"""All that is run for a day's articles but cleaning, and the weekly report, which is no part of the day's
sum.
"""
LIMITS = {500: 15.0, 5_000: 120.0}
FLAT = 1.2
"""A day at the largest size may cost so many times what it costs at the smallest."""


def measure(
    articles: int, per_day: int, out: Path, stages: Sequence[str], more: Sequence[str], worlds: int
) -> dict[str, Any]:
    """One size and one number of articles a day."""
    shutil.rmtree(out, ignore_errors=True)
    made = _desk(out, "--articles", str(articles), "--per-day", str(per_day), *more)
    if worlds > 1:
        made = _desk(out, "--worlds", str(worlds), "--passages", "2")
    (first, _), (day, added) = (_processed(out, per_day, stages) for _ in range(2))
    return {
        "stored": made["articles"],
        "new": added["articles"],
        "disk_mb": made["disk_mb"],
        "first": _costs(first),
        "day": _costs(day),
        "day_cpu_s": round(sum(done.cpu_seconds for name, done in day.items() if name != "report"), 1),
        "day_peak_mb": max(done.peak_mb for done in day.values()),
    }


def _desk(out: Path, *arguments: str) -> dict[str, Any]:
    return python("tests.benchmarks.desk", *arguments, "--out", str(out)).answer


def _processed(out: Path, per_day: int, stages: Sequence[str]) -> tuple[dict[str, Measured], dict[str, Any]]:
    """Another day: what each stage cost, and what was added."""
    added = _desk(out, "--add-day", str(per_day))
    return {name: stage(name, out, added["as_of"]) for name in stages}, added


def _costs(stages: dict[str, Measured]) -> dict[str, str]:
    """CPU-seconds and peak memory of each stage."""
    return {name: f"{done.cpu_seconds:.1f} s, {done.peak_mb} MB" for name, done in stages.items()}


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON."""
    options = _parser().parse_args(arguments)
    figures: dict[str, Any] = {}
    targets = []
    more = ["--sources", str(options.sources), "--words", str(options.words)]
    if options.postgresql:
        more += ["--postgresql", options.postgresql]
    for per_day in options.days:
        found = []
        for size in options.sizes:
            workspace = options.out / f"{size}-{per_day}"
            found.append(measure(size, per_day, workspace, options.stages, more, options.worlds))
            figures[f"{size} stored, {per_day} a day"] = found[-1]
            print(json.dumps({f"{size}, {per_day}": found[-1]}), file=sys.stderr, flush=True)
            if not options.keep:
                shutil.rmtree(workspace)
        if per_day in LIMITS:
            targets += [
                target(
                    f"CPU-seconds of a day of {per_day} at {item['stored']}",
                    item["day_cpu_s"],
                    at_most=LIMITS[per_day],
                )
                for item in found
            ]
        ratio = found[-1]["day_cpu_s"] / found[0]["day_cpu_s"]
        targets.append(
            target(f"a day of {per_day} at the largest size against the smallest", ratio, at_most=FLAT)
        )
    print(json.dumps({**figures, "targets": targets}))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--days", type=int, nargs="+", default=[500, 5_000], help="articles a day")
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--words", type=int, default=359, help="words of the median article (default: 359)")
    parser.add_argument("--worlds", type=int, default=1, help="times that each size lies (default: 1)")
    parser.add_argument("--stages", nargs="+", default=STAGES, choices=STAGES, metavar="STAGE")
    parser.add_argument("--postgresql", metavar="URL", help="an empty database, for one size and day only")
    parser.add_argument("--keep", action="store_true", help="leave the workspaces")
    return parser


if __name__ == "__main__":
    sys.exit(main())
