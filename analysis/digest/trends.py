"""A period against its baseline: what was observed, what to expect, and each narrative's days for a chart.
Pure, on arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Ints
from analysis.counts.panel import Flags, Panel
from analysis.counts.series import Series, series_of
from analysis.digest.attention import carriers_wrote, silent_before
from analysis.digest.evidence import DayPoint
from analysis.spikes.baseline import Expected, fit, lower_tail, upper_tail
from analysis.spikes.detectors import baseline_end, has_baseline
from analysis.spikes.habits import Habits
from config.settings import SpikeSettings

FEWEST_EXPECTED = 0.1
"""Below this no ratio is given: anything is many times nothing. Chosen, not measured."""
RISE_RATIO = 1.5
"""How much more than expected a rise is. Chosen, not measured."""
FALL_RATIO = 0.5
"""How much less than expected a fall is. Chosen, not measured."""
FALL_EXPECTED = 3.0
"""What must be expected for a fall to be told: less is silent in a week by chance once in twenty. Chosen, not
measured.
"""
SEEN_DAYS = 0.5
"""Share of a period's days that must not be gaps for a fall to be told. Chosen, not measured."""


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
    q_up: float = 1.0
    """False-discovery rate (Benjamini-Hochberg) of rises and returns ..."""
    q_down: float = 1.0
    """... and of falls; one account for all three among the narratives of the period."""
    was_silent: bool = False
    """It was known before and nothing told it in the last `SILENT_DAYS` seen days and more."""
    carriers_wrote: float = 1.0
    """All that its usual outlets wrote in the period against their usual."""

    @property
    def ratio(self) -> float | None:
        """Observed over expected."""
        return ratio_of(self.observed, self.expected)

    def rises(self, rules: SpikeSettings, floor: int) -> bool:
        """Clearly more than its history leads one to expect, in enough outlets."""
        enough = self.observed >= rules.min_count and self.outlets >= floor
        return (
            enough
            and self.q_up <= rules.fdr
            and self.expected is not None
            and self.observed >= RISE_RATIO * self.expected
        )

    def falls(self, rules: SpikeSettings) -> bool:
        """Clearly less than its history leads one to expect, in a period that was seen, and less of what its
        outlets wrote: outlets that write less, or whose feed fails, tell less of everything.
        """
        expected = (self.expected or 0.0) * min(1.0, self.carriers_wrote)
        return (
            self.seen
            and expected >= FALL_EXPECTED
            and self.observed <= FALL_RATIO * expected
            and self.q_down <= rules.fdr
        )

    def returns(self, rules: SpikeSettings, floor: int) -> bool:
        """Told again after silence, in texts and outlets enough, rarely by chance."""
        enough = self.observed >= rules.min_count and self.outlets >= floor
        return self.was_silent and enough and self.q_up <= rules.fdr


def _false_discovery(p: Floats, family: Flags) -> Floats:
    """q of each of the family, 1 outside of it; arrays of one shape."""
    from scipy.stats import false_discovery_control

    q: Floats = np.ones(p.shape)
    if family.any():
        q[family] = false_discovery_control(np.clip(p[family], 0.0, 1.0))
    return q


def ratio_of(observed: float, expected: float | None) -> float | None:
    """Observed over expected; None where nothing can be expected."""
    return None if expected is None or expected < FEWEST_EXPECTED else observed / expected


@dataclass(frozen=True, slots=True)
class _Tested:
    """The period of every narrative against its baseline; arrays (narratives,)."""

    observed: Floats
    previous: Floats
    law: Expected
    outlets: Ints
    has_baseline: Flags
    was_silent: Flags
    carriers_wrote: Floats


