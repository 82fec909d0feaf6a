"""Every week: the window is clustered, and lineage says what the clusters mean for the narratives that are
known.

    window -> text units -> clusters of all of them -> lineage.decide
           -> merges, births, joins -> centroid, exemplars, keywords, label of whatever was touched
           -> silence -> dormant -> sizes

Each narrative is one transaction with its passages and its history; what waits for confirmation is written
last. A killed run, run again, finds what it had written and goes on: clusters that were born are owned now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import structlog

from analysis.arrays import Floats, Labels, Matrix, Vectors, likeness_of
from analysis.narratives.assign import MARK
from analysis.narratives.bursts import recent_bursts
from analysis.narratives.discover import are_form, text_unit
from analysis.narratives.lineage import Cluster, Decision, Rules, TextUnit, Waiting, Window, decide
from analysis.narratives.memory import (
    in_parts,
    merge_candidates,
    nearer_narratives,
    open_narratives,
    remember,
)
from analysis.narratives.run_view import CHUNK, RunView
from analysis.narratives.topics import OUTLIER, cluster
from analysis.narratives.units import TextUnits, units_of
from analysis.narratives.upkeep import Seen, bring_up_to_date, forms_now, rest
from config.progress import Progress
from storage.records import LineageEvent, Narrative, PassageRow

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The window as the refit sees it; text units by their place in `text units`."""

    rows: Sequence[PassageRow]
    vectors: Matrix
    units: TextUnits
    members: Mapping[str, int]
    """Passage -> the narrative that holds it before this refit."""
    clusters: Sequence[Cluster]


def refit_window(view: RunView, progress: Progress) -> Counter[str]:
    """Cluster the window and bring the registry up to date.

    Counts `clusters`, `forms`, `born`, `split`, `merged`, `joined`, `moved` and `dormant`.
    """
    moved = _settle(view)
    seen = _look(view)
    progress.start("refit", len(seen.clusters))
    window = _window(view, seen)
    decision = decide(window, _rules(view, seen))
    _merge(view, decision)
    view = view.after_merges()
    forms = forms_now(view, decision)
    joined = bring_up_to_date(view, _after(seen, window, decision), decision, forms, progress)
    dormant = rest(view, forms)
    view.recount()
    view.store.narratives.set_mark(MARK, None)
    view.store.narratives.set_pending([asdict(item) for item in decision.waiting])
    counts = _counted(seen, decision)
    counts.update(joined=joined, moved=moved, dormant=dormant)
    _log.info("refit", run_id=view.run_id, passages=len(seen.rows), units=len(seen.units.members), **counts)
    return counts


def _after(seen: _Seen, window: Window, decision: Decision) -> Seen:
    """The window's passages before and after the decision."""
    before = {key: decision.merges.get(number, number) for key, number in seen.members.items()}
    return Seen(seen.rows, seen.vectors, seen.units, before, _holders(window, decision))


def _counted(seen: _Seen, decision: Decision) -> Counter[str]:
    split = sum(birth.split_from is not None for birth in decision.births)
    return Counter(
        clusters=len(seen.clusters),
        forms=sum(item.form for item in seen.clusters),
        born=len(decision.births) - split,
        split=split,
        merged=len(decision.merges),
    )


def _settle(view: RunView) -> int:
    """Move passages of the window that are clearly nearer to another known narrative; returns how many."""
    members = {key: number for key, number in view.members().items() if key not in view.decisions.fixed}
    moves, centroids = _moves(view, members)
    rows, vectors = view.read(_leaving(view, members, moves))
    moving = []
    for row, vector in zip(rows, vectors, strict=True):
        number = moves[members[row.passage_id], row.text_hash]
        if number not in view.decisions.barred.get(row.passage_id, ()):
            moving.append(view.assignment(row, number, float(vector @ centroids[number]), "nearest"))
    for start in range(0, len(moving), CHUNK):
        view.store.narratives.save([], moving[start : start + CHUNK])
    return len(moving)


def _moves(
    view: RunView, members: Collection[str]
) -> tuple[dict[tuple[int, str], int], dict[int, Floats | Vectors]]:
    """(Narrative, text) -> the narrative it moves to, and the centroid of each narrative.

    The member texts are let go on return: they are by far the largest thing here.
    """
    memory = remember(view, open_narratives(view))
    centroids = {item.narrative_id: item.vector for item in memory.centroids}
    return nearer_narratives(memory, members), centroids


