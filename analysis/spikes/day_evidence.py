"""What the tests of a day look at, in one place. Pure but for the passages and centroids, which are asked for
when something stands out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from analysis.arrays import Ints, Vectors, closeness, unit_rows
from analysis.counts.panel import Panel
from analysis.spikes.detectors import Watch
from analysis.spikes.facts import FactRow, WindowFacts, facts_of
from config.clock import day_of
from config.settings import SpikeSettings
from storage.records import Narrative

RowsOf = Callable[[int], Sequence[FactRow]]
"""Narrative -> its passages of the days around the tested one."""


@dataclass(frozen=True, slots=True)
class _Space:
    """Narratives whose centroids can be compared; row i of each array is one."""

    numbers: Ints
    first_days: Ints
    """The day it was first seen, as an ordinal."""
    centroids: Vectors
    """Unit rows."""


def _space_of(narratives: Sequence[Narrative]) -> _Space:
    centroids = [item.centroid for item in narratives if item.centroid is not None]
    return _Space(
        numbers=np.array([item.narrative_id for item in narratives]),
        first_days=np.array([day_of(item.first_seen_at).toordinal() for item in narratives]),
        centroids=unit_rows(np.stack(centroids)),
    )


class DayEvidence:
    """The counts, the narratives and their passages of the days around a tested one.

    Args:
        narratives: their centroids under the same means, as far as they can be
            (`analysis.embedding.centring.comparable`); daily groups among them (`groups.py`).
        holders: daily group -> the narrative that holds most of its passages.
        watch: how many countries and languages the workspace's outlets cover.
        owners: source -> the house that it shares with other outlets.
    """

    def __init__(
        self,
        panel: Panel,
        narratives: Sequence[Narrative],
        rows_of: RowsOf,
        rules: SpikeSettings,
        *,
        holders: Mapping[int, int] | None = None,
        watch: Watch | None = None,
        owners: Mapping[str, str] | None = None,
    ) -> None:
        self.panel = panel
        self.rules = rules
        self.holders = holders or {}
        self.watch = watch or Watch()
        self.owners = owners or {}
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

    @cached_property
    def _spaces(self) -> dict[tuple[str, int], _Space]:
        """(build, mean version) -> the narratives whose centroids lie in one space."""
        groups: defaultdict[tuple[str, int], list[Narrative]] = defaultdict(list)
        for item in self._narratives.values():
            if item.centroid is not None:
                groups[item.build, item.mean_version].append(item)
        return {key: _space_of(items) for key, items in groups.items()}

    def novelty(self, narrative_id: int, day: date) -> float:
        """1 - cosine to the nearest narrative that is older than the shortest history that a baseline needs;
        1 where none can be compared.
        """
        mine, before = self._narratives[narrative_id], day - timedelta(days=self.rules.min_history_days)
        space = self._spaces.get((mine.build, mine.mean_version))
        if mine.centroid is None or space is None:
            return 1.0
        older = (space.first_days <= before.toordinal()) & (space.numbers != narrative_id)
        cosines = space.centroids[older] @ unit_rows(mine.centroid[None])[0]
        return 1 - float(cosines.max(initial=0.0))

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
