"""Numbers and days in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumbeat.shown import names, words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1, "1"), (0.21, "0.21"), (0.004, "0"), (0.999, "1"), (3.1, "3.1"), (3.04, "3"), (9.96, "10"), (11.03, "11"), (34.2, "34"), (1284, "1,284"), (-0.5, "-0.5"), (100, "100")],
)  # fmt: skip
def test_number(value: float, text: str) -> None:
    """As many figures as a reader needs."""
    assert words.number(value) == text


@given(st.floats(min_value=0, max_value=1e9))
def test_number_is_close(value: float) -> None:
    """What is shown is never off by more than its last figure allows, and has no exponent."""
    shown = float(words.number(value).replace(",", ""))
    assert abs(shown - value) <= max(
        0.005001, 0.05001 if value >= 0.95 else 0, 0.5001 if value >= 9.95 else 0
    )


def test_count() -> None:
    """One is singular, all else plural, irregular plurals where given."""
    assert words.count(1, "outlet") == "1 outlet"
    assert words.count(0, "outlet") == "0 outlets"
    assert words.count(2, "country", "countries") == "2 countries"


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.001, "under 1 %"), (0.26, "26 %"), (0.999, "over 99 %"), (1, "100 %")]
)
def test_percent(share: float, text: str) -> None:
    """Never rounded to none or all."""
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (0.0134, "0.013"),
        (0.0001, "0.0001"),
        (0.00002, "under 0.0001"),
        (0, "under 0.0001"),
        (1, "1"),
    ],
)
def test_probability(value: float, text: str) -> None:
    """Two figures without an exponent."""
    assert words.probability(value) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [("2026-11-16", "2026-11-23", "16–22 November 2026"), ("2026-11-30", "2026-12-07", "30 November – 6 December 2026"), ("2026-12-28", "2027-01-04", "28 December 2026 – 3 January 2027"), ("2026-11-16", "2026-11-17", "16 November 2026")],
)  # fmt: skip
def test_period(start: str, end: str, text: str) -> None:
    """Months and years stand where they differ."""
    assert words.period(start, end) == text


def test_week_name() -> None:
    """Only seven days from a Monday are a week."""
    assert words.week_name(date(2026, 11, 16), date(2026, 11, 23)) == "Week 47"
    assert words.week_name(date(2026, 11, 17), date(2026, 11, 24)) is None
    assert words.week_name(date(2026, 11, 16), date(2026, 11, 24)) is None


def test_between() -> None:
    """An interval is as short as it can be said."""
    first = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
    assert words.between(first, first) == "at 16 Nov 2026, 08:30 UTC"
    assert words.between(first, first + timedelta(hours=2)) == "between 08:30 and 10:30 UTC on 16 Nov 2026"
    assert (
        words.between("2026-11-16T00:00:00Z", "2026-11-17T00:00:00Z")
        == "between 16 Nov 2026, 00:00 UTC and 17 Nov 2026, 00:00 UTC"
    )
    assert words.moment("2026-11-16T10:30:00+02:00") == "16 Nov 2026, 08:30 UTC"


@pytest.mark.parametrize(
    ("hours", "text"), [(0, "first"), (0.4, "at once"), (5.2, "+5 h"), (47, "+47 h"), (60, "+2.5 days")]
)
def test_lag(hours: float, text: str) -> None:
    """Hours up to two days, then days."""
    assert words.lag(hours) == text


def test_names() -> None:
    """Countries and languages have English names, those of the sample world too; what has none is shown as it
    is.
    """
    assert [names.country_name(code) for code in ("RU", "MR", "XA", "QQ")] == [
        "Russia",
        "Mauritania",
        "Meridia",
        "QQ",
    ]
    assert [names.language_name(tag) for tag in ("ha", "ar", "pt-BR", "und", "xqx")] == [
        "Hausa",
        "Arabic",
        "Portuguese",
        "language unknown",
        "xqx",
    ]


@pytest.mark.parametrize(
    ("days", "text"), [(1, "on 16 November 2026"), (3, "in 3 days up to 16 November 2026")]
)
def test_window(days: int, text: str) -> None:
    """One day is called by its name."""
    assert words.window(days, date(2026, 11, 16)) == text
