"""How soon is published what a thousand outlets bring, and what does asking cost? Played on a virtual clock.

    python -m tests.benchmarks.polling [--sources 1000] [--days 4] [--warm-up 10] [--seed 1] [--a-day 12]

Outlets of realistic rhythm: articles a day log-normal (median 12, a twelfth of them more than 60), by day and
not by night in their time zone, half as many at weekends, one in eight publications a batch of up to five;
one in six has a section page or feed without dates; one in seven states a `ttl`; one in five shares its host
with four others. The product decides when a feed is due (`crawler.waiting`, `crawler.rhythm`); crawls begin
as the schedule says, hosts are asked one request at a time with the usual delay, and an outlet has its share
of a crawl's time. Measured is the time from publication to the page's answer, and the polls against one every
ten minutes.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from config.schedule import Schedule
from config.settings import CrawlSettings
from crawler.rhythm import hinted_minutes, state_after_poll
from crawler.waiting import is_due
from storage.records import FeedState
from tests.benchmarks.measured import target

NAME = "polling"
TINY = ("--sources", "20", "--days", "1", "--warm-up", "1")

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
SETTINGS = CrawlSettings()
EVERY = timedelta(minutes=Schedule().crawl_minutes)
ANSWER_SECONDS = 1.0
FIXED_POLLS_A_DAY = 144.0
MOST_MINUTES, MOST_SHARE = 10.0, 0.4
_AWAKE = (2, 1, 1, 1, 2, 4, 8, 12, 14, 14, 14, 13, 12, 12, 12, 12, 12, 12, 11, 10, 8, 6, 4, 3)
"""Publications by hour of the outlet's own day, of a newsroom."""


@dataclass(slots=True)
class Outlet:
    """One feed, what it will publish, and what is remembered of it."""

    host: str
    published: list[datetime]
    is_dated: bool
    state: FeedState
    taken: int = 0
    """Publications that were found."""
    waiting: list[datetime] = field(default_factory=list)
    """Found, and not fetched yet."""


@dataclass(slots=True)
class Played:
    """What happened from `since` on."""

    since: datetime
    polls: int = 0
    minutes: list[float] = field(default_factory=list)
    requests: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))


def outlets(count: int, days: int, seed: int, a_day: float) -> list[Outlet]:
    """Outlets with all that they publish in so many days; half of them more than `a_day` a day."""
    dice = random.Random(seed)
    return [_outlet(number, days, dice, a_day) for number in range(count)]


def _outlet(number: int, days: int, dice: random.Random, a_day: float) -> Outlet:
    url = f"http://o{number}.example/feed"
    ttl = dice.choice((15, 30, 60)) if dice.random() < 1 / 7 else None
    host = f"shared{number // 5}" if number % 25 < 5 else f"o{number}"
    state = FeedState(
        feed_url=url, source_id=f"o{number}", kind="feed", hint_minutes=hinted_minutes(ttl, (), BEGIN)
    )
    rate = min(a_day * math.exp(dice.gauss(0, 1.2)), 300)
    published = sorted(_publications(rate, dice.randrange(24), days, dice))
    return Outlet(host=host, published=published, is_dated=dice.random() > 1 / 6, state=state)


def _publications(a_day: float, zone: int, days: int, dice: random.Random) -> Iterator[datetime]:
    """Moments, from a week before the beginning on."""
    for day in range(-7, days):
        morning = BEGIN + timedelta(days=day)
        level = a_day * (0.5 if morning.weekday() >= 5 else 1.1) / sum(_AWAKE)
        for hour in range(24):
            for _ in range(_poisson(level * _AWAKE[(hour + zone) % 24], dice)):
                moment = morning + timedelta(hours=hour + dice.random())
                yield moment
                if dice.random() < 1 / 8:
                    yield from (moment + timedelta(seconds=30 * n) for n in range(1, dice.randint(2, 5)))


def _poisson(mean: float, dice: random.Random) -> int:
    count, left = 0, dice.expovariate(1.0)
    while left < mean:
        count += 1
        left += dice.expovariate(1.0)
    return count


