"""Links between what is watched and what was discovered of it: decided by `same_claim.py`, read and written
here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from analysis.tellings import says
from analysis.watch.same_claim import (
    FEWEST,
    Same,
    Sides,
    Texts,
    comparable_centroids,
    decided_links,
    same_claim,
)
from analysis.watch.statements import Prepared
from storage.records import MeanTable, NarrativeLink, Vector
from storage.records.merges import numbers_under
from storage.records.told import NarrativeRow
from storage.store import Store

LOOKED_BACK: Final = timedelta(days=70)
"""Of whose texts both are compared: the ten weeks that are counted anew. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class _View:
    """What all statements are compared with."""

    store: Store
    survivors: Mapping[int, int]
    centroids: Mapping[int, Vector]
    before: Mapping[int, NarrativeLink]
    since: datetime


def link_narratives(
    store: Store,
    table: MeanTable,
    statements: Sequence[Prepared],
    numbers: Mapping[str, int],
    *,
    now: datetime,
    run_id: str,
) -> int:
    """Bring the links up to date; returns how many there are.

    Args:
        numbers: statement id -> number of its narrative.

    Raises:
        StorageError: the store cannot be read or written.
    """
    view = _view(store, table, now)
    compared = [(numbers[item.config.id], _same(view, item, numbers[item.config.id])) for item in statements]
    found: dict[int, NarrativeLink] = {}
    for watched, narratives in compared:
        for same in narratives:
            link = _link(same, watched, now, run_id)
            # What tells two statements is shown under the one that shares more with it.
            if same.narrative_id not in found or found[same.narrative_id].shared < link.shared:
                found[same.narrative_id] = link
    for number, other in _decided(view, set(numbers.values())).items():
        found.pop(number, None)
        if other is not None:
            found[number] = _link(Same(number, 1.0, 0.0), other, now, run_id)
    store.links.replace([_since_when(view.before, found[number]) for number in sorted(found)])
    return len(found)


def _view(store: Store, table: MeanTable, now: datetime) -> _View:
    registry = store.narratives.all()
    centroids = comparable_centroids(registry, build=table.build, mean_version=table.version)
    before = {item.narrative_id: item for item in store.links.all()}
    return _View(store, store.narratives.survivors(), centroids, before, now - LOOKED_BACK)


def _decided(view: _View, watched: Set[int]) -> dict[int, int | None]:
    """Discovered narrative -> the watched one that an analyst links it to; None: to none that is watched."""
    decided = decided_links(view.store.corrections.in_force(), view.survivors)
    return {number: other if other in watched else None for number, other in decided.items()}


def _same(view: _View, item: Prepared, watched: int) -> list[Same]:
    """The narratives that tell a statement."""
    hits = view.store.tellings.hits(item.config.id, start=view.since)
    told = {key: _told(view, key) for key in _holders(view, hits)}
    known = {key for key, link in view.before.items() if link.watched_id == watched}
    texts = Texts(
        supporting=frozenset(row.group_id for row in hits if says(row.stance)),
        refuting=frozenset(row.group_id for row in hits if not says(row.stance)),
        told=told,
    )
    return same_claim(texts, Sides(item.vectors, item.counters), view.centroids, before=known)


def _holders(view: _View, hits: Sequence[NarrativeRow]) -> list[int]:
    """Discovered narratives that hold hits of a few texts at least."""
    group_of = {row.passage_id: row.group_id for row in hits}
    texts: defaultdict[int, set[str]] = defaultdict(set)
    for given in view.store.narratives.assigned(list(group_of)):
        texts[view.survivors[given.narrative_id]].add(group_of[given.passage_id])
    return sorted(key for key, groups in texts.items() if len(groups) >= FEWEST)


def _told(view: _View, number: int) -> Set[str]:
    """The texts that tell a narrative."""
    numbers = numbers_under(view.survivors, number)
    return frozenset(row.group_id for row in view.store.tellings.assigned(numbers, start=view.since))


def _link(same: Same, watched: int, now: datetime, run_id: str) -> NarrativeLink:
    return NarrativeLink(
        narrative_id=same.narrative_id,
        watched_id=watched,
        shared=same.shared,
        nearer=same.nearer,
        at=now,
        run_id=run_id,
    )


def _since_when(before: Mapping[int, NarrativeLink], link: NarrativeLink) -> NarrativeLink:
    """A link with the moment at which it was made first."""
    old = before.get(link.narrative_id)
    return replace(link, at=old.at) if old is not None and old.watched_id == link.watched_id else link


def linked_sizes(store: Store) -> Counter[int]:
    """Watched narrative -> passages that what is linked to it has beside its own hits."""
    survivors = store.narratives.survivors()
    statements = {row.narrative_id: row.statement_id for row in store.narratives.all() if row.statement_id}
    found: Counter[int] = Counter()
    for link in store.links.all():
        own = {row.passage_id for row in store.tellings.hits(str(statements.get(link.watched_id)))}
        rows = store.tellings.assigned(numbers_under(survivors, link.narrative_id))
        found[link.watched_id] += sum(row.passage_id not in own for row in rows)
    return found
