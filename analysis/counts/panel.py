"""What was counted, as arrays: cells (narrative, source, day) and tables (source, day)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints
from analysis.counts.source_tables import HEALTHS, SourceTables, places_of, source_tables
from storage.records import Health, SourceDay
from storage.records.told import SourceDayRow

Flags = npt.NDArray[np.bool_]

WEIGHTS: dict[Health, float] = {"ok": 1.0, "backfill": 1.0, "degraded": 0.5, "down": 0.0, "not_yet": 0.0}
"""Share of a source's output that was seen, by its health; the half of a degraded day is chosen, not
measured.
"""
AROUND_DAYS = 3
"""Days before and after a day of history that say how complete it is: with it a week, so that weekends do
not show. Chosen, not measured."""


class Counted(Protocol):
    """An observation, or as much of it as a panel needs."""

    @property
    def narrative_id(self) -> int: ...
    @property
    def source_id(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def own_texts(self) -> int: ...
    @property
    def articles(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Panel:
    """What was counted, as parallel arrays of cells (narrative, source, day) and tables (source, day)."""

    narratives: tuple[int, ...]
    sources: tuple[str, ...]
    days: tuple[date, ...]
    row: Ints
    source: Ints
    day: Ints
    own: Floats
    articles: Floats
    output: Floats
    """(sources, days): texts that the source told first."""
    weight: Floats
    """(sources, days): share that was seen."""
    known: Flags
    """(sources, days): within its coverage, seen or not."""
    live: Flags
    """(days,): somebody watched, not all is history."""

    def row_of(self, narrative_id: int) -> int:
        """The narrative's place in arrays (narratives, ...).

        Raises:
            ValueError: the panel does not have it.
        """
        return self.narratives.index(narrative_id)

    def without(self, sources: Collection[str]) -> Panel:
        """The panel as if these sources had never been seen."""
        kept = np.array([source not in sources for source in self.sources], dtype=np.bool_)[:, None]
        return replace(self, weight=self.weight * kept, known=self.known & kept)

    def only(self, narrative_id: int) -> Panel:
        """The panel of one narrative."""
        mask = self.row == self.row_of(narrative_id)
        cells = {name: getattr(self, name)[mask] for name in ("source", "day", "own", "articles")}
        row = np.zeros(int(mask.sum()), dtype=np.int64)
        return replace(self, narratives=(narrative_id,), row=row, **cells)

    def is_seen(self) -> Flags:
        """(cells,): the source was seen that day."""
        return np.asarray(self.weight[self.source, self.day] > 0, dtype=np.bool_)

    def cells_of(self, narrative_id: int, first: int, last: int) -> list[tuple[str, float, float]]:
        """(source, own texts, articles) of one narrative over the days [first, last], seen sources only, by
        source.
        """
        inside = (self.row == self.row_of(narrative_id)) & (self.day >= first) & (self.day <= last)
        mask = inside & self.is_seen()
        found: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for place, own, articles in zip(self.source[mask], self.own[mask], self.articles[mask], strict=True):
            sums = found[self.sources[place]]
            sums[0] += float(own)
            sums[1] += float(articles)
        return [(source, own, articles) for source, (own, articles) in sorted(found.items())]

    def day_cells(self, day: int) -> list[tuple[float, float]]:
        """(own texts, articles) of a day's cells, whether or not their source was seen that day."""
        mask = self.day == day
        return [
            (float(own), float(articles))
            for own, articles in zip(self.own[mask], self.articles[mask], strict=True)
        ]

    def outlets(self, first: int, last: int) -> Ints:
        """Per narrative, the seen sources with own texts over the days [first, last]."""
        inside = (self.day >= first) & (self.day <= last)
        mask = inside & (self.own > 0) & self.is_seen()
        pairs = np.unique(self.row[mask] * len(self.sources) + self.source[mask])
        rows = pairs // max(len(self.sources), 1)
        return np.bincount(rows, minlength=len(self.narratives)).astype(np.int64)


def panel_of(
    observations: Iterable[Counted],
    source_days: Sequence[SourceDay | SourceDayRow],
    *,
    narratives: Collection[int],
    days: Sequence[date],
) -> Panel:
    """The panel of these narratives and days; observations of others are passed over."""
    return panel_over(observations, source_tables(source_days, days), narratives=narratives)


def panel_over(
    observations: Iterable[Counted], tables: SourceTables, *, narratives: Collection[int]
) -> Panel:
    """As `panel_of`, of source days that are tables already."""
    numbers = tuple(sorted(narratives))
    rows, columns, places = places_of(numbers), places_of(tables.sources), places_of(tables.days)
    row, source, day, own, articles = _cells(observations, rows, columns, places)
    weight, known, live = _weighed(tables)
    return Panel(
        narratives=numbers,
        sources=tables.sources,
        days=tables.days,
        row=row,
        source=source,
        day=day,
        own=own.astype(np.float64),
        articles=articles.astype(np.float64),
        output=tables.texts.astype(np.float64),
        weight=weight,
        known=known,
        live=live,
    )


def _cells(
    observations: Iterable[Counted],
    rows: Mapping[int, int],
    columns: Mapping[str, int],
    places: Mapping[date, int],
) -> Ints:
    """(5, cells): narrative, source, day, own texts and articles of the observations that the panel has a
    place for.
    """
    cells = [
        (rows[item.narrative_id], columns[item.source_id], places[item.day], item.own_texts, item.articles)
        for item in observations
        if item.narrative_id in rows and item.source_id in columns and item.day in places
    ]
    return np.array(cells, dtype=np.int64).reshape(-1, 5).T


def _weighed(tables: SourceTables) -> tuple[Floats, Flags, Flags]:
    """`weight`, `known` and `live` of a panel: the days of history weigh by how complete they are."""
    output, weight = tables.texts.astype(np.float64), tables.per_health(WEIGHTS)
    history: Flags = tables.health == HEALTHS.index("backfill")
    watched: Flags = (weight > 0) & ~history
    weight = np.asarray(np.where(history, weight * _completeness(output, watched, history), weight))
    known: Flags = tables.health != HEALTHS.index("not_yet")
    return weight, known, np.asarray(watched.any(0))


def _completeness(output: Floats, watched: Flags, history: Flags) -> Floats:
    """How complete each day of a source's history is against its live days: feeds list only their newest
    entries.

    The output of the week around a day over a usual live week, at most 1; 1 where there is no live day to
    compare with.
    """
    usual = (output * watched).sum(1, keepdims=True) / np.maximum(watched.sum(1, keepdims=True), 1)
    loaded = _around(output * history) / np.maximum(_around(history.astype(np.float64)), 1)
    week = 2 * AROUND_DAYS + 1
    share = (week * loaded + 1) / (week * usual + 1)
    comparable = watched.any(1, keepdims=True)
    return np.asarray(np.where(comparable, np.minimum(share, 1.0), 1.0), dtype=np.float64)


def _around(rows: Floats) -> Floats:
    """Sums over `AROUND_DAYS` before and after each day, and the day."""
    padded = np.pad(rows, ((0, 0), (AROUND_DAYS, AROUND_DAYS)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND_DAYS + 1, axis=1)
    return np.asarray(windows.sum(-1), dtype=np.float64)
