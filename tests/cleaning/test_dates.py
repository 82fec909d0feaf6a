"""Dates: read strictly, decided once, counted by rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest

from crawler.cleaning.dates import DateDecision, count_at, decide_date
from crawler.cleaning.datetext import read_moment, read_url_day

SEEN = datetime(2026, 3, 10, 12, tzinfo=UTC)
URL = "https://a.example/news/bridge"


def decide(url: str = URL, guess: date | None = None, **claims: str) -> DateDecision:
    """The decision over these claims."""
    return decide_date(
        claims, url, first_seen_at=SEEN, fetched_at=SEEN + timedelta(hours=1), guess=lambda: guess
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-09T08:30:00+03:00", "2026-03-09T05:30:00+00:00"),
        ("2026-03-09T08:30:00Z", "2026-03-09T08:30:00+00:00"),
        ("2026-03-09 08:30", "2026-03-09T08:30:00+00:00"),
        ("Mon, 09 Mar 2026 08:30:00 +0100", "2026-03-09T07:30:00+00:00"),
        ("Mon, 09 Mar 2026 08:30:00 EST", "2026-03-09T13:30:00+00:00"),
        ("09.03.2026 08:30", "2026-03-09T08:30:00+00:00"),
        ("2026年3月9日 08:30", "2026-03-09T08:30:00+00:00"),
        ("March 9, 2026 8:30 pm", "2026-03-09T20:30:00+00:00"),
        ("9 March 2026", "2026-03-09T00:00:00+00:00"),
        ("20260309", "2026-03-09T00:00:00+00:00"),
        ("2026-03-09T00:00:00+03:00", "2026-03-09T00:00:00+00:00"),
        ("9 March 2026 08:30 UTC", "2026-03-09T08:30:00+00:00"),
        ("lundi 9 mars 2026 à 8h30", "2026-03-09T08:30:00+00:00"),
        ("1er août 2025", "2025-08-01T00:00:00+00:00"),
        ("9 de marzo de 2026", "2026-03-09T00:00:00+00:00"),
        ("09 Dicembre 2025", "2025-12-09T00:00:00+00:00"),
        ("24. Januar 2026", "2026-01-24T00:00:00+00:00"),
        ("9 марта 2026, 08:30", "2026-03-09T08:30:00+00:00"),
        ("الاثنين 9 مارس 2026", "2026-03-09T00:00:00+00:00"),
        ("9 Şubat 2026", "2026-02-09T00:00:00+00:00"),
        ("9 listopada 2025", None),
        ("9 Marvel 2026", None),
        ("2026年03月09日 08:30 +99:99", None),
        ("0001年01月01日 08:30 +14:00", None),
        ("03/04/2026", None),
        ("yesterday", None),
        ("2026-13-45", None),
        ("", None),
    ],
)
def test_dates_are_read_strictly(text: str, expected: str | None) -> None:
    """Every common form is read, midnight is a day, and what could mean two days means none."""
    moment = read_moment(text)
    assert (moment.at.isoformat() if moment else None) == expected
    if moment and moment.at.hour == 0:
        assert moment.precision == "day"


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2026/03/09/bridge", date(2026, 3, 9)),
        ("https://a.example/n-2026-3-9-bridge", date(2026, 3, 9)),
        ("http://a.example/20260309/c1.shtml", date(2026, 3, 9)),
        ("http://a.example/2026-03/09/c_1.htm", date(2026, 3, 9)),
        ("https://a.example/2026/bridge", None),
        ("https://a.example/1234567890123", None),
        ("https://20260309.example/x?d=20260309", None),
    ],
)
def test_addresses_name_days(url: str, day: date | None) -> None:
    """A day in the path counts; numbers that only look like one, hosts and queries do not."""
    assert read_url_day(url) == day


def test_confidence_follows_the_evidence() -> None:
    """A by page and feed, or by two and the address; B by one; C by the day only or by contradiction; D by
    nothing."""
    stamp = "2026-03-09T08:30:00Z"
    assert decide(jsonld=stamp, feed=stamp).confidence == "A"
    assert decide("https://a.example/2026/03/09/x", jsonld=stamp, meta=stamp).confidence == "A"
    assert decide(jsonld=stamp, meta=stamp).confidence == "B"
    assert decide(meta=stamp).confidence == "B"
    assert decide(jsonld=stamp, meta="2026-03-01T08:30:00Z").confidence == "C"
    assert decide("https://a.example/2026/03/09/x").confidence == "C"
    assert decide(guess=date(2026, 3, 9)).source == "htmldate"
    assert (decide().confidence, decide().published_at) == ("D", None)


def test_the_median_of_what_agrees_and_the_earliest_of_what_does_not() -> None:
    """Claims within 26 hours are one moment; beyond that the later one is an update."""
    agreed = decide(jsonld="2026-03-09T08:00:00Z", meta="2026-03-09T10:00:00Z", feed="2026-03-09T09:00:00Z")
    assert agreed.published_at == datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert decide(jsonld="2026-03-02T08:00:00Z", meta="2026-03-09T10:00:00Z").day == date(2026, 3, 2)
    assert decide(jsonld="2026-03-09", meta="2026-03-09T10:00:00Z").precision == "second"


@pytest.mark.parametrize(
    ("url", "claims", "day"),
    [
        (URL, {"jsonld": "2026-03-09T02:11:03+00:00", "time": "2026-03-08T21:11:03-05:00"}, date(2026, 3, 8)),
        (URL, {"jsonld": "2026-03-08T23:15:00Z", "time": "9 Marzo 2026"}, date(2026, 3, 9)),
        ("https://a.example/2026/03/09/x", {"meta": "2026-03-08T23:15:00Z"}, date(2026, 3, 9)),
        (URL, {"meta": "2026-03-08T23:15:00-03:00", "time": "2026-03-09"}, date(2026, 3, 8)),
        (URL, {"meta": "2026-03-08T23:15:00Z"}, date(2026, 3, 8)),
    ],
)
def test_the_day_is_the_outlets_own(url: str, claims: dict[str, str], day: date) -> None:
    """A stamp in UTC carries the neighbouring day of many outlets; an address, a stamp in the outlet's own
    zone or a bare day tells which."""
    assert decide(url, **claims).day == day


def test_a_zone_that_is_named_beats_one_that_is_assumed() -> None:
    """Of claims that agree within a day, the moment is taken from one that says where its clock stood."""
    found = decide(jsonld="2026-03-08T23:35:55", meta="2026-03-09T04:10:00-03:00")
    assert (found.published_at, found.day) == (datetime(2026, 3, 9, 7, 10, tzinfo=UTC), date(2026, 3, 9))


def test_the_articles_language_reads_its_months() -> None:
    """A month's name that means another month elsewhere is read by the language of the article."""
    seen = {"first_seen_at": SEEN, "fetched_at": SEEN}
    claims = {"meta": "9 listopada 2025"}
    assert decide_date(claims, URL, **seen, languages=("pl",)).day == date(2025, 11, 9)
    assert decide_date(claims, URL, **seen, languages=("hr",)).day == date(2025, 10, 9)
    assert decide_date(claims, URL, **seen).day is None


