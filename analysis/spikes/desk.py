"""Everything that the tests of a few days look at, in one place. Pure but for the passages, which are asked for when something stands out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

from analysis.arrays import closeness
from analysis.counts.series import Panel
from analysis.spikes.facts import WindowFacts, facts_of
from config.settings import SpikeSettings
from storage.records import Narrative, PassageRow

Rows = Mapping[int, Sequence[PassageRow]]
"""Narrative id -> one passage per counted article that carries it."""


class Desk:
    """The counts, the narratives and their passages of the days around the tested ones."""

    def __init__(
        self, panel: Panel, narratives: Sequence[Narrative], rows: Callable[[], Rows], rules: SpikeSettings
    ) -> None:
        self.panel = panel
        self.rules = rules
        self._narratives = {item.narrative_id: item for item in narratives}
        self._load = rows

    @cached_property
    def _rows(self) -> Rows:
        return self._load()

    def facts(self, narrative_id: int, first: date, last: date) -> WindowFacts:
        """Facts of a narrative's days [first, last]."""
        return facts_of(self._rows.get(narrative_id, ()), first, last)

    def is_watched(self, narrative_id: int) -> bool:
        """Whether an analyst's statement defines the narrative."""
        return self._narratives[narrative_id].kind == "watched"

    def novelty(self, narrative_id: int, day: date) -> float:
        """1 - cosine to the nearest narrative that is older than the shortest history that a baseline needs."""
        mine, before = self._narratives[narrative_id], day - timedelta(days=self.rules.min_history_days)
        older = [
            other
            for other in self._narratives.values()
            if other is not mine and other.first_seen_at.date() <= before
        ]
        return 1 - max((closeness(mine, other) for other in older), default=0.0)

    def similarity(self, narrative_ids: Sequence[int]) -> dict[tuple[int, int], float]:
        """Cosine of the centres of each two of the narratives, smaller id first."""
        known = [self._narratives[key] for key in sorted(set(narrative_ids)) if key in self._narratives]
        return {
            (a.narrative_id, b.narrative_id): closeness(a, b)
            for n, a in enumerate(known)
            for b in known[n + 1 :]
        }
