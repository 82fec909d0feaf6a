"""What a statement would find among the newest passages, and what nearly, with why. Stores no hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from analysis.embedding.centring import centred
from analysis.embedding.choose import build_of, settings_of
from analysis.embedding.kept import kept_vectors
from analysis.embedding.means import ensure_means
from analysis.watch.comparing import Finder, Match
from analysis.watch.readings import sentences_of, stance_in
from analysis.watch.scores import Floats
from analysis.watch.stage import BLOCK, labels_of
from analysis.watch.statements import Prepared, prepared, texts_of
from config.watchlist import StatementConfig
from config.workspace import Workspace
from storage.errors import StorageError
from storage.records import MeanTable, PassageFacts, PassageRow, Stance
from storage.store import Store

Verdict = Literal["hit", "near-miss"]
LOOKED_AT = 5
"""Times as many passages are read as are shown: the best sentence changes the order. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A passage with what becomes of it."""

    row: PassageRow
    verdict: Verdict
    z: float
    """Of its best sentence, where sentences decide, else of the passage."""
    needed: float
    """The z that makes it a hit."""
    sentence: str
    """The sentence that stands out most; empty where the whole passage decides."""
    stance: Stance
    why: str


def try_statement(
    store: Store, workspace: Workspace, config: StatementConfig, *, now: datetime, days: int, most: int
) -> list[Tried]:
    """The passages of the last `days` days that stand out most for a statement, hits first, each with why.

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: nothing was embedded here yet.
    """
    item, table = ready(store, workspace, config, now)
    finder = Finder(store, workspace, table, [item], {})
    facts = [row for row in window(store, workspace, table, now=now, days=days) if item.in_scope(row)]
    if not facts or not len(item.vectors):
        return []
    z = finder.passage_z(facts, centred(store, facts, table))[0]
    looked = _looked_at(store, facts, z, most * LOOKED_AT)
    read = _read(finder, item, looked) if item.by_sentences else _whole(item, looked, z)
    stances = _stances(store, workspace, table, item, list(looked.values()))
    tried = [
        Tried(row, verdict, own, needed, sentence, stances[row.passage_id], why)
        for row, verdict, own, needed, sentence, why in read
    ]
    return sorted(tried, key=lambda one: (one.verdict != "hit", -one.z / max(one.needed, 1e-9)))[:most]


def _looked_at(store: Store, facts: Sequence[PassageFacts], z: Floats, most: int) -> dict[int, PassageRow]:
    """Place -> passage with its text, of those that stand out most."""
    order = np.argsort(-z, kind="stable")[:most].tolist()
    rows = {row.passage_id: row for row in store.passages.many([facts[place].passage_id for place in order])}
    return {place: rows[facts[place].passage_id] for place in order}


def backtest(
    store: Store, workspace: Workspace, config: StatementConfig, *, now: datetime, days: int
) -> list[Match]:
    """The hits that a statement would have had in the last `days` days, as the stage would find them."""
    item, table = ready(store, workspace, config, now)
    finder = Finder(store, workspace, table, [item], store.watch_learned.grown())
    facts = window(store, workspace, table, now=now, days=days)
    found: list[Match] = []
    for start in range(0, len(facts), BLOCK):
        found += finder.matches(facts[start : start + BLOCK])
    return found


def ready(
    store: Store, workspace: Workspace, config: StatementConfig, now: datetime
) -> tuple[Prepared, MeanTable]:
    """A statement ready to be compared, and the means of the workspace."""
    settings = settings_of(workspace)
    build = build_of(settings)
    if not store.passages.embedded_after(build, 0, limit=1):
        raise StorageError("nothing was embedded here yet; run `drumbeat process` first")
    table = ensure_means(store, build, now)
    raw = kept_vectors(store, settings, texts_of([config]))
    rules = workspace.settings.watch
    return prepared(config, raw, table, settings=rules, labels=labels_of(store)[config.id]), table


def window(
    store: Store, workspace: Workspace, table: MeanTable, *, now: datetime, days: int
) -> list[PassageFacts]:
    """The newest passages of the last days that have vectors."""
    most = workspace.settings.watch.grow_passages
    told = store.passages.told(now - timedelta(days=days), now)[-most:]
    present = store.vectors.has(table.build, {row.text_hash for row in told})
    return [row for row in told if row.text_hash in present]


_Read = tuple[PassageRow, Verdict, float, float, str, str]


def _read(finder: Finder, item: Prepared, looked: dict[int, PassageRow]) -> list[_Read]:
    """By single sentences."""
    best = finder.best_sentences(looked, [(place, 0) for place in looked])
    found: list[_Read] = []
    for (place, _), one in best.items():
        verdict, why = _said(item, looked[place], one.reached)
        found.append((looked[place], verdict, one.standing.z, round(one.limit, 2), one.sentence, why))
    return found


def _whole(item: Prepared, looked: dict[int, PassageRow], z: Floats) -> list[_Read]:
    """By whole passages and names."""
    found: list[_Read] = []
    for place, row in looked.items():
        verdict, why = _said(item, row, bool(z[place] >= item.threshold))
        found.append((row, verdict, round(float(z[place]), 3), item.threshold, "", why))
    return found


def _said(item: Prepared, row: PassageRow, reached: bool) -> tuple[Verdict, str]:
    """What becomes of a passage, in words."""
    if row.passage_id in item.accepted:
        return "hit", "an analyst accepted it"
    missing = item.guard.missing(row.title, row.text)
    if missing:
        return "near-miss", f"does not name {', '.join(missing)}"
    return ("hit", "stands out far enough") if reached else ("near-miss", "does not stand out far enough")


def _stances(
    store: Store, workspace: Workspace, table: MeanTable, item: Prepared, rows: Sequence[PassageRow]
) -> dict[str, Stance]:
    raw = kept_vectors(store, settings_of(workspace), sentences_of(rows))
    margin = workspace.settings.watch.stance_margin
    return {row.passage_id: stance_in(row, item, raw, table, margin) for row in rows}
