"""Healthy outlets beside hostile ones: when are they done, what does it take, how fast does a crawl end?

    python -m tests.benchmarks.hostile --out DIR [--healthy 10] [--rounds 3] [--timeout 30] [--delay 0]

Ten outlets without fault are crawled alone, then beside 62 that each have one (`tests.crawler.hostile`) and
stand before them in the order of ids. Measured is the time from the start of the command to the last page of
the healthy ones; the memory of the command and its children together; and the time from SIGTERM to the end.
The servers are processes of their own, one for each half.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.measured import ROOT, target
from tests.crawler.hostile import ARTICLES, hostile_names, listing_of

NAME = "hostile"
TAKES = ("out",)
TINY = ("--healthy", "2", "--rounds", "1", "--timeout", "1", "--only", "silent", "robotsfail")

LONGEST_RATIO = 1.2
MOST_MB = 400
LONGEST_END_SECONDS = 10.0
_SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Crawled:
    """One crawl, ended."""

    code: int
    healthy_seconds: float
    """From the start of the command to the last page of the healthy outlets."""
    healthy_pages: int
    healthy_cpu_seconds: float
    """What the command itself had used by then; its wall time follows the load of the machine too."""
    peak_mb: int
    """Of the command and its children together, shared pages divided among those who share them."""
    wall_seconds: float


@contextmanager
def served() -> Iterator[int]:
    """A server process; its port."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.crawler.hostile"],
        cwd=ROOT,
        env=_env(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.kill()
        child.communicate()


def workspace(root: Path, outlets: Sequence[tuple[str, str, str]], *, timeout: float, delay: float) -> Path:
    """A workspace of outlets: id, listing, kind."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    crawl = f'[crawl]\ncontact = "desk@example.org"\ndelay_seconds = {delay}\ntimeout_seconds = {timeout}\n'
    (root / "drumbeat.toml").write_text(crawl, encoding="utf-8")
    rows = (_row(*outlet) for outlet in outlets)
    (root / "sources.toml").write_text("\n".join(rows), encoding="utf-8")
    for name in ("schedule.toml", "watchlist.toml"):
        (root / name).write_text("", encoding="utf-8")
    return root


def _row(source_id: str, url: str, kind: str) -> str:
    return (
        f'[[source]]\nid = "{source_id}"\nname = "{source_id}"\n'
        f'domain = "{url.split("/")[2].partition(":")[0]}"\n'
        f'country = "XA"\nlanguages = ["en"]\nallow_private_addresses = true\n'
        f'[[source.feeds]]\nurl = "{url}"\nkind = "{kind}"\n'
    )


def crawled(root: Path) -> Crawled:
    """Crawl a workspace to the end."""
    begun, wall = datetime.now(UTC), time.monotonic()
    child = _start(root)
    peak, used = 0, [(begun, 0.0)]
    while child.poll() is None:
        peak = max(peak, _tree_kb(child.pid))
        used.append((datetime.now(UTC), _cpu_seconds(child.pid)))
        time.sleep(_SAMPLE_SECONDS)
    done = _healthy_pages(root)
    last = datetime.fromisoformat(f"{max(done)}+00:00") if done else begun
    return Crawled(
        code=child.returncode,
        healthy_seconds=(last - begun).total_seconds(),
        healthy_cpu_seconds=max(cpu for at, cpu in used if at <= last),
        healthy_pages=len(done),
        peak_mb=peak // 1024,
        wall_seconds=time.monotonic() - wall,
    )


def seconds_to_end(root: Path, *, after: float) -> float:
    """From SIGTERM to the end of a crawl that has run for `after` seconds."""
    child = _start(root)
    time.sleep(after)
    asked = time.monotonic()
    child.terminate()
    try:
        child.wait(60)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
    return time.monotonic() - asked


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _start(root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "drumbeat", "crawl", "--workspace", str(root), "--json"]
    log = (root / "log").open("ab")
    return subprocess.Popen(command, cwd=ROOT, env=_env(), stdout=log, stderr=log)


def _healthy_pages(root: Path) -> list[str]:
    asked = "SELECT fetched_at FROM pages WHERE source_id LIKE 'healthy%' AND fetch_outcome = 'stored'"
    connection = sqlite3.connect(root / "drumbeat.db")
    try:
        return [at for (at,) in connection.execute(asked)]
    finally:
        connection.close()


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process so far; 0 for one that has just ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _tree_kb(pid: int) -> int:
    """Proportional memory of a process and all below it; 0 for what has just ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return 0
    line = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) + sum(_tree_kb(int(child)) for child in children)


def measure(out: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Figures of all rounds."""
    alone, together, ends = [], [], []
    for number in range(options.rounds):
        with served() as well, served() as ill:
            healthy = [(f"healthy{n}", *listing_of(f"healthy{n}", well)) for n in range(options.healthy)]
            hostile = [(f"fault-{name}", *listing_of(name, ill)) for name in options.only or hostile_names()]
            limits = {"timeout": options.timeout, "delay": options.delay}
            alone.append(crawled(workspace(out / f"alone{number}", healthy, **limits)))
            together.append(crawled(workspace(out / f"both{number}", healthy + hostile, **limits)))
            ending = workspace(out / f"end{number}", healthy + hostile, **limits)
            ends.append(seconds_to_end(ending, after=2.0 + 2.0 * number))
    return _figures(alone, together, ends, options.healthy * ARTICLES)


def _figures(alone: list[Crawled], together: list[Crawled], ends: list[float], pages: int) -> dict[str, Any]:
    ratio = median(
        both.healthy_seconds / one.healthy_seconds for one, both in zip(alone, together, strict=True)
    )
    peak = max(both.peak_mb for both in together)
    missing = max(pages - both.healthy_pages for both in together)
    return {
        "healthy_alone_s": [round(one.healthy_seconds, 2) for one in alone],
        "healthy_together_s": [round(both.healthy_seconds, 2) for both in together],
        "healthy_alone_cpu_s": [round(one.healthy_cpu_seconds, 2) for one in alone],
        "healthy_together_cpu_s": [round(both.healthy_cpu_seconds, 2) for both in together],
        "whole_crawl_s": [round(both.wall_seconds, 1) for both in together],
        "exit_codes": [both.code for both in together],
        "peak_mb_alone": [one.peak_mb for one in alone],
        "peak_mb_together": [both.peak_mb for both in together],
        "seconds_to_end": [round(seconds, 2) for seconds in ends],
        "targets": [
            target(
                "healthy outlets beside hostile ones, times their time alone", ratio, at_most=LONGEST_RATIO
            ),
            target("pages of healthy outlets that are missing", missing, at_most=0),
            target("MB of memory", peak, at_most=MOST_MB),
            target("seconds from SIGTERM to the end", max(ends), at_most=LONGEST_END_SECONDS),
        ],
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--healthy", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=30.0, help="crawl.timeout_seconds")
    parser.add_argument("--delay", type=float, default=0.0, help="crawl.delay_seconds")
    parser.add_argument("--only", nargs="+", help="names of faults; default: all")
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.out, options)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