def _leaving(
    view: RunView, members: Mapping[str, int], moves: Collection[tuple[int, str]]
) -> list[PassageRow]:
    """The passages of the texts that move."""
    left = {number for number, _ in moves}
    rows = view.store.passages.many({key for key, number in members.items() if number in left})
    return [row for row in rows if (members[row.passage_id], row.text_hash) in moves]


def _look(view: RunView) -> _Seen:
    rows, vectors = view.read(view.store.passages.window(view.start, view.end))
    units = units_of(rows, vectors)
    labels = _clustered(view, units)
    clusters = []
    for number in range(int(labels.max(initial=OUTLIER)) + 1):
        inside = tuple(np.flatnonzero(labels == number).tolist())
        clusters.append(Cluster(inside, form=are_form(units, inside, rows, vectors)))
    return _Seen(rows, vectors, units, view.members(), clusters)


def _clustered(view: RunView, units: TextUnits) -> Labels:
    """Cluster of each text unit, -1 for none: every one has its say."""
    return cluster(
        units.texts,
        units.vectors,
        units.languages,
        likeness=view.rules.cluster_likeness,
        min_size=view.rules.min_passages,
        sizes=units.sizes,
    ).labels


def _window(view: RunView, seen: _Seen) -> Window:
    """The window as lineage knows it."""
    vectors = [seen.units.vectors[list(item.units)] for item in seen.clusters]
    return Window(
        units=[_text_unit(view, seen, places) for places in seen.units.members],
        clusters=seen.clusters,
        known={item.narrative_id for item in view.living()},
        immune=view.decisions.pinned | view.forms() | recent_bursts(view),
        waiting=[Waiting(**row) for row in view.store.narratives.pending()],
        merge_candidates=merge_candidates(in_parts(view, open_narratives(view))),
        likeness=lambda one, other: likeness_of(vectors[one], vectors[other]),
    )


def _text_unit(view: RunView, seen: _Seen, places: Sequence[int]) -> TextUnit:
    """A text unit with the narrative that holds most of it; of equals the older."""
    rows = [seen.rows[place] for place in places]
    held = Counter(seen.members[row.passage_id] for row in rows if row.passage_id in seen.members)
    holder = min(held, key=lambda number: (-held[number], number), default=None)
    return text_unit(view, rows, holder)


def _rules(view: RunView, seen: _Seen) -> Rules:
    active = len({row.source_id for row in seen.rows})
    return Rules(
        min_passages=view.rules.min_passages,
        min_outlets=min(view.rules.min_outlets, max(1, active // 4)),
        next_id=view.store.narratives.next_id(),
        at=view.now.isoformat(),
    )


def _merge(view: RunView, decision: Decision) -> None:
    """Merged narratives keep their row and their passages, and lead to the older one."""
    registry = {item.narrative_id: item for item in view.living()}
    for number, into in sorted(decision.merges.items()):
        gone = replace(registry.pop(number), status="merged", merged_into=into)
        registry[into] = _together(registry[into], gone)
        event = LineageEvent(
            at=view.now, kind="merged_into", narrative_id=number, other_id=into, run_id=view.run_id
        )
        view.store.narratives.save([gone, registry[into]], events=[event])


def _together(stays: Narrative, gone: Narrative) -> Narrative:
    """A narrative with the size and the days of the one that went into it."""
    return replace(
        stays,
        first_seen_at=min(stays.first_seen_at, gone.first_seen_at),
        last_seen_at=max(stays.last_seen_at, gone.last_seen_at),
        size=stays.size + gone.size,
    )


def _holders(window: Window, decision: Decision) -> list[int | None]:
    """The narrative of each text unit after the decision."""
    now = [
        None if unit.narrative_id is None else decision.merges.get(unit.narrative_id, unit.narrative_id)
        for unit in window.units
    ]
    for unit, number in decision.joins.items():
        now[unit] = number
    for birth in decision.births:
        for unit in birth.units:
            now[unit] = birth.narrative_id
    return now
