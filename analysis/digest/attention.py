"""Whether a narrative was silent before a period, and how much its outlets wrote in it. Pure, on arrays."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats
from analysis.counts.panel import Flags, Panel
from analysis.counts.series import Series

SILENT_DAYS = 28
"""Seen days without a text before a period, after which a narrative that was told before returns: longer than
a rhythm of weeks. Chosen, not measured.
"""


def silent_before(series: Series, first: int) -> Flags:
    """(narratives,): nothing told it on the last `SILENT_DAYS` seen days before an index, or more."""
    told = series.raw[:, :first] > 0
    is_after = ~np.maximum.accumulate(told[:, ::-1], axis=1)[:, ::-1]  # of the last text
    seen = (series.exposure[:, :first] > 0) & is_after
    return np.asarray(seen.sum(1) >= SILENT_DAYS, dtype=np.bool_)


def carriers_wrote(panel: Panel, first: int, last: int) -> Floats:
    """(narratives,): all that its outlets wrote a seen day in the days [first, last] against the days before.

    Each outlet weighs by how many of the narrative's texts it had before; 1 where none is known.
    """
    texts, change = _texts_before(panel, first), _change(panel, first, last)
    total = texts.sum(1)
    return np.asarray(np.where(total > 0, texts @ change / np.maximum(total, 1e-9), 1.0), dtype=np.float64)


def _change(panel: Panel, first: int, last: int) -> Floats:
    """(sources,): texts a seen day in the period over those before; 1 where either is unknown."""
    seen, days = panel.weight > 0, np.arange(panel.weight.shape[1])
    before, inside = seen & (days < first), seen & (days >= first) & (days <= last)
    usual, now = _a_day(panel, before), _a_day(panel, inside)
    is_known = inside.any(1) & (usual > 0)
    return np.asarray(np.where(is_known, now / np.maximum(usual, 1e-9), 1.0), dtype=np.float64)


def _a_day(panel: Panel, days: Flags) -> Floats:
    """(sources,): mean output of the days that are marked, (sources, days)."""
    total = (panel.output * days).sum(1)
    return np.asarray(total / np.maximum(days.sum(1), 1), dtype=np.float64)


def _texts_before(panel: Panel, first: int) -> Floats:
    """(narratives, sources): own texts before an index."""
    shape, past = (len(panel.narratives), len(panel.sources)), panel.day < first
    cells = panel.row[past] * shape[1] + panel.source[past]
    flat = np.bincount(cells, weights=panel.own[past], minlength=shape[0] * shape[1])
    return np.asarray(flat.reshape(shape), dtype=np.float64)
