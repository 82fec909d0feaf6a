"""The scheduler: rebuilt from the schedule and the last runs, children that never outlive it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from config.clock import FixedClock, SystemClock, SystemStopwatch
from config.init import init_workspace
from config.schedule import Schedule, WeeklyTime
from drumbeat.parent import WATCHED_PIPE
from drumbeat.scheduler import LINES, Scheduler
from drumbeat.turns import RETRY, Job, next_turn, plan
from storage.errors import DatabaseLocked
from storage.locks import StageLock
from storage.records import Run
from tests.drumbeat.turned import World

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday


def run_at(stage: str, moment: datetime) -> Run:
    """A finished run of a stage."""
    return Run(
        run_id=f"{stage}-1",
        stage=stage,
        started_at=moment,
        as_of=moment,
        state="done",
        seed=0,
        counts={"done": 1},
    )


def test_a_new_workspace_starts_everything_now_but_the_report() -> None:
    """Without recorded runs every interval job is due at once; the report waits for its weekday."""
    jobs = {job.command: job for job in plan(Schedule(), lambda _stage: None, NOW)}
    assert all(jobs[name].next_at == NOW for name in ("crawl", "process", "refit", "deliver"))
    assert jobs["report"].next_at == datetime(2026, 3, 9, 6, tzinfo=UTC)


def test_next_run_is_last_run_plus_interval() -> None:
    """A restart takes up the rhythm where it was."""
    jobs = {
        job.command: job
        for job in plan(
            Schedule(crawl_minutes=60), lambda stage: run_at(stage, NOW - timedelta(minutes=20)), NOW
        )
    }
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


def test_a_refit_without_anything_to_cluster_is_no_refit() -> None:
    """A new workspace does not wait a week for its first narratives."""
    empty = replace(run_at("refit", NOW - timedelta(hours=1)), counts={})
    jobs = {
        job.command: job for job in plan(Schedule(), lambda stage: empty if stage == "refit" else None, NOW)
    }
    assert jobs["refit"].next_at == NOW


def test_a_first_report_is_made_up_for() -> None:
    """A machine that was off on its first Monday writes the report when it is on again; a workspace of today
    waits."""
    for counted, due in (
        (NOW - timedelta(days=4), NOW),
        (NOW - timedelta(hours=1), datetime(2026, 3, 9, 6, tzinfo=UTC)),
    ):
        last = run_at("detect", counted)
        jobs = {
            job.command: job
            for job in plan(Schedule(), lambda stage, last=last: last if stage == "detect" else None, NOW)
        }  # type: ignore[misc]
        assert jobs["report"].next_at == due


def test_a_run_in_the_future_does_not_stop_the_schedule() -> None:
    """A run played with `--as-of` next year, or a clock set back, delays a job by one interval at most."""
    jobs = plan(Schedule(), lambda stage: run_at(stage, NOW + timedelta(days=400)), NOW)
    assert all(job.next_at <= NOW + job.every for job in jobs)


@pytest.mark.parametrize(
    ("planned", "every", "expected"),
    [
        (NOW + timedelta(minutes=50), timedelta(hours=1), NOW + timedelta(minutes=50)),
        (NOW, timedelta(days=7), NOW + RETRY),
        (NOW, timedelta(minutes=5), NOW + timedelta(minutes=5)),
    ],
    ids=["done", "failed", "failed, often"],
)
def test_what_is_overdue_after_its_run_is_tried_again_soon(
    planned: datetime, every: timedelta, expected: datetime
) -> None:
    """A weekly command that failed does not wait a week, and none is repeated at once."""
    job = Job("refit", "refit", planned, every)
    assert next_turn(job, lambda: [job], FixedClock(NOW)).next_at == expected


def test_a_plan_that_cannot_be_made_keeps_the_schedule_alive() -> None:
    """A locked database when a command ends is no reason never to run it again."""

    def locked() -> list[Job]:
        raise DatabaseLocked("locked")

    assert (
        next_turn(Job("crawl", "crawl", NOW, timedelta(hours=1)), locked, FixedClock(NOW)).next_at
        == NOW + RETRY
    )


def test_analysis_runs_one_command_at_a_time_and_again() -> None:
    """Process, refit and report wait for each other; a crawl runs beside them; each comes again after its
    run."""
    now, often = datetime.now(UTC), timedelta(microseconds=1)
    at_once: dict[str, int] = {}
    most: dict[str, int] = {}
    turns: dict[str, int] = {}
    guard, done = threading.Lock(), threading.Event()

    def work(command: str) -> int:
        line = LINES[command]
        with guard:
            at_once[line] = at_once.get(line, 0) + 1
            most[line] = max(most.get(line, 0), at_once[line])
            turns[command] = turns.get(command, 0) + 1
        done.wait(0.01)
        with guard:
            at_once[line] -= 1
            if len(turns) == len(LINES) and min(turns.values()) > 2:
                done.set()
        if command == "crawl":
            raise OSError("no memory for a process")
        return 0

    scheduler = Scheduler(
        lambda: [Job(command, command, now, often) for command in LINES],
        work,
        SystemClock(),
        SystemStopwatch(),
    )
    running = threading.Thread(target=scheduler.run)
    running.start()
    try:
        assert done.wait(20), turns
    finally:
        scheduler.stop()
        running.join()
    assert most == {"crawl": 1, "analysis": 1, "deliver": 1}


@pytest.mark.parametrize("by_days", [30.0, -30.0, 400.0, -400.0, 0.02, -0.02])
@pytest.mark.parametrize("minutes", [1, 60, 1440])
def test_a_clock_that_is_set_delays_nothing_by_more_than_its_interval(by_days: float, minutes: int) -> None:
    """Set back or forward by minutes or a year between two turns, each command of an interval comes again
    within it, and
    then in its rhythm; the weekly report comes on its day of the new calendar."""
    world = World(Schedule(crawl_minutes=minutes, process_minutes=minutes, refit_minutes=minutes))
    world.play(timedelta(minutes=minutes * 2.5))
    world.clock.moment += timedelta(days=by_days)
    began = world.stopwatch.now
    world.play(timedelta(minutes=minutes * 6))
    turns = [at - began for command, at in world.turns if command == "crawl" and at >= began]
    assert turns[0] <= minutes * 60
    assert all(later - at <= minutes * 60 + 1 for at, later in pairwise(turns))
    assert len(turns) <= 8


def test_the_weekly_report_follows_the_calendar() -> None:
    """After the clock was set, the report comes at its hour of its weekday."""
    world = World(Schedule(report=WeeklyTime(weekday="mon", hour=6, minute=0)))
    world.play(timedelta(days=1))
    world.clock.moment -= timedelta(days=30, hours=5)
    world.turns.clear()
    world.play(timedelta(days=15))
    reports = [moment for command, moment in world.moments if command == "report"]
    assert [(moment.weekday(), moment.hour, moment.minute) for moment in reports[-2:]] == [(0, 6, 0)] * 2


@pytest.mark.slow
def test_two_schedulers_do_not_run_in_one_workspace(tmp_path: Path) -> None:
    """The second is told so; the first stops cleanly on SIGTERM, its children with it, and a third may
    start."""
    root = tmp_path / "desk"
    init_workspace(root)
    command = [sys.executable, "-m", "drumbeat", "run", "--workspace", str(root)]
    (root / "schedule.toml").write_text("crawl_minutes = 60\n", encoding="utf-8")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr is not None
        while "planned" not in first.stderr.readline():
            assert first.poll() is None
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        first.terminate()
        said = first.communicate(timeout=60)[1]
        assert first.returncode == 0, said
    assert second.returncode == 2
    assert "run" in second.stderr
    assert "Traceback" not in second.stderr + said
    with StageLock(root / "locks", "run"):
        pass


@pytest.mark.slow
def test_a_child_ends_well_while_its_parent_lives() -> None:
    """Watching the parent does not disturb the end of a stage: exit code 0 and nothing said."""
    arguments = [sys.executable, "-c", "from drumbeat.parent import die_with_parent; die_with_parent()"]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, WATCHED_PIPE: "1"}
    ) as child:
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
