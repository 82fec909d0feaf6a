"""What a day of news costs with a million articles stored.

    python -m tests.benchmarks.million --out DIR [--articles 100000] [--worlds 10]

`tests.benchmarks.growth` at one size and 500 articles a day: the newest hundred thousand articles are as long
as real ones, the nine hundred thousand before them have two passages each, so that they fit on one disk (12
GB). An hour or more; the disk's cache is as the generator leaves it, warm.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks import growth

NAME = "million"
TAKES = ("out",)
SOAK = True
TINY = ("--articles", "120", "--per-day", "40", "--sources", "12", "--worlds", "2", "--stages", "count")


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of `growth` as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--articles", type=int, default=100_000, help="as long as real ones (default: 100000)"
    )
    parser.add_argument("--worlds", type=int, default=10, help="times that they lie (default: 10)")
    parser.add_argument("--per-day", type=int, default=500)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--stages", nargs="+", default=list(growth.STAGES), metavar="STAGE")
    options = parser.parse_args(arguments)
    shape = {
        "--sizes": options.articles,
        "--days": options.per_day,
        "--worlds": options.worlds,
        "--sources": options.sources,
    }
    told = [text for name, value in shape.items() for text in (name, str(value))]
    return growth.main(["--out", str(options.out), *told, "--stages", *options.stages])


if __name__ == "__main__":
    sys.exit(main())
