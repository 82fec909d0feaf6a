"""What is wrong with a feed, by its last poll, and what to do about it. Pure.

One condition a poll: what the answer says first, then what its listing lacks, then what it has not brought
for long.
"""

from __future__ import annotations

import re
from datetime import timedelta

from crawler.answers import Answer
from crawler.challenges import is_challenge
from crawler.listings import Listing
from crawler.rhythm import Rhythm
from crawler.urls import host_of, registered_domain
from storage.records import FeedHealth, FeedPoll, FeedState

NO_NEWS_AFTER = timedelta(days=14)
"""At least so long without anything new. Chosen, not measured."""
NO_NEWS_EXPECTED = 7.0
"""Entries that should have come meanwhile, by the feed's rhythm: silence by chance is then rarer than one in
1,000 (Poisson, exp(-7)).
"""
_UNREACHED = {
    "dns_failed": "dns",
    "tls_failed": "tls",
    "timeout": "unreachable",
    "connection_failed": "unreachable",
    "private_address": "private",
}
_BY_OUTCOME = _UNREACHED | {
    "robots_denied": "robots_closed",
    "http_404": "gone",
    "http_410": "gone",
    "http_5xx": "server_error",
    "redirect_loop": "redirects",
    "bad_url": "refused",
    "spider_failed": "spider_failed",
}
_BY_STATUS = {401: "forbidden", 403: "forbidden", 451: "forbidden", 429: "rate_limited"}
_ROBOTS_CAUSE = re.compile(r"robots\.txt: (\w+)")


def health_after(
    state: FeedState, poll: FeedPoll, answer: Answer, listing: Listing | None
) -> FeedHealth | None:
    """What a poll says of its feed; None where it says nothing, because nothing was asked.

    Args:
        state: before the poll.
    """
    condition, detail = _condition(state, poll, answer, listing)
    if condition is None:
        return None
    return FeedHealth(
        feed_url=state.feed_url,
        source_id=state.source_id,
        condition=condition,
        since=poll.polled_at,
        checked_at=poll.polled_at,
        detail=detail[:500],
    )


def _condition(
    state: FeedState, poll: FeedPoll, answer: Answer, listing: Listing | None
) -> tuple[str | None, str]:
    if poll.outcome == "waiting":
        return None, ""
    if is_challenge(answer):
        return "challenge", f"HTTP {answer.status}"
    if poll.outcome in ("stored", "unchanged"):
        return _of_listing(state, poll, answer, listing)
    return condition_of(poll.outcome, answer.status, answer.detail)


def condition_of(outcome: str, status: int | None, detail: str) -> tuple[str, str]:
    """The condition behind a poll that failed, and its detail; behind a robots.txt that failed, its own
    cause.
    """
    cause = _ROBOTS_CAUSE.match(detail) if outcome == "robots_unreadable" else None
    if cause is not None:
        # A host that cannot be reached at all is told as such, whatever was asked for first.
        return _UNREACHED.get(cause[1], "robots_unreadable"), detail
    if outcome == "robots_denied" and "challenge" in detail:
        return "challenge", detail
    told = detail or (f"HTTP {status}" if status else "")
    if outcome == "http_4xx":
        return _BY_STATUS.get(status or 0, "refused"), told
    return _BY_OUTCOME.get(
        outcome, "robots_unreadable" if outcome == "robots_unreadable" else "unreadable"
    ), told


def _of_listing(state: FeedState, poll: FeedPoll, answer: Answer, listing: Listing | None) -> tuple[str, str]:
    """The condition of a feed that answers."""
    if state.kind == "spider" and answer.detail:
        return "spider_failed", answer.detail
    if poll.leads_to is not None:
        return "moved", f"every entry leads to {poll.leads_to}"
    was, is_now = (registered_domain(host_of(url)) for url in (state.feed_url, answer.final_url))
    if was != is_now:
        return "moved", f"redirected to {is_now}"
    if listing is None or listing.children:
        return _by_news(state, poll)
    had_pages = state.kind == "section" and state.last_new_at is not None
    if had_pages and not poll.followed:
        return "layout_changed", f"{poll.entries} links, none of an article"
    return _by_news(state, poll) if poll.entries else ("empty", "")


def _by_news(state: FeedState, poll: FeedPoll) -> tuple[str, str]:
    since = state.last_new_at
    if since is None or poll.new_links or poll.polled_at - since < NO_NEWS_AFTER:
        return "well", ""
    rhythm = Rhythm.of(state)
    silent = poll.polled_at - since
    # What the rhythm has forgotten since then is what it was told in vain.
    expected = rhythm.before(silent) * (silent / timedelta(days=1))
    if expected < NO_NEWS_EXPECTED:
        return "well", ""
    return "no_news", f"nothing new for {silent.days} days"
