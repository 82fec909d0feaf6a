"""What this process has of the machine: its cores, and a parent that it must not outlive."""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
from multiprocessing.connection import wait
from pathlib import Path

_CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")
"""A container's share of processor time, `QUOTA PERIOD` in microseconds, or `max PERIOD` (Linux,
cgroup v2)."""


def cores(limit: Path = _CPU_LIMIT) -> int:
    """Cores that this process may use: not more than its affinity, and not more than its container's
    share."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, _share(limit)))


def end_with_parent() -> None:
    """See to it that this worker process ends when its parent is gone, whatever killed it.

    A killed parent closes no queue and stops nobody: its workers would wait, or work on, for ever.
    """
    threading.Thread(target=_watch, name="end-with-parent", daemon=True).start()


def _watch() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _share(limit: Path) -> int:
    try:
        quota, period = limit.read_text(encoding="ascii").split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        # No such file (another system), or `max`: no limit.
        return os.cpu_count() or 1
