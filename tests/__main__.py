"""What is not the whole test suite: `quality` over a data folder, `cases` over a folder of cases, `stream`
for headlines played day by day, `unit` the fast tests alone.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.tiers import ROOT, unit_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 every floor is met or every test passed, 1 one is missed or failed, 2 the call or the data
    folder is wrong.
    """
    options = _parser().parse_args(arguments)
    doors = {"unit": _unit, "stream": _stream, "quality": _quality, "cases": _cases}
    return doors[options.door](options)


def _cases(options: argparse.Namespace) -> int:
    from tests.cases.main import run

    return run(options.dir, options.out, frozenset(options.door_of or ()))


def _unit(options: argparse.Namespace) -> int:
    """Play the unit tier; files without tests of it are not even imported."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "unit", *unit_files()]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _stream(options: argparse.Namespace) -> int:
    """Play files of headlines, and say what the product would have told of them."""
    import structlog

    from tests.quality.stream import run

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    absent = [path for path in options.headlines if not path.is_file()]
    if absent:
        print(f"stream: {absent[0]} is no file", file=sys.stderr)
        return 2
    summary = run(options.headlines, options.out, texts=options.texts)
    print(json.dumps(summary, indent=1))
    return 0


def _quality(options: argparse.Namespace) -> int:
    from config.clock import SystemClock
    from tests.quality.door import DataError, run

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
            print(_floor_line(name, floor))
    print(f"figures and floors: {options.out / 'summary.json'}")
    return 0 if summary["floors_met"] else 1


def _floor_line(name: str, floor: dict[str, Any]) -> str:
    met = "met   " if floor["met"] else "MISSED"
    return f"{met} {name}: {floor['figure']} {floor['value']} (at least {floor['at_least']})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests", description="What is not the whole test suite.")
    doors = parser.add_subparsers(dest="door", required=True)
    doors.add_parser("unit", help="play the unit tier: fast tests that need nothing outside of their process")
    _add_stream(doors)
    quality = doors.add_parser("quality", help="measure the product's own stages on real data")
    folder = os.environ.get("DRUMBEAT_DATA")
    default = Path(folder) if folder else None
    quality.add_argument("--data", type=Path, default=default, help="data folder; default: DRUMBEAT_DATA")
    quality.add_argument(
        "--out",
        type=Path,
        default=Path("quality"),
        help="predictions, summary.json and cached vectors (default: quality)",
    )
    quality.add_argument("--only", nargs="+", metavar="SET", help="these sets, or kinds of sets (`clusters`)")
    quality.add_argument("--all", action="store_true", help="the heavy sets too")
    cases = doors.add_parser("cases", help="play a folder of cases, a line of output each (tests/cases)")
    cases.add_argument("--dir", type=Path, required=True, help="folder with cases.jsonl")
    cases.add_argument("--out", type=Path, required=True, help="file for the lines")
    cases.add_argument("--only", dest="door_of", nargs="+", metavar="DOOR", help="cases of these doors")
    return parser


def _add_stream(doors: Any) -> None:
    stream = doors.add_parser("stream", help="play headlines day by day, with a new workspace's settings")
    stream.add_argument(
        "--headlines",
        type=Path,
        nargs="+",
        required=True,
        metavar="FILE",
        help="gzipped JSON lines: id, outlet, headline, first_seen; published, lang, country, text if known",
    )
    stream.add_argument("--out", type=Path, required=True, help="what was found, and cached vectors")
    stream.add_argument("--texts", action="store_true", help="play each row's `text`, where it has one")


if __name__ == "__main__":
    sys.exit(main())
