"""Counts as arrays: each narrative's series against what was seen of its usual carriers that day.

    y[n, t]         damped texts: per source log2(1 + own texts), over the sources that were seen that day
    exposure[n, t]  coverage x volume, about 1 on an ordinary day, 0 on a gap
      coverage      share of the narrative's usual carriers that was seen: a dead feed is a gap, not a fall; an outlet added is exposure
      volume        the seen sources' other output against their usual: a day on which everything is up is no rise

Both factors are shrunk, coverage towards the sources' shares of all output, volume towards 1, so that a small corpus does not swing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Ints
from storage.records import Health, Observation, SourceDay

WEIGHTS: dict[Health, float] = {"ok": 1.0, "backfill": 1.0, "degraded": 0.5, "down": 0.0, "not_yet": 0.0}
"""Share of a source's output that was seen, by its health."""
CARRIER_PRIOR = 5.0
"""Texts' worth of trust in the sources' overall shares when saying who usually carries a narrative."""
CARRIER_DAYS = 7.0
"""Seen days added to each source's own before its texts are taken per day: a new outlet's first text must not weigh like many."""
VOLUME_PRIOR = 10.0
"""Texts a day added to both sides of the volume ratio."""
GAP_SHARE = 0.5
"""A day on which less than this share of the usual output was seen is a gap."""


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
    known: npt.NDArray[np.bool_]
    """(sources, days): within its coverage, seen or not."""
    live: npt.NDArray[np.bool_]
    """(days,): somebody watched, not all is history."""

    def without(self, sources: Collection[str]) -> Panel:
        """The panel as if these sources had never been seen."""
        kept = np.array([source not in sources for source in self.sources], dtype=np.bool_)[:, None]
        return replace(self, weight=self.weight * kept, known=self.known & kept)

    def only(self, narrative_id: int) -> Panel:
        """The panel of one narrative."""
        mask = self.row == self.narratives.index(narrative_id)
        cells = {name: getattr(self, name)[mask] for name in ("source", "day", "own", "articles")}
        return replace(
            self, narratives=(narrative_id,), row=np.zeros(int(mask.sum()), dtype=np.int64), **cells
        )

    def cells_of(self, narrative_id: int, first: int, last: int) -> list[tuple[str, float, float]]:
        """(source, own texts, articles) of one narrative over the days [first, last], seen sources only, by source."""
        found: dict[str, tuple[float, float]] = {}
        mask = (self.row == self.narratives.index(narrative_id)) & (self.day >= first) & (self.day <= last)
        for source, day, own, articles in zip(
            self.source[mask], self.day[mask], self.own[mask], self.articles[mask], strict=True
        ):
            if self.weight[source, day] > 0:
                before = found.get(self.sources[source], (0.0, 0.0))
                found[self.sources[source]] = (before[0] + float(own), before[1] + float(articles))
        return [(source, *found[source]) for source in sorted(found)]

    def day_cells(self, day: int) -> list[tuple[float, float]]:
        """(own texts, articles) of a day's cells, whether or not their source was seen that day."""
        mask = self.day == day
        return [
            (float(own), float(articles))
            for own, articles in zip(self.own[mask], self.articles[mask], strict=True)
        ]

    def outlets(self, first: int, last: int) -> Ints:
        """Per narrative, the seen sources with own texts over the days [first, last]."""
        mask = (
            (self.day >= first)
            & (self.day <= last)
            & (self.own > 0)
            & (self.weight[self.source, self.day] > 0)
        )
        pairs = np.unique(self.row[mask] * len(self.sources) + self.source[mask])
        return np.bincount(pairs // max(len(self.sources), 1), minlength=len(self.narratives)).astype(
            np.int64
        )


@dataclass(frozen=True, slots=True)
class Series:
    """Arrays (narratives, days) made of a panel."""

    y: Floats
    raw: Floats
    """Articles with every reprint."""
    exposure: Floats
    seen: Floats
    """(days,): share that was seen of the usual output of the sources that could be; one not added yet, or given up, is none of them."""
    volume: Floats
    """(days,): all output of the seen sources against their usual, shrunk."""
    active: Ints
    """(days,): sources seen."""


def panel_of(
    observations: Sequence[Observation],
    source_days: Sequence[SourceDay],
    *,
    narratives: Sequence[int],
    days: Sequence[date],
) -> Panel:
    """Assemble the counts of the named narratives over consecutive days; whatever else is named in the rows is left out."""
    sources = tuple(sorted({item.source_id for item in source_days}))
    ids = tuple(sorted(narratives))
    rows = {key: n for n, key in enumerate(ids)}
    columns = {key: n for n, key in enumerate(sources)}
    places = {key: n for n, key in enumerate(days)}
    cells = [
        item
        for item in observations
        if item.narrative_id in rows and item.source_id in columns and item.day in places
    ]
    output, weight = np.zeros((len(sources), len(days))), np.zeros((len(sources), len(days)))
    history, known = (
        np.zeros((len(sources), len(days)), dtype=bool),
        np.zeros((len(sources), len(days)), dtype=bool),
    )
    for item in source_days:
        if item.day in places:
            at = columns[item.source_id], places[item.day]
            output[at], weight[at] = item.copy_groups, WEIGHTS[item.health]
            history[at], known[at] = item.health == "backfill", item.health != "not_yet"
    live = np.asarray(((weight > 0) & ~history).any(0), dtype=np.bool_)
    weight = np.where(history, weight * _completeness(output, weight, history), weight)
    return Panel(
        ids, sources, tuple(days),
        np.array([rows[item.narrative_id] for item in cells], dtype=np.int64),
        np.array([columns[item.source_id] for item in cells], dtype=np.int64),
        np.array([places[item.day] for item in cells], dtype=np.int64),
        np.array([item.own_texts for item in cells], dtype=np.float64),
        np.array([item.articles for item in cells], dtype=np.float64),
        output, weight, known, live,
    )  # fmt: skip


