"""What is counted, found and told: numbers per day, spikes, alerts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from storage.records.texts import Vector

Health = Literal["ok", "degraded", "down", "not_yet", "backfill"]
SpikeDecision = Literal["alert", "digest", "suppressed"]
MessageKind = Literal["group", "report", "health", "watch"]
MarkKind = Literal["ack", "mute", "false"]
DeliveryState = Literal["pending", "sending", "sent", "unknown", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Narrative x source x day."""

    narrative_id: int
    source_id: str
    day: date
    articles: int
    copy_groups: int
    """Texts whose first counted article of this source falls on this day."""
    own_texts: int
    """Texts that this source was the first of all to tell within the narrative, on this day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """One source, one day: its whole output (exposure) and its health."""

    source_id: str
    day: date
    articles: int
    copy_groups: int
    """Texts that the source told first."""
    fetched: int
    failed: int
    polls: int
    polls_failed: int
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """A narrative's window that was tested and stood out, with what was ruled out."""

    spike_id: str
    """`{narrative_id}-{day}`"""
    narrative_id: int
    day: date
    """Last day of the window."""
    window_days: int
    observed: float
    """Own texts in the window, damped per source."""
    expected: float
    p_value: float
    q_value: float
    cusum: float
    detector: Literal["fast", "slow", "emergence"]
    outlets: int
    countries: int
    languages: int
    articles: int
    reprint_share: float
    decision: SpikeDecision
    checks: dict[str, str] = field(default_factory=dict)
    """Innocent explanation -> what was found (`ruled out: ...`, `named: ...`)."""
    run_id: str


_OF_NARRATIVE = ("spike_id", "narrative_id", "day")
"""Fields of a spike that a group without a narrative has no use for."""


class GroupCell(NamedTuple):
    """What one source told near a daily group's centroid on one day."""

    source_id: str
    day: date
    own_texts: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyGroup:
    """Texts of the last days that say one thing, with what was said near them before; tested at once."""

    day: date
    """Last day of the days it was drawn from."""
    number: int
    """Counts up within the day."""
    label: str
    """The title of its most central text."""
    centroid: Vector
    radius: float
    """Least cosine to the centroid at which a passage is counted, today and in the weeks before."""
    build: str
    mean_version: int
    passages: tuple[str, ...]
    """Those of its days that are counted, by id."""
    cells: tuple[GroupCell, ...]
    """What is counted near the centroid, by (day, source)."""
    narrative_id: int | None = None
    """The narrative that was born of it."""
    spike: dict[str, Any] = field(default_factory=dict)
    """What the test of its day found (`tested`); empty: not tested."""
    run_id: str

    def tested(self, spike: Spike) -> DailyGroup:
        """The group with what its test found."""
        plain = {
            name: getattr(spike, name) for name in Spike.__dataclass_fields__ if name not in _OF_NARRATIVE
        }
        return replace(self, spike=plain)

    def told_of(self, narrative_id: int) -> Spike:
        """What its test found, as a spike of the narrative that was born of it."""
        key = f"{narrative_id}-{self.day.isoformat()}"
        return Spike(spike_id=key, narrative_id=narrative_id, day=self.day, **self.spike)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A spike on its way to people, or another message that goes through the outbox."""

    alert_id: str
    spike_id: str
    """Empty for another message."""
    narrative_id: int
    """0 for another message."""
    created_at: datetime
    subject: str
    evidence: dict[str, Any]
    """Everything the mail shows, frozen as JSON when the alert was made."""
    kind: MessageKind | None = None
    """None: the alert of a spike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An alert on its way to one recipient."""

    delivery_id: str
    alert_id: str
    channel: Literal["smtp", "apprise"]
    recipient: str
    message_id: str
    state: DeliveryState
    attempts: int = 0
    last_error: str | None = None
    updated_at: datetime
    reason: str | None = None
    """Why this recipient gets it, in words; None: every recipient of the settings does."""
    due_at: datetime | None = None
    """Not to be sent before; None: at once."""
    language: Literal["en", "fr"] | None = None
    """In which it is written; None, before there was a choice: English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMark:
    """What somebody said of an alert."""

    mark_id: str
    """Of a signed link its fingerprint, so that it works once."""
    kind: MarkKind
    alert_id: str
    narrative_id: int
    at: datetime
    actor: str
    """Who said it, as they named themselves, or the address that the link was sent to."""
    recipient: str | None = None
    """Of `mute`: for whom; None: for everybody."""
    until: datetime | None = None
    """Of `mute`: up to when."""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedReport:
    """One revision of a published report."""

    edition: str
    """Empty: the one that everybody gets."""
    start: date
    end: date
    revision: int
    as_of: datetime
    digest: str
    """Of the content, so that a second run with nothing new makes no revision."""
    content: dict[str, Any]
    changes: list[str]
    """What is different from the revision before, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEdit:
    """What an analyst adds to an edition of a report, or leaves out of it."""

    edit_id: str
    edition: str
    start: date
    end: date
    kind: Literal["note", "drop", "restore"]
    narrative_id: int | None = None
    text: str | None = None
    actor: str
    at: datetime
