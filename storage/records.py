"""The nouns of Drumbeat: one frozen record per thing the product knows.

Every record is plain data with aware UTC times; rooms exchange records, never table rows.
Identifiers are made from content (`ids.py`), so that the order of work never shows in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""A unit vector, shape (dimensions,), float32 in memory, float16 at rest."""

Origin = Literal["live", "backfill"]
FeedKind = Literal["feed", "news_sitemap", "sitemap", "section"]
DateConfidence = Literal["A", "B", "C", "D"]
CopyRelation = Literal["original", "exact", "near", "excerpt", "translation"]
NarrativeKind = Literal["discovered", "watched"]
NarrativeStatus = Literal["active", "dormant", "merged"]
LineageKind = Literal["born", "continued", "split_from", "merged_into", "dormant", "revived", "renamed"]
Stance = Literal["endorses", "refutes", "reports"]
RunState = Literal["running", "done", "failed", "interrupted"]
Health = Literal["ok", "degraded", "down", "not_yet", "backfill"]
SpikeDecision = Literal["alert", "digest", "suppressed"]
DeliveryState = Literal["pending", "sending", "sent", "unknown", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An outlet, as the source directory described it at the last synchronisation."""

    source_id: str
    name: str
    domain: str
    country: str
    """ISO 3166-1 alpha-2; the sample world uses user-assigned codes (XA ...)."""
    region: str
    languages: tuple[str, ...]
    """BCP 47 tags, the outlet's main language first."""
    ownership: str = "not listed"
    ownership_list: str | None = None
    ownership_as_of: date | None = None
    verified: bool = False
    coverage_start: date | None = None
    coverage_end: date | None = None
    first_crawled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of one feed, sitemap or section page between polls."""

    feed_url: str
    source_id: str
    kind: FeedKind
    etag: str | None = None
    last_modified: str | None = None
    last_polled_at: datetime | None = None
    last_new_at: datetime | None = None
    failures: int = 0
    """Polls failed in a row."""
    not_before: datetime | None = None
    """Retry-After or back-off: no poll before this."""
    last_outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPoll:
    """One poll of one feed: its single outcome and what it brought."""

    run_id: str
    feed_url: str
    source_id: str
    polled_at: datetime
    outcome: str
    status: int | None = None
    entries: int = 0
    new_links: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcPlace:
    """Where a response record lies in the archive."""

    file: str
    """Path relative to the archive folder, without the `.open` suffix."""
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One document URL: found, then fetched or not, then cleaned or not."""

    page_id: str
    url: str
    source_id: str
    discovered_at: datetime
    origin: Origin
    discovered_from: str | None = None
    hints: dict[str, Any] = field(default_factory=dict)
    """What the feed said: title, published (ISO 8601), language, summary."""
    final_url: str | None = None
    fetched_at: datetime | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    sha256: str | None = None
    warc: WarcPlace | None = None
    fetch_outcome: str | None = None
    """None while it waits; then exactly one of `crawler.outcomes.FETCH_OUTCOMES`."""
    fetch_run: str | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    clean_outcome: str | None = None
    clean_version: str | None = None
    clean_run: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Clean text of a page. `article_id` equals the page's `page_id`."""

    article_id: str
    source_id: str
    url: str
    title: str
    body: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    date_source: str = "none"
    date_confidence: DateConfidence = "D"
    date_claims: dict[str, str] = field(default_factory=dict)
    """Every date claim that was seen, by its source; kept so that the decision can be explained."""
    first_seen_at: datetime
    counted_at: datetime
    """The time the article counts at: published if trusted, else first seen."""
    late: bool = False
    """A live find published more than 72 h before it was seen: displayed, never counted."""
    origin: Origin
    language: str
    """ISO 639-1 (639-3 where there is none) or `und`."""
    language_confidence: float
    language_source: str
    text_sha256: str
    """SHA-256 of the normalised text (NFKC, lower case, letters and digits only)."""
    clean_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanResult:
    """What cleaning made of one page: an article, or a named reason why not."""

    page_id: str
    outcome: str
    clean_version: str
    clean_run: str
    article: Article | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyGroup:
    """Articles that are one text. `group_id` is its original's article id."""

    group_id: str
    first_article_id: str
    first_source_id: str
    first_at: datetime
    first_at_latest: datetime
    """End of the interval in which the first publication lies (day-precise dates are wide)."""
    wire: str | None = None
    """Agency credited in the text, if any."""
    size: int
    outlets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMember:
    article_id: str
    group_id: str
    relation: CopyRelation
    containment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A run of whole sentences; `text == article.body[start:end]`."""

    passage_id: str
    """`{article_id}:{ordinal:03d}`"""
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    text_hash: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRow:
    """A passage with what analysis needs to know of its article, source and copy group."""

    passage_id: str
    article_id: str
    ordinal: int
    text: str
    text_hash: str
    language: str
    title: str
    url: str
    source_id: str
    country: str
    ownership: str
    group_id: str
    """Copy group of the article (the article's own id while ungrouped)."""
    relation: CopyRelation
    published_at: datetime | None
    date_confidence: DateConfidence
    first_seen_at: datetime
    counted_at: datetime
    late: bool
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanTable:
    """Frozen per-language means of one embedding build."""

    version: int
    build: str
    made_at: datetime
    means: dict[str, Vector]
    """Language -> mean vector (not normalised); key `*` is the overall mean."""
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """What is claimed, over months; the number is its identity for ever."""

    narrative_id: int
    label: str
    label_by: Literal["medoid", "analyst", "watchlist"] = "medoid"
    kind: NarrativeKind = "discovered"
    status: NarrativeStatus = "active"
    keywords: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exemplars: tuple[str, ...] = ()
    """Passage ids, the most central first."""
    centroid: Vector | None = None
    size: int = 0
    first_seen_at: datetime
    last_seen_at: datetime
    merged_into: int | None = None
    split_from: int | None = None
    theme_id: int | None = None
    statement_id: str | None = None
    build: str
    mean_version: int
    born_run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    passage_id: str
    narrative_id: int
    similarity: float
    method: Literal["nearest", "cluster", "analyst"]
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHit:
    """A passage that says what a watchlist statement says (or its opposite)."""

    statement_id: str
    passage_id: str
    narrative_id: int
    cosine: float
    z: float
    stance: Stance
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, told by many within days."""

    event_id: int
    label: str
    first_at: datetime
    last_at: datetime
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    theme_id: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageEvent:
    at: datetime
    kind: LineageKind
    narrative_id: int
    other_id: int | None
    run_id: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An analyst's decision that every later run obeys."""

    correction_id: str
    at: datetime
    kind: Literal["rename", "pin", "assign", "reject"]
    narrative_id: int
    passage_id: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Narrative x source x day."""

    narrative_id: int
    source_id: str
    day: date
    articles: int
    copy_groups: int
    """Copy groups whose first counted article of this source falls on this day."""
    own_texts: int
    """Of these, groups in which this source is the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """One source, one day: its whole output (exposure) and its health."""

    source_id: str
    day: date
    articles: int
    copy_groups: int
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
    """Damped copy groups in the window."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    alert_id: str
    spike_id: str
    narrative_id: int
    created_at: datetime
    subject: str
    evidence: dict[str, Any]
    """Everything the mail shows, frozen as JSON when the alert was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    delivery_id: str
    alert_id: str
    channel: Literal["smtp", "apprise"]
    recipient: str
    message_id: str
    state: DeliveryState
    attempts: int = 0
    last_error: str | None = None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a stage."""

    run_id: str
    stage: str
    started_at: datetime
    as_of: datetime
    finished_at: datetime | None = None
    state: RunState = "running"
    seed: int
    versions: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    article_id: str
    passage_id: str | None
    score: float
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilters:
    """What a search is narrowed to; an empty tuple lets everything through."""

    start: datetime | None = None
    """Counted at this moment or later."""
    end: datetime | None = None
    """Counted before this moment."""
    source_ids: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """Countries of the sources."""
    languages: tuple[str, ...] = ()
    """Languages of the articles."""
