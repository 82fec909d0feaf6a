"""Which articles tell which narrative, and which of their texts are new: one answer for counting, tests, digest and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from storage.records import Assignment, LineageEvent, Narrative, PassageRow, WatchHit

COPY_REACH = timedelta(days=14)
"""How long before a printing of a text the one before must lie for it to count again."""
FORM = "form"
"""Reason in the history of a narrative that turned out to be a recurring form."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One article that carries a narrative, as far as counting needs it."""

    narrative_id: int
    article_id: str
    source_id: str
    group_id: str
    counted_at: datetime

    @property
    def day(self) -> date:
        """The UTC day it counts at."""
        return self.counted_at.astimezone(UTC).date()


class Printed:
    """When each text was printed last, told in the order of time."""

    def __init__(self) -> None:
        self._last: dict[tuple[object, ...], datetime] = {}

    def is_new(self, key: tuple[object, ...], at: datetime) -> bool:
        """Whether it was not printed within `COPY_REACH` before; now it is."""
        before, self._last[key] = self._last.get(key), at
        return before is None or at - before > COPY_REACH


def tellings(
    rows: Sequence[PassageRow],
    assignments: Sequence[Assignment],
    hits: Sequence[WatchHit],
    *,
    survivors: Mapping[int, int],
) -> list[Telling]:
    """One telling per narrative and article that counts, by (narrative, counted_at, article).

    Args:
        rows: passages; those of late articles are passed over.
        survivors: narrative id -> the id that it counts under (itself, or what it was merged into); others are passed over.
    """
    by_passage = {row.passage_id: row for row in rows if not row.late}
    told: dict[tuple[int, str], Telling] = {}
    pairs = [(item.passage_id, item.narrative_id) for item in assignments]
    pairs += [(hit.passage_id, hit.narrative_id) for hit in hits if hit.stance != "refutes"]
    for passage_id, narrative_id in pairs:
        row, survivor = by_passage.get(passage_id), survivors.get(narrative_id)
        if row is not None and survivor is not None:
            told[survivor, row.article_id] = Telling(
                survivor, row.article_id, row.source_id, row.group_id, row.counted_at
            )
    return sorted(told.values(), key=lambda item: (item.narrative_id, item.counted_at, item.article_id))


def survivors_of(narratives: Sequence[Narrative]) -> dict[int, int]:
    """Narrative id -> the id that it counts under, merges followed to their end."""
    merged = {item.narrative_id: item.merged_into for item in narratives}
    found: dict[int, int] = {}
    for narrative_id in merged:
        last, seen = narrative_id, {narrative_id}
        while (into := merged.get(last)) is not None and into not in seen:
            seen.add(into)
            last = into
        found[narrative_id] = last
    return found


def resting_forms(history: Iterable[LineageEvent]) -> set[int]:
    """Narratives that were put to rest as recurring forms, by their history in the order of time."""
    last = {item.narrative_id: item for item in history if item.kind in ("dormant", "revived")}
    return {number for number, item in last.items() if item.detail.get("reason") == FORM}
