"""Which known pages of a listing are asked for again, and what a second answer is. Pure.

    refused, and still listed        a feed often runs ahead of its pages: tried again, with patience
    stored, and dated anew           the outlet says that it changed: looked at again
    stored, and a while old          looked at again, the newest first, within a budget

The first two wait as retries do (`waiting.next_page_attempt`): half an hour after the first answer, then four
times as long each time, so that a feed which dates everything anew at every poll costs a handful of requests
a page.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from crawler.answers import Answer, page_outcome, status_outcome
from crawler.outcomes import FETCH_OUTCOMES
from crawler.waiting import next_page_attempt
from storage.records import Page, PageVersion

MOST_ATTEMPTS = 10
"""Requests for one page in its life: with the waits between them a month and a half. Chosen, not measured."""
MEMORY = timedelta(days=45)
"""Pages found longer ago are not tried again: all their attempts are over. Follows from `MOST_ATTEMPTS`."""
LOOK_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=21))
"""How long after its fetch a stored page is looked at again, the first time, the second ...: most corrections
are made within a day, and what is taken away is taken away in weeks. Chosen, not measured."""
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


def look_headers(page: Page, latest: PageVersion | None) -> dict[str, str]:
    """What lets a server answer that a page is as it was; nothing where we know a later version."""
    if latest is not None:
        return {}
    stated = {
        "If-None-Match": page.headers.get("etag"),
        "If-Modified-Since": page.headers.get("last-modified"),
    }
    return {name: value for name, value in stated.items() if value}


def was_there(answer: Answer) -> bool:
    """Whether a page answered: with a page, or that nothing changed."""
    return status_outcome(answer) == "unchanged" or page_outcome(answer) == "stored"


def version_after(
    page: Page, latest: PageVersion | None, answer: Answer, *, run_id: str
) -> PageVersion | None:
    """What a later answer adds to a page: other bytes, that it is gone, or there again; None where it adds
    nothing.

    Args:
        latest: its last version that is known.
    """
    outcome = page_outcome(answer)
    digest = sha256(answer.body).hexdigest()
    before = (latest.outcome, latest.sha256) if latest is not None else ("stored", page.sha256)
    if outcome in _GONE:
        is_news = before[0] not in _GONE
    else:
        is_news = outcome == "stored" and ("stored", digest) != before
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
