"""What decides of each statement of the watchlist, in figures that an analyst can read."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from analysis.watch.comparing import Finder
from analysis.watch.trying import ready
from config.watchlist import StatementConfig
from config.workspace import Workspace
from storage.records import GrownStatement
from storage.store import Store


class Calibrated(NamedTuple):
    """One statement."""

    statement: str
    decided_by: str
    z_by_language: str
    linked: str
    """The discovered narrative that tells the same."""
    grew_by: str
    estimated_recall: str
    stopped: str


def calibration(store: Store, workspace: Workspace, *, now: datetime) -> list[Calibrated]:
    """Every statement, in the order of the watchlist.

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: nothing was embedded here yet.
    """
    grown = store.watch_learned.grown()
    return [_one(store, workspace, item, grown.get(item.id), now) for item in workspace.watchlist]


def _one(
    store: Store, workspace: Workspace, config: StatementConfig, grown: GrownStatement | None, now: datetime
) -> Calibrated:
    item, table = ready(store, workspace, config, now)
    if not config.statements:
        return Calibrated(config.id, "words", "", "", "", "", "")
    if item.by_sentences:
        limits = Finder(store, workspace, table, [item], {}).limits()
        decided, shown = "single sentences", ", ".join(f"{key} {z:.1f}" for key, z in sorted(limits.items()))
    else:
        decided, shown = "whole passages", f"{item.threshold:.1f}"
    if grown is None:
        return Calibrated(config.id, decided, shown, "", "", "", "not grown")
    linked = "" if grown.linked is None else str(grown.linked)
    recall = f"{grown.recall:.2f}"
    return Calibrated(config.id, decided, shown, linked, f"{grown.seeds} passages", recall, grown.stopped)
