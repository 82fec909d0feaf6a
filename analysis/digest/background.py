"""What every narrative of a period is measured against: what was seen of the sources, and how all counts
scatter. Made with a digest, it serves the page of any narrative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analysis.counts.source_tables import SourceTables
from analysis.spikes.habits import Habits


@dataclass(frozen=True, slots=True)
class Background:
    """Of a period and the days that it is compared with."""

    tables: SourceTables
    habits: Habits

    def to_plain(self) -> dict[str, Any]:
        """As plain JSON; `from_plain` reads it."""
        return {"tables": self.tables.to_plain(), "habits": asdict(self.habits)}

    @staticmethod
    def from_plain(plain: Mapping[str, Any]) -> Background:
        """What `to_plain` wrote."""
        habits = {**plain["habits"], "serial": tuple(plain["habits"]["serial"])}
        return Background(SourceTables.from_plain(plain["tables"]), Habits(**habits))
