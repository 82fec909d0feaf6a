"""When to come back: Retry-After, back-off, due polls. Pure; times come from the caller's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.stamps import read_mail
from storage.records import FeedState

UNSTATED_MINUTES = 60
"""Between polls of a feed that nobody knows yet and whose source states no interval. Chosen, not measured."""
LONGEST_WAIT = timedelta(days=7)
"""Whatever a server asks for, after a week we look again."""
_FIRST_PAGE_RETRY = timedelta(minutes=30)
_LONGEST_POLL_BACK_OFF = timedelta(hours=12)
_EARLY = 0.1
"""A poll may come this share of its interval early: crawls start on a schedule, and the poll before came a
little after its start."""


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header (RFC 9110 10.2.3: seconds or a date) asks to wait, at most a week.

    None where it says nothing.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        # A number of twenty digits is still only "long".
        return timedelta(seconds=min(int(text[:9]), LONGEST_WAIT.total_seconds()))
    moment = read_mail(text)
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST_WAIT)


def next_page_attempt(now: datetime, attempts: int, asked: timedelta | None = None) -> datetime:
    """When a page that failed for a passing reason `attempts` times is tried again: 30 minutes, then four
    times as long each time."""
    back_off = min(_FIRST_PAGE_RETRY * float(4 ** min(attempts - 1, 6)), LONGEST_WAIT)
    return now + max(back_off, asked or timedelta(0))


def next_poll_after_failure(
    now: datetime, failures: int, poll_minutes: int | None, asked: timedelta | None = None
) -> datetime | None:
    """Not before when a feed that failed `failures` times in a row is polled again.

    None: at its usual interval.

    The first failure costs nothing, then the interval doubles up to 12 hours, so that an outlet that is back
    is seen the same day.
    """
    interval = timedelta(minutes=poll_minutes or UNSTATED_MINUTES)
    back_off = (
        min(interval * 2 ** min(failures - 1, 10), max(_LONGEST_POLL_BACK_OFF, interval))
        if failures > 1
        else timedelta(0)
    )
    wait = max(back_off * (1 - _EARLY), asked or timedelta(0))
    return now + wait if wait else None


def is_due(state: FeedState | None, now: datetime, poll_minutes: int | None, *, by_hand: bool) -> bool:
    """Whether a feed may and should be polled now.

    It is due at the interval that its source states, else by its own rhythm (`rhythm.next_poll`). Asked for
    by hand it need not have waited, but Retry-After holds.

    A poll in the future, and a wait longer than any that is ever set, were written under a clock that has
    been put right since.
    """
    if state is None:
        return True
    interval = _interval(state, poll_minutes)
    if state.not_before is not None and now < state.not_before <= now + max(LONGEST_WAIT, interval):
        return False
    if by_hand or state.last_polled_at is None or now < state.last_polled_at:
        return True
    return now - state.last_polled_at >= interval * (1 - _EARLY)


def _interval(state: FeedState, poll_minutes: int | None) -> timedelta:
    """Between the last poll and the next one."""
    if poll_minutes is None and state.due_at is not None and state.last_polled_at is not None:
        return max(state.due_at - state.last_polled_at, timedelta(0))
    return timedelta(minutes=poll_minutes or UNSTATED_MINUTES)
