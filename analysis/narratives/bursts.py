"""The stage `emerge`: a daily group whose test asks for people becomes a narrative that day.

    groups of today that are to be told -> narrative with the group's passages, wherever they were
                                        -> spike under its number -> counted again, so that its days show

A narrative that was born so is not merged while its burst lies within the window of the refits: its number
stands in a mail, and what it was cut out of would take it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from analysis.counts.counting import count
from analysis.narratives.lineage import Birth, Decision
from analysis.narratives.run_view import RunView, open_view
from analysis.narratives.units import units_of
from analysis.narratives.upkeep import Seen, bring_up_to_date
from config.clock import Clock, day_of, midnight
from config.progress import NoProgress, Progress
from config.workspace import Workspace
from storage.records import DailyGroup, LineageKind
from storage.store import Store

BIRTHS: tuple[LineageKind, ...] = ("born",)
BURST = "burst"
"""Reason in the history of a narrative that was born of a daily group."""


def emerge(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Found a narrative of each group of today that is to be told; safe to kill and to repeat.

    Returns:
        narratives `born`.
    """
    view = open_view(store=store, workspace=workspace, clock=clock, run_id=run_id)
    waiting = _waiting(store, day_of(clock.now()))
    if view is None or not waiting:
        return {"born": 0}
    progress.start("emerge", len(waiting))
    known = _born_of_groups(view)
    born = sum(_tell(view, group, known.get(_name(group))) for group in waiting)
    _count_again(view, workspace, clock, progress)
    return {"born": born}


def _count_again(view: RunView, workspace: Workspace, clock: Clock, progress: Progress) -> None:
    """The days of passages that moved: their evidence is about to be shown."""
    view.recount()
    count(store=view.store, workspace=workspace, clock=clock, run_id=view.run_id, progress=progress)


def _waiting(store: Store, today: date) -> list[DailyGroup]:
    """Groups of today that are to be told and have no narrative yet."""
    found = store.daily_groups.between(today, today + timedelta(days=1))
    return [group for group in found if group.narrative_id is None and is_to_be_told(group.spike)]


def is_to_be_told(spike: Mapping[str, Any]) -> bool:
    """Whether a group's test asks for people: an alert, or one that only the week's budget kept back."""
    return spike.get("decision") == "alert" or "budget" in spike.get("checks", {})


def recent_bursts(view: RunView) -> set[int]:
    """Narratives that were born of a daily group within the window of the refits."""
    return {
        item.narrative_id
        for item in view.store.narratives.lineage(kinds=BIRTHS, since=view.start)
        if item.detail.get("reason") == BURST
    }


def _born_of_groups(view: RunView) -> dict[str, int]:
    """Group -> the narrative that was born of it, by the history: a killed run may not have said so."""
    history = view.store.narratives.lineage(kinds=BIRTHS, since=midnight(day_of(view.now)))
    return {item.detail["group"]: item.narrative_id for item in history if "group" in item.detail}


def _name(group: DailyGroup) -> str:
    return f"{group.day.isoformat()}/{group.number}"


def _tell(view: RunView, group: DailyGroup, number: int | None) -> int:
    """Make a group's narrative, if it has none, and its spike; returns how many were born."""
    is_new = number is None
    if number is None:
        number = _bear(view, group)
    if number is None:
        return 0
    view.store.spikes.save([group.told_of(number)])
    view.store.daily_groups.bore(group, number)
    return int(is_new)


def _bear(view: RunView, group: DailyGroup) -> int | None:
    """A narrative of a group's passages, in one transaction; None where none of them is there any more."""
    rows, vectors = view.read(view.store.passages.many(group.passages))
    if not rows:
        return None
    units = units_of(rows, vectors)
    every = tuple(range(len(units.members)))
    number = view.store.narratives.next_id()
    birth = Birth(number, every, detail={"reason": BURST, "group": _name(group)})
    decision = Decision(
        births=(birth,),
        joins={},
        merges={},
        forms=frozenset(),
        cleared=frozenset(),
        owners={},
        waiting=(),
    )
    seen = Seen(rows, units, {}, [number] * len(every))
    bring_up_to_date(view, seen, decision, (), NoProgress())
    return number
