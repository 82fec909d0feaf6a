"""A small watched world for the detectors: ten outlets, ten texts a day each, and narratives laid into it. No
business logic.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from analysis.arrays import Floats
from analysis.counts.observe import observe
from analysis.counts.panel import panel_of
from analysis.spikes.day import DayResult, examine_day
from analysis.spikes.day_evidence import DayEvidence, rows_in
from analysis.tellings import tellings
from config.settings import SpikeSettings
from storage.records import Narrative, Spike
from storage.records.told import NarrativeRow
from tests.counting.makers import assignment, day, narrative, row, source_day, told_rows

OUTLETS = tuple(f"outlet-{n:02d}" for n in range(10))
RULES = SpikeSettings()
DAYS = 71
TODAY = 70
"""The tested day."""


def counts(rate: float, *, narratives: int = 1, days: int = 112, seed: int = 1) -> Floats:
    """Poisson counts, (narratives, days)."""
    return np.asarray(np.random.default_rng(seed).poisson(rate, (narratives, days)), dtype=np.float64)


class World:
    """Texts of narratives by day and outlet; every outlet is healthy unless told otherwise."""

    def __init__(
        self,
        *,
        health: Mapping[tuple[str, int], str] | None = None,
        output: Callable[[str, int], int] | None = None,
    ) -> None:
        self._health = health or {}
        self._output = output or (lambda outlet, number: 10)
        self.rows: dict[int, list[NarrativeRow]] = {}
        """Narrative, or daily group below zero -> its passages."""
        self.holders: dict[int, int] = {}
        self.owners: dict[str, str] = {}
        self._narratives: dict[int, Narrative] = {}

    def tell(self, number: int, outlets: Collection[str], *, narrative_id: int = 1, **values: Any) -> World:
        """Each outlet tells the narrative on a day, in a text of its own unless a group is named."""
        rows = self.rows.setdefault(narrative_id, [])
        self._narratives.setdefault(narrative_id, narrative(narrative_id))
        for outlet in outlets:
            name = f"{narrative_id}-{number:03d}-{outlet}-{len(rows):04d}"
            place = OUTLETS.index(outlet) if outlet in OUTLETS else 10
            given = {
                "source_id": outlet,
                "country": f"X{'ABC'[place % 3]}",
                "language": ("en", "fr", "ar")[place % 3],
            }
            rows.append(row(name, number, 8 + place, **{**given, **values}))
        return self

    def quiet(self, *, narrative_id: int = 1, every: int = 3, until: int = TODAY - 5) -> World:
        """A background of one text every few days, by one outlet after the other."""
        for n, number in enumerate(range(0, until, every)):
            self.tell(number, [OUTLETS[n % len(OUTLETS)]], narrative_id=narrative_id)
        return self

    def known(self, of: Narrative) -> World:
        """Say more of a narrative."""
        self._narratives[of.narrative_id] = of
        return self

    def evidence(self, rules: SpikeSettings = RULES) -> DayEvidence:
        """What the tests of a day look at."""
        rows = [item for part in self.rows.values() for item in part]
        assignments = [assignment(item.article_id, key) for key, part in self.rows.items() for item in part]
        observations = observe(tellings(told_rows(rows, assignments), {key: key for key in self.rows}))
        outlets = sorted({*OUTLETS, *(item.source_id for item in rows)})
        days = [self._source_day(outlet, number) for outlet in outlets for number in range(DAYS)]
        panel = panel_of(observations, days, narratives=list(self.rows), days=[day(n) for n in range(DAYS)])
        known = list(self._narratives.values())
        return DayEvidence(panel, known, rows_in(self.rows), rules, holders=self.holders, owners=self.owners)

    def _source_day(self, outlet: str, number: int) -> Any:
        texts = self._output(outlet, number)
        health = self._health.get((outlet, number), "ok")
        return source_day(number, outlet, articles=texts, copy_groups=texts, health=health)

    def examine(
        self,
        number: int = TODAY,
        earlier: Sequence[Spike] = (),
        *,
        rules: SpikeSettings = RULES,
        running: bool = False,
    ) -> DayResult:
        """Test a day."""
        return examine_day(self.evidence(rules), day(number), earlier, running=running, run_id="detect-1")


def extra(narratives: int = 20) -> list[int]:
    """Numbers of quiet narratives beside the first."""
    return list(range(2, 2 + narratives))
