"""Small valid records; tests name only what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from storage import ids
from storage.archive import ArchiveWriter
from storage.records import (
    Alert,
    Article,
    CleanResult,
    Comparison,
    CopyGroup,
    CopyMember,
    CopySketch,
    Delivery,
    FeedPoll,
    FeedState,
    Narrative,
    Page,
    Passage,
    Source,
    Spike,
    Vector,
    WarcPlace,
    WatchHit,
)
from storage.store import Store

DAY = datetime(2026, 3, 2, tzinfo=UTC)
BUILD = "test-build"


def hours(count: float) -> datetime:
    """So many hours after the first day began."""
    return DAY + timedelta(hours=count)


def source(source_id: str = "alpha", **values: Any) -> Source:
    """An outlet."""
    given = {
        "name": source_id.title(),
        "domain": f"{source_id}.example",
        "country": "XA",
        "region": "north",
        "languages": ("en", "fr"),
    }
    return Source(source_id=source_id, **{**given, **values})


def page(name: str = "1", **values: Any) -> Page:
    """A page found at `https://alpha.example/{name}`."""
    url = f"https://alpha.example/{name}"
    return Page(
        **{
            "page_id": ids.page_id(url),
            "url": url,
            "source_id": "alpha",
            "discovered_at": DAY,
            "origin": "live",
            **values,
        }
    )


def fetched(of: Page, *, offset: int = 0, **values: Any) -> Page:
    """The same page, archived."""
    given: dict[str, Any] = {
        "final_url": of.url,
        "fetched_at": hours(1),
        "status": 200,
        "headers": {"Content-Type": "text/html"},
        "sha256": "ab" * 32,
        "warc": WarcPlace(file="a-00001.warc.gz", offset=offset, length=100),
        "fetch_outcome": "stored",
        "fetch_run": "crawl-1",
        "attempts": 1,
    }
    return replace(of, **{**given, **values})


def article(name: str = "1", **values: Any) -> Article:
    """Clean text of `page(name)`."""
    of = page(name)
    given: dict[str, Any] = {
        "article_id": of.page_id,
        "source_id": of.source_id,
        "url": of.url,
        "title": f"Title {name}",
        "body": f"Body {name}. Mauritania understands the concerns.",
        "first_seen_at": DAY,
        "counted_at": DAY,
        "origin": "live",
        "language": "en",
        "language_confidence": 0.9,
        "language_source": "both",
        "text_sha256": "cd" * 32,
        "clean_version": "1",
    }
    return Article(**{**given, **values})


def cleaned(of: Article, **values: Any) -> CleanResult:
    """An article as cleaning hands it over."""
    return CleanResult(
        **{
            "page_id": of.article_id,
            "outcome": "article",
            "clean_version": "1",
            "clean_run": "clean-1",
            "article": of,
            **values,
        }
    )


def refused(name: str = "1", outcome: str = "too_short") -> CleanResult:
    """No article, and why."""
    return CleanResult(page_id=page(name).page_id, outcome=outcome, clean_version="2", clean_run="clean-2")


def add_articles(store: Store, articles: Sequence[Article]) -> None:
    """Pages found, fetched and cleaned."""
    pages = [
        Page(
            page_id=item.article_id,
            url=item.url,
            source_id=item.source_id,
            discovered_at=item.first_seen_at,
            origin=item.origin,
        )
        for item in articles
    ]
    store.pages.discover(pages)
    store.pages.record_fetch([fetched(item, offset=place) for place, item in enumerate(pages)])
    store.articles.save([cleaned(item) for item in articles])


def passage(of: Article, ordinal: int = 0, text: str = "", **values: Any) -> Passage:
    """A passage of an article."""
    text = text or f"Passage {ordinal} of {of.title}."
    given: dict[str, Any] = {
        "passage_id": ids.passage_id(of.article_id, ordinal),
        "article_id": of.article_id,
        "ordinal": ordinal,
        "start": ordinal * 10,
        "end": ordinal * 10 + 10,
        "text": text,
        "text_hash": ids.text_hash(text),
        "language": of.language,
    }
    return Passage(**{**given, **values})


def unit(*values: float, size: int = 8) -> Vector:
    """A unit vector that begins with these values."""
    full = np.zeros(size, dtype=np.float32)
    full[: len(values)] = values
    return (full / np.linalg.norm(full)).astype(np.float32)


def add_passages(
    store: Store, names: Sequence[str], *, texts: Sequence[str] = (), vectors: Sequence[Vector] = ()
) -> list[Passage]:
    """One article with one passage per name, embedded where vectors are given; passages in the order of the names."""
    articles = [article(name) for name in names]
    add_articles(store, articles)
    made = [passage(of, text=texts[place] if texts else "") for place, of in enumerate(articles)]
    store.passages.save([of.article_id for of in articles], made)
    if vectors:
        store.vectors.put(BUILD, {one.text_hash: vector for one, vector in zip(made, vectors, strict=True)})
    return made


def group(original: Article, **values: Any) -> CopyGroup:
    """A group that an article leads."""
    given: dict[str, Any] = {
        "group_id": original.article_id,
        "first_article_id": original.article_id,
        "first_source_id": original.source_id,
        "first_at": original.counted_at,
        "first_at_latest": original.counted_at,
        "size": 1,
        "outlets": 1,
    }
    return CopyGroup(**{**given, **values})


def member(of: Article, group_id: str, relation: Any = "original", containment: float = 1.0) -> CopyMember:
    """An article's membership."""
    return CopyMember(article_id=of.article_id, group_id=group_id, relation=relation, containment=containment)


