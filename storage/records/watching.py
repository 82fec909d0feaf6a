"""What the watchlist learnt, and what an analyst said of its hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from storage.records.texts import Vector

Verdict = Literal["accept", "reject"]


class SampledSentence(NamedTuple):
    """A sentence that stands for what is ordinary; sentences of one passage share its number."""

    text_hash: str
    language: str
    passage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownStatement:
    """What a statement has grown to by what it found."""

    statement_id: str
    statement_hash: str
    """Of the wording that it grew from; another wording begins again."""
    at: datetime
    direction: Vector
    """Centred unit vector."""
    linked: int | None
    """The discovered narrative that tells the same."""
    seeds: int
    """Passages that it grew by."""
    scales: Mapping[str, tuple[float, float]]
    """Language -> place and spread of cosines to the direction; `*` for all together."""
    least_z: float
    """The z from which a passage is found by the direction."""
    stopped: str
    """Why it did not grow further."""
    recall: float
    """Estimated share of the tellings of its window that it finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeLink:
    """A discovered narrative that tells what is watched: counted and shown as the watched one."""

    narrative_id: int
    watched_id: int
    shared: float
    """Share of the statement's texts that the narrative has, when it was last compared."""
    nearer: float
    """By how much its centroid is nearer to the statement than to what says the opposite."""
    at: datetime
    """When it was linked."""
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLabel:
    """An analyst's word on a passage: that it says what a statement says, or that it does not."""

    statement_id: str
    passage_id: str
    verdict: Verdict
    at: datetime
    actor: str
