"""A crawl killed again and again: is every page that was fetched there once, with its record?

    python -m tests.benchmarks.crawl_kills --out DIR [--hosts 667] [--kills 20] [--seed 1]

A feed and fifteen pages of each host of a local server are crawled; the crawl's whole process group is killed
(kill -9) at moments drawn over all its pages, records without a row are adopted (`storage check --adopt`), and
it is begun anew, in the end until nothing is left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from storage.archive import ArchiveReader
from storage.records import WarcPlace
from tests.benchmarks.hostile import served, workspace
from tests.benchmarks.measured import ROOT, target
from tests.crawler.hostile import ARTICLES, listing_of

NAME = "crawl_kills"
TAKES = ("out",)
SOAK = True
TINY = ("--hosts", "4", "--kills", "2")

_SAMPLE_SECONDS = 0.05
_TIME = "crawl_seconds = 100000.0\nsource_seconds = 100000.0\n"
Stored = dict[str, tuple[str, int, int, str]]
"""Address -> file, offset and length of its record, and the hash of its body."""


def measure(out: Path, hosts: int, kills: int, seed: int) -> dict[str, Any]:
    """What is there in the end, and what was lost or done twice on the way."""
    dice, pages = random.Random(seed), hosts * ARTICLES
    moments = sorted(dice.randrange(pages) for _ in range(kills))
    struck, moved, adopted = 0, 0, 0
    with served() as port:
        outlets = [(f"o{number}", *listing_of(f"healthy{number}", port)) for number in range(hosts)]
        root = workspace(out, outlets, timeout=60, delay=0)
        with (root / "drumbeat.toml").open("a", encoding="utf-8") as settings:
            settings.write(_TIME)
        before: Stored = {}
        for moment in moments:
            struck += _crawl_until(root, moment)
            adopted += _adopted(root)
            now = stored_in(root)
            moved += sum(now.get(url) != place for url, place in before.items())
            before = now
        _crawl_until(root, None)
    return _figures(root, before, pages, {"kills": struck, "moved": moved, "adopted": adopted})


def _crawl_until(root: Path, pages: int | None) -> bool:
    """Crawl until so many pages are stored, and kill it; True if it was still running."""
    with (root / "log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "drumbeat", "crawl", "--workspace", str(root), "--json"],
            cwd=ROOT,
            env=_env(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    while child.poll() is None:
        if pages is not None and _count(root) > pages:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return True
        time.sleep(_SAMPLE_SECONDS)
    return False


def _adopted(root: Path) -> int:
    """Records that were given a row."""
    done = subprocess.run(
        [sys.executable, "-m", "drumbeat", "storage", "check", "--adopt", "--workspace", str(root), "--json"],
        cwd=ROOT,
        env=_env(),
        capture_output=True,
        text=True,
        check=True,
    )
    findings = Counter(orphan["finding"] for orphan in json.loads(done.stdout)["orphans"])
    return findings["adopted"]


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _count(root: Path) -> int:
    """Pages stored so far, as another process sees it; 0 before there is a table."""
    try:
        with closing(sqlite3.connect(f"file:{root / 'drumbeat.db'}?mode=ro", uri=True)) as connection:
            [(count,)] = connection.execute("SELECT count(*) FROM pages WHERE fetch_outcome = 'stored'")
            return int(count)
    except sqlite3.OperationalError:
        return 0


def stored_in(root: Path) -> Stored:
    """The pages that are stored."""
    asked = (
        "SELECT url, warc_file, warc_offset, warc_length, sha256 FROM pages WHERE fetch_outcome = 'stored'"
    )
    with closing(sqlite3.connect(root / "drumbeat.db")) as connection:
        return {url: (file, at, size, digest) for url, file, at, size, digest in connection.execute(asked)}


def _figures(root: Path, before: Stored, pages: int, counts: dict[str, int]) -> dict[str, Any]:
    after, reader = stored_in(root), ArchiveReader(root / "archive")
    moved = counts["moved"] + sum(after.get(url) != place for url, place in before.items())
    unreadable = sum(
        sha256(reader.read(WarcPlace(file=file, offset=at, length=size)).body).hexdigest() != digest
        for file, at, size, digest in after.values()
    )
    with closing(sqlite3.connect(root / "drumbeat.db")) as connection:
        rows = connection.execute("SELECT count(*), count(DISTINCT url) FROM pages").fetchone()
    records = Counter(response.url for _, response in reader.records() if response.kind == "page")
    return {
        "pages": pages,
        "kills": counts["kills"],
        "adopted": counts["adopted"],
        "records_of_pages_fetched_twice": records.total() - len(records),
        "targets": [
            target("pages that are not stored", pages - len(after), at_most=0),
            target("stored pages that a kill took or moved", moved, at_most=0),
            target("rows beyond one a page", rows[0] - len(records), at_most=0),
            target("addresses with more than one row", rows[0] - rows[1], at_most=0),
            target("records that are missing or wrong", unreadable, at_most=0),
        ],
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hosts", type=int, default=667)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.out, options.hosts, options.kills, options.seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
