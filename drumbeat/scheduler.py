"""`drumbeat run`: open each stage's door as a child process at the times the schedule names.

    schedule.toml + last recorded runs -> turns -> `drumbeat crawl|process|refit|report|deliver` as children
                             ^                                                        |
                             +-------------- planned anew after every run ------------+

The next run of an interval job is its last recorded run plus the interval, so nothing is stored twice and a
restart forgets nothing. Missed runs are made up for once. A command that failed, or found nothing to begin
with, is tried again within a quarter of an hour. What reads and writes narratives (process, refit, report)
runs one after the other, never side by side. A child reads its parent's pipe and ends when the parent dies,
whatever killed it. A clock that is set while it runs delays nothing by more than its interval (`turns.py`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from config.clock import Clock, Stopwatch, SystemStopwatch
from drumbeat.parent import WATCHED_PIPE
from drumbeat.turns import Job, Replan, Turns
from storage.locks import StageLock

logger = structlog.get_logger(__name__)

STOP_SECONDS = 20.0
"""How long a child may take to end in order. Chosen, not measured."""
LINES = {
    "crawl": "crawl",
    "process": "analysis",
    "refit": "analysis",
    "report": "analysis",
    "deliver": "deliver",
}
"""Command -> the line in which it waits for its turn; each line runs one command at a time."""


class Children:
    """The stage processes that run at present: one at a time per command, stopped together."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._guard = threading.Lock()
        self._stopping = False

    def run(self, command: str) -> int | None:
        """Run one command to its end and return its exit code; None while stopping."""
        arguments = [sys.executable, "-m", "drumbeat", command, "--workspace", str(self._workspace), "--json"]
        with self._guard:
            if self._stopping:
                return None
            child = subprocess.Popen(  # noqa: S603 - our own command line
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env={**os.environ, WATCHED_PIPE: "1"},
            )
            self._running[command] = child
        code = child.wait()
        with self._guard:
            self._running.pop(command, None)
        if child.stdin:
            child.stdin.close()
        logger.info("command", command=command, exit=code)
        return None if self._stopping else code

    def stop(self) -> None:
        """Ask every child to end, then insist."""
        with self._guard:
            self._stopping = True
            children = list(self._running.values())
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


def run_scheduler(workspace: Path, replan: Replan, clock: Clock) -> None:
    """Run what is planned until SIGTERM or SIGINT; then stop the children and return.

    Raises:
        StageBusy: another scheduler runs in this workspace.
    """
    with StageLock(workspace / "locks", "run"):
        children = Children(workspace)
        scheduler = Scheduler(replan, children.run, clock, SystemStopwatch())
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: scheduler.stop())
        scheduler.run()
        logger.info("stopping")
        children.stop()


class Scheduler:
    """Runs each job at its turn and plans it anew when it is done; one command at a time in each line.

    Args:
        run: runs a command to its end and returns its exit code; None while everything is being stopped.
    """

    def __init__(
        self, replan: Replan, run: Callable[[str], int | None], clock: Clock, stopwatch: Stopwatch
    ) -> None:
        self._run = run
        self._turns = Turns(replan, clock, stopwatch)
        self._stopped = False
        self._wake = threading.Event()
        self._lines = _lines()

    def run(self) -> None:
        """Return once `stop` was called; a command that is under way then is not waited for."""
        self._lines.start()
        while not self._stopped:
            for job in self._turns.take_due():
                self._lines.add_job(self._turn, args=[job], executor=LINES[job.command])
            # An event waits on the machine's stopwatch, whatever happens to its clock.
            self._wake.wait(self._turns.seconds_left())
            self._wake.clear()
            self._turns.look()
        # Not waiting: it would hold the lock that a command ending just now needs to plan its next turn.
        self._lines.shutdown(wait=False)

    def stop(self) -> None:
        """Begin nothing more; may be called from a signal handler."""
        self._stopped = True
        self._wake.set()

    def _turn(self, job: Job) -> None:
        if not _ran(job, self._run):
            return
        self._turns.ended(job)
        self._wake.set()


def _lines() -> Any:
    """An APScheduler with an executor for each line. It is given what is due now: its own triggers go by the
    clock alone, and stand still where that is set back.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    lines = {name: ThreadPoolExecutor(1) for name in sorted(set(LINES.values()))}
    return BackgroundScheduler(timezone="UTC", executors=lines, job_defaults={"misfire_grace_time": None})


def _ran(job: Job, run: Callable[[str], int | None]) -> bool:
    """Run a job; whether there is a next time."""
    try:
        return run(job.command) is not None
    except OSError as problem:
        # No process could be started: memory or disk is short now, which is no reason never to try again.
        logger.error("not_started", command=job.command, problem=str(problem))
        return True
