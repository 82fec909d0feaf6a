"""Which passages say what: a narrative's passage as it is shown, and everything decided about the passages of
an article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from storage.records import Assignment, ListedPassage, Narrative, PassageRow, Stance, WatchHit
from storage.store import Store
from storage.stores.lists import Key


@dataclass(frozen=True, slots=True)
class NarrativePassage:
    """A passage of a narrative; `stance` is told of watched statements only, and may be that the passage
    refutes it.
    """

    passage: PassageRow
    similarity: float
    stance: Stance | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage of an article: the narrative it was given to, the event it tells, and the watched statements
    it meets.
    """

    passage: PassageRow
    assignment: Assignment | None
    event_id: int | None
    hits: tuple[WatchHit, ...]


def listed_passages(
    store: Store, narrative: Narrative, *, after: Key | None = None, offset: int = 0, limit: int
) -> list[ListedPassage]:
    """Passages of a narrative and of those merged into it, the newest first; of a watched one its statement's
    hits, and what was discovered of it.
    """
    lists = store.lists
    if narrative.kind != "watched":
        numbers = lists.merged_into(narrative.narrative_id)
        return lists.assigned(numbers, after=after, offset=offset, limit=limit)
    statement, links = narrative.statement_id or "", store.links.to(narrative.narrative_id)
    if not links:
        return lists.hits(statement, after=after, offset=offset, limit=limit)
    numbers = [number for link in links for number in lists.merged_into(link.narrative_id)]
    return lists.hits_and_linked(statement, numbers, after=after, offset=offset, limit=limit)


def readings(store: Store, article_id: str) -> list[Reading]:
    """The passages of an article in their order."""
    rows = store.passages.of_article(article_id)
    if not rows:
        return []
    # Assignments and hits are found by the moment of their article: no other has it but by chance.
    start, end = rows[0].counted_at, rows[0].counted_at + timedelta(microseconds=1)
    assigned = {row.passage_id: row for row in store.narratives.assignments(start=start, end=end)}
    keys = [row.passage_id for row in rows]
    events = store.events.of(keys)
    hits = _by_passage(store.watch.hits(start=start, end=end))
    return [
        Reading(row, assigned.get(key), events.get(key), tuple(hits[key]))
        for key, row in zip(keys, rows, strict=True)
    ]


def _by_passage(hits: Iterable[WatchHit]) -> defaultdict[str, list[WatchHit]]:
    found: defaultdict[str, list[WatchHit]] = defaultdict(list)
    for hit in hits:
        found[hit.passage_id].append(hit)
    return found
