"""From the request to the alert: real pages crawled into a workspace that holds history, stage by stage.

    python -m tests.benchmarks.throughput --data DIR --out DIR [--history 100000] [--pages 1600]

The data folder's real pages are served under their own host names through a local proxy and fetched by the
product's crawler; every stage is the command that a user runs. Their dates, which lie years apart, are moved
into the last day between cleaning and copies, so that they meet the history as news does. Aim: ten articles a
second on two cores.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.measured import Measured, python, stage, target

NAME = "throughput"
TAKES = ("data", "out")
TINY = ("--history", "120", "--pages", "4", "--sources", "12")

STAGES = ("clean", "copies", "embed", "translations", "assign", "watch", "count", "detect", "alert")
CORES = 2
LEAST_RATE = 10.0


def measure(data: Path, out: Path, *, history: int, pages: int, sources: int) -> dict[str, Any]:
    """Figures of one run."""
    workspace = out / "throughput"
    shutil.rmtree(workspace, ignore_errors=True)
    made = python(
        "tests.benchmarks.desk",
        "--articles",
        str(history),
        "--sources",
        str(sources),
        "--out",
        str(workspace),
    ).answer
    for name in STAGES:
        stage(name, workspace, made["as_of"])
    as_of = (datetime.fromisoformat(made["as_of"]) + timedelta(days=1)).isoformat()
    done = {"crawl": _crawled(data, workspace, as_of, pages)}
    done["clean"] = stage("clean", workspace, as_of)
    articles = _moved(workspace / "drumbeat.db", since=made["articles"], to=datetime.fromisoformat(as_of))
    done |= {name: stage(name, workspace, as_of) for name in STAGES if name != "clean"}
    total = sum(one.cpu_seconds for one in done.values())
    rate = articles / (total / CORES)
    return {
        "history": made["articles"],
        "articles": articles,
        "cpu_ms_an_article": {
            name: round(1000 * one.cpu_seconds / articles, 1) for name, one in done.items()
        },
        "peak_mb": {name: one.peak_mb for name, one in done.items()},
        "cpu_ms_an_article_in_all": round(1000 * total / articles, 1),
        "articles_a_second_on_two_cores": round(rate, 2),
        "articles_a_second_by_wall": round(articles / sum(one.wall_seconds for one in done.values()), 2),
        "targets": [target("articles a second on two cores", rate, at_least=LEAST_RATE)],
    }


def _crawled(data: Path, workspace: Path, as_of: str, pages: int) -> Measured:
    """Serve the pages in another process, so that serving is not counted, and crawl them."""
    from tests.benchmarks.served import Served

    with Served(data, workspace, pages) as served:
        only = [part for source_id in served.source_ids for part in ("--source", source_id)]
        return stage("crawl", workspace, as_of, *only, env={"http_proxy": served.proxy})


def _moved(database: Path, *, since: int, to: datetime) -> int:
    """Spread the new articles over the day before `to`; how many there are."""
    with sqlite3.connect(database) as connection:
        numbers = [
            number
            for (number,) in connection.execute(
                "SELECT article_no FROM articles WHERE article_no > ?", (since,)
            )
        ]
        at = [
            (to - timedelta(hours=1 + 22 * place / len(numbers))).replace(tzinfo=None)
            for place in range(len(numbers))
        ]
        rows = [
            (f"{moment:%Y-%m-%d %H:%M:%S}.000000",) * 2 + (number,)
            for moment, number in zip(at, numbers, strict=True)
        ]
        connection.executemany(
            "UPDATE articles SET counted_at = ?, published_at = ?, late = 0, origin = 'live' WHERE "
            "article_no = ?",
            rows,
        )
    connection.close()
    return len(numbers)


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds html/*/pages.tar.gz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--history", type=int, default=100_000, help="articles stored before (default: 100000)"
    )
    parser.add_argument("--pages", type=int, default=1_600, help="real pages at most")
    parser.add_argument("--sources", type=int, default=300, help="outlets of the history")
    options = parser.parse_args(arguments)
    figures = measure(
        options.data, options.out, history=options.history, pages=options.pages, sources=options.sources
    )
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
