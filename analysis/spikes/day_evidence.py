"""What the tests of a day look at, in one place. Pure but for the passages and centroids, which are asked for when something stands out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from analysis.arrays import closeness
from analysis.counts.panel import Panel
from analysis.spikes.facts import FactRow, WindowFacts, facts_of
from config.settings import SpikeSettings
from storage.records import Narrative

RowsOf = Callable[[int], Sequence[FactRow]]
"""Narrative -> its passages of the days around the tested one."""


class DayEvidence:
    """The counts, the narratives and their passages of the days around a tested one."""

    def __init__(
        self, panel: Panel, narratives: Sequence[Narrative], rows_of: RowsOf, rules: SpikeSettings
    ) -> None:
        self.panel = panel
        self.rules = rules
        self._narratives = {item.narrative_id: item for item in narratives}
        self._rows_of = rows_of
        self._rows: dict[int, Sequence[FactRow]] = {}
        self._facts: dict[tuple[int, date, date], WindowFacts] = {}

    def facts(self, narrative_id: int, first: date, last: date) -> WindowFacts:
        """Facts of a narrative's days [first, last]; worked out once."""
        key = narrative_id, first, last
        if key not in self._facts:
            if narrative_id not in self._rows:
                self._rows[narrative_id] = self._rows_of(narrative_id)
            self._facts[key] = facts_of(self._rows[narrative_id], first, last)
        return self._facts[key]

    def is_watched(self, narrative_id: int) -> bool:
        """Whether an analyst's statement defines the narrative."""
        return self._narratives[narrative_id].kind == "watched"

    def novelty(self, narrative_id: int, day: date) -> float:
        """1 - cosine to the nearest narrative that is older than the shortest history that a baseline needs."""
        mine, before = self._narratives[narrative_id], day - timedelta(days=self.rules.min_history_days)
        others = (other for other in self._narratives.values() if other is not mine)
        older = [other for other in others if other.first_seen_at.date() <= before]
        return 1 - max((closeness(mine, other) for other in older), default=0.0)

    def similarity(self, narrative_ids: Sequence[int]) -> dict[tuple[int, int], float]:
        """Cosine of the centroids of each two of the narratives, smaller id first."""
        known = [self._narratives[key] for key in sorted(set(narrative_ids)) if key in self._narratives]
        return {
            (one.narrative_id, other.narrative_id): closeness(one, other)
            for place, one in enumerate(known)
            for other in known[place + 1 :]
        }


def rows_in(rows: Mapping[int, Sequence[FactRow]]) -> RowsOf:
    """Passages that are read already."""
    return lambda narrative_id: rows.get(narrative_id, ())
