"""Which known pages of a listing are asked for again, and what a second answer is. Pure.

    refused, and still listed        a feed often runs ahead of its pages: tried again, with patience
    stored, and dated anew           the outlet says that it changed: looked at again

Both wait as retries do (`waiting.next_page_attempt`): half an hour after the first answer, then four times as
long each time, so that a feed which dates everything anew at every poll costs a handful of requests a page.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from crawler.answers import Answer, page_outcome
from crawler.outcomes import FETCH_OUTCOMES
from crawler.waiting import next_page_attempt
from storage.records import Page, PageVersion

MOST_ATTEMPTS = 10
"""Requests for one page in its life: with the waits between them a month and a half. Chosen, not measured."""
MEMORY = timedelta(days=45)
"""Pages found longer ago are not tried again: all their attempts are over. Follows from `MOST_ATTEMPTS`."""
REFUSALS = frozenset(FETCH_OUTCOMES) - {
    "stored", "duplicate", "unchanged", "waiting", "broken_feed", "bad_url", "private_address"
}  # fmt: skip
"""Outcomes of pages that a later answer may change."""
_GONE = frozenset({"http_404", "http_410"})


def may_be_tried_again(page: Page, now: datetime) -> bool:
    """Whether a page that was refused, and is still listed, is asked for once more."""
    return page.fetch_outcome in REFUSALS and _is_time(page, now)


def is_dated_anew(page: Page, listed: Page, now: datetime) -> bool:
    """Whether a listing dates a stored page later than its answer, and its turn has come.

    Args:
        page: as it is stored.
        listed: the same as the listing names it now.
    """
    stated = listed.hints.get("updated") or listed.hints.get("published")
    if page.fetch_outcome != "stored" or page.fetched_at is None or not stated:
        return False
    return datetime.fromisoformat(stated) > page.fetched_at and _is_time(page, now)


def _is_time(page: Page, now: datetime) -> bool:
    if page.attempts >= MOST_ATTEMPTS or page.fetched_at is None:
        return False
    return now >= next_page_attempt(page.fetched_at, page.attempts)


def version_after(page: Page, answer: Answer, *, run_id: str) -> PageVersion | None:
    """What a second answer adds to a page: other bytes, or that it is gone; None where it adds nothing."""
    outcome = page_outcome(answer)
    digest = sha256(answer.body).hexdigest()
    is_news = outcome in _GONE or (outcome == "stored" and digest != page.sha256)
    if not is_news:
        return None
    return PageVersion(
        page_id=page.page_id,
        fetched_at=answer.fetched_at,
        outcome=outcome,
        status=answer.status,
        sha256=digest,
        fetch_run=run_id,
    )
