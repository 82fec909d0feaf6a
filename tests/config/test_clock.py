"""The clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from config.clock import FixedClock, SystemClock


def test_system_clock_is_aware() -> None:
    """The machine's time carries its zone."""
    assert SystemClock().now().tzinfo is UTC


def test_fixed_clock_moves_only_forward() -> None:
    """A fixed clock stands still, advances on demand and never goes back."""
    clock = FixedClock(datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == datetime(2026, 1, 5, 6, tzinfo=UTC) == clock.now()
    clock.advance(timedelta(days=1))
    assert clock.now().day == 6
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(timedelta(seconds=-1))


def test_naive_moments_are_refused() -> None:
    """A time without a zone is an error that shows how to write it."""
    with pytest.raises(ValueError, match="has no time zone"):
        FixedClock(datetime(2026, 1, 5))
