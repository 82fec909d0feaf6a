"""Which passages say what: the way from a narrative to its passages, and from an article to everything decided about its passages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from storage.records import Assignment, Narrative, PassageRow, Stance, WatchHit
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Telling:
    """A passage of a narrative; `stance` is told of watched statements only, and may be that the passage refutes it."""

    passage: PassageRow
    similarity: float
    stance: Stance | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage of an article: the narrative it was given to, the event it tells, and the watched statements it meets."""

    passage: PassageRow
    assignment: Assignment | None
    event_id: int | None
    hits: tuple[WatchHit, ...]


def tellings(store: Store, narrative: Narrative) -> list[Telling]:
    """Every passage of a narrative and of those merged into it, the newest article first; of a watched one its statement's hits."""
    found: dict[str, tuple[float, Stance | None]] = {}
    if narrative.kind == "watched":
        hits = store.watch.hits(narrative.statement_id)
        found = {
            hit.passage_id: (hit.cosine, hit.stance)
            for hit in hits
            if hit.narrative_id == narrative.narrative_id
        }
    else:
        for number in _numbers_of(store, narrative):
            found |= {
                row.passage_id: (row.similarity, None)
                for row in store.narratives.assignments(narrative_id=number)
            }
    told = [Telling(row, *found[row.passage_id]) for row in store.passages.many(list(found))]
    return sorted(told, key=lambda item: (-item.passage.counted_at.timestamp(), item.passage.passage_id))


def _numbers_of(store: Store, narrative: Narrative) -> list[int]:
    """The narrative's number and those that were merged into it, directly or by way of others."""
    merged = [
        (row.narrative_id, row.merged_into)
        for row in store.narratives.all(include_merged=True)
        if row.merged_into is not None
    ]
    numbers = [narrative.narrative_id]
    for number in numbers:
        numbers += [child for child, into in merged if into == number and child not in numbers]
    return numbers


def readings(store: Store, article_id: str) -> list[Reading]:
    """The passages of an article in their order."""
    rows = store.passages.of_article(article_id)
    if not rows:
        return []
    start = rows[0].counted_at
    end = start + timedelta(microseconds=1)
    assigned = {row.passage_id: row for row in store.narratives.assignments(start=start, end=end)}
    hits = store.watch.hits(start=start, end=end)
    events = store.events.of([row.passage_id for row in rows])
    return [
        Reading(
            passage=row,
            assignment=assigned.get(row.passage_id),
            event_id=events.get(row.passage_id),
            hits=tuple(hit for hit in hits if hit.passage_id == row.passage_id),
        )
        for row in rows
    ]