def sketch(of: Article, *runs: int) -> CopySketch:
    """What an article's text is found by."""
    values = np.array(runs or (1, 2, 3), np.uint32)
    return CopySketch(article_id=of.article_id, counted_at=of.counted_at, runs=values, is_whole=True)


def narrative(narrative_id: int = 1, **values: Any) -> Narrative:
    """A narrative."""
    given: dict[str, Any] = {
        "label": f"Narrative {narrative_id}",
        "keywords": {"en": ("security", "concerns"), "ar": ("أمن",)},
        "exemplars": ("p:000", "p:001"),
        "centroid": unit(0.1, 0.7, 1 / 3),
        "size": 3,
        "first_seen_at": DAY,
        "last_seen_at": hours(5),
        "build": BUILD,
        "mean_version": 1,
        "born_run": "refit-1",
    }
    return Narrative(narrative_id=narrative_id, **{**given, **values})


def spike(spike_id: str = "1-2026-03-02", **values: Any) -> Spike:
    """A window that stood out."""
    given: dict[str, Any] = {
        "narrative_id": 1,
        "day": DAY.date(),
        "window_days": 7,
        "observed": 12.5,
        "expected": 4.0,
        "p_value": 1e-9,
        "q_value": 1e-7,
        "cusum": 5.5,
        "detector": "fast",
        "outlets": 5,
        "countries": 4,
        "languages": 3,
        "articles": 20,
        "reprint_share": 0.4,
        "decision": "alert",
        "checks": {"one_story": "ruled out: 6 groups", "outage": "ruled out: none"},
        "run_id": "detect-1",
    }
    return Spike(spike_id=spike_id, **{**given, **values})


def alert(spike_id: str = "1-2026-03-02", **values: Any) -> Alert:
    """An alert for a spike."""
    given: dict[str, Any] = {
        "alert_id": ids.alert_id(spike_id),
        "spike_id": spike_id,
        "narrative_id": 1,
        "created_at": DAY,
        "subject": "Rising: something",
        "evidence": {"quotes": ["«так»", "نعم"], "observed": 12.5, "nested": {"z": 1, "a": [1, 2.5, None]}},
    }
    return Alert(**{**given, **values})


def delivery(of: Alert, recipient: str = "desk@example.org", **values: Any) -> Delivery:
    """An alert on its way to somebody."""
    given: dict[str, Any] = {
        "delivery_id": ids.delivery_id(of.alert_id, "smtp", recipient),
        "alert_id": of.alert_id,
        "channel": "smtp",
        "recipient": recipient,
        "message_id": f"<{of.alert_id}@drumbeat>",
        "state": "pending",
        "updated_at": DAY,
    }
    return Delivery(**{**given, **values})


def feed(**values: Any) -> FeedState:
    """What is remembered of a feed."""
    return FeedState(
        **{"feed_url": "https://alpha.example/feed", "source_id": "alpha", "kind": "feed", **values}
    )


def poll(**values: Any) -> FeedPoll:
    """One poll of it."""
    given = {
        "run_id": "crawl-1",
        "feed_url": "https://alpha.example/feed",
        "source_id": "alpha",
        "polled_at": DAY,
        "outcome": "read",
    }
    return FeedPoll(**{**given, **values})


def archive_page(
    writer: ArchiveWriter, of: Page, *, status: int = 200, body: bytes = b"<p>text</p>", kind: str = "page"
) -> WarcPlace:
    """Write a page's response."""
    return writer.write(
        url=of.url,
        final_url=of.final_url or of.url,
        fetched_at=hours(1),
        status=status,
        http_headers=[("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip")],
        body=body,
        kind=kind,
    )


def comparison(
    statement_id: str, statement_hash: str = "hash", *hits: WatchHit, through: int = 0
) -> Comparison:
    """What comparing a statement found."""
    return Comparison(statement_id=statement_id, statement_hash=statement_hash, through=through, hits=hits)
