"""Watched narratives in the registry: each statement has one, and its number is kept for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from analysis.tellings import says
from config.watchlist import StatementConfig
from storage.records import LineageEvent, MeanTable, Narrative, PassageRow, WatchHit
from storage.store import Store

EXEMPLARS = 5


def claim_numbers(
    store: Store, watchlist: Sequence[StatementConfig], table: MeanTable, *, now: datetime, run_id: str
) -> dict[str, int]:
    """Statement id -> narrative number; a statement without a narrative gets a new one, in the order of the watchlist."""
    numbers = {key: item.narrative_id for key, item in watched(store).items()}
    for config in watchlist:
        if config.id in numbers:
            continue
        number = numbers[config.id] = store.narratives.next_id()
        born = Narrative(
            narrative_id=number,
            label=config.label,
            label_by="watchlist",
            kind="watched",
            first_seen_at=now,
            last_seen_at=now,
            statement_id=config.id,
            build=table.build,
            mean_version=table.version,
            born_run=run_id,
        )
        event = LineageEvent(
            at=now,
            kind="born",
            narrative_id=number,
            other_id=None,
            run_id=run_id,
            detail={"statement": config.id},
        )
        store.narratives.save([born], (), [event])
    return numbers


def refresh(store: Store, watchlist: Sequence[StatementConfig]) -> None:
    """Bring label, status, dates, size and exemplars of every watched narrative up to date; only what changed is written."""
    labels = {config.id: config.label for config in watchlist}
    changed = []
    for statement_id, narrative in watched(store).items():
        hits = store.watch.hits(statement_id)
        rows = {row.passage_id: row for row in store.passages.many([hit.passage_id for hit in hits])}
        current = refreshed(narrative, hits, rows, label=labels.get(statement_id))
        if current != narrative:
            changed.append(current)
    if changed:
        store.narratives.save(changed)


def watched(store: Store) -> dict[str, Narrative]:
    """Statement id -> its narrative, by number; also of statements that the watchlist no longer has."""
    return {str(item.statement_id): item for item in store.narratives.all() if item.kind == "watched"}


def refreshed(
    narrative: Narrative, hits: Collection[WatchHit], rows: Mapping[str, PassageRow], *, label: str | None
) -> Narrative:
    """`narrative` as its hits and its statement's label say; without a label (statement taken off the list) it is dormant.

    Hits that refute the statement count for nothing here: a rebuttal is not one more voice for the claim.
    """
    voices = [hit for hit in hits if says(hit.stance) and hit.passage_id in rows]
    times = [rows[hit.passage_id].counted_at for hit in voices]
    return replace(
        narrative,
        label=label if label is not None and narrative.label_by != "analyst" else narrative.label,
        status="dormant" if label is None else "active",
        size=len(voices),
        exemplars=_exemplars(voices, rows),
        first_seen_at=min(times, default=narrative.first_seen_at),
        last_seen_at=max(times, default=narrative.last_seen_at),
    )


def _exemplars(hits: Sequence[WatchHit], rows: Mapping[str, PassageRow]) -> tuple[str, ...]:
    """The strongest hits, one of each text; ties by passage id."""
    best: dict[str, str] = {}
    for hit in sorted(hits, key=lambda item: (-item.z, item.passage_id)):
        best.setdefault(rows[hit.passage_id].text_hash, hit.passage_id)
    return tuple(list(best.values())[:EXEMPLARS])
