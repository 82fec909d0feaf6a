"""When to come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.waiting import LONGEST_WAIT, is_due, next_page_attempt, next_poll_after_failure, retry_after
from storage.records import FeedState

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 02 Mar 2026 08:05:00 GMT", 300),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0),
        ("9" * 30, LONGEST_WAIT.total_seconds()),
    ],
)
def test_retry_after(value: str, seconds: float) -> None:
    """Seconds and dates, never in the past, never longer than a week."""
    wait = retry_after(value, NOW)
    assert wait is not None
    assert wait.total_seconds() == seconds


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "1.5", "²"])
def test_retry_after_that_says_nothing(value: str | None) -> None:
    """Missing or malformed headers ask for nothing."""
    assert retry_after(value, NOW) is None


def test_page_back_off() -> None:
    """Longer each time, and never shorter than the server asked."""
    waits = [next_page_attempt(NOW, attempts) - NOW for attempts in (1, 2, 3)]
    assert waits == [timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8)]
    assert next_page_attempt(NOW, 1, timedelta(hours=1)) - NOW == timedelta(hours=1)
    assert next_page_attempt(NOW, 99) - NOW == LONGEST_WAIT


def test_poll_back_off() -> None:
    """A first failure costs nothing; then the interval doubles up to half a day; Retry-After holds always."""
    assert next_poll_after_failure(NOW, 1, 60) is None
    assert next_poll_after_failure(NOW, 1, 60, timedelta(hours=3)) == NOW + timedelta(hours=3)
    assert next_poll_after_failure(NOW, 2, 60) == NOW + timedelta(minutes=108)
    assert next_poll_after_failure(NOW, 50, 60) == NOW + timedelta(hours=10, minutes=48)
    assert next_poll_after_failure(NOW, 50, 24 * 60) == NOW + timedelta(hours=24) * 0.9


def state(**changes: Any) -> FeedState:
    """A feed's state."""
    return FeedState(feed_url="http://o.example/f", source_id="o", kind="feed", **changes)


def test_due() -> None:
    """Due after its interval (a tenth early counts), at once when asked for by hand, never before Retry-After
    is over."""
    assert is_due(None, NOW, 60, by_hand=False)
    assert is_due(state(), NOW, 60, by_hand=False)
    assert is_due(state(last_polled_at=NOW - timedelta(minutes=55)), NOW, 60, by_hand=False)
    assert not is_due(state(last_polled_at=NOW - timedelta(minutes=50)), NOW, 60, by_hand=False)
    assert is_due(state(last_polled_at=NOW - timedelta(minutes=1)), NOW, 60, by_hand=True)
    assert not is_due(state(not_before=NOW + timedelta(seconds=1)), NOW, 60, by_hand=True)


def test_a_clock_that_was_wrong_silences_no_feed() -> None:
    """State written under a clock years ahead does not keep a feed waiting for that year, once the clock is
    right again."""
    ahead = NOW + timedelta(days=400)
    assert is_due(state(last_polled_at=ahead), NOW, 60, by_hand=False)
    assert is_due(state(last_polled_at=ahead, not_before=ahead + timedelta(hours=2)), NOW, 60, by_hand=False)
    assert not is_due(state(not_before=NOW + LONGEST_WAIT), NOW, 60, by_hand=False)
