"""At each refit: which narratives moved away from what they were, and which grew beyond one claim.

    each narrative with its texts of the window -> measured against its anchor   -> drifted?   -> waits
                                                -> grouped among themselves      -> two claims -> waits
    seen by an earlier refit too -> those that tell what it was keep the number, the others get their own
                                 -> nobody tells it any more: the number rests, and its history says why

A number is never renamed because its subject changed: what changed gets a number of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from analysis.arrays import Matrix
from analysis.embedding.centring import comparable
from analysis.narratives.drift import FEWEST, Centre, Moved, moved, nearer_to, parts_of
from analysis.narratives.lineage import SECOND_SIGHT, Birth, Decision, Waiting
from analysis.narratives.run_view import RunView
from analysis.narratives.units import TextUnits, gathered, units_of
from analysis.narratives.upkeep import Seen, bring_up_to_date
from config.progress import Progress
from storage.records import Anchor, Drift, LineageEvent, LineageKind, Narrative, PassageFacts, PassageRow

DRIFT, PART = "drift", "part"
"""What waits for a second sight, beside merges and splits of clusters."""
REASONS: Mapping[str, str] = {
    DRIFT: "its texts moved away from what it was",
    PART: "it had grown beyond one claim",
}
ANALYST = "analyst"
"""Stands for the run of what an analyst did."""
MOVED_ON = "moved on"
"""Why a number rests whose own claim nobody tells any more."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Passages that leave a narrative for numbers of their own."""

    narrative_id: int
    reason: str
    parts: tuple[frozenset[str], ...]
    """Hashes of the texts of each."""
    detail: Mapping[str, float]

    @property
    def told(self) -> dict[str, Any]:
        """What the histories say of it."""
        return {"reason": REASONS[self.reason], **self.detail}


@dataclass(slots=True)
class Movements:
    """What one refit sees of its narratives; made by `movements_of`."""

    view: RunView
    anchors: Mapping[int, Centre]
    settled: Collection[int]
    """Narratives that nothing takes apart: pinned, merged by an analyst, forms."""
    before: Collection[Waiting]
    leaving: list[Leaving] = field(default_factory=list)
    """What an earlier refit saw too."""
    waiting: list[Waiting] = field(default_factory=list)
    _anchors: list[Anchor] = field(default_factory=list)
    _measured: list[Drift] = field(default_factory=list)

    def see(self, old: Narrative, rows: Sequence[PassageRow], vectors: Matrix) -> Moved | None:
        """Measure one narrative by its distinct texts of the window, row i with `vectors[i]`; None where
        there is nothing to measure against.
        """
        number = old.narrative_id
        if len(rows) < FEWEST:
            return None
        anchor = self.anchors.get(number)
        if anchor is None:
            self._anchors.append(self._anchor(number, vectors))
            return None
        found = moved(anchor, vectors)
        if number not in self.settled:
            self._propose(number, rows, vectors, found)
        return found

    def note(self, number: int, found: Moved, share: float | None, texts: int) -> None:
        """Keep what was measured, with the share of the texts that bear the label out."""
        self._measured.append(
            Drift(
                narrative_id=number,
                at=self.view.now,
                nearer_old=round(found.nearer_old, 4),
                likeness=round(found.likeness, 4),
                borne_out=None if share is None else round(share, 4),
                texts=texts,
                run_id=self.view.run_id,
            )
        )

    def write(self) -> None:
        """Store anchors and measurements, and what waits beside what waits already."""
        self.view.store.drift.save(self._anchors, self._measured)

    def _anchor(self, number: int, vectors: Matrix) -> Anchor:
        centre = Centre.of(vectors)
        return Anchor(
            narrative_id=number,
            at=self.view.now,
            centroid=centre.vector.astype(np.float32),
            cohesion=centre.cohesion,
            texts=centre.texts,
            build=self.view.table.build,
            mean_version=self.view.table.version,
        )

    def _propose(self, number: int, rows: Sequence[PassageRow], vectors: Matrix, found: Moved) -> None:
        """Say what leaves, if an earlier refit saw that something should; else let it wait."""
        anchor = self.anchors[number]
        if found.drifted:
            places = np.flatnonzero(nearer_to(anchor, vectors) == 0).tolist()
            self._confirm(DRIFT, number, rows, [places], {"share": found.nearer_old})
            return
        rules = self.view.rules
        parts = parts_of(
            vectors, likeness=rules.cluster_likeness, least=rules.min_passages, keeps=anchor.vector
        )
        if parts:
            self._confirm(PART, number, rows, parts, {})

    def _confirm(
        self,
        kind: str,
        number: int,
        rows: Sequence[PassageRow],
        parts: Sequence[Sequence[int]],
        detail: Mapping[str, float],
    ) -> None:
        since = {(item.kind, item.narrative_id): item.since for item in self.before}
        entry = Waiting(kind, number, 0, since.get((kind, number), self.view.now.isoformat()))
        if entry.since > (self.view.now - SECOND_SIGHT).isoformat():
            self.waiting.append(entry)
            return
        self.leaving.append(
            Leaving(
                number,
                kind,
                tuple(frozenset(rows[place].text_hash for place in part) for part in parts),
                detail,
            )
        )


