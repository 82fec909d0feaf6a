"""The health of a source on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from analysis.counts.source_health import SourceHistory, source_days, tallied
from storage.records import Source, SourceDay
from storage.records.told import AttemptCount
from tests.counting.makers import at, day, polls, source

ASKED = tuple(polls(number, times=24) for number in range(100))
"""A machine that is never off: a poll every hour."""


def judge(
    articles: Mapping[int, int],
    *,
    asked: Sequence[AttemptCount] = ASKED,
    fetches: Sequence[AttemptCount] = (),
    of: Source | None = None,
    last: int = 40,
    history: SourceHistory | None = None,
    first: int = 0,
) -> list[SourceDay]:
    """Days [first, last) of `alpha`, live since day -1, with so many articles each; day `last` still runs."""
    outputs = {("alpha", day(number)): (count, count) for number, count in articles.items() if count}
    return source_days(
        tallied(outputs, asked, fetches),
        [of or source(first_crawled_at=at(-1))],
        first=day(first),
        last=day(last + 1),
        today=day(last),
        history=history or SourceHistory(),
    )


def asked(*but: AttemptCount) -> tuple[AttemptCount, ...]:
    """Hourly polls, but for the days that are named, which have these alone."""
    days = {item.day for item in but}
    return (*(item for item in ASKED if item.day not in days), *(item for item in but if item.attempts))


def health(days: Sequence[SourceDay]) -> dict[int, str]:
    """Day number -> health, where it is not ok."""
    return {(item.day - day(0)).days: item.health for item in days if item.health != "ok"}


STEADY = dict.fromkeys(range(41), 5)


def test_a_steady_source_is_ok() -> None:
    """Five articles a day are five articles a day."""
    assert health(judge(STEADY)) == {}


def test_a_source_that_cannot_be_polled_is_down() -> None:
    """All polls failed and nothing came: down; most of them failed: degraded; one of four: ok."""
    given = asked(
        polls(20, "http_5xx", 24),
        polls(22, "http_5xx", 14),
        polls(22, times=10),
        polls(24, "http_5xx", 6),
        polls(24, times=18),
    )
    assert health(judge(STEADY | {20: 0}, asked=given)) == {20: "down", 22: "degraded"}


def test_an_outage_whose_articles_came_in_later_is_not_down() -> None:
    """A day on which no poll came through but whose articles are known was seen, if not for certain in
    full.
    """
    assert health(judge(STEADY, asked=asked(polls(20, "http_5xx")))) == {20: "degraded"}


def test_a_long_silence_is_an_outage() -> None:
    """Three days without anything, of a source with five articles a day, are a gap though every poll came
    through.
    """
    silent = {20: 0, 21: 0, 22: 0}
    assert health(judge(STEADY | silent)) == {20: "down", 21: "down", 22: "down"}


def test_a_machine_that_was_off_is_a_gap() -> None:
    """Two days without a poll and without an article are down, though two silent days alone are not."""
    off = asked(polls(20, times=0), polls(21, times=0))
    assert health(judge(STEADY | {20: 0, 21: 0}, asked=off)) == {20: "down", 21: "down"}
    assert health(judge(STEADY | {20: 0, 21: 0})) == {}


def test_a_day_off_whose_articles_were_found_later_was_seen_in_part() -> None:
    """What feeds still list when the machine is back counts on its day; a day that brought too little of it
    stays a gap.
    """
    off = asked(polls(20, times=0), polls(21, times=0))
    assert health(judge(STEADY | {20: 4, 21: 2}, asked=off)) == {20: "degraded", 21: "down"}


def test_a_machine_asleep_for_most_of_a_day_saw_little_of_it() -> None:
    """Four polls of 24 and no articles, or too few: half a day at most; with its articles the day was
    seen.
    """
    asleep = asked(polls(20, times=4), polls(22, times=4), polls(24, times=4))
    assert health(judge(STEADY | {20: 0, 22: 2}, asked=asleep)) == {20: "degraded", 22: "degraded"}


def test_a_source_that_is_never_polled_is_a_gap() -> None:
    """Without polls nobody knows what it published."""
    assert set(health(judge({}, asked=())).values()) == {"down"}
    assert health(judge({}, asked=())).keys() == set(range(41))


def test_the_running_day_is_a_gap_until_somebody_asks() -> None:
    """Shortly after midnight, or with a machine that only counts, nothing is known of today."""
    begun = asked(polls(40, times=0))
    assert health(judge(STEADY | {40: 0}, asked=begun)) == {40: "down"}
    assert health(judge(STEADY | {40: 0}, asked=asked(polls(40, times=1)))) == {}


def test_the_day_of_the_first_crawl_is_history() -> None:
    """On that day a source was watched for some hours: what feeds listed of it is taken as history is."""
    found = health(judge(STEADY, of=source(first_crawled_at=at(10, 18))))
    assert found == dict.fromkeys(range(11), "backfill")


def test_a_short_silence_and_a_small_source_are_not() -> None:
    """Two silent days, or a week of silence in an outlet with an article every third day, may be chance."""
    assert health(judge(STEADY | {20: 0, 21: 0})) == {}
    assert (
        health(judge({number: int(number % 3 == 0 and not 20 <= number < 27) for number in range(41)})) == {}
    )


def test_weekends_off_are_no_outage() -> None:
    """An outlet that rests for two days of the week is silent as usual; a working day beside them makes it a
    gap.
    """
    articles = {number: 0 if number % 7 in (5, 6) else 9 for number in range(60)}
    assert health(judge(articles, last=59)) == {}
    assert health(judge(articles | {53: 0}, last=59)) == {53: "down", 54: "down", 55: "down"}


def test_clearly_less_than_usual_is_degraded() -> None:
    """A third of the usual output of a large source is called degraded, and so are failing pages."""
    many = dict.fromkeys(range(41), 30)
    failing = [AttemptCount("alpha", day(25), "http_5xx", 4), AttemptCount("alpha", day(25), "stored", 1)]
    assert health(judge(many | {20: 9}, fetches=failing)) == {20: "degraded", 25: "degraded"}


def test_refused_pages_say_nothing_of_the_source() -> None:
    """Pages that robots.txt forbids or that are gone are neither fetched nor failed."""
    found = judge(
        STEADY,
        fetches=[
            AttemptCount("alpha", day(25), outcome, 1)
            for outcome in ("robots_denied", "http_404", "stored", "timeout")
        ],
    )
    assert [(item.fetched, item.failed) for item in found if item.day == day(25)] == [(1, 1)]


def test_the_running_day_is_not_judged_by_its_output() -> None:
    """The day that is not over may still bring its articles."""
    assert health(judge(dict.fromkeys(range(41), 30) | {40: 0})) == {}


@pytest.mark.parametrize("end", ["coverage_end", "removed_on"])
def test_before_and_after_its_coverage_a_source_is_not_there(end: str) -> None:
    """History up to the first live day is backfill, before that and after the end of coverage, or once it
    left the directory, there is nothing.
    """
    of = source(first_crawled_at=at(10), **{end: day(30)})
    found = health(judge(dict.fromkeys(range(4, 41), 5), of=of))
    assert found == {
        **dict.fromkeys(range(4), "not_yet"),
        **dict.fromkeys(range(4, 11), "backfill"),
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


def test_days_are_whole() -> None:
    """Every source has every day, in order."""
    found = judge(STEADY)
    assert [item.day for item in found] == [day(0) + timedelta(days=n) for n in range(41)]
