"""A day's articles and all that hangs on them, as rows of the tables."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from analysis.arrays import Vectors
from crawler.cleaning.version import CLEAN_VERSION
from storage import ids
from storage.text import text_sha256
from tests.benchmarks.desk.plan import Outlet, Piece, Plan
from tests.benchmarks.desk.texts import Draft

Row = dict[str, Any]
HOURLY = ("crawl", "clean", "copies", "embed", "translations", "assign", "watch", "count", "detect", "alert")
_CONTAINMENT = {"exact": 1.0, "near": 0.97, "excerpt": 0.95}


@dataclass(frozen=True, slots=True)
class Told:
    """One article with its text and, for each passage, its vector and narrative."""

    piece: Piece
    outlet: Outlet
    draft: Draft
    vectors: Vectors
    narratives: Sequence[int]
    """-1 for none; shape of `draft.passages`."""
    article_id: str
    original_id: str
    at: datetime


def url_of(plan: Plan, piece: Piece) -> str:
    """The address of an article; tells the original by its day and number."""
    original = piece.original
    domain = plan.outlets[piece.outlet].domain
    return f"https://{domain}/{plan.shape.day(original.day):%Y/%m/%d}/story-{original.index}-{piece.copy}"


def told(
    plan: Plan, day: int, piece: Piece, draft: Draft, vectors: Vectors, narratives: Sequence[int]
) -> Told:
    """An article of a day."""
    original = Piece(piece.original, piece.original.outlet, piece.original.minute, 0, None)
    return Told(
        piece, plan.outlets[piece.outlet], draft, vectors, narratives,
        ids.page_id(url_of(plan, piece)), ids.page_id(url_of(plan, original)),
        plan.shape.moment(day, piece.minute),
    )  # fmt: skip


def seen_at(at: datetime) -> datetime:
    """When the hourly crawl finds what was published at a moment."""
    return at.replace(minute=0, second=0) + timedelta(hours=1, minutes=5)


def page_rows(plan: Plan, items: Sequence[Told]) -> list[Row]:
    """Pages, fetched and cleaned."""
    return [_page(plan, item) for item in items]


def _page(plan: Plan, item: Told) -> Row:
    url, seen = url_of(plan, item.piece), seen_at(item.at)
    key = ids.page_id(url)
    return {
        "page_id": item.article_id, "url": url, "url_key": key, "source_id": item.outlet.source_id,
        "discovered_at": seen,
        "origin": "live", "discovered_from": feed_url(item.outlet),
        "hints": {"title": item.draft.title[0], "published": item.at.isoformat()}, "final_url": url,
        "final_url_key": key,
        "fetched_at": seen + timedelta(minutes=2), "status": 200,
        "headers": {"content-type": "text/html; charset=utf-8"},
        "sha256": hashlib.sha256(url.encode()).hexdigest(), "warc_file": None, "warc_offset": None,
        "warc_length": None,
        "fetch_outcome": "stored", "fetch_run": run_id("crawl", seen), "attempts": 1, "next_attempt_at": None,
        "clean_outcome": "article", "clean_version": CLEAN_VERSION, "clean_run": run_id("clean", seen),
    }  # fmt: skip


def article_rows(plan: Plan, items: Sequence[Told], first: int, *, is_cut: bool) -> list[Row]:
    """Articles, numbered from `first`."""
    return [_article(plan, item, first + place, is_cut=is_cut) for place, item in enumerate(items)]


def _article(plan: Plan, item: Told, number: int, *, is_cut: bool) -> Row:
    body = item.draft.body
    return {
        "article_no": number, "article_id": item.article_id, "source_id": item.outlet.source_id,
        "url": url_of(plan, item.piece),
        "title": item.draft.title[0], "body": body, "authors": (), "published_at": item.at,
        "date_source": "json-ld",
        "date_confidence": "A", "date_claims": {"json-ld": item.at.isoformat()},
        "first_seen_at": seen_at(item.at),
        "counted_at": item.at, "late": False, "origin": "live", "language": item.outlet.language,
        "language_confidence": 0.99,
        "language_source": "text", "text_sha256": text_sha256(body), "clean_version": CLEAN_VERSION,
        "is_cut": is_cut,
    }  # fmt: skip


def index_texts(items: Sequence[Told], first: int) -> dict[int, tuple[str, str]]:
    """Folded title and body by article number."""
    return {
        first + place: (item.draft.title[1], " ".join(folded for _, folded in item.draft.passages))
        for place, item in enumerate(items)
    }


def group_rows(plan: Plan, items: Sequence[Told]) -> list[Row]:
    """A copy group for every original, as large as it becomes."""
    rows = []
    for item in items:
        if item.piece.copy:
            continue
        copies = plan.appearing(item.piece.original)
        outlets = {item.piece.outlet, *(copy.outlet for copy in copies)}
        rows.append({
            "group_id": item.article_id, "first_article_id": item.article_id,
            "first_source_id": item.outlet.source_id,
            "first_at": item.at, "first_at_latest": item.at, "wire": None, "size": 1 + len(copies),
            "outlets": len(outlets),
        })  # fmt: skip
    return rows


def member_rows(items: Sequence[Told]) -> list[Row]:
    """Each article's place in its group."""
    return [
        {
            "article_id": item.article_id, "group_id": item.original_id,
            "relation": item.piece.kind or "original",
            "containment": _CONTAINMENT[item.piece.kind] if item.piece.kind else 1.0,
        }
        for item in items
    ]  # fmt: skip


