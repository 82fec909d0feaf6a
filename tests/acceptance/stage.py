"""Helpers for whole-product tests: commands in processes of their own, and a database as comparable rows."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from drumbeat.sample.plan import load_plan
from drumbeat.sample.workspace import init_sample_workspace
from drumbeat.stages import PROCESS
from tests.ports import free_port

_REFITTED = PROCESS.index("assign")
ANALYSIS = (*PROCESS[:_REFITTED], "refit", *PROCESS[_REFITTED:])
"""Everything between the archive and the reader; narratives are found before passages join them."""

# What may differ between two ways of arriving at the same state: which run did it, where in the archive a
# record lies, the Date header. Views quote both within their texts.
PASSING_TABLES = {"runs", "alembic_version", "feed_polls", "views"}
PASSING_COLUMNS = {
    "run_id",
    "fetch_run",
    "clean_run",
    "born_run",
    "warc_file",
    "warc_offset",
    "warc_length",
    "headers",
    "rowid",
    "lineage_id",
}


Rows = dict[str, list[tuple[object, ...]]]


@contextmanager
def sample_world(folder: Path, as_of: str) -> Iterator[Path]:
    """The sample world served as it stands at a moment, and a workspace that watches it."""
    port = free_port()
    init_sample_workspace(folder, load_plan(), port=port)
    command = [sys.executable, "-m", "drumbeat", "sample", "serve", "--port", str(port), "--as-of", as_of]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "sample world" in server.stdout.readline()
        try:
            yield folder
        finally:
            server.terminate()
            server.stdout.read()


def arguments(stage: str, workspace: Path, as_of: str) -> list[str]:
    """The command line of a stage."""
    return [
        sys.executable,
        "-m",
        "drumbeat",
        stage,
        "--workspace",
        str(workspace),
        "--as-of",
        as_of,
        "--json",
    ]


def run(stage: str, workspace: Path, as_of: str, **environ: str) -> dict[str, int]:
    """Run a stage to its end and return its counts."""
    done = subprocess.run(
        arguments(stage, workspace, as_of),
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, f"{stage}: {done.stderr[-3000:]}"
    counts: dict[str, int] = json.loads(done.stdout)["counts"]
    return counts


def run_and_kill(stage: str, workspace: Path, as_of: str, *, after_seconds: float) -> bool:
    """Start a stage and kill -9 its whole process group; True if it was still running."""
    child = subprocess.Popen(
        arguments(stage, workspace, as_of),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        child.wait(after_seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return True
    return False


def kill_points(stage: str, seconds: float, *, times: int) -> list[float]:
    """Seeded moments within a stage's usual duration, early ones too."""
    dice = random.Random(stage)
    return sorted(dice.uniform(0.25, max(0.5, seconds)) for _ in range(times))


def timed(stage: str, workspace: Path, as_of: str) -> float:
    """Run a stage and return how long it took."""
    start = time.monotonic()
    run(stage, workspace, as_of)
    return time.monotonic() - start


def rows_of(workspace: Path, *, without: Sequence[str] = ()) -> Rows:
    """Every table as sorted rows, less what only tells how the state was arrived at."""
    with sqlite3.connect(workspace / "drumbeat.db") as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        tables = [
            name
            for name in sorted(names)
            if name not in PASSING_TABLES | set(without) and "_fts" not in name and "search" not in name
        ]
        return {name: _rows(connection, name) for name in tables}


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    cursor = connection.execute(f"SELECT * FROM {table}")
    keep = [index for index, column in enumerate(cursor.description) if column[0] not in PASSING_COLUMNS]
    return sorted((tuple(row[index] for index in keep) for row in cursor), key=repr)


def assert_same(left: Rows, right: Rows) -> None:
    """Two databases hold the same; the first difference is named."""
    assert left.keys() == right.keys()
    for table in left:
        if left[table] != right[table]:
            one, other = Counter(left[table]), Counter(right[table])
            missing, added = list((one - other).elements())[:2], list((other - one).elements())[:2]
            raise AssertionError(f"{table}: missing {missing}, added {added}"[:2000])


def files_of(folder: Path) -> Mapping[str, bytes]:
    """Every file of a folder, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
