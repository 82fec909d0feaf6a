"""Coverage as it comes in: sources, feeds, pages, and the runs that work on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Origin = Literal["live", "backfill"]
FeedKind = Literal["feed", "news_sitemap", "sitemap", "section", "spider"]
RunState = Literal["running", "done", "failed", "interrupted"]


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
    removed_on: date | None = None
    """The day on which the source directory was found not to name it any more; its coverage stays."""

    @property
    def watched_until(self) -> date | None:
        """The last day that it is watched, where there is one."""
        ends = [day for day in (self.coverage_end, self.removed_on) if day is not None]
        return min(ends, default=None)


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
    due_at: datetime | None = None
    """When it is polled next, by its own rhythm; None: by the interval of its source."""
    hint_minutes: int | None = None
    """The least interval that the feed or its server asks for."""
    rhythm: tuple[float, ...] | None = None
    """Days that were watched, then new entries by hour of the day (UTC), older ones counting less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """What a feed's last poll says of it."""

    feed_url: str
    source_id: str
    condition: str
    """One of `storage.records.conditions.CONDITIONS`; `well` where nothing is wrong."""
    since: datetime
    """Of the first poll that found it so."""
    checked_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChange:
    """A feed whose condition changed: a finding that alerts can carry."""

    feed_url: str
    source_id: str
    changed_at: datetime
    before: str | None
    """None: it was never polled before."""
    after: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPause:
    """A host that is left alone until a moment."""

    host: str
    until: datetime
    reason: str


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
    """Entries that were read."""
    new_links: int = 0
    unreadable: int = 0
    """Entries that are in the document and could not be read."""
    unread_bytes: int = 0
    """Bytes of the document that lie in them."""
    followed: int = 0
    """Entries that are pages of the outlet, new or known."""
    refused: dict[str, int] = field(default_factory=dict)
    """Entries left aside, by reason: `off_domain`, `too_old`, `no_link`."""
    leads_to: str | None = None
    """The domain that every entry leads to, where it is not the outlet's own: moved?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcPlace:
    """Where a response record lies in the archive."""

    file: str
    """Path relative to the archive folder, without the `.open` suffix."""
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVersion:
    """An answer of a page after the one that its article was made of: edited, or withdrawn."""

    page_id: str
    fetched_at: datetime
    outcome: str
    """`stored`: other bytes than before; else why it was there no more."""
    status: int | None = None
    sha256: str | None = None
    fetch_run: str | None = None
    warc: WarcPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A history that is filled in from an archive: one file, or one outlet of an index."""

    name: str
    """Path or address of a file; `wayback DOMAIN FIRST LAST` for an outlet and a period."""
    position: str
    """Where reading goes on: a byte of the file, or the index's own key."""
    finished: bool
    counts: dict[str, int]
    """What became of the responses so far, by outcome."""
    updated_at: datetime
    run_id: str


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