def movements_of(view: RunView, births: Collection[Birth] = ()) -> Movements:
    """What a refit measures against: anchors under the means in force, and what waits.

    What was left, or decided on by an analyst, since its anchor was set means something else since: it gets a
    new one.

    Args:
        births: those of this refit.
    """
    living = {item.narrative_id: item for item in view.living()}
    changed = _changed(view) | {birth.split_from or 0: view.now for birth in births}
    found = view.store.drift.anchors(living.keys())
    kept = {key: item for key, item in found.items() if key not in changed or item.at > changed[key]}
    before = [Waiting(**row) for row in view.store.narratives.pending()]
    return Movements(
        view,
        _centres(view, living, kept),
        view.decisions.pinned | view.decisions.whole | view.forms(),
        [item for item in before if item.kind in (DRIFT, PART)],
    )


def _changed(view: RunView) -> dict[int, datetime]:
    """Narrative -> when something last left it, or an analyst decided on it."""
    history = view.store.narratives.lineage(kinds=["split_from", "decided", "renamed"])
    found: dict[int, datetime] = {}
    for item in history:
        if item.kind == "split_from" and item.other_id is not None:
            found[item.other_id] = item.at
        elif item.run_id == ANALYST:
            found[item.narrative_id] = item.at
    return found


def _centres(view: RunView, living: Mapping[int, Narrative], kept: Mapping[int, Anchor]) -> dict[int, Centre]:
    """Anchors as the newest means of their build would have them; those of another build are set anew."""
    mine = {number: item for number, item in kept.items() if item.build == view.table.build}
    then = [_as_anchored(living[number], item) for number, item in sorted(mine.items())]
    found = {}
    for item in comparable(view.store, then):
        if item.centroid is not None:
            anchor = mine[item.narrative_id]
            vector = np.asarray(item.centroid, np.float64)
            found[item.narrative_id] = Centre(vector, anchor.cohesion, anchor.texts)
    return found


def _as_anchored(narrative: Narrative, anchor: Anchor) -> Narrative:
    """A narrative with the centroid of its anchor."""
    return replace(narrative, centroid=anchor.centroid, build=anchor.build, mean_version=anchor.mean_version)


def take_apart(view: RunView, movements: Movements, progress: Progress) -> int:
    """Give what leaves its own numbers, and put numbers to rest that nobody tells any more; returns how many
    narratives were born.

    Each narrative is one transaction; a killed run finds what is left of it.
    """
    leaving = {item.narrative_id: item for item in movements.leaving}
    if not leaving:
        return 0
    view = view.after_merges()  # what this refit bore is known from here on
    held = {key: number for key, number in view.members().items() if number in leaving}
    rows, units = gathered(_units(view, held))
    numbers = _numbers(leaving, view.store.narratives.next_id())
    holders = [_holder(rows[places[0]], held, leaving, numbers) for places in units.members]
    births = _births(leaving, numbers, holders)
    decision = Decision(births, {}, {}, frozenset(), frozenset(), {}, ())
    bring_up_to_date(view, Seen(rows, units, held, holders), decision, view.forms(), progress)
    _let_go(view, leaving, births, set(holders))
    return len(births)