def test_impossible_claims_are_kept_but_not_believed() -> None:
    """The future, the last century and a template's clock decide nothing; all claims stay on record."""
    future = decide(jsonld="2026-03-12T08:00:00Z", feed="2026-03-09T08:00:00Z")
    assert (future.day, future.source, set(future.claims)) == (date(2026, 3, 9), "feed", {"jsonld", "feed"})
    assert decide(meta="1970-01-01T00:00:00Z").confidence == "D"
    now = (SEEN + timedelta(hours=1, seconds=5)).isoformat()
    early = decide_date(
        {"time": now, "feed": "2026-03-09T08:00:00Z"},
        URL,
        first_seen_at=SEEN + timedelta(hours=2),
        fetched_at=SEEN + timedelta(hours=1),
    )
    assert early.source == "feed"


def test_the_clock_of_a_template_is_not_believed() -> None:
    """A page fetched as soon as it was found states the moment of the fetch beside its own: only the other
    one counts."""
    found = decide_date(
        {"time": (SEEN + timedelta(seconds=5)).isoformat(), "meta": "2026-03-10T04:00:00Z"},
        URL,
        first_seen_at=SEEN,
        fetched_at=SEEN,
    )
    assert (found.published_at, found.source) == (datetime(2026, 3, 10, 4, tzinfo=UTC), "meta")
    alone = decide_date({"time": SEEN.isoformat()}, URL, first_seen_at=SEEN, fetched_at=SEEN)
    assert alone.published_at == SEEN


