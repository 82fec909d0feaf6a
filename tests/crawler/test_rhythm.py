"""When a feed is polled next: its own rhythm, what it asks for, and a thousand outlets in small."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.feeds import parse_listing
from crawler.rhythm import LONGEST, SHORTEST, Rhythm, hinted_minutes, next_poll, state_after_poll
from crawler.waiting import is_due
from storage.records import FeedState
from tests.benchmarks import polling
from tests.crawler.lab import NOW, Lab, source
from tests.crawler.server import LocalSite, Page, rss

MakeLab = Callable[..., Lab]
HOUR = timedelta(hours=1)


def polled(state: FeedState, at: datetime, *new: datetime, minutes: int | None = None) -> FeedState:
    """The state after one more poll that brought some entries."""
    since = state.last_polled_at
    after = FeedState(
        feed_url=state.feed_url,
        source_id="o",
        kind="feed",
        last_polled_at=at,
        rhythm=state.rhythm,
        hint_minutes=state.hint_minutes,
    )
    return state_after_poll(after, since, new, poll_minutes=minutes)


def fresh(**changes: Any) -> FeedState:
    """A feed that nobody knows."""
    return FeedState(feed_url="http://o.example/f", source_id="o", kind="feed", **changes)


def waits(state: FeedState) -> timedelta:
    """Until the next poll."""
    assert state.due_at is not None and state.last_polled_at is not None
    return state.due_at - state.last_polled_at


def test_an_unknown_feed_is_asked_within_the_hour() -> None:
    """Nothing known, nothing dated: about every 40 minutes, and no bound is passed."""
    assert timedelta(minutes=30) <= waits(polled(fresh(), NOW)) <= HOUR


@pytest.mark.parametrize("entries", [1, 20, 500])
def test_bounds(entries: int) -> None:
    """However much an outlet publishes, ten minutes lie between two polls; however little, a day."""
    busy = polled(fresh(), NOW, *(NOW - timedelta(minutes=7 * n) for n in range(entries * 5)))
    assert waits(busy) >= SHORTEST
    silent = fresh()
    for day in range(60):
        silent = polled(silent, NOW + timedelta(days=day))
    assert waits(silent) == LONGEST


def test_by_day_and_not_by_night() -> None:
    """An outlet that publishes from 8 to 18 is asked more often then than in the middle of the night."""
    rhythm = Rhythm()
    for day in range(14):
        midnight = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day)
        rhythm = rhythm.watched(1.0, [midnight + HOUR * hour for hour in range(8, 18)])
    noon, night = datetime(2026, 3, 20, 12, tzinfo=UTC), datetime(2026, 3, 20, 21, tzinfo=UTC)
    assert next_poll(rhythm, noon) - noon <= timedelta(minutes=30)
    assert next_poll(rhythm, night) - night >= 4 * HOUR


def test_a_changed_rhythm_is_learnt_again() -> None:
    """A feed that falls silent after a busy month is asked hourly at most two weeks later."""
    state = polled(fresh(), NOW)
    for hour in range(30 * 24):
        at = NOW + HOUR * (hour + 1)
        state = polled(state, at, at - timedelta(minutes=10), at - timedelta(minutes=30))
    busy = waits(state)
    for day in range(14):
        state = polled(state, NOW + timedelta(days=31 + day))
    assert busy <= timedelta(minutes=15)
    assert waits(state) > busy * 2


@pytest.mark.parametrize(
    ("ttl", "headers", "minutes"),
    [
        (None, {}, None),
        (60, {}, 60),
        (5, {"Cache-Control": "public, max-age=1800"}, 30),
        (None, {"Cache-Control": "s-maxage=7200"}, None),
        (None, {"Cache-Control": "max-age=31536000"}, None),
        (None, {"Expires": "Mon, 02 Mar 2026 08:45:00 GMT"}, 45),
        (None, {"Expires": "Mon, 02 Mar 2026 07:00:00 GMT"}, None),
        (None, {"Expires": "0"}, None),
        (None, {"Expires": "soon", "Cache-Control": 'max-age="x"'}, None),
        (99_999, {}, None),
    ],
)
def test_hints(ttl: int | None, headers: dict[str, str], minutes: int | None) -> None:
    """`ttl`, Cache-Control and Expires, the longest counts; what a template says for a year counts for
    nothing.
    """
    assert hinted_minutes(ttl, headers.items(), NOW) == minutes


def test_a_hint_holds_and_a_stated_interval_goes_before_all() -> None:
    """A busy feed whose `ttl` is an hour is asked hourly; an interval in the directory is
    kept to the minute.
    """
    new = [NOW - timedelta(minutes=5 * n) for n in range(200)]
    assert waits(polled(fresh(), NOW, *new)) == SHORTEST
    assert waits(polled(fresh(hint_minutes=60), NOW, *new)) == HOUR
    assert waits(polled(fresh(), NOW, *new, minutes=240)) == 4 * HOUR


def test_ttl_of_a_feed() -> None:
    """RSS states it in minutes; nonsense is none."""
    item = b"<item><link>http://o.example/1</link></item>"
    feed = b"<rss version='2.0'><channel><ttl>%s</ttl>" + item + b"</channel></rss>"
    assert parse_listing("feed", feed % b"45", "http://o.example/").ttl_minutes == 45
    assert parse_listing("feed", feed % b"often", "http://o.example/").ttl_minutes is None


def test_due_by_its_rhythm() -> None:
    """A feed is due when its rhythm says so, and at its source's interval where that is stated."""
    state = fresh(last_polled_at=NOW, due_at=NOW + timedelta(minutes=10))
    assert not is_due(state, NOW + timedelta(minutes=8), None, by_hand=False)
    assert is_due(state, NOW + timedelta(minutes=10), None, by_hand=False)
    assert not is_due(state, NOW + timedelta(minutes=10), 60, by_hand=False)


def test_a_crawl_remembers_the_rhythm(site: LocalSite, lab: MakeLab) -> None:
    """A feed whose entries came every five minutes is polled again after ten; one that asks for an hour is
    not.
    """
    dates = [f"Mon, 02 Mar 2026 0{7 - n // 12}:{59 - 5 * (n % 12):02d}:00 GMT" for n in range(24)]
    links = [(f"/news/{n}.html", dates[n]) for n in range(24)]
    quick = site.put("/quick.xml", Page(rss(links), "application/rss+xml"))
    slow = site.put("/slow.xml", Page(rss(links, extra="<ttl>60</ttl>"), "application/rss+xml"))
    made = lab(source([quick, slow]))
    made.crawl()
    made.later(minutes=10)
    assert made.crawl()["polls"] == 1
    assert len(site.seen("/quick.xml")) == 2


def test_many_outlets_in_small() -> None:
    """Sixty simulated outlets: soon enough, cheap enough, and no host faster than its delay."""
    figures = polling.measure(60, 2, 4, seed=3)
    for goal in figures["targets"]:
        assert goal.get("at_least", 0) <= goal["value"] <= goal.get("at_most", 1e9), goal
