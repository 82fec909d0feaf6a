"""The source days that every narrative's page reads, kept as one view: a page of a narrative that `overview`
did not write would read thousands of rows for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import repeat
from typing import Any, Final

from storage.records.told import SourceDayRow
from storage.store import Store

VIEW: Final = "source days"


def packed_days(rows: list[SourceDayRow], first: date, end: date) -> dict[str, Any]:
    """The rows of the days [first, end) as plain JSON: for each day a list for each column."""
    by_day: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for source_id, day, *values in rows:
        by_day[day.isoformat()].append((source_id, *values))
    days = {day: list(zip(*inside, strict=True)) for day, inside in by_day.items()}
    return {"first": first.isoformat(), "end": end.isoformat(), "days": days}


class KeptDays:
    """The source days that a process unpacked last: forty thousand rows for 300 sources, the same for every
    narrative until the next counting run. Threads may share it: at worst two unpack them.
    """

    def __init__(self) -> None:
        self._last: tuple[object, list[SourceDayRow]] = (None, [])

    def of(self, store: Store, counted: str | None, first: date, end: date) -> list[SourceDayRow]:
        """As `shared_days`; nobody may change the list."""
        asked, (known, rows) = (counted, first, end), self._last
        if counted is not None and known == asked:
            return rows
        rows = shared_days(store, counted, first, end)
        self._last = (asked, rows)
        return rows


def shared_days(store: Store, counted: str | None, first: date, end: date) -> list[SourceDayRow]:
    """The source days of [first, end): out of the view where it was written of these days after the counting
    run `counted`, else out of their table.
    """
    view: dict[str, Any] | None = store.views.get(VIEW)
    asked = {"counted": counted, "first": first.isoformat(), "end": end.isoformat()}
    if view is None or any(view[name] != value for name, value in asked.items()):
        return store.counts.source_day_rows(first, end)
    return [row for day, columns in view["days"].items() for row in _rows(date.fromisoformat(day), *columns)]


def _rows(day: date, source_ids: list[str], *columns: list[Any]) -> Iterator[SourceDayRow]:
    return map(SourceDayRow, source_ids, repeat(day), *columns)
