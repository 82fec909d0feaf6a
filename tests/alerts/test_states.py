"""The life of a delivery, over any sequence of mishaps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumbeat.alerts import states
from drumbeat.alerts.problems import DeliveryProblem, Refused, Unanswered, Unfinished, Unreachable
from storage.records import Delivery
from tests.alerts.mailroom import NOW

OUTCOMES: dict[str, DeliveryProblem | None] = {
    "delivered": None, "refused": Refused("550"), "put off": Unfinished("451"),
    "unreachable": Unreachable("down"), "unanswered": Unanswered("silence"),
}  # fmt: skip
MISHAPS = [*OUTCOMES, "killed before the text", "killed after the text"]


def delivery(state: str = "pending", attempts: int = 0) -> Delivery:
    """A delivery in some state."""
    return Delivery(
        delivery_id="d", alert_id="a", channel="smtp", recipient="desk@example.org", message_id="<d@x>", state=state, attempts=attempts, updated_at=NOW  # type: ignore[arg-type]
    )  # fmt: skip


def open_again(step: states.Step) -> bool:
    """What the store's outbox holds."""
    return step.state in ("pending", "sending") or (
        step.state == "unknown" and step.attempts < states.LAST_UNKNOWN
    )


@given(st.lists(st.sampled_from(MISHAPS), max_size=40))
def test_never_more_than_one_duplicate(mishaps: list[str]) -> None:
    """Whatever happens, the text leaves at most twice; twice only after a try without an answer; and nothing
    is given up while it may not have left.
    """
    step = states.Step(state="pending", attempts=0, error=None)
    left = 0
    for mishap in mishaps:
        if not open_again(step):
            break
        begun = states.begin(delivery(step.state, step.attempts))
        left += mishap in ("delivered", "unanswered", "killed after the text")
        step = begun if mishap.startswith("killed") else states.finish(begun, OUTCOMES[mishap])
    assert left <= 2
    if step.state == "sent":
        assert left >= 1
    if step.state == "unknown" and step.attempts == states.LAST_UNKNOWN:
        assert any(mishap.startswith("killed") or mishap == "unanswered" for mishap in mishaps)


def test_waits_double_up_to_six_hours() -> None:
    """2, 4, 8 ... minutes, never more than six hours."""
    waits = [states.wait_after(tries) for tries in range(1, 21)]
    assert waits[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=5)


@pytest.mark.parametrize(
    ("state", "attempts", "due"),
    [("pending", 0, True), ("pending", 1, False), ("sending", 1, True), ("unknown", 1, True)],
)
def test_what_is_due_at_once(state: str, attempts: int, due: bool) -> None:
    """New and cut-off deliveries are due at once, those put off wait."""
    assert states.is_due(delivery(state, attempts), NOW) is due
    assert states.is_due(delivery(state, attempts), NOW + timedelta(hours=6))


def test_what_was_never_tried_is_not_counted() -> None:
    """An unreachable server costs no try, so that a weekend offline loses nothing."""
    step = states.Step(state="pending", attempts=0, error=None)
    for _ in range(500):
        step = states.finish(states.begin(delivery(step.state, step.attempts)), Unreachable("down"))
    assert (step.state, step.attempts) == ("pending", 0)
