"""The day that a page shows somewhere, for pages that state none: htmldate's search, with our reader of
dates.

htmldate hands what it cannot read itself to dateparser, which builds tables for 200 languages first (4
CPU-seconds in every worker) and reads what is ambiguous. `stamps.find_day` reads the same lines strictly and
at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from typing import Any

from crawler.cleaning.markup import Element
from crawler.stamps import find_day


def guess_day(tree: Element, url: str, latest: date) -> date | None:
    """The day htmldate finds in a page (which it may change), at the latest `latest`."""
    with warnings.catch_warnings():
        # dateutil warns of time zone names it does not know; the day is wanted only
        warnings.simplefilter("ignore")
        try:
            found = _find_date()(
                tree, original_date=True, url=url, min_date="1995-01-01", max_date=latest.isoformat()
            )
        # border: one impossible date (an offset of 99 hours) ends its search, and costs the page nothing else
        except Exception:  # noqa: BLE001
            return None
    return date.fromisoformat(found) if found else None


class _Reader:
    """What htmldate asks of dateparser's `DateDataParser`."""

    def get_date_data(self, text: str) -> dict[str, datetime | None]:
        day = find_day(text)
        return {"date_obj": None if day is None else datetime.combine(day, time())}


@cache
def _find_date() -> Callable[..., Any]:
    from htmldate import extractors, find_date

    doors: Any = extractors
    doors.get_external_parser = _Reader
    # names of months by which htmldate would send a line without a year to dateparser: such a line is no date
    doors.month_words = frozenset
    return find_date