def test_a_time_without_a_zone_says_so() -> None:
    """The decision names that a zone was assumed, where it rests on such a time."""
    assert decide(jsonld="2026-03-09T08:30:00").source == "jsonld without zone"
    assert decide(jsonld="2026-03-09T08:30:00", meta="2026-03-09T08:30:00Z").source == "jsonld+meta"
    assert decide(jsonld="2026-03-09").source == "jsonld"
    assert decide(jsonld="2026-03-02T08:00:00", meta="2026-03-09T10:00:00Z").source == "jsonld without zone"


def test_an_unknown_time_zone_is_not_the_future() -> None:
    """A naive stamp a few hours ahead is local time: published when it was first seen at the latest."""
    found = decide(meta="2026-03-10 19:00")
    assert (found.published_at, found.day, found.confidence) == (SEEN, date(2026, 3, 10), "B")


def test_a_year_only_guess_is_none() -> None:
    """htmldate's first of January is a copyright year."""
    assert decide(guess=date(2026, 1, 1)).confidence == "D"


@pytest.mark.parametrize(
    ("origin", "hours", "claims", "counted", "late"),
    [
        ("live", 5, ("jsonld", "feed"), "published", False),
        ("live", 71, ("meta",), "published", False),
        ("live", 80, ("meta",), "seen", True),
        ("live", 80, (), "seen", False),
        ("backfill", 24 * 40, ("meta",), "published", False),
        ("backfill", 0, (), "seen", False),
    ],
)
def test_counting_follows_origin_and_trust(
    origin: Literal["live", "backfill"], hours: int, claims: tuple[str, ...], counted: str, late: bool
) -> None:
    """Live finds count at their time up to 72 hours and are late beyond; history counts on its day and is
    never late."""
    stamp = (SEEN - timedelta(hours=hours)).isoformat()
    decision = decide(**dict.fromkeys(claims, stamp))
    expected = SEEN - timedelta(hours=hours) if counted == "published" else SEEN
    assert count_at(decision, first_seen_at=SEEN, origin=origin) == (expected, late)


def test_a_day_alone_counts_for_history_only() -> None:
    """Confidence C places history on its day; a live find with it counts when it was seen."""
    decision = decide("https://a.example/2026/03/09/x")
    assert count_at(decision, first_seen_at=SEEN, origin="live") == (SEEN, False)
    assert count_at(decision, first_seen_at=SEEN, origin="backfill") == (
        datetime(2026, 3, 9, tzinfo=UTC),
        False,
    )


@pytest.mark.parametrize(("hour", "day"), [(4, 2), (9, 2), (10, 3), (14, 3)])
def test_an_address_names_the_stamps_day_only_where_one_can_be(hour: int, day: int) -> None:
    """A stamp in UTC has its neighbour's day somewhere only if a zone with newsrooms has it then."""
    seen = datetime(2026, 3, 9, tzinfo=UTC)
    stamp = datetime(2026, 3, 3, hour, 4, tzinfo=UTC).isoformat()
    said = decide_date(
        {"jsonld": stamp}, "https://vale.example/2026/03/02/dam", first_seen_at=seen, fetched_at=seen
    )
    assert said.day == date(2026, 3, day)
