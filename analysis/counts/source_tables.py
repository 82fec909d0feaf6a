"""What was seen of each source on each day, as arrays: made once of thousands of rows, and the same for every
narrative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar, get_args

import numpy as np

from analysis.arrays import Ints
from storage.records import Health, SourceDay
from storage.records.told import SourceDayRow

K = TypeVar("K")
HEALTHS: Final[tuple[Health, ...]] = get_args(Health)
"""What the numbers in `SourceTables.health` stand for."""
_UNKNOWN: Final = HEALTHS.index("not_yet")


@dataclass(frozen=True, slots=True)
class SourceTables:
    """Tables (sources, days); a day of a source that has no row was not watched yet."""

    sources: tuple[str, ...]
    days: tuple[date, ...]
    articles: Ints
    texts: Ints
    """Texts that the source told first."""
    health: Ints
    """Places in `HEALTHS`."""

    def per_health(self, values: Mapping[Health, float]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """(sources, days): the value of each day's health."""
        of_each = np.array([values[name] for name in HEALTHS], dtype=np.float64)
        return np.asarray(of_each[self.health], dtype=np.float64)

    def to_plain(self) -> dict[str, Any]:
        """As plain JSON; `from_plain` reads it."""
        tables = {name: getattr(self, name).tolist() for name in _TABLES}
        return {"sources": list(self.sources), "days": [day.isoformat() for day in self.days], **tables}

    @staticmethod
    def from_plain(plain: Mapping[str, Any]) -> SourceTables:
        """What `to_plain` wrote."""
        sources, days = tuple(plain["sources"]), tuple(map(date.fromisoformat, plain["days"]))
        shape = len(sources), len(days)
        tables = [np.array(plain[name], dtype=np.int64).reshape(shape) for name in _TABLES]
        return SourceTables(sources, days, *tables)


_TABLES: Final = ("articles", "texts", "health")


def source_tables(rows: Sequence[SourceDay | SourceDayRow], days: Sequence[date]) -> SourceTables:
    """The tables of these days; rows of other days are passed over, but for the names of their sources."""
    names = tuple(sorted({item.source_id for item in rows}))
    columns, places = places_of(names), places_of(days)
    inside = [item for item in rows if item.day in places]
    at = [columns[item.source_id] for item in inside], [places[item.day] for item in inside]
    shape = len(names), len(places)
    articles, texts = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    health = np.full(shape, _UNKNOWN, np.int64)
    numbers = places_of(HEALTHS)
    articles[at] = [item.articles for item in inside]
    texts[at] = [item.copy_groups for item in inside]
    health[at] = [numbers[item.health] for item in inside]
    return SourceTables(names, tuple(days), articles, texts, health)


def places_of(keys: Iterable[K]) -> dict[K, int]:
    """The place of each."""
    return {key: place for place, key in enumerate(keys)}
