"""`drumbeat run`: open each stage's door as a child process at the times the schedule names.

    schedule.toml + last recorded runs -> jobs -> `drumbeat crawl|process|refit|report|deliver` as children

Jobs are rebuilt at every start: the next run of an interval job is its last recorded run plus the interval, so nothing
is stored twice and a restart forgets nothing. Missed runs coalesce into one. A child reads its parent's pipe and ends
when the parent dies, whatever killed it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from config.schedule import Schedule
from drumbeat.parent import WATCHED_PIPE
from storage.records import Run

logger = structlog.get_logger(__name__)

STOP_SECONDS = 20.0
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
    """The jobs of a schedule, given each stage's last recorded run; a job that is overdue is due now, once."""
    jobs = []
    for command, stage, minutes in (
        ("crawl", "crawl", schedule.crawl_minutes),
        ("refit", "refit", schedule.refit_minutes),
        ("process", "detect", schedule.process_minutes),
        ("deliver", "deliver", schedule.deliver_minutes),
    ):
        every = timedelta(minutes=minutes)
        last = last_run(stage)
        jobs.append(Job(command, stage, max(now, last.started_at + every) if last else now, every))
    week = timedelta(days=7)
    previous = _last_weekly(schedule, now)
    last_report = last_run("report")
    missed = last_report is not None and last_report.started_at < previous
    jobs.append(Job("report", "report", now if missed else previous + week, week))
    return jobs


def _last_weekly(schedule: Schedule, now: datetime) -> datetime:
    """The newest moment of the weekly report that is not after `now`."""
    at = schedule.report
    moment = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    moment -= timedelta(days=(moment.weekday() - WEEKDAYS.index(at.weekday)) % 7)
    return moment if moment <= now else moment - timedelta(days=7)


class Children:
    """The stage processes that run at present: one at a time per command, stopped together."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._guard = threading.Lock()
        self._stopping = False

    def run(self, command: str) -> int | None:
        """Run one command to its end; None while stopping."""
        arguments = [sys.executable, "-m", "drumbeat", command, "--workspace", str(self._workspace), "--json"]
        with self._guard:
            if self._stopping:
                return None
            child = subprocess.Popen(  # noqa: S603 - our own command line
                arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env={**os.environ, WATCHED_PIPE: "1"}
            )
            self._running[command] = child
        code = child.wait()
        with self._guard:
            self._running.pop(command, None)
        if child.stdin:
            child.stdin.close()
        logger.info("command", command=command, exit=code)
        return code

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


def run_scheduler(workspace: Path, jobs: Sequence[Job]) -> None:
    """Run the jobs until SIGTERM or SIGINT; then stop the children and return."""
    children = Children(workspace)
    scheduler = build_scheduler(jobs, children.run)
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    scheduler.start()
    for job in jobs:
        logger.info("planned", command=job.command, next=job.next_at.isoformat(), every_minutes=int(job.every.total_seconds() // 60))
    stopped.wait()
    logger.info("stopping")
    children.stop()
    scheduler.shutdown(wait=True)


def build_scheduler(jobs: Sequence[Job], run: Callable[[str], Any]) -> Any:
    """An APScheduler with the jobs in memory: missed runs coalesce, one run of a command at a time."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        scheduler.add_job(
            run,
            "interval",
            args=[job.command],
            id=job.command,
            seconds=job.every.total_seconds(),
            start_date=job.next_at,
            next_run_time=job.next_at,
        )
    return scheduler
