"""`python -m tests quality`: the product's own functions over a data folder, predictions and figures out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from config.clock import SystemClock
from tests.quality.door import DataError, names, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 every floor is met, 1 one is missed, 2 the call or the data folder is wrong."""
    options = _parser().parse_args(arguments)
    if options.data is None:
        print("quality: no data folder; name it with --data DIR or in DRUMBEAT_DATA", file=sys.stderr)
        return 2
    try:
        summary = run(
            options.data, options.out, only=options.only or (), everything=options.all, clock=SystemClock()
        )
    except DataError as error:
        print(f"quality: {error}", file=sys.stderr)
        return 2
    for name, part in summary["sets"].items():
        for floor in part["floors"]:
            print(
                f"{'met   ' if floor['met'] else 'MISSED'} {name}: {floor['figure']} {floor['value']} (at least {floor['at_least']})"
            )
    print(f"figures and floors: {options.out / 'summary.json'}")
    return 0 if summary["floors_met"] else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests", description="What is not a unit test.")
    doors = parser.add_subparsers(dest="door", required=True)
    quality = doors.add_parser(
        "quality", help="measure the product's own stages on real data", epilog=f"sets: {', '.join(names())}"
    )
    folder = os.environ.get("DRUMBEAT_DATA")
    quality.add_argument(
        "--data",
        type=Path,
        default=Path(folder) if folder else None,
        help="data folder; default: DRUMBEAT_DATA",
    )
    quality.add_argument(
        "--out",
        type=Path,
        default=Path("quality"),
        help="predictions, summary.json and cached vectors (default: quality)",
    )
    quality.add_argument("--only", nargs="+", metavar="SET", help="these sets, or kinds of sets (`clusters`)")
    quality.add_argument("--all", action="store_true", help="the heavy sets too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
