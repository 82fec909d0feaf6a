"""Days of a time zone: their first moment, weeks that the clocks make longer or shorter, and the hour of the
weekly report.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.clock import day_of, midnight
from config.schedule import Schedule
from drumbeat.turns import plan


@pytest.mark.parametrize(
    ("zone", "monday", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 23), 167),
        ("Europe/Paris", date(2026, 10, 19), 169),
        ("America/New_York", date(2026, 3, 2), 167),
        ("Asia/Shanghai", date(2026, 3, 23), 168),
        ("Australia/Lord_Howe", date(2026, 3, 30), 168.5),
        ("Africa/Cairo", date(2026, 4, 20), 167),
    ],
)
def test_a_week_is_as_long_as_its_clocks_make_it(zone: str, monday: date, hours: float) -> None:
    """It lasts from midnight to midnight; every moment of it belongs to one of its seven days, and none
    outside.
    """
    place = ZoneInfo(zone)
    opens, closes = midnight(monday, place), midnight(monday + timedelta(days=7), place)
    assert closes - opens == timedelta(hours=hours)
    moments = [opens + timedelta(minutes=30 * n) for n in range(round(hours * 2))]
    days = {day_of(moment, place) for moment in moments}
    assert days == {monday + timedelta(days=n) for n in range(7)}
    step = timedelta(seconds=1)
    assert not {day_of(opens - step, place), day_of(closes, place)} & days


def test_a_day_whose_midnight_is_skipped_has_a_first_moment() -> None:
    """Where the clocks go from midnight to one, the day begins with that moment."""
    cairo = ZoneInfo("Africa/Cairo")
    first = midnight(date(2026, 4, 24), cairo)
    assert first.astimezone(cairo).hour == 1
    assert day_of(first, cairo) == date(2026, 4, 24)
    assert day_of(first - timedelta(seconds=1), cairo) == date(2026, 4, 23)


def test_the_weekly_report_keeps_its_hour() -> None:
    """Six o'clock of its readers, in winter and in summer, once a week; its interval is the week's."""
    paris = ZoneInfo("Europe/Paris")
    before, after = datetime(2026, 3, 24, 12, tzinfo=UTC), datetime(2026, 3, 31, 12, tzinfo=UTC)
    turns = [
        next(job for job in plan(Schedule(), lambda _stage: None, now, paris) if job.command == "report")
        for now in (before, after)
    ]
    assert [job.next_at.astimezone(paris).hour for job in turns] == [6, 6]
    assert turns[0].next_at == datetime(2026, 3, 30, 4, tzinfo=UTC)
    assert [job.every for job in turns] == [timedelta(hours=167), timedelta(hours=168)]
