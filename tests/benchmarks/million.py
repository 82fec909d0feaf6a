"""What a day of news costs with a million articles stored; texts are short, so that they fit on one disk.

    python -m tests.benchmarks.million --out DIR [--articles 1000000] [--words 40]

`tests.benchmarks.growth` at one size and 5,000 articles a day: one and a half passages an article, about 8 GB. With `--words 359` the
texts are as long as real ones, and it takes 35 GB. An hour or more; the disk's cache is as the generator leaves it, warm.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks import growth

NAME = "million"
TAKES = ("out",)
SOAK = True
TINY = ("--articles", "120", "--per-day", "40", "--sources", "12", "--stages", "count")


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of `growth` as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--per-day", type=int, default=5_000)
    parser.add_argument("--words", type=int, default=40, help="words of the median article")
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--stages", nargs="+", default=list(growth.STAGES), metavar="STAGE")
    options = parser.parse_args(arguments)
    shape = {
        "--sizes": options.articles,
        "--days": options.per_day,
        "--words": options.words,
        "--sources": options.sources,
    }
    told = [text for name, value in shape.items() for text in (name, str(value))]
    return growth.main(["--out", str(options.out), *told, "--stages", *options.stages])


if __name__ == "__main__":
    sys.exit(main())
