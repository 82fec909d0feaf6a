"""Plain number series: unusual moments and changes of regime, for the public yardsticks (Numenta Anomaly Benchmark, TCPD).

The product has no use for them: these series are no counts of texts, and there is no output of sources to hold them against, so a robust
level takes the place of its negative-binomial baseline. What stays is its idea: compare the newest window with a robust past, and tell a
thing once. The figures speak for that idea, not for the spikes that are mailed; those are measured by `tests/benchmarks`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PAST_SHARE = 0.1
"""Share of the series that is the past of a moment ..."""
WINDOW = 12
"""... and points whose mean is compared with it."""
DEVIATIONS = 10.0
FLOOR_SHARE = 0.2
"""Least deviation: this share of the standard deviation of the first points."""
PROBATION = 0.15
QUIET_SHARE = 0.1
"""One alarm in this share of the series."""

CHANGE_SHARE = 0.05
"""Share of all variation that one more change of regime must explain."""
REGIME_POINTS = 20


def detect_series(values: Sequence[float], timestamps: Sequence[str] = ()) -> list[int]:
    """Indices of unusual moments, in order; each is told from its past alone.

    Args:
        values: one number a moment; gaps (NaN) are bridged.
        timestamps: only checked for their number; the moments are taken as evenly spaced.

    Raises:
        ValueError: there are timestamps, but not one for each value.
    """
    if timestamps and len(timestamps) != len(values):
        raise ValueError(
            f"series: {len(values)} values but {len(timestamps)} timestamps; give one for each value, or none"
        )
    series = _bridged(values)
    if len(series) < 4 * WINDOW:
        return []
    score = _deviations(series)
    quiet = QUIET_SHARE * len(series)
    found: list[int] = []
    for index in np.nonzero(score > DEVIATIONS)[0]:
        if not found or index - found[-1] > quiet:
            found.append(int(index))
    return found


def _deviations(series: Floats) -> Floats:
    """Distance of the newest window's mean from the median of its past, in median absolute deviations."""
    import pandas as pd

    past = max(4, int(PAST_SHARE * len(series)))
    recent = pd.Series(series).rolling(WINDOW).mean()
    level = recent.rolling(past, min_periods=max(2, past // 4)).median().shift(WINDOW)
    distance = (recent - level).abs()
    usual = distance.rolling(past, min_periods=max(2, past // 4)).median().shift(WINDOW)
    least = FLOOR_SHARE * float(np.std(series[: max(10, int(PROBATION * len(series)))])) + 1e-9
    return np.nan_to_num(np.asarray(distance / np.maximum(usual, least), dtype=np.float64), nan=0.0)


def change_points(values: Sequence[float]) -> list[int]:
    """First indices of new regimes, in order: straight lines between them, found by optimal partitioning (Jackson et al. 2005).

    A change is told if it explains at least a twentieth of all variation.
    """
    series = _bridged(values)
    count = len(series)
    least = min(REGIME_POINTS, max(2, count // 4))
    spread = float(np.std(series)) if count else 0.0
    if count < 2 * least or spread == 0.0:
        return []
    cost = _LineCost((series - series.mean()) / spread)
    penalty = CHANGE_SHARE * count
    best, before = np.full(count + 1, np.inf), np.zeros(count + 1, dtype=np.int64)
    best[0] = -penalty
    for end in range(least, count + 1):
        starts = np.array([0, *range(least, end - least + 1)])
        total = best[starts] + cost.of(starts, end) + penalty
        choice = int(np.argmin(total))
        best[end], before[end] = total[choice], starts[choice]
    return _walk_back(before, count)


def _walk_back(before: npt.NDArray[np.int64], end: int) -> list[int]:
    found: list[int] = []
    while (end := int(before[end])) > 0:
        found.append(end)
    return found[::-1]


class _LineCost:
    """Squared residuals of the best straight line through a run of points."""

    def __init__(self, series: Floats) -> None:
        place = np.arange(len(series), dtype=np.float64)
        self._sums = [
            np.concatenate(([0.0], np.cumsum(part)))
            for part in (series, series**2, place, place**2, place * series)
        ]

    def of(self, starts: npt.NDArray[np.int64], end: int) -> Floats:
        """Cost of each run [start, end)."""
        count = end - starts
        x, xx, t, tt, tx = (total[end] - total[starts] for total in self._sums)
        residual = xx - x * x / count
        spread, slope = tt - t * t / count, tx - t * x / count
        explained = np.where(spread > 0, slope**2 / np.maximum(spread, 1e-9), 0.0)
        return np.asarray(np.maximum(residual - explained, 0.0), dtype=np.float64)


def _bridged(values: Sequence[float]) -> Floats:
    """The values as an array, gaps filled by straight lines; all gaps give an empty array."""
    series = np.asarray(values, dtype=np.float64)
    known = np.isfinite(series)
    if known.all():
        return series
    if not known.any():
        return np.zeros(0)
    places = np.arange(len(series))
    return np.asarray(np.interp(places, places[known], series[known]), dtype=np.float64)