def play(feeds: list[Outlet], days: int, warm_up: int) -> Played:
    """Crawl after crawl, as `drumbeat run` begins them."""
    played = Played(BEGIN + timedelta(days=warm_up))
    by_host: dict[str, list[Outlet]] = defaultdict(list)
    for feed in feeds:
        by_host[feed.host].append(feed)
    free: dict[str, datetime] = {}
    now, end = BEGIN, BEGIN + timedelta(days=days)
    while now < end:
        ends = [_crawl_host(host, mine, now, free, played) for host, mine in by_host.items()]
        now = max(now + EVERY, *ends)
    return played


def _crawl_host(
    host: str, feeds: list[Outlet], begun: datetime, free: dict[str, datetime], played: Played
) -> datetime:
    """One crawl of the outlets on a host, in turn; when it is over."""
    until = begun + timedelta(seconds=SETTINGS.source_seconds)
    turns: list[tuple[int, int]] = []
    for number, feed in enumerate(feeds):
        if is_due(feed.state, begun, None, by_hand=False) or feed.waiting:
            heapq.heappush(turns, (0, number))
    now = begun
    while turns:
        served, number = heapq.heappop(turns)
        at = max(now, free.get(host, begun))
        if at + timedelta(seconds=ANSWER_SECONDS) > until:
            break
        free[host] = at + timedelta(seconds=SETTINGS.delay_seconds)
        now = at + timedelta(seconds=ANSWER_SECONDS)
        if at >= played.since:
            played.requests[host].append(at)
        if _serve(feeds[number], at, now, begun, played):
            heapq.heappush(turns, (served + 1, number))
    return now


def _serve(feed: Outlet, at: datetime, answered: datetime, begun: datetime, played: Played) -> bool:
    """One request of an outlet, its poll first; whether it has more to ask for."""
    last = feed.state.last_polled_at
    if (last is None or last < begun) and is_due(feed.state, begun, None, by_hand=False):
        _poll(feed, at, played)
    elif feed.waiting:
        published = feed.waiting.pop()
        if published >= played.since:
            played.minutes.append((answered - published) / timedelta(minutes=1))
    return bool(feed.waiting)


def _poll(feed: Outlet, at: datetime, played: Played) -> None:
    since = feed.state.last_polled_at
    known, feed.taken = feed.taken, bisect_right(feed.published, at)
    new = feed.published[known : feed.taken]
    # Newest first, as pages are fetched: popped from the end.
    feed.waiting = new + feed.waiting if since is None else feed.waiting + new
    state = replace(feed.state, last_polled_at=at)
    stated: list[datetime | None] = [moment if feed.is_dated else None for moment in new[-40:]]
    feed.state = state_after_poll(state, since, stated, poll_minutes=None)
    played.polls += at >= played.since


def measure(sources: int, days: int, warm_up: int, *, seed: int = 1, a_day: float = 12) -> dict[str, Any]:
    """Figures of one play."""
    feeds = outlets(sources, days + warm_up, seed, a_day)
    played = play(feeds, days + warm_up, warm_up)
    share = played.polls / (sources * days * FIXED_POLLS_A_DAY)
    minutes = sorted(played.minutes)
    gaps = [
        (after - before).total_seconds()
        for times in played.requests.values()
        for before, after in pairwise(times)
    ]
    return {
        "sources": sources,
        "articles": len(minutes),
        "polls_a_source_and_day": round(played.polls / sources / days, 1),
        "minutes_to_storage": {
            "median": round(median(minutes), 1),
            "90_percent": round(minutes[int(0.9 * len(minutes))], 1),
        },
        "shortest_seconds_between_requests_to_a_host": min(gaps, default=math.inf),
        "targets": [
            target("median minutes from publication to storage", median(minutes), at_most=MOST_MINUTES),
            target("polls, of one every ten minutes", share, at_most=MOST_SHARE),
            target(
                "least seconds between two requests to a host", min(gaps), at_least=SETTINGS.delay_seconds
            ),
        ],
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=4)
    parser.add_argument(
        "--warm-up", type=int, default=10, help="days before that, in which rhythms are learnt"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--a-day", type=float, default=12, help="median articles of an outlet and day")
    options = parser.parse_args(arguments)
    figures = measure(options.sources, options.days, options.warm_up, seed=options.seed, a_day=options.a_day)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
