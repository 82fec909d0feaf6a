"""What the dashboard shows of the last seven days: written by a stage after everything was counted, so that
no page waits for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from drumbeat.shown.shared_days import VIEW as DAYS_VIEW
from drumbeat.shown.shared_days import KeptDays, packed_days
from storage.records.told import SourceDayRow
from storage.store import Store

VIEW: Final = "overview"
WRITTEN: Final = 50
"""Narratives whose own pages are written too, those that most was told of. Chosen, not measured: about 35
CPU-ms each; another page is made when it is asked for.
"""
PERIOD: Final = timedelta(days=7)


def write_overview(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """The stage `overview`: the digest of the last seven days, as plain JSON, in the place of the one before.
    Counts: narratives written.
    """
    progress.start("overview")
    digest = make_overview(store, workspace, clock)
    start, end = last_days(store, clock)
    details = _most_told(store, workspace, start, end)
    details |= {line["narrative_id"]: line for line in _narratives_of(digest)}
    store.views.put(VIEW, digest, as_of=clock.now())
    _put_days(store, workspace, clock)
    for key, detail in details.items():
        store.views.put(name_of(key), {"counted": _counted(store), **detail}, as_of=clock.now())
    return {"narratives": len(details)}


def _put_days(store: Store, workspace: Workspace, clock: Clock) -> None:
    """Keep the source days that the pages of all other narratives need."""
    from analysis.digest.reader import DigestReader

    reader = DigestReader(store, workspace, *last_days(store, clock))
    days = packed_days(reader.source_days, reader.first, reader.end)
    store.views.put(DAYS_VIEW, {"counted": _counted(store), **days}, as_of=clock.now())


def name_of(narrative_id: int) -> str:
    """Under which name the view of a narrative is kept."""
    return f"{VIEW} {narrative_id}"


def written_detail(store: Store, narrative_id: int) -> dict[str, Any] | None:
    """What `overview` wrote of a narrative since the last counting run; None where it wrote nothing."""
    view: dict[str, Any] | None = store.views.get(name_of(narrative_id))
    return view if view is not None and view["counted"] == _counted(store) else None


def days_of(store: Store, kept: KeptDays) -> Callable[[date, date], list[SourceDayRow]]:
    """Gives source days as `overview` kept them since the last counting run."""
    return partial(kept.of, store, _counted(store))


def _counted(store: Store) -> str | None:
    """The last counting run."""
    last = store.runs.last("count")
    return last.run_id if last else None


def _most_told(store: Store, workspace: Workspace, start: date, end: date) -> dict[int, dict[str, Any]]:
    """The narratives that most was told of, and the watched ones."""
    from analysis.digest.build import narrative_details

    told: Counter[int] = Counter()
    for row in store.counts.observations(start, end):
        told[row.narrative_id] += row.articles
    chosen = [key for key, _ in sorted(told.items(), key=lambda item: (-item[1], item[0]))[:WRITTEN]]
    chosen += [row.narrative_id for row in store.lists.watched() if row.narrative_id not in chosen]
    written = narrative_details(store=store, workspace=workspace, narrative_ids=chosen, start=start, end=end)
    return {item.narrative_id: item.to_dict() for item in written}


def make_overview(store: Store, workspace: Workspace, clock: Clock) -> dict[str, Any]:
    """The digest of the last seven days as plain JSON."""
    from analysis.digest.account import quiet_counts
    from analysis.digest.build import build_digest

    start, end = last_days(store, clock)
    found = build_digest(store=store, workspace=workspace, start=start, end=end, clock=clock)
    plain: dict[str, Any] = found.to_dict()
    quiet = quiet_counts(store=store, workspace=workspace, digest=found)
    return {**plain, "quiet": quiet}


def last_days(store: Store, clock: Clock) -> tuple[date, date]:
    """The seven days that the dashboard shows: up to and with the day of the last counting run, else today;
    the end is exclusive.
    """
    last = store.runs.last("count")
    until = (last.as_of if last else clock.now()).date() + timedelta(days=1)
    return until - PERIOD, until


def relabelled(store: Store, digest: dict[str, Any]) -> dict[str, Any]:
    """The digest with the labels that its narratives have now: an analyst may have renamed one since it was
    written. Changes it in place.
    """
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
