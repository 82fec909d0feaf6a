"""What tells a narrative, without texts: narrow rows, since counting reads hundreds of thousands of them at a
time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from storage.records.coverage import Origin
from storage.records.findings import Health
from storage.records.meaning import Stance
from storage.records.texts import CopyRelation, DateConfidence


class ToldRow(NamedTuple):
    """A passage that a narrative has, as far as counting needs its article."""

    narrative_id: int
    """As it was assigned; `merges.follow_merges` says what that number leads to now."""
    article_id: str
    source_id: str
    group_id: str
    """Copy group of the article (the article's own id while ungrouped)."""
    counted_at: datetime
    late: bool
    stance: Stance | None
    """Of hits of a watched statement; None for a discovered narrative."""


class NarrativeRow(NamedTuple):
    """A passage that a narrative has, with what facts, spread and evidence need of its article and outlet."""

    narrative_id: int
    passage_id: str
    similarity: float
    stance: Stance | None
    article_id: str
    source_id: str
    country: str
    ownership: str
    language: str
    title: str
    url: str
    group_id: str
    relation: CopyRelation
    published_at: datetime | None
    date_confidence: DateConfidence
    date_source: str
    first_seen_at: datetime
    counted_at: datetime
    late: bool
    origin: Origin


class PrintedRow(NamedTuple):
    """An article as far as its outlet's output needs it."""

    article_id: str
    source_id: str
    group_id: str
    language: str
    date_confidence: DateConfidence
    counted_at: datetime
    late: bool
    origin: Origin


class Cell(NamedTuple):
    """An observation as the tests of a day read it."""

    narrative_id: int
    source_id: str
    day: date
    own_texts: int
    articles: int


class SourceDayRow(NamedTuple):
    """A `SourceDay` as a digest reads thousands of them."""

    source_id: str
    day: date
    articles: int
    copy_groups: int
    fetched: int
    failed: int
    polls: int
    polls_failed: int
    health: Health


class AttemptCount(NamedTuple):
    """How often a source was polled, or pages of it fetched, on a day, with one outcome."""

    source_id: str
    day: date
    outcome: str
    attempts: int


@dataclass(frozen=True, slots=True)
class StaleDay:
    """A note that what is counted of a day may have changed; `CountStore.settle` takes it back."""

    day: date
    writer: int
    changes: int
