"""Between which moments an article was published: the one answer, for copies and for who was first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from config.clock import midnight
from storage.records.texts import DateConfidence

UNDATED: Final = timedelta(hours=72)
"""An article without a date may be so much older than its first sighting; so far back a live find counts too."""
EAST, WEST = timedelta(hours=14), timedelta(hours=12)
"""A day is the outlet's own: in the easternmost zone it begins so much earlier than in UTC, in the westernmost
it ends so much later."""
_DAY: Final = timedelta(days=1)


class Dated(Protocol):
    """What is known of an article's date: an `Article`, a `PassageRow`."""

    @property
    def published_at(self) -> datetime | None:
        """The stated time."""

    @property
    def date_confidence(self) -> DateConfidence:
        """How far it is trusted."""

    @property
    def first_seen_at(self) -> datetime:
        """When it was there at the latest."""


def published_between(article: Dated) -> tuple[datetime, datetime]:
    """The moments between which an article was published, as far as its date can be trusted.

    Never after it was seen.

    A and B: the stated moment, or its day where only midnight is stated. C: the stated day. A day is taken in any
    zone of the world. D, or no date: up to `UNDATED` before it was first seen.
    """
    stated, seen = article.published_at, article.first_seen_at
    if stated is None or article.date_confidence == "D":
        return seen - UNDATED, seen
    stated = stated.astimezone(UTC)
    day = midnight(stated.date())
    if article.date_confidence == "C" or stated == day:
        return min(day - EAST, seen), min(day + _DAY + WEST, seen)
    return min(stated, seen), min(stated, seen)
