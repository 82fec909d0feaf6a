"""What was counted by the days of a time zone, for a report whose week is its readers'. Days are kept and
tested in UTC; in another zone they are counted again from what was told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from analysis.counts.observe import Output, observe, outputs
from analysis.tellings import COPY_REACH, Printed, tellings
from config.clock import midnight
from storage.records.told import Cell, SourceDayRow
from storage.store import Store

CHUNK: Final = timedelta(days=7)
"""What is read at a time; decides memory only. Chosen, not measured."""


def local_cells(
    store: Store,
    survivors: Mapping[int, int],
    days: tuple[date, date],
    zone: tzinfo,
    only: Collection[int] | None = None,
) -> list[Cell]:
    """Observations of the days [first, end) of a zone as narrow rows, of some narratives or of all.

    Args:
        survivors: narrative -> the number that it counts under; others are passed over.
    """
    printed, found = Printed(), []
    for opens, closes in _spans(days, zone):
        told = tellings(store.tellings.between(opens, closes), survivors)
        found += observe(told, printed, zone)
        printed.forget(closes - COPY_REACH)
    return [
        Cell(item.narrative_id, item.source_id, item.day, item.own_texts, item.articles)
        for item in found
        if item.day >= days[0] and (only is None or item.narrative_id in only)
    ]


def local_source_days(
    store: Store, stored: Sequence[SourceDayRow], days: tuple[date, date], zone: tzinfo
) -> list[SourceDayRow]:
    """Source days with what was published by the zone's days; polls, pages and health stay those of the UTC
    day of the same date, by which they were judged.
    """
    printed, output = Printed(), Output()
    for opens, closes in _spans(days, zone):
        output |= outputs(store.tellings.printed(opens, closes), printed, zone)
        printed.forget(closes - COPY_REACH)
    return [_republished(row, *output.get((row.source_id, row.day), (0, 0))) for row in stored]


def _republished(row: SourceDayRow, articles: int, texts: int) -> SourceDayRow:
    return row._replace(articles=articles, copy_groups=texts)


def _spans(days: tuple[date, date], zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """The two weeks before the days and the days themselves, in pieces of whole days of the zone."""
    first, end = days[0] - COPY_REACH, days[1]
    while first < end:
        last = min(first + CHUNK, end)
        yield midnight(first, zone), midnight(last, zone)
        first = last
