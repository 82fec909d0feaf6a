"""A world in which time passes as fast as it is told to, and the clock can be set while a schedule runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from config.schedule import Schedule
from drumbeat.turns import Job, Turns, plan
from storage.records import Run

BEGIN = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@dataclass
class SettableClock:
    """A clock that anybody may set."""

    moment: datetime = BEGIN

    def now(self) -> datetime:
        """What it shows."""
        return self.moment


@dataclass
class Seconds:
    """A stopwatch."""

    now: float = 1_000.0

    def seconds(self) -> float:
        """What it shows."""
        return self.now


@dataclass
class World:
    """Runs the commands of a schedule, each in no time at all, and writes down when."""

    schedule: Schedule
    clock: SettableClock = field(default_factory=SettableClock)
    stopwatch: Seconds = field(default_factory=Seconds)
    turns: list[tuple[str, float]] = field(default_factory=list)
    """Command and what the stopwatch showed."""
    moments: list[tuple[str, datetime]] = field(default_factory=list)
    """Command and what the clock showed."""
    runs: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turns = Turns(self._replan, self.clock, self.stopwatch)

    def play(self, span: timedelta) -> None:
        """Let time pass."""
        end = self.stopwatch.now + span.total_seconds()
        while self.stopwatch.now < end:
            for job in self._turns.take_due():
                self._run(job)
                self._turns.ended(job)
            # never quite at once, as in life
            seconds = max(self._turns.seconds_left(), 0.001)
            self.stopwatch.now += seconds
            self.clock.moment += timedelta(seconds=seconds)
            self._turns.look()

    def _run(self, job: Job) -> None:
        now = self.clock.now()
        self.turns.append((job.command, self.stopwatch.now))
        self.moments.append((job.command, now))
        run = Run(
            run_id=f"{job.stage}-{len(self.runs)}",
            stage=job.stage,
            started_at=now,
            as_of=now,
            state="done",
            seed=0,
            counts={"done": 1},
        )
        self.runs.append(run)

    def _replan(self) -> list[Job]:
        return plan(self.schedule, self._last, self.clock.now())

    def _last(self, stage: str) -> Run | None:
        """As the store tells it: the run that began last, by what the clock showed."""
        return max(
            (run for run in self.runs if run.stage == stage), key=lambda run: run.started_at, default=None
        )
