"""Statements grow by the newest passages of a workspace: decided by `growth.py`, read and written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analysis.arrays import Ints
from analysis.embedding.centring import centred
from analysis.watch.comparing import Match
from analysis.watch.growth import NONE, Collection, Flags, Growth, grow
from analysis.watch.matching import Standing
from analysis.watch.ordinary import ordinary_for
from analysis.watch.scores import Background, Floats, cosine
from analysis.watch.statements import Prepared
from config.workspace import Workspace
from storage.records import GrownStatement, MeanTable, PassageFacts
from storage.store import Store

Grown = tuple[GrownStatement, list[Match]]


@dataclass(frozen=True, slots=True)
class _Window:
    """The newest passages, and the background of the statements' texts."""

    facts: Sequence[PassageFacts]
    collection: Collection
    ordinary: Background


def grow_statements(
    store: Store, workspace: Workspace, table: MeanTable, statements: Sequence[Prepared], *, now: datetime
) -> list[Grown]:
    """What the statements whose time it is have grown to, with what they find by it.

    One with entities is only linked to the narrative that tells the same: names let free wording in already.

    Raises:
        StorageError: the store cannot be read.
    """
    due = _due(store, workspace, statements, now)
    if not due:
        return []
    window = _window(store, workspace, table, due, now)
    if window is None:
        return []
    hits = _hits_by_statement(store, window.facts)
    ends = np.cumsum([len(item.vectors) for item in due]).tolist()
    grown = []
    for item, end in zip(due, ends, strict=True):
        own = slice(end - len(item.vectors), end)
        growth = _grown(workspace, item, window, own, hits.get(item.config.id, set()))
        if growth is not None:
            grown.append((_kept(item, growth, now), _matches(store, item, growth, window)))
    return grown


def _due(store: Store, workspace: Workspace, statements: Sequence[Prepared], now: datetime) -> list[Prepared]:
    """Statements that never grew, or whose growth is from another wording or too old."""
    kept = store.watch_learned.grown()
    oldest = now - timedelta(days=workspace.settings.watch.grow_days)
    return [item for item in statements if len(item.vectors) and _is_due(item, kept, oldest)]


def _is_due(item: Prepared, kept: Mapping[str, GrownStatement], oldest: datetime) -> bool:
    found = kept.get(item.config.id)
    return found is None or found.statement_hash != item.statement_hash or found.at <= oldest


def _window(
    store: Store, workspace: Workspace, table: MeanTable, due: Sequence[Prepared], now: datetime
) -> _Window | None:
    """The newest passages with vectors; None where there is none."""
    rules = workspace.settings
    since = now - timedelta(days=rules.narratives.window_days)
    told = store.passages.told(since, now)[-rules.watch.grow_passages :]
    present = store.vectors.has(table.build, {row.text_hash for row in told})
    facts = [row for row in told if row.text_hash in present]
    if not facts:
        return None
    ordinary = ordinary_for(store, table, due, per_language=rules.watch.background_passages)
    return _Window(facts, _collection(store, table, facts), ordinary)


def _collection(store: Store, table: MeanTable, facts: Sequence[PassageFacts]) -> Collection:
    held = store.narratives.assigned([row.passage_id for row in facts])
    numbers = {item.passage_id: item.narrative_id for item in held}
    return Collection(
        vectors=centred(store, facts, table),
        languages=np.array([row.language for row in facts]),
        articles=_numbers([row.group_id for row in facts]),
        narratives=np.array([numbers.get(row.passage_id, NONE) for row in facts]),
    )


def _numbers(keys: Sequence[str]) -> Ints:
    """The same number for the same key."""
    return np.unique(np.array(keys), return_inverse=True)[1]


def _hits_by_statement(store: Store, facts: Sequence[PassageFacts]) -> Mapping[str, set[str]]:
    """Statement id -> its hits that do not refute it."""
    found: dict[str, set[str]] = {}
    start = min(row.counted_at for row in facts)
    for hit in store.watch.hits(start=start):
        if hit.stance != "refutes":
            found.setdefault(hit.statement_id, set()).add(hit.passage_id)
    return found


def _grown(
    workspace: Workspace, item: Prepared, window: _Window, own: slice, hits: set[str]
) -> Growth | None:
    """One statement grown; its z is that of the text that stands out most."""
    collection = window.collection
    scoped = np.array([item.in_scope(row) for row in window.facts])
    z = np.where(scoped, _best_z(item, window, own), -np.inf)
    by_itself: Flags = np.array([row.passage_id in hits for row in window.facts])
    rate = workspace.settings.watch.false_per_10000 / 10_000
    return grow(item.vectors.mean(axis=0), z, by_itself & scoped, collection, false_rate=rate)


def _best_z(item: Prepared, window: _Window, own: slice) -> Floats:
    cosines = cosine(item.vectors, window.collection.vectors)
    z = np.empty_like(cosines)
    languages = window.collection.languages
    for language in sorted(set(languages.tolist())):
        place, spread = window.ordinary.scale(language)[own].T
        columns = languages == language
        z[:, columns] = (cosines[:, columns] - place[:, None]) / spread[:, None]
    return np.asarray(z.max(axis=0))


def _kept(item: Prepared, growth: Growth, now: datetime) -> GrownStatement:
    return GrownStatement(
        statement_id=item.config.id,
        statement_hash=item.statement_hash,
        at=now,
        direction=growth.direction,
        linked=None if growth.linked == NONE else growth.linked,
        seeds=len(growth.seeds),
        scales=growth.scales,
        least_z=growth.limit,
        stopped=growth.stopped,
        recall=growth.recall,
    )


def _matches(store: Store, item: Prepared, growth: Growth, window: _Window) -> list[Match]:
    """The passages that the grown statement finds; none for one that requires entities."""
    if not item.by_sentences:
        return []
    facts = window.facts
    places = [place for place in np.flatnonzero(growth.found).tolist() if item.in_scope(facts[place])]
    rows = {row.passage_id: row for row in store.passages.many([facts[place].passage_id for place in places])}
    close = cosine(growth.direction[None], window.collection.vectors)[0]
    return [
        Match(
            item,
            rows[facts[place].passage_id],
            Standing(round(float(growth.z[place]), 3), round(float(close[place]), 4)),
        )
        for place in places
    ]
