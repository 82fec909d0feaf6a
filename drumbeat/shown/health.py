"""What is wrong with each feed, and the remedy, in words: for `sources health` and the
page of the sources.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from drumbeat.shown.language import say
from storage.records import FeedHealth
from storage.records.conditions import CONDITIONS

NEVER_TRIED = "never_tried"
_NEVER_TRIED = (
    "Nobody has tried this address yet.",
    "The next crawl tries it; `drumbeat sources check` does so at once.",
)


def condition(name: str) -> str:
    """What a condition of a feed is called."""
    return say(name.replace("_", " "))


@dataclass(frozen=True, slots=True)
class HealthView:
    """One feed of the source directory."""

    source_id: str
    feed_url: str
    condition: str
    meaning: str
    remedy: str
    since: datetime | None
    checked_at: datetime | None
    detail: str

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be done."""
        return self.condition == "well"


def health_views(feeds: Mapping[str, str], known: Collection[FeedHealth]) -> list[HealthView]:
    """The feeds of the directory by source and address, those that are not well first.

    Args:
        feeds: address -> source, of the directory.
    """
    by_url = {health.feed_url: health for health in known}
    views = [_view(url, source_id, by_url.get(url)) for url, source_id in feeds.items()]
    return sorted(views, key=lambda view: (view.is_well, view.source_id, view.feed_url))


def _view(url: str, source_id: str, health: FeedHealth | None) -> HealthView:
    if health is None:
        return HealthView(source_id, url, NEVER_TRIED, *_NEVER_TRIED, None, None, "")
    meaning, remedy = CONDITIONS.get(health.condition, (health.condition, ""))
    return HealthView(
        source_id, url, health.condition, meaning, remedy, health.since, health.checked_at, health.detail
    )
