"""Small valid rows for counting, spikes, spread and digest; tests name only what they are about. No business
logic.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from storage.records import (
    Assignment,
    Narrative,
    Observation,
    Source,
    SourceDay,
    WatchHit,
)
from storage.records.told import AttemptCount, NarrativeRow, ToldRow
from storage.store import Store
from tests.storage.makers import comparison

FIRST = date(2026, 1, 5)
"""A Monday."""


def day(number: int) -> date:
    """Day `number` of the tests' world, from 0."""
    return FIRST + timedelta(days=number)


def at(number: int, hour: float = 12.0) -> datetime:
    """An hour of day `number`."""
    return datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=number, hours=hour)


def row(name: str, number: int = 0, hour: float = 12.0, **values: Any) -> NarrativeRow:
    """The first passage of article `name`, published and counted on day `number`, by outlet `alpha`, a text
    of its own.
    """
    moment = at(number, hour)
    given: dict[str, Any] = {
        "narrative_id": 1,
        "passage_id": f"{name}:000",
        "similarity": 0.8,
        "stance": None,
        "article_id": name,
        "source_id": "alpha",
        "country": "XA",
        "ownership": "not listed",
        "language": "en",
        "title": f"Title of {name}",
        "url": f"https://alpha.example/{name}",
        "group_id": name,
        "relation": "original",
        "published_at": moment,
        "date_confidence": "A",
        "date_source": "jsonld",
        "first_seen_at": moment + timedelta(hours=1),
        "counted_at": moment,
        "late": False,
        "origin": "live",
    }
    return NarrativeRow(**{**given, **values})


def assignment(name: str, narrative_id: int = 1, ordinal: int = 0) -> Assignment:
    """A passage of article `name` tells the narrative."""
    return Assignment(
        passage_id=f"{name}:{ordinal:03d}",
        narrative_id=narrative_id,
        similarity=0.8,
        method="nearest",
        run_id="assign-1",
    )


def told_rows(
    rows: Sequence[NarrativeRow], assignments: Sequence[Assignment], hits: Sequence[WatchHit] = ()
) -> list[ToldRow]:
    """Assignments and hits with their articles, as the store reads them; those without a passage are not
    there.
    """
    known = {item.passage_id: item for item in rows}
    pairs = [(item.passage_id, item.narrative_id, None) for item in assignments]
    pairs += [(item.passage_id, item.narrative_id, item.stance) for item in hits]
    found = [(number, known[key], stance) for key, number, stance in pairs if key in known]
    return [
        ToldRow(number, of.article_id, of.source_id, of.group_id, of.counted_at, of.late, stance)
        for number, of, stance in found
    ]


def put_hits(store: Store, statement_id: str, hits: Sequence[WatchHit]) -> None:
    """Store what a statement found."""
    store.watch.put([comparison(statement_id, "hash", *hits)])


def hit(name: str, stance: str = "endorses", narrative_id: int = 9) -> WatchHit:
    """The passage of article `name` says what the statement says, or its opposite."""
    return WatchHit(
        statement_id="concerns",
        passage_id=f"{name}:000",
        narrative_id=narrative_id,
        cosine=0.7,
        z=6.0,
        stance=stance,
        run_id="w",  # type: ignore[arg-type]
    )


def narrative(narrative_id: int = 1, **values: Any) -> Narrative:
    """A discovered narrative, first seen on day 0."""
    given: dict[str, Any] = {
        "label": f"Narrative {narrative_id}",
        "first_seen_at": at(0),
        "last_seen_at": at(0),
        "build": "test-build",
        "mean_version": 1,
        "born_run": "refit-1",
    }
    return Narrative(narrative_id=narrative_id, **{**given, **values})


def source(source_id: str = "alpha", **values: Any) -> Source:
    """An outlet that has been crawled since day 0."""
    given: dict[str, Any] = {
        "name": source_id.title(),
        "domain": f"{source_id}.example",
        "country": "XA",
        "region": "north",
        "languages": ("en",),
        "first_crawled_at": at(0, 1),
    }
    return Source(source_id=source_id, **{**given, **values})


def polls(number: int, outcome: str = "stored", times: int = 1, source_id: str = "alpha") -> AttemptCount:
    """Polls of a source's feed on a day, with one outcome."""
    return AttemptCount(source_id, day(number), outcome, times)


def source_day(number: int, source_id: str = "alpha", **values: Any) -> SourceDay:
    """A healthy day of ten articles, each a text of its own."""
    given: dict[str, Any] = {
        "articles": 10,
        "copy_groups": 10,
        "fetched": 10,
        "failed": 0,
        "polls": 4,
        "polls_failed": 0,
        "health": "ok",
    }
    return SourceDay(source_id=source_id, day=day(number), **{**given, **values})


def observation(
    number: int, source_id: str = "alpha", narrative_id: int = 1, texts: int = 1, **values: Any
) -> Observation:
    """So many own texts of a narrative on a day."""
    given: dict[str, Any] = {"articles": texts, "copy_groups": texts, "own_texts": texts}
    return Observation(narrative_id=narrative_id, source_id=source_id, day=day(number), **{**given, **values})
