"""Counts as arrays: each narrative's series against what was seen of its usual carriers that day.

    y[n, t]         damped texts: per source log2(1 + own texts), over the sources that were seen that day
    exposure[n, t]  coverage x volume, about 1 on an ordinary day, 0 on a gap
      coverage      share of the narrative's usual carriers that was seen: a dead feed is a gap, not a fall;
                    an outlet added is exposure
      volume        the seen sources' other output against their usual: a day on which everything is up is no
                    rise

Both factors are shrunk, coverage towards the sources' shares of all output, volume towards 1, so that a small
corpus does not swing.

Whether a day is a gap is said by `gaps`, for the tests, the digest's falls and the charts alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Ints
from analysis.counts.panel import Flags, Panel

CARRIER_PRIOR = 5.0
"""Texts' worth of trust in the sources' overall shares when saying who usually carries a narrative. Chosen,
not measured.
"""
CARRIER_DAYS = 7.0
"""Seen days added to each source's own before its texts are taken per day: a new outlet's first text must not
weigh like many. Chosen, not measured.
"""
VOLUME_PRIOR = 10.0
"""Texts a day added to both sides of the volume ratio: half of the swing is kept at 10 texts a day, 98 % at
500. Chosen, not measured.
"""
GAP_SHARE = 0.5
"""A day on which less than this share of what is usually seen was seen is a gap. Chosen, not measured."""
GAP_DAYS = 28
"""Days before a day that say what is usually seen. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Series:
    """Arrays (narratives, days) made of a panel."""

    y: Floats
    raw: Floats
    """Articles with every reprint."""
    exposure: Floats
    seen: Floats
    """(days,): share that was seen of the usual output of the sources that could be; one not added yet, or
    given up, is none of them.
    """
    gap: Flags
    """(days,): so little was seen that the day says nothing (`gaps`)."""
    volume: Floats
    """(days,): all output of the seen sources against their usual, shrunk."""
    active: Ints
    """(days,): sources seen."""


def gaps(seen: Floats) -> Flags:
    """Days that say nothing: nothing was seen, or clearly less than what is usual by the four weeks before.

    Args:
        seen: (days,), share that was seen of the usual output, oldest day first.
    """
    return np.array([_is_gap(seen, t) for t in range(len(seen))], dtype=np.bool_)


def _is_gap(seen: Floats, t: int) -> bool:
    before = seen[max(0, t - GAP_DAYS) : t]
    before = before[before > 0]
    usual = float(np.median(before)) if len(before) else 0.0
    return bool(seen[t] <= 0 or seen[t] < GAP_SHARE * usual)


def series_of(panel: Panel, *, until: int, running: int | None = None) -> Series:
    """The series, with what is usual learned from the days before `until`.

    Args:
        until: index of the first day that must not teach what is usual.
        running: index of the day that is not over; its volume is never taken for low.
    """
    usual = _usual(panel, until)
    seen = usual @ panel.weight / np.maximum(usual @ panel.known, 1e-9)
    gap = gaps(seen)
    exposure = np.where(gap, 0.0, _exposure(panel, usual, until, running))
    exposed = exposure > 0
    is_seen = panel.is_seen()
    return Series(
        y=np.where(exposed, _by_day(panel, np.log2(1.0 + panel.own) * is_seen), 0.0),
        raw=np.where(exposed, _by_day(panel, panel.articles * is_seen), 0.0),
        exposure=exposure,
        seen=seen,
        gap=gap,
        volume=_relative(_output(panel), usual @ panel.weight),
        active=(panel.weight > 0).sum(0).astype(np.int64),
    )


def _exposure(panel: Panel, usual: Floats, until: int, running: int | None) -> Floats:
    """(narratives, days): coverage x volume, gaps not left out."""
    volume = _volume(panel, usual, until)
    if running is not None:
        volume[:, running] = np.maximum(volume[:, running], 1.0)
    return np.asarray(_carriers(panel, usual, until) @ panel.weight * volume, dtype=np.float64)


def _by_day(panel: Panel, values: Floats) -> Floats:
    """(narratives, days): sums of values of the cells."""
    shape = len(panel.narratives), len(panel.days)
    flat = np.bincount(panel.row * shape[1] + panel.day, weights=values, minlength=shape[0] * shape[1])
    return np.asarray(flat.reshape(shape), dtype=np.float64)


def _output(panel: Panel) -> Floats:
    """(days,): texts of the sources that were seen."""
    return np.asarray((panel.output * (panel.weight > 0)).sum(0), dtype=np.float64)


def _relative(output: Floats, usual: Floats) -> Floats:
    return np.asarray((output + VOLUME_PRIOR) / (usual + VOLUME_PRIOR), dtype=np.float64)


def _volume(panel: Panel, usual: Floats, until: int) -> Floats:
    """(narratives, days): what others wrote that day against the usual, so that no burst hides behind
    itself.
    """
    own = _by_day(panel, panel.own * panel.is_seen())
    typical = own[:, :until].sum(1, keepdims=True) / max(until, 1)
    others = np.maximum(_output(panel) - own, 0.0)
    expected = np.maximum(usual @ panel.weight - typical, 0.0)
    return _relative(others, expected)


def _usual(panel: Panel, until: int) -> Floats:
    """(sources,): texts a day while seen; a source first seen after `until` is taken by the days that there
    are.
    """
    seen = panel.weight > 0
    before = seen.copy()
    before[:, until:] = False
    days = np.where(before.any(1, keepdims=True), before, seen)
    return np.asarray((panel.output * days).sum(1) / np.maximum(days.sum(1), 1), dtype=np.float64)


def _carriers(panel: Panel, usual: Floats, until: int) -> Floats:
    """(narratives, sources): who usually carries a narrative, per seen day; rows sum to 1."""
    days = panel.weight[:, :until].sum(1) + CARRIER_DAYS
    rates = _texts_by_source(panel, until) * (days.max(initial=CARRIER_DAYS) / days)
    shrunk = rates + CARRIER_PRIOR * usual / max(float(usual.sum()), 1e-9)
    return np.asarray(shrunk / np.maximum(shrunk.sum(1, keepdims=True), 1e-9), dtype=np.float64)


def _texts_by_source(panel: Panel, until: int) -> Floats:
    """(narratives, sources): own texts of seen days before `until`."""
    shape = len(panel.narratives), len(panel.sources)
    past = panel.is_seen() & (panel.day < until)
    cells = panel.row[past] * shape[1] + panel.source[past]
    flat = np.bincount(cells, weights=panel.own[past], minlength=shape[0] * shape[1])
    return np.asarray(flat.reshape(shape), dtype=np.float64)
