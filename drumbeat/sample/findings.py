"""Reads from a finished workspace what `score.py` judges. Reads and counts, nothing more."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from analysis.digest.first_mover import first_mover
from analysis.digest.outlets import outlet_refs
from drumbeat.sample.score import Findings, FoundAlert, Place
from storage.records.merges import numbers_under
from storage.store import Store

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def read_findings(store: Store, reports: Path, *, until: datetime) -> Findings:
    """What the workspace found.

    Args:
        reports: the folder of the weekly reports; the reprint storms that their JSON names are the named
            ones.
        until: the moment of the last run.
    """
    places = {
        article.article_id: place_of(article.url) for article in store.articles.between(BEGINNING, until)
    }
    survivors = store.narratives.survivors()
    passages: defaultdict[int, list[str]] = defaultdict(list)
    votes: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for item in store.narratives.assignments():
        passages[survivors[item.narrative_id]].append(item.passage_id)
        votes[_article(item.passage_id)][survivors[item.narrative_id]] += 1
    watched: defaultdict[int, list[str]] = defaultdict(list)
    for hit in store.watch.hits():
        watched[survivors[hit.narrative_id]].append(hit.passage_id)
    members = {
        key: {_article(passage) for passage in found}
        for found_in in (passages, watched)
        for key, found in found_in.items()
    }
    return Findings(
        articles={place: _majority(votes[article_id]) for article_id, place in places.items()},
        members={
            key: sorted(places[article] for article in found if article in places)
            for key, found in sorted(members.items())
        },
        first_movers={key: name for key in sorted(passages) if (name := _first_mover(store, key))},
        alerts=[
            FoundAlert(narrative=survivors[alert.narrative_id], at=alert.created_at)
            for alert in store.alerts.between(BEGINNING, until)
        ],
        storms=sorted(places[group] for group in storms_named(reports) if group in places),
    )


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