def _completeness(output: Floats, weight: Floats, history: npt.NDArray[np.bool_]) -> Floats:
    """How complete each day of a source's history is against its live days: feeds list only their newest entries.

    The output of the week around a day over a usual live week, at most 1; 1 where there is no live day to compare with.
    """
    watched = (weight > 0) & ~history
    usual = (output * watched).sum(1, keepdims=True) / np.maximum(watched.sum(1, keepdims=True), 1)
    around = np.zeros_like(output)
    for t in range(output.shape[1]):
        part = slice(max(0, t - 3), t + 4)
        days = np.maximum(history[:, part].sum(1), 1)
        around[:, t] = (output[:, part] * history[:, part]).sum(1) / days
    share = (7 * around + 1) / (7 * usual + 1)
    return np.asarray(np.where(watched.any(1, keepdims=True), np.minimum(share, 1.0), 1.0), dtype=np.float64)


def series_of(panel: Panel, *, until: int, running: int | None = None) -> Series:
    """The series, with what is usual learned from the days before `until`.

    Args:
        until: index of the first day that must not teach what is usual.
        running: index of the day that is not over; its volume is never taken for low.
    """
    shape = (len(panel.narratives), len(panel.days))
    seen_cell = panel.weight[panel.source, panel.day] > 0
    y = _spread(panel, np.log2(1.0 + panel.own) * seen_cell, shape)
    own = _spread(panel, panel.own * seen_cell, shape)
    raw = _spread(panel, panel.articles * seen_cell, shape)
    usual = _usual(panel, until)
    seen: Floats = np.asarray(usual @ panel.weight / np.maximum(usual @ panel.known, 1e-9), dtype=np.float64)
    total, expected = (panel.output * (panel.weight > 0)).sum(0), usual @ panel.weight
    typical = own[:, :until].sum(1, keepdims=True) / max(until, 1)
    volume = (np.maximum(total - own, 0.0) + VOLUME_PRIOR) / (
        np.maximum(expected - typical, 0.0) + VOLUME_PRIOR
    )
    overall = (total + VOLUME_PRIOR) / (expected + VOLUME_PRIOR)
    if running is not None:
        volume[:, running] = np.maximum(volume[:, running], 1.0)
    gap = _gaps(seen)
    exposure = np.where(gap, 0.0, _carriers(panel, seen_cell, usual, until) @ panel.weight * volume)
    return Series(
        np.where(exposure > 0, y, 0.0),
        np.where(exposure > 0, raw, 0.0),
        exposure,
        seen,
        overall,
        (panel.weight > 0).sum(0).astype(np.int64),
    )


def _spread(panel: Panel, values: Floats, shape: tuple[int, int]) -> Floats:
    flat = np.bincount(panel.row * shape[1] + panel.day, weights=values, minlength=shape[0] * shape[1])
    return np.asarray(flat.reshape(shape), dtype=np.float64)


def _usual(panel: Panel, until: int) -> Floats:
    """(sources,): texts a day while seen; a source first seen after `until` is taken by the days that there are."""
    seen = panel.weight > 0
    before = seen.copy()
    before[:, until:] = False
    days = np.where(before.any(1, keepdims=True), before, seen)
    return np.asarray((panel.output * days).sum(1) / np.maximum(days.sum(1), 1), dtype=np.float64)


def _carriers(panel: Panel, seen_cell: npt.NDArray[np.bool_], usual: Floats, until: int) -> Floats:
    """(narratives, sources): who usually carries a narrative, per seen day; rows sum to 1."""
    shares = usual / max(float(usual.sum()), 1e-9)
    past = seen_cell & (panel.day < until)
    days = panel.weight[:, :until].sum(1) + CARRIER_DAYS
    size = len(panel.narratives) * len(panel.sources)
    flat = np.bincount(
        panel.row[past] * len(panel.sources) + panel.source[past], weights=panel.own[past], minlength=size
    )
    rates = flat.reshape(len(panel.narratives), len(panel.sources)) * (days.max(initial=CARRIER_DAYS) / days)
    texts = rates + CARRIER_PRIOR * shares
    return np.asarray(texts / np.maximum(texts.sum(1, keepdims=True), 1e-9), dtype=np.float64)


def _gaps(seen: Floats) -> npt.NDArray[np.bool_]:
    """Days on which clearly less than the usual of the four weeks before was seen."""
    gaps: npt.NDArray[np.bool_] = np.zeros(len(seen), dtype=np.bool_)
    for t in range(len(seen)):
        before = seen[max(0, t - 28) : t]
        before = before[before > 0]
        usual = float(np.median(before)) if len(before) else 0.0
        gaps[t] = bool(seen[t] <= 0 or seen[t] < GAP_SHARE * usual)
    return gaps
