"""Make a workspace of real size: python -m tests.benchmarks.desk --articles 10000 --out DIR [--postgresql
URL] [--per-day 500]

    ... --articles 10000 --out DIR               a new workspace; DIR must not be there
    ... --add-day 500 --out DIR                  one more day for an existing one, cleaned but not yet processed
    ... --worlds 10 --out DIR                    ten times as long a past for an existing one (see `desk.worlds`)

Articles have 578 words on average (359 in the median), 7.5 passages of about 500 characters, and come from
300 sources in 10 languages; one in five is a copy, 40 of 100 passages are in narratives. Texts are put
together from the data folder's runs of words, or from invented ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.benchmarks.desk.build import add_day, build, lengthened
from tests.benchmarks.desk.plan import MEDIAN_WORDS, Shape


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0, or 2 if the folder is in the way or missing."""
    options = _parser().parse_args(arguments)
    if options.add_day is not None:
        if not (options.out / "desk.json").is_file():
            print(
                f"desk: {options.out} was not made by this command; make it with --articles", file=sys.stderr
            )
            return 2
        print(json.dumps(add_day(options.out, options.add_day, options.words)))
        return 0
    if options.worlds is not None:
        print(json.dumps(lengthened(options.out, options.worlds, options.passages)))
        return 0
    if options.out.exists():
        print(f"desk: {options.out} is there already; name another folder or remove it", file=sys.stderr)
        return 2
    shape = Shape(
        articles=options.articles, per_day=options.per_day, seed=options.seed, sources=options.sources,
        copy_every=options.copy_every, statements=options.statements, words=options.words or MEDIAN_WORDS,
        sentences=options.sentences, known=not options.no_narratives,
    )  # fmt: skip
    print(json.dumps(build(shape, options.out, postgresql=options.postgresql, data=options.data)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.desk", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--out", type=Path, required=True, help="the workspace folder")
    parser.add_argument("--articles", type=int, default=10_000, help="about so many (default: 10000)")
    parser.add_argument("--add-day", type=int, metavar="N", help="add a day of about N unprocessed articles")
    parser.add_argument("--worlds", type=int, metavar="N", help="lay N - 1 copies of its days before them")
    parser.add_argument("--passages", type=int, default=100, help="of an article in the worlds before")
    parser.add_argument("--per-day", type=int, default=500, help="articles a day (default: 500)")
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--copy-every", type=int, default=5, help="one article in so many is a copy")
    parser.add_argument("--statements", type=int, default=10, help="watched statements")
    parser.add_argument("--words", type=int, help=f"words of the median article (default: {MEDIAN_WORDS})")
    parser.add_argument("--sentences", type=int, default=3, help="of a passage, or one more (default: 3)")
    parser.add_argument(
        "--no-narratives", action="store_true", help="an empty registry: narratives are to be found"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--postgresql", metavar="URL", help="an empty database; default: SQLite in the folder"
    )
    parser.add_argument(
        "--data", type=Path, help="folder that holds parallel/ntrex.jsonl.gz; default: invented words"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