def passage_rows(items: Sequence[Told], first: int) -> list[Row]:
    """Passages, a paragraph each, numbered from `first`."""
    rows: list[Row] = []
    for item in items:
        start = 0
        for ordinal, (text, _) in enumerate(item.draft.passages):
            rows.append({
                "passage_no": first + len(rows), "passage_id": ids.passage_id(item.article_id, ordinal),
                "article_id": item.article_id,
                "ordinal": ordinal, "start": start, "end": start + len(text), "text": text,
                "text_hash": ids.text_hash(text),
                "language": item.outlet.language,
            })  # fmt: skip
            start += len(text) + 1
    return rows


def vector_rows(build: str, hashes: Sequence[str], vectors: Sequence[Vectors]) -> list[Row]:
    """One vector for each text, by hash."""
    by_hash = dict(zip(hashes, vectors, strict=True))
    return [{"build": build, "text_hash": key, "vector": by_hash[key]} for key in sorted(by_hash)]


def assignment_rows(items: Sequence[Told], likeness: float, run: str) -> list[Row]:
    """Which passages belong to which narrative (numbers from 1)."""
    return [
        {
            "passage_id": ids.passage_id(item.article_id, ordinal), "narrative_id": number + 1,
            "similarity": likeness,
            "method": "nearest", "run_id": run,
        }
        for item in items
        for ordinal, number in enumerate(item.narratives)
        if number >= 0
    ]  # fmt: skip


def observation_rows(plan: Plan, day: int, items: Sequence[Told]) -> list[Row]:
    """Narrative x source: articles, texts new to the source, texts first told by it."""
    printed: Counter[tuple[int, int]] = Counter()
    own: Counter[tuple[int, int]] = Counter()
    for item in items:
        for number in {*item.narratives} - {-1}:
            printed[number, item.piece.outlet] += 1
            own[number, item.piece.outlet] += not item.piece.copy
    return [
        {
            "narrative_id": number + 1, "source_id": plan.outlets[outlet].source_id,
            "day": plan.shape.day(day),
            "articles": count, "copy_groups": count, "own_texts": own[number, outlet],
        }
        for (number, outlet), count in sorted(printed.items())
    ]  # fmt: skip


def source_day_rows(plan: Plan, day: int, items: Sequence[Told]) -> list[Row]:
    """Whole output and health of every source."""
    articles = Counter(item.piece.outlet for item in items)
    own = Counter(item.piece.outlet for item in items if not item.piece.copy)
    return [
        {
            "day": plan.shape.day(day), "source_id": outlet.source_id, "articles": articles[outlet.number],
            "copy_groups": own[outlet.number], "fetched": articles[outlet.number], "failed": 0, "polls": 24,
            "polls_failed": 0,
            "health": "ok",
        }
        for outlet in plan.outlets
    ]  # fmt: skip


def feed_url(outlet: Outlet) -> str:
    """The one feed of a source."""
    return f"https://{outlet.domain}/feed.xml"


