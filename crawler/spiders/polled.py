"""What a spider's run says of its outlet, as a poll of a listing says it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler.answers import Answer
from crawler.listings import Listing
from crawler.spiders.running import SpiderFound


def as_poll(address: str, found: SpiderFound, at: datetime) -> tuple[Answer, Listing | None]:
    """An answer that stands for the run, and the listing in it; None where there is none.

    A spider that failed and found nothing has failed; one that found nothing because no request was answered
    well ends as its last request did.

    Args:
        address: of the spider, `spider:NAME`.
    """
    listing = Listing(links=tuple(found.links), unreadable=found.unreadable)
    answer = Answer(url=address, final_url=address, kind="spider", fetched_at=at, detail=found.problem)
    if found.links or not (found.errors or found.unanswered):
        return replace(answer, status=200), listing
    if found.errors or found.unanswered is None:
        return replace(answer, failure="spider_failed"), None
    last = found.unanswered
    return replace(
        answer, status=last.status, failure=last.failure, detail=last.detail or last.url, wait=last.wait
    ), None
