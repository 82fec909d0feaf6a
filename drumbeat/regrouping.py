"""An analyst's decisions on what belongs together: narratives merged and split, passages put into one and
taken out, kept together and apart. Each is obeyed at once and by every later run
(`analysis.narratives.corrections`).

A passage is named by its id; the id or address of an article stands for all of its passages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from analysis.narratives.run_view import open_view
from config.clock import Clock
from config.workspace import Workspace
from drumbeat.corrections import LONGEST_LABEL, decide, known, told
from storage.errors import StorageError
from storage.records import Assignment, Correction, CorrectionKind, Narrative, PassageRow
from storage.store import Store

RUN = "analyst"
"""Stands where a run's id stands."""


class Regrouping:
    """Decisions of one analyst, carried out in one workspace."""

    def __init__(self, store: Store, workspace: Workspace, clock: Clock, *, by: str) -> None:
        self._store, self._workspace, self._clock, self._by = store, workspace, clock, by

    def merge(self, narrative_id: int, other_id: int) -> str:
        """Two narratives are one: the younger goes into the older, and no refit splits it again.

        Raises:
            StorageError: one of them is unknown or watched, or they are one already.
        """
        stays, goes = sorted(map(self._open, (narrative_id, other_id)), key=lambda item: item.narrative_id)
        if stays.narrative_id == goes.narrative_id:
            raise StorageError(f"narratives {narrative_id} and {other_id} are one already")
        decision = self._decide("merge", stays.narrative_id, other_id=goes.narrative_id)
        gone = replace(goes, status="merged", merged_into=stays.narrative_id)
        whole = replace(
            stays,
            status="active" if "active" in (stays.status, goes.status) else stays.status,
            first_seen_at=min(stays.first_seen_at, goes.first_seen_at),
            last_seen_at=max(stays.last_seen_at, goes.last_seen_at),
        )
        event = told(
            "merged_into", goes.narrative_id, decision.at, {"by": self._by}, other=stays.narrative_id
        )
        self._store.narratives.save([gone, whole], (), [event])
        self._carry_out()
        return f"narrative {goes.narrative_id} is part of {stays.narrative_id} ({decision.correction_id})"

    def split(self, narrative_id: int, keys: Sequence[str]) -> str:
        """Some passages of a narrative are another one: they get a number of their own, and no refit merges
        the two again.

        Raises:
            StorageError: the narrative is unknown or watched, or holds none of these passages, or only them.
        """
        old = self._open(narrative_id)
        rows = self._held(old, keys)
        if len(rows) == old.size:
            raise StorageError(f"narrative {old.narrative_id}: these are all of its passages")
        number = self._store.narratives.next_id()
        decision = self._decide("split", old.narrative_id, other_id=number)
        self._store.narratives.save(
            [self._founded(old, number, rows)],
            (),
            [told("split_from", number, decision.at, {"by": self._by}, other=old.narrative_id)],
        )
        self._put(rows, number, decision)
        self._carry_out()
        what = f"{len(rows)} passages of narrative {old.narrative_id} are narrative {number} now"
        return f"{what} ({decision.correction_id})"

    def reject(self, narrative_id: int, keys: Sequence[str]) -> str:
        """Passages do not belong to a narrative, whatever their vectors say.

        Raises:
            StorageError: the narrative is unknown, or a passage is.
        """
        number = known(self._store, narrative_id).narrative_id
        rows = self._passages(keys)
        first = self._placing("reject", number, rows)
        self._carry_out()
        return f"{len(rows)} passages stay out of narrative {number} ({first.correction_id})"

    def assign(self, narrative_id: int, keys: Sequence[str]) -> str:
        """Passages belong to a narrative, whatever their vectors say.

        Raises:
            StorageError: the narrative is unknown or watched, or a passage is unknown.
        """
        number = self._open(narrative_id).narrative_id
        rows = self._passages(keys)
        first = self._placing("assign", number, rows)
        self._carry_out()
        return f"{len(rows)} passages belong to narrative {number} ({first.correction_id})"

    def together(self, first: str, second: str) -> str:
        """The second passage is wherever the first one is.

        Raises:
            StorageError: one of them is unknown, or nothing holds the first.
        """
        return self._pair("together", first, second)

    def apart(self, first: str, second: str) -> str:
        """The second passage is never where the first one is; of two numbers: these narratives are never
        merged.

        Raises:
            StorageError: one of them is unknown, or nothing holds the first.
        """
        if first.isdecimal() and second.isdecimal():
            return self._never_merged(int(first), int(second))
        return self._pair("apart", first, second)

    def _never_merged(self, narrative_id: int, other_id: int) -> str:
        one, other = sorted(self._open(key).narrative_id for key in (narrative_id, other_id))
        if one == other:
            raise StorageError(f"narratives {narrative_id} and {other_id} are one; `undo` their merge first")
        decision = self._decide("apart", one, other_id=other)
        return f"narratives {one} and {other} stay two ({decision.correction_id})"

    def _pair(self, kind: CorrectionKind, first: str, second: str) -> str:
        leader, other = self._passages([first])[0], self._passages([second])
        held = self._store.narratives.assigned([leader.passage_id])
        if not held:
            raise StorageError(f"{first}: no narrative holds it, so nothing can be near or far from it")
        number = known(self._store, held[0].narrative_id).narrative_id
        before = self._before(other)
        rows: list[dict[str, Any]] = [
            {"other_passage": row.passage_id, "value": before[row.passage_id]} for row in other
        ]
        decision = self._decide(kind, number, passage_id=leader.passage_id, **rows[0])
        self._parts(decision, [replace(decision, **row) for row in rows[1:]])
        self._carry_out()
        where = "with" if kind == "together" else "apart from"
        return f"{len(other)} passages stay {where} {leader.passage_id} ({decision.correction_id})"

    def undo(self, decision_id: str) -> str:
        """Take a decision back, with all that carried it out.

        Raises:
            StorageError: there is none of this id in force.
        """
        in_force = {item.correction_id: item for item in self._store.corrections.in_force()}
        decision = in_force.get(decision_id)
        if decision is None or decision.part_of is not None:
            raise StorageError(
                f"{decision_id}: no decision of this id is in force; `drumbeat narratives decisions` shows "
                "those that are"
            )
        self._decide("undo", decision.narrative_id, value=decision_id)
        self._undone(decision)
        self._carry_out()
        return f"{decision_id} is taken back"

    def _undone(self, decision: Correction) -> None:
        """Bring back what a decision changed in the registry and among the passages."""
        if decision.kind == "rename":
            self._unnamed(decision)
        elif decision.kind == "kind":
            self._store.kinds.forget([decision.narrative_id])
        elif decision.kind == "merge" and decision.other_id is not None:
            self._parted(decision.other_id)
        elif decision.kind == "split" and decision.other_id is not None:
            self._rejoined(decision.narrative_id, decision.other_id)
        elif decision.kind in ("assign", "reject", "together", "apart"):
            self._put_back(decision)
        else:
            self._unlinked(decision)

    def _unlinked(self, decision: Correction) -> None:
        """What was linked is shown by itself again, unless the next run finds that it tells what is
        watched.
        """
        if decision.kind == "link":
            number, links = decision.narrative_id, self._store.links.all()
            self._store.links.replace([item for item in links if item.narrative_id != number])

    def _put_back(self, decision: Correction) -> None:
        """Passages are where they were before; one that was nowhere is so again."""
        rows = [item for item in self._store.corrections.all() if _carries_out(item, decision)]
        places = {item.other_passage or item.passage_id or "": item.value for item in rows}
        back = {key: int(number) for key, number in places.items() if number}
        survivors = self._store.narratives.survivors()
        self._store.narratives.unassign(list(places))
        self._assign(
            {key: survivors[number] for key, number in back.items() if number in survivors}, "nearest"
        )

    def _unnamed(self, decision: Correction) -> None:
        """The label that stood before; an earlier decision's is written by `_carry_out`."""
        narrative = known(self._store, decision.narrative_id)
        history = self._store.narratives.lineage(narrative.narrative_id, kinds=["renamed"])
        given = [item for item in history if item.detail.get("to") == decision.value]
        label = str(given[-1].detail["from"]) if given else narrative.label
        back = replace(narrative, label=label, label_by="medoid")
        if narrative.kind == "watched":
            back = replace(back, label_by="watchlist")
        event = told(
            "renamed", narrative.narrative_id, self._clock.now(), {"from": narrative.label, "to": label}
        )
        self._store.narratives.save([back], (), [event])

    def _parted(self, number: int) -> None:
        """A narrative that was merged is one of its own again: its passages kept its number."""
        gone = self._store.narratives.get(number)
        if gone is not None and gone.status == "merged":
            self._store.narratives.save([replace(gone, status="active", merged_into=None)])

    def _rejoined(self, narrative_id: int, number: int) -> None:
        """A narrative that was split off goes back into the one that it left."""
        off, into = self._store.narratives.get(number), known(self._store, narrative_id)
        if off is not None and off.status != "merged":
            self._store.narratives.save([replace(off, status="merged", merged_into=into.narrative_id)])

    def _decide(self, kind: CorrectionKind, number: int, **said: Any) -> Correction:
        return decide(self._store, kind, number, by=self._by, clock=self._clock, **said)

    def _parts(self, decision: Correction, rows: Sequence[Correction]) -> None:
        """Record what carries a decision out beside its first row."""
        for place, row in enumerate(rows, 1):
            self._store.corrections.add(
                replace(
                    row,
                    correction_id=f"{decision.correction_id}/{place:04}",
                    part_of=decision.correction_id,
                )
            )

    def _placing(self, kind: CorrectionKind, number: int, rows: Sequence[PassageRow]) -> Correction:
        """Record a decision on some passages, each with the narrative that it was in before."""
        before = self._before(rows)
        said: list[dict[str, Any]] = [
            {"passage_id": row.passage_id, "value": before[row.passage_id]} for row in rows
        ]
        first = self._decide(kind, number, **said[0])
        self._parts(first, [replace(first, **row) for row in said[1:]])
        return first

    def _before(self, rows: Sequence[PassageRow]) -> dict[str, str | None]:
        """Passage -> the number of the narrative that holds it, None where none does."""
        survivors = self._store.narratives.survivors()
        found = self._store.narratives.assigned([row.passage_id for row in rows])
        held = {item.passage_id: str(survivors[item.narrative_id]) for item in found}
        return {row.passage_id: held.get(row.passage_id) for row in rows}

    def _put(self, rows: Sequence[PassageRow], number: int, decision: Correction) -> None:
        """Record that passages belong to the narrative that was split off."""
        put = replace(decision, kind="assign", narrative_id=number, other_id=None)
        self._parts(decision, [replace(put, passage_id=row.passage_id) for row in rows])
        self._assign(dict.fromkeys((row.passage_id for row in rows), number), "analyst")

    def _assign(self, places: Mapping[str, int], method: Literal["nearest", "analyst"]) -> None:
        rows = [
            Assignment(passage_id=key, narrative_id=number, similarity=0.0, method=method, run_id=RUN)
            for key, number in places.items()
        ]
        self._store.narratives.save([], rows)

    def _founded(self, old: Narrative, number: int, rows: Sequence[PassageRow]) -> Narrative:
        """The narrative that is split off, until a refit looks at it."""
        moments = [row.counted_at for row in rows]
        return replace(
            old,
            narrative_id=number,
            label=" ".join((rows[0].title or rows[0].text).split())[:LONGEST_LABEL],
            label_by="medoid",
            label_language=None,
            label_passage=None,
            keywords={},
            exemplars=tuple(row.passage_id for row in rows[:6]),
            centroid=None,
            radius=None,
            size=len(rows),
            first_seen_at=min(moments),
            last_seen_at=max(moments),
            split_from=old.narrative_id,
            born_run=RUN,
        )

    def _open(self, narrative_id: int) -> Narrative:
        """A narrative whose passages can be decided on.

        Raises:
            StorageError: there is none, or it is watched.
        """
        narrative = known(self._store, narrative_id)
        if narrative.kind == "watched":
            raise StorageError(
                f"narrative {narrative.narrative_id} is watched: what it holds is decided by its statement; "
                "`reject` takes a passage out of it"
            )
        return narrative

    def _passages(self, keys: Sequence[str]) -> list[PassageRow]:
        """Passages by their ids, or all of an article by its id or address.

        Raises:
            StorageError: a key names neither.
        """
        found: list[PassageRow] = []
        for key in keys:
            page = self._store.pages.get(key) or self._store.pages.by_url(key)
            rows = self._store.passages.of_article(page.page_id) if page else self._store.passages.many([key])
            if not rows:
                raise StorageError(f"{key}: no passage and no article is known under this id or address")
            found += rows
        return found

    def _held(self, narrative: Narrative, keys: Sequence[str]) -> list[PassageRow]:
        """Those of the passages that a narrative holds.

        Raises:
            StorageError: it holds none of them, or a key names nothing.
        """
        rows = self._passages(keys)
        survivors = self._store.narratives.survivors()
        assigned = self._store.narratives.assigned([row.passage_id for row in rows])
        inside = {
            item.passage_id for item in assigned if survivors[item.narrative_id] == narrative.narrative_id
        }
        held = [row for row in rows if row.passage_id in inside]
        if not held:
            raise StorageError(f"narrative {narrative.narrative_id} holds none of these passages")
        return held

    def _carry_out(self) -> None:
        """Obey now, and bring sizes to what is stored then; without vectors there is nothing to obey yet."""
        view = open_view(store=self._store, workspace=self._workspace, clock=self._clock, run_id=RUN)
        if view is not None:
            view.recount()


def _carries_out(item: Correction, decision: Correction) -> bool:
    """Whether a row is a decision, or a part of it."""
    return decision.correction_id in (item.correction_id, item.part_of)
