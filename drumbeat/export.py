"""Rows for other programs: CSV (safe to open in a spreadsheet) and JSON lines."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TextIO

from drumbeat.edits import versions_of
from drumbeat.shown.safe import csv_cell
from storage.records import KINDS, Event, Judgement, Narrative, Observation, Source, Spike
from storage.store import Store

Row = Mapping[str, Any]
Format = Literal["csv", "jsonl"]


def articles(store: Store, start: datetime, end: datetime) -> Iterator[Row]:
    """Articles counted in the period, with their copy group."""
    rows = store.articles.between(start, end)
    members = store.copies.of([row.article_id for row in rows])
    histories = store.versions.histories([row.article_id for row in rows])
    for row in rows:
        member, history = members.get(row.article_id), histories.get(row.article_id)
        yield {
            "article_id": row.article_id,
            "source_id": row.source_id,
            "url": row.url,
            "title": row.title,
            "language": row.language,
            "published_at": row.published_at,
            "date_confidence": row.date_confidence,
            "first_seen_at": row.first_seen_at,
            "counted_at": row.counted_at,
            "late": row.late,
            "origin": row.origin,
            "declared_access": row.declared_access,
            "observed_access": row.observed_access,
            "copy_group": member.group_id if member else row.article_id,
            "relation": member.relation if member else "original",
            "last_seen_at": history.last_seen_at if history else None,
            "edited_at": history.edited_at if history else None,
            "withdrawn_at": history.withdrawn_at if history else None,
            "body": row.body,
        }


def versions(store: Store, start: datetime, end: datetime) -> Iterator[Row]:
    """Later versions of pages that have one of the period, each with its difference from the text before."""
    for page_id in store.versions.changed_between(start, end):
        article = store.articles.get(page_id)
        for view in versions_of(store, page_id, article):
            text = view.text
            if text is not None and start <= text.fetched_at < end:
                yield {
                    "article_id": page_id,
                    "source_id": article.source_id if article else None,
                    "url": article.url if article else None,
                    "fetched_at": text.fetched_at,
                    "change": text.change,
                    "clean_outcome": text.clean_outcome,
                    "added": text.added,
                    "removed": text.removed,
                    "difference": view.in_words,
                    "title": text.title,
                    "body": text.body,
                }


def passages(store: Store, start: datetime, end: datetime) -> Iterator[Row]:
    """Passages of the period with the narrative each belongs to and the event it tells."""
    assigned = {row.passage_id: row for row in store.narratives.assignments(start=start, end=end)}
    rows = store.passages.window(start, end)
    told = store.events.of([row.passage_id for row in rows])
    for row in rows:
        assignment = assigned.get(row.passage_id)
        yield {
            "passage_id": row.passage_id,
            "article_id": row.article_id,
            "source_id": row.source_id,
            "country": row.country,
            "ownership": row.ownership,
            "language": row.language,
            "counted_at": row.counted_at,
            "narrative_id": assignment.narrative_id if assignment else None,
            "similarity": round(assignment.similarity, 4) if assignment else None,
            "event_id": told.get(row.passage_id),
            "url": row.url,
            "text": row.text,
        }


def narratives(store: Store, start: datetime, end: datetime) -> Iterator[Row]:
    """Narratives seen in the period, merged ones too, so that old numbers resolve."""
    judged, shown = store.kinds.all(), store.narratives.counted_as()
    for row in store.narratives.all(include_merged=True):
        if row.last_seen_at >= start and row.first_seen_at < end:
            yield narrative_row(row, judged.get(row.narrative_id), shown.get(row.narrative_id))


def by_kind(
    rows: Iterable[Narrative], judged: Mapping[int, Judgement], *, only: str | None = None
) -> list[Narrative]:
    """Narratives, claims and what is watched first, then what nobody judged yet, then events, subjects and
    forms, of each the largest first.

    Args:
        only: this kind alone; claims are also what is watched and what nobody judged yet.
    """
    place: dict[str, int] = {kind: number for number, kind in enumerate(KINDS)}

    def rank(row: Narrative) -> float:
        found = judged.get(row.narrative_id)
        if row.kind == "watched":
            return 0
        return place[found.kind] if found else 0.5

    wanted = [row for row in rows if only is None or math.floor(rank(row)) == place[only]]
    return sorted(wanted, key=lambda row: (rank(row), -row.size, row.narrative_id))


def narrative_row(row: Narrative, judged: Judgement | None = None, shown_as: int | None = None) -> Row:
    """What programs are told of a narrative: all but its vector; `shown_as` where it is counted under another
    number.
    """
    return {
        "narrative_id": row.narrative_id,
        "label": row.label,
        "label_by": row.label_by,
        "label_language": row.label_language,
        "label_passage": row.label_passage,
        "kind": row.kind,
        "judged": judged.kind if judged else None,
        "grade": judged.grade if judged else None,
        "reasons": dict(judged.reasons) if judged else None,
        "judged_by": judged.version if judged else None,
        "status": row.status,
        "merged_into": row.merged_into,
        "shown_as": row.narrative_id if shown_as is None else shown_as,
        "split_from": row.split_from,
        "size": row.size,
        "first_seen_at": row.first_seen_at,
        "last_seen_at": row.last_seen_at,
        "keywords": {language: list(words) for language, words in sorted(row.keywords.items())},
    }


def events(store: Store, start: datetime, end: datetime) -> Iterator[Row]:
    """Events that touch the period: what happened, told by several outlets within days."""
    return (asdict(row) for row in store.events.all(start, end))


def observations(store: Store, start: datetime, end: datetime) -> Iterator[Row]:
    """Narrative x source x day."""
    return (asdict(row) for row in store.counts.observations(start.date(), _last_day(end)))


def spikes(store: Store, start: datetime, end: datetime) -> Iterator[Row]:
    """Windows that stood out, with what was ruled out."""
    return (asdict(row) for row in store.spikes.between(start.date(), _last_day(end)))


def sources(store: Store, _start: datetime, _end: datetime) -> Iterator[Row]:
    """Outlets, with ownership and the list that states it."""
    return (asdict(row) for row in store.sources.all())


TABLES: Mapping[str, Callable[[Store, datetime, datetime], Iterator[Row]]] = {
    "articles": articles,
    "versions": versions,
    "passages": passages,
    "narratives": narratives,
    "events": events,
    "observations": observations,
    "spikes": spikes,
    "sources": sources,
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "articles": (
        "article_id", "source_id", "url", "title", "language", "published_at", "date_confidence",
        "first_seen_at", "counted_at", "late",
        "origin", "declared_access", "observed_access", "copy_group", "relation", "last_seen_at",
        "edited_at", "withdrawn_at", "body",
    ),
    "versions": (
        "article_id", "source_id", "url", "fetched_at", "change", "clean_outcome", "added", "removed",
        "difference", "title", "body",
    ),
    "passages": (
        "passage_id", "article_id", "source_id", "country", "ownership", "language", "counted_at",
        "narrative_id", "similarity", "event_id",
        "url", "text",
    ),
    "narratives": (
        "narrative_id", "label", "label_by", "label_language", "label_passage", "kind", "judged", "grade",
        "reasons", "judged_by", "status", "merged_into",
        "shown_as", "split_from", "size", "first_seen_at", "last_seen_at", "keywords",
    ),
    **{
        name: tuple(field.name for field in fields(record))
        for name,
        record in {"events": Event, "observations": Observation, "spikes": Spike, "sources": Source}.items()
    },
}  # fmt: skip
"""Table -> its columns, so that a sheet without rows has its head too."""


def write(table: str, rows: Iterable[Row], out: TextIO, form: Format) -> int:
    """Write rows of a table and return how many; a CSV without rows is its head alone.

    Raises:
        ValueError: a row has a column that `COLUMNS` does not name.
    """
    sheet = csv.DictWriter(out, fieldnames=COLUMNS[table])
    if form == "csv":
        sheet.writeheader()
    count = 0
    for row in rows:
        count += 1
        if form == "csv":
            sheet.writerow({key: csv_cell(_cell(value)) for key, value in row.items()})
        else:
            out.write(json.dumps(row, ensure_ascii=False, default=plain_value) + "\n")
    return count


def write_file(table: str, rows: Iterable[Row], path: Path, form: Format) -> int:
    """`write` a whole file in the place of the old one; whatever goes wrong leaves the old one.

    Raises:
        OSError: the file cannot be written.
    """
    if path.exists() and not path.is_file():
        # A pipe or a device: nothing in it could be kept, and nothing may take its place.
        with path.open("w", encoding="utf-8", newline="") as out:
            return write(table, rows, out, form)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            count = write(table, rows, out, form)
        part.replace(path)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(path)) from problem
    finally:
        with suppress(OSError):
            part.unlink()
    return count


def _last_day(end: datetime) -> date:
    """The exclusive day after the period's last moment."""
    return (end - timedelta(microseconds=1)).date() + timedelta(days=1)


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=plain_value)
    return plain_value(value) if isinstance(value, date) else value


def plain_value(value: Any) -> Any:
    """What JSON has no word for: a day or time as ISO 8601, anything else as text."""
    return value.isoformat() if isinstance(value, date) else str(value)
