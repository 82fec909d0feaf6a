"""A period against its baseline: what was observed, what to expect, and each narrative's days for a chart. Pure, on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.counts.series import Panel, Series, series_of
from analysis.digest.evidence import DayPoint
from analysis.spikes.baseline import fit, lower_tail, upper_tail
from analysis.spikes.detectors import baseline_end, has_baseline
from config.settings import SpikeSettings

FEWEST_EXPECTED = 0.1
"""Below this no ratio is given: anything is many times nothing."""
RISE_P, RISE_RATIO = 0.01, 1.5
FALL_P, FALL_RATIO, FALL_EXPECTED = 0.1, 0.5, 3.0
SEEN_DAYS = 0.5
"""Share of a period's days that must not be gaps for a fall to be told."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One narrative over a period."""

    observed: float
    expected: float | None
    previous: float
    outlets: int
    p_up: float
    p_down: float
    seen: bool
    """Enough of the period was seen to speak of a fall."""

    @property
    def ratio(self) -> float | None:
        """Observed over expected."""
        return ratio_of(self.observed, self.expected)

    def rises(self, rules: SpikeSettings, floor: int) -> bool:
        """Clearly more than its history leads one to expect, in enough outlets."""
        enough = self.observed >= rules.min_count and self.outlets >= floor
        return (
            enough
            and self.p_up <= RISE_P
            and self.expected is not None
            and self.observed >= RISE_RATIO * self.expected
        )

    def falls(self) -> bool:
        """Clearly less than its history leads one to expect, in a period that was seen."""
        expected = self.expected or 0.0
        return (
            self.seen
            and expected >= FALL_EXPECTED
            and self.observed <= FALL_RATIO * expected
            and self.p_down <= FALL_P
        )


def ratio_of(observed: float, expected: float | None) -> float | None:
    """Observed over expected; None where nothing can be expected."""
    return None if expected is None or expected < FEWEST_EXPECTED else observed / expected


class Trends:
    """The narratives of a panel over the days [first, last] (indices)."""

    def __init__(
        self, panel: Panel, watched: npt.NDArray[np.bool_], first: int, last: int, rules: SpikeSettings
    ) -> None:
        self._panel = panel
        self._rules = rules
        self._first, self._last = first, last
        self.series: Series = series_of(panel, until=baseline_end(first, rules))
        self._places = {key: n for n, key in enumerate(panel.narratives)}
        y, exposure, length = self.series.y, self.series.exposure, last - first + 1
        baseline = fit(y, exposure, until=max(0, first - rules.guard_days), days=rules.baseline_days)
        self._observed = y[:, first : last + 1].sum(1)
        self._previous = y[:, max(0, first - length) : first].sum(1)
        law = baseline.expect(exposure[:, first : last + 1].sum(1), length)
        self._expected = law.mean
        self._up, self._down = upper_tail(self._observed, law), lower_tail(self._observed, law)
        self._outlets = panel.outlets(first, last)
        self._able = has_baseline(y, baseline, day=first, watched=watched, rules=rules)

    def of(self, narrative_id: int) -> Trend:
        """The trend of one narrative."""
        n = self._places[narrative_id]
        seen = self.series.exposure[n, self._first : self._last + 1] > 0
        return Trend(
            observed=float(self._observed[n]), expected=float(self._expected[n]) if self._able[n] else None, previous=float(self._previous[n]),
            outlets=int(self._outlets[n]), p_up=float(self._up[n]), p_down=float(self._down[n]),
            seen=float(np.mean(seen)) >= SEEN_DAYS,
        )  # fmt: skip

    def points(self, narrative_id: int, first: int) -> tuple[DayPoint, ...]:
        """The days from an index to the end of the period; each day is expected from what was known before it."""
        n, days = self._places[narrative_id], self._panel.days
        y, exposure = self.series.y[n : n + 1], self.series.exposure[n : n + 1]
        panel = self._panel.only(narrative_id)
        return tuple(self._point(panel, t, days[t], y, exposure) for t in range(first, self._last + 1))

    def _point(self, panel: Panel, t: int, day: date, y: Floats, exposure: Floats) -> DayPoint:
        baseline = fit(y, exposure, until=baseline_end(t, self._rules), days=self._rules.baseline_days)
        known = exposure[0, t] > 0 and baseline.history[0] >= self._rules.min_history_days
        cells = panel.day_cells(t)
        return DayPoint(
            day=day, copy_groups=int(sum(own for own, _ in cells)), observed=round(float(y[0, t]), 4),
            articles=int(sum(articles for _, articles in cells)), outlets=sum(1 for _, articles in cells if articles),
            expected=round(float(baseline.rate[0] * exposure[0, t]), 4) if known else None,
            seen=round(min(1.0, float(self.series.seen[t])), 4),
        )  # fmt: skip
