"""The scheduler: rebuilt from the schedule and the last runs, children that never outlive it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.schedule import Schedule, WeeklyTime
from drumbeat.parent import WATCHED_PIPE
from drumbeat.scheduler import build_scheduler, plan
from storage.records import Run

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday


def run_at(stage: str, moment: datetime) -> Run:
    """A finished run of a stage."""
    return Run(run_id=f"{stage}-1", stage=stage, started_at=moment, as_of=moment, state="done", seed=0)


def test_a_new_workspace_starts_everything_now_but_the_report() -> None:
    """Without recorded runs every interval job is due at once; the report waits for its weekday."""
    jobs = {job.command: job for job in plan(Schedule(), lambda _stage: None, NOW)}
    assert all(jobs[name].next_at == NOW for name in ("crawl", "process", "refit", "deliver"))
    assert jobs["report"].next_at == datetime(2026, 3, 9, 6, tzinfo=UTC)


def test_next_run_is_last_run_plus_interval() -> None:
    """A restart takes up the rhythm where it was."""
    jobs = {job.command: job for job in plan(Schedule(crawl_minutes=60), lambda stage: run_at(stage, NOW - timedelta(minutes=20)), NOW)}
    assert jobs["crawl"].next_at == NOW + timedelta(minutes=40)


def test_missed_runs_are_made_up_for_once() -> None:
    """After a week off, each job is due now, one time."""
    jobs = plan(Schedule(), lambda stage: run_at(stage, NOW - timedelta(days=10)), NOW)
    assert sorted(job.command for job in jobs) == ["crawl", "deliver", "process", "refit", "report"]
    assert all(job.next_at == NOW for job in jobs)


def test_a_report_written_on_time_is_not_written_again() -> None:
    """The weekly report of this week is not repeated by a restart."""
    schedule = Schedule(report=WeeklyTime(weekday="wed", hour=12, minute=0))
    jobs = {job.command: job for job in plan(schedule, lambda stage: run_at(stage, NOW), NOW)}
    assert jobs["report"].next_at == NOW + timedelta(days=7)


def test_a_command_never_overlaps_itself() -> None:
    """A slow command is not started a second time while it runs; missed starts coalesce."""
    running, most, done = [0], [0], threading.Event()

    def work(_command: str) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        if most[0] and done.wait(0.2):
            return
        running[0] -= 1

    jobs = plan(Schedule(), lambda _stage: None, datetime.now(UTC))
    fast = [type(job)(job.command, job.stage, job.next_at, timedelta(seconds=1)) for job in jobs if job.command == "crawl"]
    scheduler = build_scheduler(fast, work)
    scheduler.start()
    try:
        deadline = time.monotonic() + 5
        while most[0] == 0 and time.monotonic() < deadline:
            done.wait(0.05)
    finally:
        scheduler.shutdown(wait=True)
    assert most[0] == 1


@pytest.mark.slow
def test_a_child_ends_well_while_its_parent_lives() -> None:
    """Watching the parent does not disturb the end of a stage: exit code 0 and nothing said."""
    arguments = [sys.executable, "-c", "from drumbeat.parent import die_with_parent; die_with_parent()"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, WATCHED_PIPE: "1"}) as child:
        assert child.stderr is not None
        assert (child.wait(), child.stderr.read()) == (0, b"")


@pytest.mark.slow
def test_children_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    """Even kill -9 of the scheduler ends a stage's process."""
    child = "from drumbeat.parent import die_with_parent; import os, threading; die_with_parent(); print(os.getpid(), flush=True); threading.Event().wait()"
    parent = (
        "import os, subprocess, sys, threading\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE, env={{**os.environ, {WATCHED_PIPE!r}: '1'}})\n"
        "threading.Event().wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        # the pipe of standard output closes when the last process that holds it has gone
        assert process.stdout.read() == ""
