"""The health of a source on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from analysis.counts.source_health import Fetch, SourceHistory, poisson_at_most, source_days
from storage.records import FeedPoll, Source, SourceDay
from tests.counting.makers import at, day, poll, source


def judge(
    articles: Mapping[int, int],
    *,
    polls: Sequence[FeedPoll] = (),
    fetches: Sequence[Fetch] = (),
    of: Source | None = None,
    last: int = 40,
    history: SourceHistory | None = None,
    first: int = 0,
) -> list[SourceDay]:
    """Days [first, last) of `alpha` with so many articles each; day `last` still runs."""
    outputs = {("alpha", day(number)): (count, count) for number, count in articles.items() if count}
    return source_days(
        outputs, polls, fetches, [of or source()], first=day(first), last=day(last + 1), today=day(last), history=history or SourceHistory()
    )  # fmt: skip


def health(days: Sequence[SourceDay]) -> dict[int, str]:
    """Day number -> health, where it is not ok."""
    return {(item.day - day(0)).days: item.health for item in days if item.health != "ok"}


STEADY = dict.fromkeys(range(41), 5)


def test_a_steady_source_is_ok() -> None:
    """Five articles a day are five articles a day."""
    assert health(judge(STEADY)) == {}


def test_a_source_that_cannot_be_polled_is_down() -> None:
    """All polls failed and nothing came: down; half of them failed: degraded; one of four: ok."""
    polls = [poll(20, "http_5xx"), poll(20, "timeout"), poll(22, "http_5xx"), poll(22, "http_5xx"), poll(22)]
    polls += [poll(24, "http_5xx"), poll(24), poll(24), poll(24)]
    assert health(judge(STEADY | {20: 0}, polls=polls)) == {20: "down", 22: "degraded"}


def test_an_outage_whose_articles_came_in_later_is_not_down() -> None:
    """A day on which no poll came through but whose articles are known was seen, if not for certain in full."""
    assert health(judge(STEADY, polls=[poll(20, "http_5xx")])) == {20: "degraded"}


def test_a_long_silence_is_an_outage() -> None:
    """Three days without anything, of a source with five articles a day, are a gap though every poll came through."""
    silent = {20: 0, 21: 0, 22: 0}
    assert health(judge(STEADY | silent, polls=[poll(n) for n in range(41)])) == {
        20: "down",
        21: "down",
        22: "down",
    }


def test_a_short_silence_and_a_small_source_are_not() -> None:
    """Two silent days, or a week of silence in an outlet with an article every third day, may be chance."""
    assert health(judge(STEADY | {20: 0, 21: 0})) == {}
    assert (
        health(judge({number: int(number % 3 == 0 and not 20 <= number < 27) for number in range(41)})) == {}
    )


def test_weekends_off_are_no_outage() -> None:
    """An outlet that rests for two days of the week is silent as usual; a working day beside them makes it a gap."""
    articles = {number: 0 if number % 7 in (5, 6) else 9 for number in range(60)}
    assert health(judge(articles, last=59)) == {}
    assert health(judge(articles | {53: 0}, last=59)) == {53: "down", 54: "down", 55: "down"}


def test_clearly_less_than_usual_is_degraded() -> None:
    """A third of the usual output of a large source is called degraded, and so are failing pages."""
    many = dict.fromkeys(range(41), 30)
    failing = [Fetch("alpha", at(25, n), "http_5xx" if n else "stored") for n in range(5)]
    assert health(judge(many | {20: 9}, fetches=failing)) == {20: "degraded", 25: "degraded"}


def test_refused_pages_say_nothing_of_the_source() -> None:
    """Pages that robots.txt forbids or that are gone are neither fetched nor failed."""
    found = judge(
        STEADY,
        fetches=[
            Fetch("alpha", at(25, n), outcome)
            for n, outcome in enumerate(["robots_denied", "http_404", "stored", "timeout"])
        ],
    )
    assert [(item.fetched, item.failed) for item in found if item.day == day(25)] == [(1, 1)]


def test_the_running_day_is_not_judged_by_its_output() -> None:
    """The day that is not over may still bring its articles."""
    assert health(judge(dict.fromkeys(range(41), 30) | {40: 0})) == {}


def test_before_and_after_its_coverage_a_source_is_not_there() -> None:
    """History before the first live day is backfill, before that and after the end of coverage there is nothing."""
    of = source(first_crawled_at=at(10), coverage_end=day(30))
    found = health(judge(dict.fromkeys(range(4, 41), 5), of=of))
    assert found == {
        **dict.fromkeys(range(4), "not_yet"),
        **dict.fromkeys(range(4, 10), "backfill"),
        **dict.fromkeys(range(31, 41), "not_yet"),
    }


def test_a_source_never_crawled_is_not_there() -> None:
    """Without a first crawl and without articles there is nothing to judge."""
    assert set(health(judge({}, of=source(first_crawled_at=None))).values()) == {"not_yet"}


def test_judging_in_two_parts_gives_the_same() -> None:
    """Stored days of before take the place of judging them again."""
    articles = {number: (number * 7) % 5 + 2 for number in range(41)} | {33: 0, 34: 0, 35: 0}
    whole = judge(articles)
    history = SourceHistory.of([item for item in whole if item.day < day(20)])
    assert judge(articles, first=20, history=history) == [item for item in whole if item.day >= day(20)]


def test_history_ignores_what_was_not_seen() -> None:
    """Outages do not teach what is usual."""
    history = SourceHistory.of(list(judge(STEADY | {20: 0, 21: 0, 22: 0, 23: 0})))
    assert history.usual("alpha", day(41)) == 5
    assert history.median("alpha") == 5
    assert history.usual("beta", day(41)) is None


@pytest.mark.parametrize(
    ("count", "mean", "expected"), [(0, 3.0, 0.0498), (2, 3.0, 0.4232), (50, 3.0, 1.0), (0, 0.0, 1.0)]
)
def test_poisson(count: int, mean: float, expected: float) -> None:
    """The distribution function agrees with tables."""
    assert poisson_at_most(count, mean) == pytest.approx(expected, abs=1e-4)


def test_days_are_whole() -> None:
    """Every source has every day, in order."""
    found = judge(STEADY)
    assert [item.day for item in found] == [day(0) + timedelta(days=n) for n in range(41)]
