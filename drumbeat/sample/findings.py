"""Reads from a finished workspace what `score.py` judges. Reads and counts, nothing more."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from analysis.digest.first_mover import first_mover
from analysis.digest.outlets import outlet_refs
from drumbeat.sample.score import Findings, FoundAlert, Place
from storage.records.merges import numbers_under
from storage.store import Store

Told = tuple[int, str]
"""A narrative and a passage that tells it."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def read_findings(store: Store, reports: Path, *, until: datetime) -> Findings:
    """What the workspace found.

    Args:
        reports: the folder of the weekly reports; the reprint storms that their JSON names are the named
            ones.
        until: the moment of the last run.
    """
    places = {row.article_id: place_of(row.url) for row in store.articles.between(BEGINNING, until)}
    survivors = store.narratives.survivors()
    assigned = [(survivors[row.narrative_id], row.passage_id) for row in store.narratives.assignments()]
    watched = [(survivors[hit.narrative_id], hit.passage_id) for hit in store.watch.hits()]
    return Findings(
        articles=_articles(places, assigned),
        members=_members(places, assigned, watched),
        first_movers=_first_movers(store, {narrative for narrative, _ in assigned}),
        alerts=_alerts(store, survivors, until),
        storms=_placed(places, storms_named(reports)),
        claims=_claims(store),
    )


def _claims(store: Store) -> set[int]:
    """Discovered narratives that are shown as claims."""
    judged = store.kinds.all()
    discovered = [row.narrative_id for row in store.narratives.all() if row.kind == "discovered"]
    return {key for key in discovered if key not in judged or judged[key].kind == "claim"}


def _articles(places: Mapping[str, Place], assigned: Sequence[Told]) -> dict[Place, int | None]:
    """Every article with the narrative of most of its passages."""
    votes: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for narrative, passage_id in assigned:
        votes[_article(passage_id)][narrative] += 1
    return {place: _majority(votes[article_id]) for article_id, place in places.items()}


def _members(places: Mapping[str, Place], *told: Sequence[Told]) -> dict[int, list[Place]]:
    """Every narrative with the articles that carry it; watched ones replace assigned ones of their number."""
    members: dict[int, set[str]] = {}
    for pairs in told:
        found: defaultdict[int, set[str]] = defaultdict(set)
        for narrative, passage_id in pairs:
            found[narrative].add(_article(passage_id))
        members |= found
    return {narrative: _placed(places, found) for narrative, found in sorted(members.items())}


def _placed(places: Mapping[str, Place], article_ids: Collection[str]) -> list[Place]:
    return sorted(places[key] for key in article_ids if key in places)


def _first_movers(store: Store, narratives: Collection[int]) -> dict[int, str]:
    named = {key: _first_mover(store, key) for key in sorted(narratives)}
    return {key: name for key, name in named.items() if name}


def _alerts(store: Store, survivors: Mapping[int, int], until: datetime) -> list[FoundAlert]:
    found = store.alerts.between(BEGINNING, until)
    return [FoundAlert(narrative=survivors[row.narrative_id], at=row.created_at) for row in found]


def place_of(url: str) -> Place:
    """`http://OUTLET.localhost:PORT/PATH` as the truth table names it."""
    parts = urlsplit(url)
    return (parts.hostname or "").removesuffix(".localhost"), parts.path


def storms_named(reports: Path) -> set[str]:
    """First articles of the texts that the weekly reports name reprint storms."""
    digests = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(reports.glob("*.json")))
    return {line["group_id"] for digest in digests for line in digest["reprint_storms"]}


def _article(passage_id: str) -> str:
    return passage_id.partition(":")[0]


def _majority(votes: Counter[int]) -> int | None:
    """The narrative of most passages; of equals the older one."""
    return min(votes, key=lambda narrative: (-votes[narrative], narrative)) if votes else None


def _first_mover(store: Store, number: int) -> str | None:
    """The outlet that reports name first for a discovered narrative and those merged into it."""
    numbers = numbers_under(store.narratives.survivors(), number)
    found = first_mover(
        store.tellings.assigned(numbers),
        outlet_refs(store.sources.all()),
        wire_of=lambda _group: None,
        corpus_start=None,
    )
    return found.outlets[0].source_id if found else None