class Trends:
    """The narratives of a panel over the days [first, last] (indices).

    Args:
        known: (narratives,), those that were told before the panel's silence may have begun; None: nobody
            knows, so none returns.
        habits: what all narratives say, where the panel is but a part of them; None: the panel says it.
    """

    def __init__(
        self,
        panel: Panel,
        watched: Flags,
        first: int,
        last: int,
        rules: SpikeSettings,
        *,
        known: Flags | None = None,
        habits: Habits | None = None,
    ) -> None:
        self._panel, self._rules = panel, rules
        self._known = np.zeros(len(panel.narratives), dtype=np.bool_) if known is None else known
        self._first, self._last = first, last
        self._places = {key: n for n, key in enumerate(panel.narratives)}
        self.series: Series = series_of(panel, until=baseline_end(first, rules))
        self._tested, self.habits = self._test(watched, habits)
        self._up = upper_tail(self._tested.observed, self._tested.law)
        self._down = lower_tail(self._tested.observed, self._tested.law)
        able, silent = self._tested.has_baseline, self._tested.was_silent
        account = _false_discovery(np.stack([self._up, self._down]), np.stack([able | silent, able]))
        self._q_up, self._q_down = account[0], account[1]

    def _test(self, watched: Flags, habits: Habits | None) -> tuple[_Tested, Habits]:
        y, exposure, first = self.series.y, self.series.exposure, self._first
        period, length = slice(first, self._last + 1), self._last + 1 - first
        until = max(0, first - self._rules.guard_days)
        baseline = fit(y, exposure, until=until, days=self._rules.baseline_days, habits=habits)
        tested = _Tested(
            observed=y[:, period].sum(1),
            previous=y[:, max(0, first - length) : first].sum(1),
            law=baseline.expect(exposure[:, period].sum(1), length),
            outlets=self._panel.outlets(first, self._last),
            has_baseline=has_baseline(y, baseline, day=first, watched=watched, rules=self._rules),
            was_silent=self._known & silent_before(self.series, first),
            carriers_wrote=carriers_wrote(self._panel, first, self._last),
        )
        return tested, baseline.habits

    def among(self, narratives: Iterable[int]) -> dict[int, Trend]:
        """The trends of those of the narratives that the panel has."""
        return {key: self.of(key) for key in narratives if key in self._places}

    def of(self, narrative_id: int) -> Trend:
        """The trend of one narrative.

        Raises:
            KeyError: the panel does not have it.
        """
        n, tested = self._places[narrative_id], self._tested
        return Trend(
            observed=float(tested.observed[n]),
            expected=self._expected_in_period(n),
            previous=float(tested.previous[n]),
            outlets=int(tested.outlets[n]),
            p_up=float(self._up[n]),
            p_down=float(self._down[n]),
            q_up=float(self._q_up[n]),
            q_down=float(self._q_down[n]),
            seen=self._is_seen(n),
            was_silent=bool(tested.was_silent[n]),
            carriers_wrote=float(tested.carriers_wrote[n]),
        )

    def _expected_in_period(self, n: int) -> float | None:
        """What to expect of the period; None without a baseline."""
        return float(self._tested.law.mean[n]) if self._tested.has_baseline[n] else None

    def _is_seen(self, n: int) -> bool:
        gaps = self._gaps(n)[self._first : self._last + 1]
        return 1 - float(np.mean(gaps)) >= SEEN_DAYS

    def _gaps(self, n: int) -> Flags:
        """(days,): gaps for one narrative: nobody was seen enough, or none of those who carry it."""
        return np.asarray(self.series.gap | (self.series.exposure[n] <= 0), dtype=np.bool_)

    def points(self, narrative_id: int, first: int) -> tuple[DayPoint, ...]:
        """The days from an index to the end of the period; each day is expected from what was known before
        it.
        """
        n, panel = self._places[narrative_id], self._panel.only(narrative_id)
        days = range(first, self._last + 1)
        expected = self._expected_on(n, days)
        return tuple(self._point(n, panel, t, value) for t, value in zip(days, expected, strict=True))

    def _point(self, n: int, panel: Panel, t: int, expected: float | None) -> DayPoint:
        cells = panel.day_cells(t)
        return DayPoint(
            day=panel.days[t],
            copy_groups=int(sum(own for own, _ in cells)),
            observed=round(float(self.series.y[n, t]), 4),
            articles=int(sum(articles for _, articles in cells)),
            outlets=sum(articles > 0 for _, articles in cells),
            expected=None if expected is None else round(expected, 4),
            seen=round(min(1.0, float(self.series.seen[t])), 4),
            gap=bool(self._gaps(n)[t]),
        )

    def _expected_on(self, n: int, days: range) -> list[float | None]:
        """What to expect of each day, of what was known before it; None on a gap and before there is a
        history.
        """
        length, ends = self._rules.baseline_days, [baseline_end(t, self._rules) for t in days]
        y, exposure = (_before(row[n], ends, length) for row in (self.series.y, self.series.exposure))
        baseline = fit(y, exposure, until=length, days=length, habits=self.habits)
        on = self.series.exposure[n, days.start : days.stop]
        is_known = (on > 0) & (baseline.history >= self._rules.min_history_days)
        expected = zip((baseline.rate * on).tolist(), is_known.tolist(), strict=True)
        return [value if known else None for value, known in expected]


def _before(row: Floats, ends: list[int], length: int) -> Floats:
    """(ends, length): the values before each end, oldest first; zeros before the first one."""
    padded = np.concatenate([np.zeros(length), row])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, length)[ends], dtype=np.float64)
