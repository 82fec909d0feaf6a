"""The nouns of Drumbeat: one frozen record per thing the product knows.

Every record is plain data with aware UTC times; rooms exchange records, never table rows.
Identifiers are made from content (`ids.py`), so that the order of work never shows in them.
"""

from __future__ import annotations

from storage.records.coverage import (
    FeedKind,
    FeedPoll,
    FeedState,
    Origin,
    Page,
    Run,
    RunState,
    Source,
    WarcPlace,
)
from storage.records.findings import (
    Alert,
    Delivery,
    DeliveryState,
    Health,
    Observation,
    SourceDay,
    Spike,
    SpikeDecision,
)
from storage.records.meaning import (
    Assignment,
    Correction,
    Event,
    LineageEvent,
    LineageKind,
    Narrative,
    NarrativeKind,
    NarrativeStatus,
    Stance,
    Theme,
    WatchHit,
)
from storage.records.texts import (
    Article,
    CleanResult,
    CopyGroup,
    CopyMember,
    CopyRelation,
    DateConfidence,
    MeanTable,
    Passage,
    PassageRow,
    SearchFilters,
    SearchHit,
    Vector,
)

__all__ = [
    "Alert",
    "Article",
    "Assignment",
    "CleanResult",
    "CopyGroup",
    "CopyMember",
    "CopyRelation",
    "Correction",
    "DateConfidence",
    "Delivery",
    "DeliveryState",
    "Event",
    "FeedKind",
    "FeedPoll",
    "FeedState",
    "Health",
    "LineageEvent",
    "LineageKind",
    "MeanTable",
    "Narrative",
    "NarrativeKind",
    "NarrativeStatus",
    "Observation",
    "Origin",
    "Page",
    "Passage",
    "PassageRow",
    "Run",
    "RunState",
    "SearchFilters",
    "SearchHit",
    "Source",
    "SourceDay",
    "Spike",
    "SpikeDecision",
    "Stance",
    "Theme",
    "Vector",
    "WarcPlace",
    "WatchHit",
]
