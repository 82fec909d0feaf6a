"""Between which moments something was published: one answer for copy groups, first movers and pages."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final, Protocol

from storage.records.texts import DateConfidence

WITHOUT_ZONE: Final = " without zone"
"""Ends the date source of a time whose text named no time zone: it was read as UTC and may be anywhere in the
world.
"""
UNDATED: Final = timedelta(hours=72)
"""An article without a date may be so much older than its first sighting: a live find that is older is late.
Chosen, not measured.
"""
EAST: Final = timedelta(hours=14)
WEST: Final = timedelta(hours=12)
"""Clocks are ahead of UTC by so much in the easternmost zone, and behind it by so much in the westernmost
(IANA time zone database).
"""
_DAY: Final = timedelta(days=1)


class Dated(Protocol):
    """What is known of the moment of publication."""

    @property
    def published_at(self) -> datetime | None: ...
    @property
    def date_confidence(self) -> DateConfidence: ...
    @property
    def date_source(self) -> str: ...
    @property
    def first_seen_at(self) -> datetime: ...


def published_between(item: Dated) -> tuple[datetime, datetime]:
    """The moments between which an article was published, never after it was seen.

    A and B: the stated moment; in any zone of the world where the text named none. C, and midnight, which
    states no hour: the stated day, in any zone. D: up to 72 h before it was first seen.
    """
    stated, seen = item.published_at, item.first_seen_at
    if stated is None or item.date_confidence == "D":
        return seen - UNDATED, seen
    stated = stated.astimezone(UTC)
    day = datetime.combine(stated.date(), time(), UTC)
    if item.date_confidence == "C" or stated == day:
        return min(day - EAST, seen), min(day + _DAY + WEST, seen)
    if item.date_source.endswith(WITHOUT_ZONE):
        return min(stated - EAST, seen), min(stated + WEST, seen)
    return min(stated, seen), min(stated, seen)
