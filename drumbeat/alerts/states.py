"""The life of a delivery, in pure code.

    pending --begin--> sending --delivered--> sent
       ^                  |--refused for good, or put off too often--> failed
       |---- put off -----|
                          |--no answer to the text, or this process killed--> unknown (1)
    unknown (1) --begin--> unknown (2) --delivered--> sent
       ^                      |--refused for good--> failed
       |-------- put off -----|--no answer, or killed--> unknown (2): shown, never sent again

`begin` is committed before anything is connected, so that a killed process leaves its trace. While a delivery
is `pending` or `sending`, `attempts` counts tries; while it is `unknown`, it counts how often its text left
this machine without an answer. So the second and last try is marked in the row before it is made, and no
third can follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from drumbeat.alerts.problems import DeliveryProblem, Refused, Unanswered, Unreachable
from storage.records import Delivery, DeliveryState

FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 20
"""With these waits, about three and a half days."""
LAST_UNKNOWN = 2
KILLED = "the program was stopped while it was sending; the mail may have arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be written of a delivery."""

    state: DeliveryState
    attempts: int
    error: str | None


def wait_after(tries: int) -> timedelta:
    """How long a delivery that was put off waits: doubled with every try, up to six hours."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(tries - 1, 0), 16)
    return min(doubled, LONGEST_WAIT)


def is_due(delivery: Delivery, now: datetime) -> bool:
    """Whether it is time: at once for what is new or was cut off, after its wait for what was put off, never
    before its hour.
    """
    if delivery.state == "pending" and delivery.due_at is not None and now < delivery.due_at:
        return False
    if delivery.state == "pending" and delivery.attempts:
        return now >= delivery.updated_at + wait_after(delivery.attempts)
    return True


def begin(delivery: Delivery) -> Step:
    """What to commit before connecting; a delivery found `sending` was left by a killed process."""
    if delivery.state == "pending":
        return Step(state="sending", attempts=delivery.attempts + 1, error=delivery.last_error)
    error = KILLED if delivery.state == "sending" else delivery.last_error
    return Step(state="unknown", attempts=LAST_UNKNOWN, error=error)


def finish(begun: Step, problem: DeliveryProblem | None) -> Step:
    """What became of a try that began so."""
    if problem is None:
        return Step(state="sent", attempts=begun.attempts, error=None)
    error = str(problem)
    if begun.state == "unknown":
        return _finish_second(error, problem)
    if isinstance(problem, Unanswered):
        return Step(state="unknown", attempts=1, error=f"{error}; it will be sent once more")
    if isinstance(problem, Refused):
        return Step(state="failed", attempts=begun.attempts, error=error)
    if isinstance(problem, Unreachable):
        return Step(state="pending", attempts=begun.attempts - 1, error=error)
    return _finish_try(begun.attempts, error)


def _finish_try(attempts: int, error: str) -> Step:
    """The same where another try may still succeed."""
    if attempts >= MOST_TRIES:
        return Step(state="failed", attempts=attempts, error=f"{error}; given up after {attempts} tries")
    return Step(state="pending", attempts=attempts, error=error)


def _finish_second(error: str, problem: DeliveryProblem) -> Step:
    """The same for the one repetition of a delivery whose end is unknown."""
    if isinstance(problem, Unanswered):
        return Step(
            state="unknown",
            attempts=LAST_UNKNOWN,
            error=f"{error}; this was the second time, it is not sent again",
        )
    if isinstance(problem, Refused):
        return Step(
            state="failed",
            attempts=LAST_UNKNOWN,
            error=f"{error}; an earlier try had no answer, so that the mail may have arrived",
        )
    return Step(
        state="unknown",
        attempts=LAST_UNKNOWN - 1,
        error=f"{error}; an earlier try had no answer, it will be sent once more",
    )
