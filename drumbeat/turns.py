"""When each command of `drumbeat run` has its turn: planned by the clock, waited for on a stopwatch.

    schedule + last recorded runs --plan--> jobs --Turns--> seconds to wait --> due --> run --> planned anew

A clock that is set back or forward moves no turn further away than its interval: the waiting is done on a
stopwatch that nobody sets, and what waits is planned anew when the two no longer agree.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

import structlog

from config.clock import Clock, Stopwatch
from config.errors import DrumbeatError
from config.schedule import Schedule
from storage.records import Run

logger = structlog.get_logger(__name__)

RETRY = timedelta(minutes=15)
"""How long a command waits that failed, if its interval is not shorter. Chosen, not measured."""
LOOK_SECONDS = 20.0
"""So often clock and stopwatch are compared. Chosen, not measured."""
SET_BY = timedelta(minutes=1)
"""What they may differ by: machines correct their clocks by seconds. Chosen, not measured."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Job:
    """A command, when it runs next, and how often after that."""

    command: str
    stage: str
    """The stage whose Run rows tell when the command ran last."""
    next_at: datetime
    every: timedelta


def plan(
    schedule: Schedule, last_run: Callable[[str], Run | None], now: datetime, zone: tzinfo = UTC
) -> list[Job]:
    """The jobs of a schedule, given each stage's last finished run; a job that is overdue
    is due now, once.

    Args:
        zone: by whose clock the weekly report has its hour.
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
    jobs.append(_report_job(schedule, last_run, now.astimezone(zone)))
    return jobs


def _next_at(stage: str, last: Run | None, every: timedelta, now: datetime) -> datetime:
    """When a stage is due again; now, if it never ran."""
    # A refit that had nothing to cluster yet must not make a new workspace wait a week for its narratives.
    if last is None or (stage == "refit" and not last.counts):
        return now
    return min(max(now, last.started_at + every), now + every)


def _report_job(schedule: Schedule, last_run: Callable[[str], Run | None], local: datetime) -> Job:
    """The weekly report: due now if its moment passed since the last one, or, before the first, since
    anything was counted.

    Args:
        local: now, by the clock of its readers: the report keeps its hour when the clocks change.
    """
    previous = _last_weekly(schedule, local)
    following = (previous + timedelta(days=7)).astimezone(UTC)
    last = last_run("report") or last_run("detect")
    missed = last is not None and last.started_at < previous.astimezone(UTC)
    next_at = local.astimezone(UTC) if missed else following
    # A week has an hour more or less when the clocks change.
    return Job("report", "report", next_at, following - previous.astimezone(UTC))


def _last_weekly(schedule: Schedule, now: datetime) -> datetime:
    """The newest moment of the weekly report that is not after `now`, by the clock of `now`."""
    at = schedule.report
    moment = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    moment -= timedelta(days=(moment.weekday() - WEEKDAYS.index(at.weekday)) % 7)
    return moment if moment <= now else moment - timedelta(days=7)


Replan = Callable[[], Sequence[Job]]
"""Gives the jobs as the recorded runs stand now."""


class Turns:
    """The commands that wait, each for its moment on the stopwatch; safe to use from several threads."""

    def __init__(self, replan: Replan, clock: Clock, stopwatch: Stopwatch) -> None:
        self._replan, self._clock, self._stopwatch = replan, clock, stopwatch
        self._guard = threading.Lock()
        self._waiting: dict[str, tuple[Job, float]] = {}
        self._zero = self._clock_zero()
        for job in replan():
            self._add(job)

    def seconds_left(self) -> float:
        """How long nothing is due, `LOOK_SECONDS` at most."""
        with self._guard:
            first = min((at for _, at in self._waiting.values()), default=float("inf"))
        return min(max(0.0, first - self._stopwatch.seconds()), LOOK_SECONDS)

    def take_due(self) -> list[Job]:
        """The jobs whose turn it is; whoever takes one gives it back with `ended`."""
        now = self._stopwatch.seconds()
        with self._guard:
            due = [job for job, at in self._waiting.values() if at <= now]
            for job in due:
                del self._waiting[job.command]
        return due

    def ended(self, job: Job) -> None:
        """A job has run: let it wait for its next turn."""
        self._add(next_turn(job, self._replan, self._clock))

    def look(self) -> None:
        """Plan anew what waits, if the clock was set since the last look."""
        zero = self._clock_zero()
        if abs(zero - self._zero) < SET_BY:
            return
        try:
            planned = {job.command: job for job in self._replan()}
        except DrumbeatError as problem:
            # The database is busy; the next look comes soon.
            logger.warning("not_planned", problem=str(problem))
            return
        logger.info("clock_set", by_seconds=round((zero - self._zero).total_seconds()))
        self._zero = zero
        with self._guard:
            waiting = list(self._waiting.values())
        for job, at in waiting:
            # a day of the week is told by the clock alone; an interval that has begun gets no longer
            longest = float("inf") if job.command == "report" else at
            self._add(planned.get(job.command, job), longest=longest)

    def _add(self, job: Job, *, longest: float = float("inf")) -> None:
        wait = max(timedelta(0), min(job.next_at - self._clock.now(), job.every))
        at = min(self._stopwatch.seconds() + wait.total_seconds(), longest)
        with self._guard:
            self._waiting[job.command] = (job, at)
        logger.info("planned", command=job.command, next=job.next_at.isoformat(timespec="seconds"))

    def _clock_zero(self) -> datetime:
        """What the clock showed when the stopwatch began, by what both show now."""
        return self._clock.now() - timedelta(seconds=self._stopwatch.seconds())


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