def _births(
    leaving: Mapping[int, Leaving], numbers: Mapping[tuple[int, int], int], holders: Sequence[int]
) -> tuple[Birth, ...]:
    """The narratives of what leaves, each with its text units."""
    every = np.asarray(holders)
    units = {number: tuple(np.flatnonzero(every == number).tolist()) for number in numbers.values()}
    return tuple(
        Birth(number, units[number], split_from=left, detail=leaving[left].told)
        for (left, _), number in numbers.items()
        if units[number]
    )


def _units(view: RunView, held: Mapping[str, int]) -> Iterator[tuple[list[PassageFacts], TextUnits]]:
    """Text units of some narratives, one narrative at a time."""
    by_number: defaultdict[int, list[str]] = defaultdict(list)
    for key, number in held.items():
        by_number[number].append(key)
    for number in sorted(by_number):
        rows, vectors = view.read(view.store.passages.facts_of(by_number[number]))
        if rows:
            yield rows, units_of(rows, vectors)


def _numbers(leaving: Mapping[int, Leaving], next_id: int) -> dict[tuple[int, int], int]:
    """(Narrative, place of a part that leaves it) -> the number that the part gets."""
    keys = [(number, place) for number in sorted(leaving) for place in range(len(leaving[number].parts))]
    return {key: next_id + step for step, key in enumerate(keys)}


def _holder(
    row: PassageFacts,
    held: Mapping[str, int],
    leaving: Mapping[int, Leaving],
    numbers: Mapping[tuple[int, int], int],
) -> int:
    """The narrative of a text unit: that of the part which its first text is in, else the one it left."""
    number = held[row.passage_id]
    for place, part in enumerate(leaving[number].parts):
        if row.text_hash in part:
            return numbers[number, place]
    return number


def _let_go(
    view: RunView, leaving: Mapping[int, Leaving], births: Sequence[Birth], holders: Collection[int]
) -> None:
    """Write into the histories what left, and rest what is told no more."""
    living = {item.narrative_id: item for item in view.living()}
    resting = [living[number] for number in sorted(leaving) if number not in holders]
    events = _drifted(view, leaving, births)
    events += [_event(view, "dormant", item.narrative_id, None, {"reason": MOVED_ON}) for item in resting]
    view.store.narratives.save([replace(item, status="dormant") for item in resting], (), events)


def _drifted(view: RunView, leaving: Mapping[int, Leaving], births: Sequence[Birth]) -> list[LineageEvent]:
    """For each birth, the event in the history of the narrative that it left."""
    left = [(birth.split_from or 0, birth.narrative_id) for birth in births]
    return [_event(view, "drifted", number, other, leaving[number].told) for number, other in left]


def _event(
    view: RunView, kind: LineageKind, number: int, other: int | None, detail: Mapping[str, Any]
) -> LineageEvent:
    return LineageEvent(
        at=view.now,
        kind=kind,
        narrative_id=number,
        other_id=other,
        run_id=view.run_id,
        detail=dict(detail),
    )


def torn(view: RunView) -> set[tuple[int, int]]:
    """Pairs of narratives of which one left the other, the older first: what a cluster holds of both does not
    make them one again. Their texts still may, where they have come to say the same.
    """
    return {
        (min(item.narrative_id, item.other_id), max(item.narrative_id, item.other_id))
        for item in view.store.narratives.lineage(kinds=["split_from"])
        if item.other_id is not None and item.detail.get("reason") in REASONS.values()
    }
