"""Play benchmarks: python -m tests.benchmarks [--only NAME ...] [--data DIR] [--out DIR] [--write]"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from config.clock import SystemClock
from tests.benchmarks.runner import (
    PAGE,
    UnknownPiece,
    chosen,
    is_met,
    pieces,
    play,
    surroundings,
    table,
    written,
)


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0, 1 if a piece failed (or, with `--check`, a target was missed), 2 if a name is unknown."""
    options = _parser().parse_args(arguments)
    if options.list:
        for piece in pieces().values():
            print(f"{piece.name:<24}{'soak  ' if piece.soak else '      '}{piece.summary}")
        return 0
    try:
        wanted = chosen(options.only, soak=options.soak)
    except UnknownPiece as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    where = surroundings(SystemClock())
    print(json.dumps(where, ensure_ascii=False), flush=True)
    results = {}
    for piece in wanted:
        figures = results[piece.name] = play(piece, data=options.data, out=options.out)
        print(table(piece.name, figures), flush=True)
        (options.out / "results.json").write_text(json.dumps({**where, "pieces": results}, indent=1) + "\n")
        if options.write and not {"error", "left_out"} & figures.keys():
            PAGE.write_text(
                written(PAGE.read_text(encoding="utf-8"), piece, figures, where), encoding="utf-8"
            )
    failed = any("error" in figures for figures in results.values())
    missed = any(not is_met(item) for figures in results.values() for item in figures.get("targets", ()))
    return int(failed or (options.check and missed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    folder = os.environ.get("DRUMBEAT_DATA")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="these pieces (see --list)")
    parser.add_argument("--list", action="store_true", help="name the pieces and stop")
    parser.add_argument("--soak", action="store_true", help="the long pieces in place of the short ones")
    parser.add_argument(
        "--data", type=Path, default=Path(folder) if folder else None, help="default: DRUMBEAT_DATA"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("bench"), help="large files and results.json (default: bench)"
    )
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    parser.add_argument("--check", action="store_true", help="a missed target is a failure")
    return parser


if __name__ == "__main__":
    sys.exit(main())
