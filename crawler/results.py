"""What an answer makes of a page or of a feed's state: records in, records out. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from crawler.answers import Answer, kept_headers, page_outcome, status_outcome
from crawler.listings import Listing
from crawler.rhythm import hinted_minutes
from crawler.waiting import next_page_attempt, next_poll_after_failure
from storage.records import FeedKind, FeedState, Page

WAITING = "waiting"
POLL_SUCCESSES = frozenset({"stored", "unchanged"})


def page_after(page: Page, answer: Answer, *, run_id: str, attempts_allowed: int) -> Page:
    """The page with the one outcome of this fetch, or still waiting where the reason may pass and attempts
    are left.

    A host that asked us to stay away before anything was sent costs no attempt.
    """
    outcome = page_outcome(answer)
    now = answer.fetched_at
    if outcome == WAITING:
        return replace(page, next_attempt_at=now + (answer.wait or timedelta(0)))
    attempts = page.attempts + 1
    again = answer.is_retryable and attempts < attempts_allowed
    return replace(
        page,
        final_url=answer.final_url,
        fetched_at=now,
        status=answer.status,
        headers=kept_headers(answer),
        sha256=None if answer.status is None else sha256(answer.body).hexdigest(),
        fetch_outcome=None if again else outcome,
        fetch_run=run_id,
        attempts=attempts,
        next_attempt_at=next_page_attempt(now, attempts, answer.wait) if again else None,
    )


def poll_outcome(answer: Answer, listing: Listing | None) -> str:
    """The one outcome of a poll."""
    outcome = status_outcome(answer)
    if outcome == "stored" and (listing is None or not listing.readable):
        return "broken_feed"
    return outcome


def new_state(feed_url: str, source_id: str, kind: FeedKind) -> FeedState:
    """The state of a feed that was never polled."""
    return FeedState(feed_url=feed_url, source_id=source_id, kind=kind)


def state_after(
    state: FeedState, answer: Answer, listing: Listing | None, *, poll_minutes: int | None
) -> FeedState:
    """What to remember of a feed after a poll, but for its rhythm, which is told by what is new in it.

    ETag and Last-Modified are remembered for what could be read only, and never for an index, whose children
    change without it.
    """
    outcome = poll_outcome(answer, listing)
    now = answer.fetched_at
    if outcome == WAITING:
        return replace(state, not_before=now + (answer.wait or timedelta(0)), last_outcome=outcome)
    polled = replace(state, last_polled_at=now, last_outcome=outcome)
    if outcome not in POLL_SUCCESSES:
        failures = state.failures + 1
        if state.due_at is not None and state.last_polled_at is not None:
            # at the same interval as before
            polled = replace(polled, due_at=now + (state.due_at - state.last_polled_at))
        not_before = next_poll_after_failure(now, failures, poll_minutes, answer.wait)
        return replace(polled, failures=failures, not_before=not_before)
    polled = replace(polled, failures=0, not_before=None, hint_minutes=_hint(state, answer, listing))
    return _with_validators(polled, answer, listing) if outcome == "stored" else polled


def _hint(state: FeedState, answer: Answer, listing: Listing | None) -> int | None:
    """The least interval that is asked for; an answer that brings no listing keeps what the last one said."""
    if listing is None:
        return hinted_minutes(state.hint_minutes, answer.headers, answer.fetched_at)
    return hinted_minutes(listing.ttl_minutes, answer.headers, answer.fetched_at)


def _with_validators(state: FeedState, answer: Answer, listing: Listing | None) -> FeedState:
    """The state with what lets the server answer "unchanged" next time."""
    if listing is None or listing.children:
        return replace(state, etag=None, last_modified=None)
    return replace(state, etag=answer.header("etag"), last_modified=answer.header("last-modified"))


def conditional_headers(state: FeedState) -> dict[str, str]:
    """Headers that let the server answer 304 where nothing is new."""
    stated = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in stated.items() if value}
