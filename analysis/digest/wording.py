"""How the passages of a watched statement word it: totals, weeks, outlet classes and languages. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, get_args

from analysis.digest.sides import SIDES, side_of
from config.clock import day_of
from storage.records import Stance
from storage.records.told import NarrativeRow

WORDINGS: Final[tuple[Stance, ...]] = get_args(Stance)
WEEKS: Final = 10
"""Weeks that are told: those that charts show. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A group of passages with how many word the statement in which way."""

    name: str
    counts: tuple[int, ...]
    """In the order of `WORDINGS`."""

    @property
    def passages(self) -> int:
        """All of them."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of a statement's passages; reprints are passages too."""

    total: Worded
    weeks: tuple[Worded, ...]
    """By the Monday that each begins with, the oldest first; weeks without a passage too."""
    sides: tuple[Worded, ...]
    languages: tuple[Worded, ...]
    """The most passages first."""


def wording_of(rows: Sequence[NarrativeRow], *, end: date) -> Wording:
    """The wording of the hits among some rows, late ones left out.

    Args:
        rows: of the weeks before `end`, exclusive; others are passed over.
    """
    last = _monday(end - timedelta(days=1))
    mondays = [last - timedelta(weeks=week) for week in reversed(range(WEEKS))]
    told = _told(rows, mondays[0], end)
    languages = Counter(row.language for row in told)
    most_first = sorted(languages, key=lambda key: (-languages[key], key))
    return Wording(
        total=_worded("", told),
        weeks=_groups(told, lambda row: _monday(day_of(row.counted_at)).isoformat(), map(str, mondays)),
        sides=_groups(told, lambda row: side_of(row.ownership), SIDES),
        languages=_groups(told, lambda row: row.language, most_first),
    )


def _told(rows: Iterable[NarrativeRow], first: date, end: date) -> list[NarrativeRow]:
    """The hits of [first, end) that count."""
    hits = [row for row in rows if row.stance is not None and not row.late]
    return [row for row in hits if first <= day_of(row.counted_at) < end]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _groups(
    told: Iterable[NarrativeRow], name_of: Callable[[NarrativeRow], str], names: Iterable[str]
) -> tuple[Worded, ...]:
    """The rows by name, in the order of the names."""
    found: dict[str, list[NarrativeRow]] = {name: [] for name in names}
    for row in told:
        found[name_of(row)].append(row)
    return tuple(_worded(name, rows) for name, rows in found.items())


def _worded(name: str, rows: Iterable[NarrativeRow]) -> Worded:
    counts = Counter(row.stance for row in rows)
    return Worded(name, tuple(counts[wording] for wording in WORDINGS))
