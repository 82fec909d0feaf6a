"""`drumbeat run`: open each stage's door as a child process at the times the schedule names.

    schedule.toml + last recorded runs -> jobs -> `drumbeat crawl|process|refit|report|deliver` as children
                             ^                                                        |
                             +-------------- planned anew after every run ------------+

The next run of an interval job is its last recorded run plus the interval, so nothing is stored twice and a
restart forgets nothing. Missed runs are made up for once. A command that failed, or found nothing to begin
with, is tried again within a quarter of an hour. What reads and writes narratives (process, refit, report)
runs one after the other, never side by side. A child reads its parent's pipe and ends when the parent dies,
whatever killed it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from config.clock import Clock
from config.errors import DrumbeatError
from config.schedule import Schedule
from drumbeat.parent import WATCHED_PIPE
from storage.locks import StageLock
from storage.records import Run

logger = structlog.get_logger(__name__)

STOP_SECONDS = 20.0
RETRY = timedelta(minutes=15)
"""How long a command waits that failed, if its interval is not shorter."""
LINES = {
    "crawl": "crawl",
    "process": "analysis",
    "refit": "analysis",
    "report": "analysis",
    "deliver": "deliver",
}
"""Command -> the line in which it waits for its turn; each line runs one command at a time."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Job:
    """A command, when it runs next, and how often after that."""

    command: str
    stage: str
    """The stage whose Run rows tell when the command ran last."""
    next_at: datetime
    every: timedelta


def plan(schedule: Schedule, last_run: Callable[[str], Run | None], now: datetime) -> list[Job]:
    """The jobs of a schedule, given each stage's last finished run; a job that is overdue
    is due now, once.
    """
    jobs = []
    for command, stage, minutes in (
        ("crawl", "crawl", schedule.crawl_minutes),
        ("process", "detect", schedule.process_minutes),
        ("refit", "refit", schedule.refit_minutes),
        ("deliver", "deliver", schedule.deliver_minutes),
    ):
        every = timedelta(minutes=minutes)
        jobs.append(Job(command, stage, _next_at(stage, last_run(stage), every, now), every))
    jobs.append(_report_job(schedule, last_run, now))
    return jobs


def _next_at(stage: str, last: Run | None, every: timedelta, now: datetime) -> datetime:
    """When a stage is due again; now, if it never ran."""
    # A refit that had nothing to cluster yet must not make a new workspace wait a week for its narratives.
    if last is None or (stage == "refit" and not last.counts):
        return now
    return min(max(now, last.started_at + every), now + every)


def _report_job(schedule: Schedule, last_run: Callable[[str], Run | None], now: datetime) -> Job:
    """The weekly report: due now if its moment passed since the last one, or, before the first, since
    anything was counted.
    """
    week = timedelta(days=7)
    previous = _last_weekly(schedule, now)
    last = last_run("report") or last_run("detect")
    missed = last is not None and last.started_at < previous
    return Job("report", "report", now if missed else previous + week, week)


def _last_weekly(schedule: Schedule, now: datetime) -> datetime:
    """The newest moment of the weekly report that is not after `now`."""
    at = schedule.report
    moment = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    moment -= timedelta(days=(moment.weekday() - WEEKDAYS.index(at.weekday)) % 7)
    return moment if moment <= now else moment - timedelta(days=7)


Replan = Callable[[], Sequence[Job]]
"""Gives the jobs as the recorded runs stand now."""


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
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopped.set())
        children = Children(workspace)
        scheduler = build_scheduler(replan, children.run, clock)
        scheduler.start()
        stopped.wait()
        logger.info("stopping")
        children.stop()
        # Not waiting: it would hold the lock that a command ending just now needs to plan its next turn.
        scheduler.shutdown(wait=False)


def build_scheduler(replan: Replan, run: Callable[[str], int | None], clock: Clock) -> Any:
    """An APScheduler that runs each job once at its time and plans it anew when it is done; one command at a
    time in each line.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    lines = {name: ThreadPoolExecutor(1) for name in sorted(set(LINES.values()))}
    # Two instances: a turn plans the next before it has ended, and what APScheduler holds for too many at
    # once it drops for ever.
    scheduler = BackgroundScheduler(
        timezone="UTC", executors=lines, job_defaults={"misfire_grace_time": None, "max_instances": 2}
    )

    def add(job: Job) -> None:
        logger.info("planned", command=job.command, next=job.next_at.isoformat(timespec="seconds"))
        scheduler.add_job(
            turn,
            "date",
            run_date=job.next_at,
            args=[job],
            id=job.command,
            executor=LINES[job.command],
            replace_existing=True,
        )

    def turn(job: Job) -> None:
        if _ran(job, run):
            add(next_turn(job, replan, clock))

    for job in replan():
        add(job)
    return scheduler


def _ran(job: Job, run: Callable[[str], int | None]) -> bool:
    """Run a job; whether there is a next time."""
    try:
        return run(job.command) is not None
    except OSError as problem:
        # No process could be started: memory or disk is short now, which is no reason never to try again.
        logger.error("not_started", command=job.command, problem=str(problem))
        return True


def next_turn(job: Job, replan: Replan, clock: Clock) -> Job:
    """When a job that has just run is due again: as planned, but not at once, since what is overdue still
    failed or found nothing.
    """
    again = clock.now() + min(job.every, RETRY)
    try:
        planned = next(found for found in replan() if found.command == job.command)
    except DrumbeatError as problem:
        logger.warning("not_planned", command=job.command, problem=str(problem))
        return replace(job, next_at=again)
    return planned if planned.next_at > clock.now() else replace(planned, next_at=again)
