"""The schedule: which stage runs how often."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.settings import Section

Minutes = Annotated[int, Field(gt=0, le=366 * 24 * 60)]


class WeeklyTime(Section):
    """A weekly moment, in the time zone of the reports (`report.zone`)."""

    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    hour: Annotated[int, Field(ge=0, le=23)] = 6
    minute: Annotated[int, Field(ge=0, le=59)] = 0


class Schedule(Section):
    """Intervals are counted from the last recorded run; missed runs coalesce into one."""

    crawl_minutes: Minutes = 5
    """Poll the feeds that are due, each by its own rhythm, and fetch the pages that wait."""
    process_minutes: Minutes = 60
    """clean, copies, embed, translations, assign, watch, count, detect, emerge, alert, overview - one after
    the other.
    """
    refit_minutes: Minutes = 7 * 24 * 60
    """Cluster the trailing window (`narratives.window_days`) again."""
    deliver_minutes: Minutes = 5
    """Send what waits in the outbox."""
    report: WeeklyTime = WeeklyTime()
    """When the weekly report is written, by the clock of its readers (`report.zone`)."""
