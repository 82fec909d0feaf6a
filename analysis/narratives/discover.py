"""Every day: what fits nowhere makes groups, and a group that is large enough bears a narrative.

    waiting passages of the last days -> text units -> linking.grouped -> `founds` -> lineage.decide -> born,
    each whole in a transaction

A group is drawn by thresholds that belong to its texts (`linking.py`), so that what else waits bears and
kills nothing. The weekly refit hears everything of the window again: it merges, splits and tidies, and finds
what a few days were too short for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Labels, Matrix
from analysis.embedding.centring import is_centred
from analysis.narratives.lineage import Cluster, Decision, Rules, TextUnit, Window, decide
from analysis.narratives.linking import grouped
from analysis.narratives.run_view import RunView
from analysis.narratives.templates import is_form
from analysis.narratives.units import TextUnits, Told, units_of
from analysis.narratives.upkeep import Seen, bring_up_to_date
from config.progress import Progress
from storage.records import PassageRow

STRICTER = 0.1
"""Added to `narratives.cluster_likeness`: what a few days say of a group is little, and a wrong birth stays.
Measured on the sample world, stored vectors played day by day, BCubed F1 without daily births 0.959, with
them at +0.00 0.923, at +0.10 0.959; the whole product reaches 0.909 (`make demo`).
"""


def bear(view: RunView, waiting: Sequence[PassageRow], progress: Progress) -> int:
    """Found narratives from passages that belong nowhere; returns how many."""
    if len(waiting) < view.rules.min_passages:
        return 0
    rows, vectors = view.read(waiting)
    if not rows:
        return 0
    units = units_of(rows, vectors)
    labels = grouped(units.vectors, min(1.0, view.rules.cluster_likeness + STRICTER))
    large = _large(units, labels, view.rules.min_passages)
    clusters = [Cluster(found) for found in large if founds(units, found, rows, vectors)]
    free = [text_unit(view, [rows[place] for place in places], None) for places in units.members]
    decision = decide(Window(units=free, clusters=clusters, known=()), daily_rules(view))
    if decision.births:
        seen = Seen(rows, units, {}, _holders(units, decision))
        bring_up_to_date(view, seen, decision, (), progress)
    return len(decision.births)


def founds(units: TextUnits, found: Sequence[int], rows: Sequence[Told], vectors: Matrix) -> bool:
    """Whether a group may bear a narrative, its size and outlets apart: a recurring form claims nothing.

    What kind of thing a group tells, and whether it is a burst, belongs here when it is asked.
    """
    return not are_form(units, found, rows, vectors)


def are_form(units: TextUnits, found: Sequence[int], rows: Sequence[Told], vectors: Matrix) -> bool:
    """Whether a group of text units is a recurring form."""
    places = [place for unit in found for place in units.members[unit]]
    return is_form([rows[place] for place in places], vectors[places])


def daily_rules(view: RunView) -> Rules:
    """When a group of a few days is a narrative: as in a refit, of all outlets that are listed."""
    listed = len(view.store.sources.listed())
    return Rules(
        min_passages=view.rules.min_passages,
        min_outlets=min(view.rules.min_outlets, max(1, listed // 4)),
        next_id=view.store.narratives.next_id(),
        at=view.now.isoformat(),
    )


def _large(units: TextUnits, labels: Labels, least: int) -> list[tuple[int, ...]]:
    """Text units of each group of at least so many passages."""
    passages = np.bincount(labels, units.sizes)
    order = np.argsort(labels, kind="stable")
    ends = np.cumsum(np.bincount(labels))
    found = np.split(order, ends[:-1])
    return [tuple(group.tolist()) for group, size in zip(found, passages, strict=True) if size >= least]


def text_unit(view: RunView, rows: Sequence[Told], narrative_id: int | None) -> TextUnit:
    """Passages of one text unit as lineage knows them."""
    first = min(rows, key=lambda row: (row.counted_at, row.passage_id))
    return TextUnit(
        first_at=first.counted_at,
        first_id=first.passage_id,
        passages=len(rows),
        outlets=frozenset(row.source_id for row in rows),
        narrative_id=narrative_id,
        founds=any(is_centred(view.table, row.language) for row in rows),
    )


def _holders(units: TextUnits, decision: Decision) -> list[int | None]:
    """The narrative of each text unit after the decision."""
    held: list[int | None] = [None] * len(units.members)
    for birth in decision.births:
        for unit in birth.units:
            held[unit] = birth.narrative_id
    return held
