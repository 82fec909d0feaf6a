"""Watched narratives in the registry: each statement has one, and its number is kept for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from analysis.watch.linked import linked_sizes
from config.watchlist import StatementConfig
from storage.records import HitFacts, LineageEvent, MeanTable, Narrative
from storage.store import Store

EXEMPLARS = 5
"""Hits that are kept to stand for a statement. Chosen, not measured."""


def claim_numbers(
    store: Store, watchlist: Sequence[StatementConfig], table: MeanTable, *, now: datetime, run_id: str
) -> dict[str, int]:
    """Statement id -> narrative number; new statements get new ones, in the order of the watchlist."""
    numbers = {key: item.narrative_id for key, item in watched(store).items()}
    for config in watchlist:
        if config.id not in numbers:
            numbers[config.id] = _claim(store, config, table, now=now, run_id=run_id)
    return numbers


def _claim(store: Store, config: StatementConfig, table: MeanTable, *, now: datetime, run_id: str) -> int:
    """A new narrative for a statement; its number."""
    number = store.narratives.next_id()
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
    return number


def refresh(store: Store, watchlist: Sequence[StatementConfig]) -> None:
    """Bring label, status, dates, size and exemplars of every watched narrative up to date.

    Only what changed is written.
    """
    labels = {config.id: config.label for config in watchlist}
    supporting: defaultdict[str, list[HitFacts]] = defaultdict(list)
    for hit in store.watch.supporting():
        supporting[hit.statement_id].append(hit)
    linked, changed = linked_sizes(store), []
    for statement_id, narrative in watched(store).items():
        current = refreshed(narrative, supporting[statement_id], label=labels.get(statement_id))
        current = replace(current, size=current.size + linked[narrative.narrative_id])
        if current != narrative:
            changed.append(current)
    if changed:
        store.narratives.save(changed)


def watched(store: Store) -> dict[str, Narrative]:
    """Statement id -> its narrative, by number; also of statements that the watchlist no longer has."""
    return {str(item.statement_id): item for item in store.narratives.all() if item.kind == "watched"}


def refreshed(narrative: Narrative, hits: Sequence[HitFacts], *, label: str | None) -> Narrative:
    """`narrative` as its hits and its statement's label say; dormant without one (statement off the list).

    Args:
        hits: those that do not refute the statement, the strongest first. A rebuttal is not one more telling
            of a claim.
    """
    times = [hit.counted_at for hit in hits]
    return replace(
        narrative,
        label=label if label is not None and narrative.label_by != "analyst" else narrative.label,
        status="dormant" if label is None else "active",
        size=len(hits),
        exemplars=_exemplars(hits),
        first_seen_at=min(times, default=narrative.first_seen_at),
        last_seen_at=max(times, default=narrative.last_seen_at),
    )


def _exemplars(hits: Sequence[HitFacts]) -> tuple[str, ...]:
    """The strongest hits, one of each text."""
    best: dict[str, str] = {}
    for hit in hits:
        best.setdefault(hit.text_hash, hit.passage_id)
    return tuple(list(best.values())[:EXEMPLARS])
