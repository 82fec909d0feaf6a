"""What crawling a page costs, against a bare Scrapy spider that writes the same pages as WARC, in one run.

    python -m tests.benchmarks.crawling --out DIR [--hosts 200] [--rounds 3]

A feed and fifteen pages of each host of a local server, no delay, archive on, the crawler's checks and
database included. Processor seconds of the whole process tree, its start taken off by a run over two hosts;
the median of the rounds, in which the two take turns.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.hostile import served, workspace
from tests.benchmarks.measured import measured, target
from tests.crawler.hostile import ARTICLES, listing_of

NAME = "crawling"
TAKES = ("out",)
TINY = ("--hosts", "4", "--rounds", "1")

MOST_TIMES = 1.5
FEW = 2


def measure(out: Path, hosts: int, rounds: int) -> dict[str, Any]:
    """Figures of all rounds."""
    out.mkdir(parents=True, exist_ok=True)
    with served() as port:
        urls = [listing_of(f"healthy{number}", port)[0] for number in range(hosts)]
        ours, bare = [], []
        for number in range(rounds):
            ours.append(_a_page(lambda some, root=out / f"ours{number}": _ours(root, some), urls))
            bare.append(_a_page(lambda some, root=out / f"bare{number}": _bare(root, some), urls))
    ratio = median(one / other for one, other in zip(ours, bare, strict=True))
    return {
        "hosts": hosts,
        "pages": hosts * ARTICLES,
        "cpu_ms_a_page": [round(1000 * seconds, 2) for seconds in ours],
        "bare_cpu_ms_a_page": [round(1000 * seconds, 2) for seconds in bare],
        "targets": [target("crawler CPU a page, times a bare spider's", ratio, at_most=MOST_TIMES)],
    }


def _a_page(crawl: Callable[[list[str]], float], urls: list[str]) -> float:
    """Processor seconds a page, the start of the process taken off."""
    few = urls[:FEW]
    start = crawl(few)
    return (crawl(urls) - start) / ((len(urls) - len(few)) * ARTICLES)


def _ours(root: Path, urls: list[str]) -> float:
    outlets = [(f"o{number}", url, "feed") for number, url in enumerate(urls)]
    made = workspace(root, outlets, timeout=60, delay=0)
    done = measured([sys.executable, "-m", "drumbeat", "crawl", "--workspace", str(made), "--json"])
    connection = sqlite3.connect(made / "drumbeat.db")
    [(stored,)] = connection.execute("SELECT count(*) FROM pages WHERE fetch_outcome = 'stored'")
    connection.close()
    assert (done.code, stored) == (0, len(urls) * ARTICLES), done
    return done.cpu_seconds


def _bare(root: Path, urls: list[str]) -> float:
    root.mkdir(parents=True, exist_ok=True)
    done = measured([sys.executable, "-m", "tests.benchmarks.bare_spider", str(root / "bare.warc.gz"), *urls])
    assert done.answer["records"] == len(urls) * (ARTICLES + 1), done
    return done.cpu_seconds


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.out, options.hosts, options.rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
