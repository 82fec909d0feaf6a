"""What the dashboard shows of the last seven days: written by a stage after everything was counted, so that no page waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from storage.store import Store

VIEW: Final = "overview"
PERIOD: Final = timedelta(days=7)


def write_overview(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """The stage `overview`: the digest of the last seven days, as plain JSON, in the place of the one before. Counts: narratives shown."""
    progress.start("overview")
    digest = make_overview(store, workspace, clock)
    store.views.put(VIEW, digest, as_of=clock.now())
    return {"narratives": sum(1 for _ in _narratives_of(digest))}


def make_overview(store: Store, workspace: Workspace, clock: Clock) -> dict[str, Any]:
    """The digest of the last seven days as plain JSON."""
    from analysis.digest.build import build_digest

    start, end = last_days(store, clock)
    found = build_digest(store=store, workspace=workspace, start=start, end=end, clock=clock)
    plain: dict[str, Any] = found.to_dict()
    return plain


def last_days(store: Store, clock: Clock) -> tuple[date, date]:
    """The seven days that the dashboard shows: up to and with the day of the last counting run, else today; the end is exclusive."""
    last = store.runs.last("count")
    until = (last.as_of if last else clock.now()).date() + timedelta(days=1)
    return until - PERIOD, until


def relabelled(store: Store, digest: dict[str, Any]) -> dict[str, Any]:
    """The digest with the labels that its narratives have now: an analyst may have renamed one since it was written. Changes it in place."""
    lines = list(_lines_of(digest))
    labels = store.lists.labels({line["narrative_id"] for line in lines})
    for line in lines:
        line["label"] = labels.get(line["narrative_id"], line["label"])
    return digest


def _lines_of(digest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _narratives_of(digest)
    yield from digest["spikes"]


def _narratives_of(digest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in ("rising", "new", "falling"):
        yield from digest[section]
