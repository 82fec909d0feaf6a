"""Cores and parents: a worker takes what it may use, and goes when its parent has gone."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.machine import cores


@pytest.mark.parametrize(
    ("limit", "most"),
    [("100000 100000", 1), ("150000 100000", 2), ("max 100000", None), ("nonsense", None), (None, None)],
)
def test_a_containers_share_of_the_processor_counts(
    tmp_path: Path, limit: str | None, most: int | None
) -> None:
    """A limit in cgroups holds, rounded up; without one the affinity does."""
    path = tmp_path / "cpu.max"
    if limit is not None:
        path.write_text(limit, encoding="ascii")
    allowed = len(os.sched_getaffinity(0))
    assert cores(path) == min(allowed, most or allowed)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")
def test_the_affinity_counts(tmp_path: Path) -> None:
    """A process that is bound to one core has one, however many the machine has."""
    bound = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
    told = subprocess.run(
        [sys.executable, "-c", f"{bound}; from config.machine import cores; print(cores())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "1"


def _parent(link: multiprocessing.connection.Connection) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_child)
    child.start()
    link.send(child.pid)
    os._exit(9)  # as a kill does it: nothing is closed, nobody told


def _child() -> None:
    import time

    from config.machine import end_with_parent

    end_with_parent()
    time.sleep(120)


@pytest.mark.slow
def test_a_worker_ends_with_its_parent() -> None:
    """A parent that vanishes takes its worker along."""
    here, there = multiprocessing.Pipe()
    parent = multiprocessing.get_context("spawn").Process(target=_parent, args=(there,))
    parent.start()
    pid = here.recv()
    parent.join(30)
    for _ in range(3000):
        if not _runs(pid):
            break
        multiprocessing.connection.wait([here], timeout=0.01)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False