def run_id(stage: str, at: datetime) -> str:
    """The id of the hourly run."""
    return f"{stage}-{at:%Y%m%dT%H%M%SZ}-1"


def poll_rows(plan: Plan, day: int, items: Sequence[Told]) -> Iterator[list[Row]]:
    """Every source's feed every hour, an hour at a time."""
    new = Counter((item.piece.outlet, seen_at(item.at)) for item in items)
    for hour in range(24):
        at = plan.shape.moment(day, hour * 60 + 5)
        yield [
            {
                "polled_at": at, "feed_url": feed_url(outlet), "run_id": run_id("crawl", at),
                "source_id": outlet.source_id,
                "outcome": "stored" if new[outlet.number, at] else "unchanged", "status": 200, "entries": 20,
                "new_links": new[outlet.number, at],
            }
            for outlet in plan.outlets
        ]  # fmt: skip


def run_rows(plan: Plan, day: int, stages: Sequence[str] = HOURLY) -> list[Row]:
    """The day's hourly runs, done."""
    moments = [plan.shape.moment(day, hour * 60 + 5) for hour in range(24)]
    return [run_row(stage, at) for at in moments for stage in stages]


def run_row(stage: str, at: datetime) -> Row:
    """One run that went well."""
    return {
        "run_id": run_id(stage, at), "stage": stage, "number": 1, "started_at": at, "as_of": at,
        "finished_at": at + timedelta(minutes=1), "state": "done", "seed": 0, "versions": {},
        "parameters": {}, "counts": {},
        "error": None,
    }  # fmt: skip


@dataclass(slots=True)
class Registry:
    """What the narratives have become so far."""

    first: dict[int, datetime] = field(default_factory=dict)
    last: dict[int, datetime] = field(default_factory=dict)
    size: Counter[int] = field(default_factory=Counter)
    exemplars: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    label: dict[int, str] = field(default_factory=dict)

    def note(self, items: Sequence[Told]) -> None:
        """Add articles of a day, in the order of time."""
        for item in items:
            for ordinal, number in enumerate(item.narratives):
                if number < 0:
                    continue
                self.first.setdefault(number, item.at)
                self.label.setdefault(number, item.draft.title[0])
                self.last[number] = max(self.last.get(number, item.at), item.at)
                self.size[number] += 1
                if len(self.exemplars[number]) < 5:
                    self.exemplars[number].append(ids.passage_id(item.article_id, ordinal))


def narrative_rows(
    registry: Registry, centroids: Mapping[int, Vectors], build: str, silent_since: datetime
) -> list[Row]:
    """The registry (numbers from 1); a narrative that nobody told since `silent_since` is dormant."""
    return [
        {
            "narrative_id": number + 1, "label": registry.label[number], "label_by": "medoid",
            "kind": "discovered",
            "status": "active" if registry.last[number] >= silent_since else "dormant",
            "keywords": {"en": registry.label[number].lower().split()[:6]},
            "exemplars": registry.exemplars[number],
            "centroid": centroids[number], "size": registry.size[number],
            "first_seen_at": registry.first[number],
            "last_seen_at": registry.last[number], "merged_into": None, "split_from": None, "theme_id": None,
            "statement_id": None,
            "build": build, "mean_version": 1, "born_run": run_id("refit", registry.first[number]),
        }
        for number in sorted(registry.size)
    ]  # fmt: skip


def born_rows(registry: Registry) -> list[Row]:
    """A line of history for every narrative."""
    return [
        {
            "lineage_id": f"born-{number + 1}", "at": at, "kind": "born", "narrative_id": number + 1,
            "other_id": None,
            "run_id": run_id("refit", at), "detail": {},
        }
        for number, at in sorted(registry.first.items())
    ]  # fmt: skip


def passage_narratives(dice: np.random.Generator, narrative: int, passages: int, share: float) -> list[int]:
    """Which passages of an article tell its narrative; the first always does."""
    if narrative < 0:
        return [-1] * passages
    inside = dice.random(passages) < (share * passages - 1) / max(1, passages - 1) if passages > 1 else [True]
    return [narrative if place == 0 or yes else -1 for place, yes in enumerate(inside)]
