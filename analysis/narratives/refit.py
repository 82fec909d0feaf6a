"""Every week: the window is clustered, and lineage says what the clusters mean for the narratives that are
known.

    window, facts and vectors -> text units -> clusters of all of them -> lineage.decide
           -> merges, births, joins -> centroid, exemplars, keywords, label of whatever was touched
           -> silence -> dormant -> sizes

Texts are read of some narratives at a time, for their labels and keywords; six weeks of a large desk are more
than a million passages.

Narratives are written with their passages and their history, some whole ones in a transaction; what waits for
confirmation is written last. A killed run, run again, finds what it had written and goes on: clusters that
were born are owned now.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import structlog

from analysis.arrays import Labels, likeness_of
from analysis.narratives.assign import MARK
from analysis.narratives.bursts import recent_bursts
from analysis.narratives.discover import text_unit
from analysis.narratives.lineage import Cluster, Decision, Rules, TextUnit, Waiting, Window, decide
from analysis.narratives.memory import (
    Memory,
    Shapes,
    in_parts,
    merge_candidates,
    nearer_narratives,
    open_narratives,
)
from analysis.narratives.movements import movements_of, take_apart, torn
from analysis.narratives.run_view import CHUNK, PASSAGES, RunView, in_runs
from analysis.narratives.templates import is_form
from analysis.narratives.topics import MOST, cluster, cluster_rows
from analysis.narratives.units import TextUnits, gathered, units_of
from analysis.narratives.upkeep import Seen, bring_up_to_date, forms_now, read_texts, rest
from config.progress import Progress
from storage.records import LineageEvent, Narrative, PassageFacts

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The window as the refit sees it; text units by their place in `text units`."""

    rows: Sequence[PassageFacts]
    units: TextUnits
    members: Mapping[str, int]
    """Passage -> the narrative that holds it before this refit."""
    clusters: Sequence[Cluster]

    def told_in(self, cluster: Cluster) -> list[PassageFacts]:
        """The passages of a cluster."""
        return [self.rows[place] for unit in cluster.units for place in self.units.members[unit]]


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
    moving = movements_of(view, decision.births)
    after = _after(seen, window, decision)
    joined = bring_up_to_date(view, after, decision, forms, progress, measuring=moving)
    moving.write()
    apart = take_apart(view, moving, progress)
    dormant = rest(view, forms)
    view.recount()
    view.store.narratives.set_mark(MARK, None)
    view.store.narratives.set_pending([asdict(item) for item in (*decision.waiting, *moving.waiting)])
    counts = _counted(seen, decision)
    counts.update(joined=joined, moved=moved, dormant=dormant, split=apart)
    _log.info("refit", run_id=view.run_id, passages=len(seen.rows), units=len(seen.units.members), **counts)
    return counts


def _after(seen: _Seen, window: Window, decision: Decision) -> Seen:
    """The window's passages before and after the decision."""
    before = {key: decision.merges.get(number, number) for key, number in seen.members.items()}
    return Seen(seen.rows, seen.units, before, _holders(window, decision))


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
    movable = view.members().keys() - view.decisions.fixed.keys()
    narratives = open_narratives(view)
    shapes = Shapes.of(in_parts(view, narratives))
    return sum(_move(view, shapes, memory, movable) for memory in in_parts(view, narratives))


def _move(view: RunView, shapes: Shapes, memory: Memory, movable: Collection[str]) -> int:
    """Move what is nearer elsewhere of the texts of some narratives; returns how many passages."""
    moves = nearer_narratives(shapes, memory, movable)
    leaving = {row: moves.get((number, row.text_hash)) for row, number in memory.members}
    moving = [row for row, number in leaving.items() if number and row.passage_id in movable]
    moved = []
    for row, vector in zip(*view.read(moving), strict=True):
        number = leaving[row] or 0
        if number not in view.decisions.barred.get(row.passage_id, ()):
            cosine = float(vector @ shapes.centroid(number))
            moved.append(view.assignment(row, number, cosine, "nearest"))
    for start in range(0, len(moved), CHUNK):
        view.store.narratives.save([], moved[start : start + CHUNK])
    return len(moved)


def _look(view: RunView) -> _Seen:
    rows, units = gathered((rows, units_of(rows, vectors)) for rows, vectors in view.window())
    labels = _clustered(view, rows, units)
    # The groups may have taken the place of the vectors; what needs some of them reads them again.
    units = replace(units, vectors=units.vectors[:0])
    seen = _Seen(rows, units, view.members(), _clusters(labels))
    return replace(seen, clusters=_formal(view, seen))


def _clustered(view: RunView, rows: Sequence[PassageFacts], units: TextUnits) -> Labels:
    """Cluster of each text unit, -1 for none: every one has its say."""
    likeness, least = view.rules.cluster_likeness, view.rules.min_passages
    if len(units.members) > MOST:
        return cluster_rows(
            units.vectors, likeness=likeness, min_size=least, sizes=units.sizes, overwrite=True
        )
    texts, languages = read_texts(view, rows, units.members)
    return cluster(
        texts,
        units.vectors,
        languages,
        likeness=likeness,
        min_size=least,
        sizes=units.sizes,
    ).labels


def _clusters(labels: Labels) -> list[Cluster]:
    """The text units of each label but -1."""
    order = np.argsort(labels, kind="stable")
    counts = np.bincount(labels + 1)
    return [Cluster(tuple(units.tolist())) for units in np.split(order, np.cumsum(counts)[:-1])[1:]]


def _formal(view: RunView, seen: _Seen) -> list[Cluster]:
    """The clusters, those that are recurring forms marked."""
    told = {number: seen.told_in(item) for number, item in enumerate(seen.clusters)}
    forms: list[bool] = []
    for numbers in in_runs(told, PASSAGES):
        forms += _are_forms(view, [told[number] for number in numbers])
    return [replace(item, form=form) for item, form in zip(seen.clusters, forms, strict=True)]


def _are_forms(view: RunView, clusters: Sequence[Sequence[PassageFacts]]) -> list[bool]:
    """Whether the passages of each cluster are a recurring form."""
    rows, vectors = view.read([row for told in clusters for row in told])
    ends = np.cumsum([len(told) for told in clusters]).tolist()
    return [is_form(rows[first:end], vectors[first:end]) for first, end in itertools.pairwise([0, *ends])]


def _window(view: RunView, seen: _Seen) -> Window:
    """The window as lineage knows it."""
    return Window(
        units=[_text_unit(view, seen, places) for places in seen.units.members],
        clusters=seen.clusters,
        known={item.narrative_id for item in view.living()},
        immune=_immune(view),
        whole=view.decisions.whole,
        apart=view.decisions.apart,
        torn=torn(view),
        waiting=[Waiting(**row) for row in view.store.narratives.pending()],
        merge_candidates=merge_candidates(Shapes.of(in_parts(view, open_narratives(view)))),
        likeness=functools.partial(_likeness, view, seen),
    )


def _immune(view: RunView) -> Collection[int]:
    """Narratives that are neither merged nor split: pinned, recurring forms, and recent bursts."""
    return view.decisions.pinned | view.forms() | recent_bursts(view)


def _likeness(view: RunView, seen: _Seen, one: int, other: int) -> float:
    """Of two clusters, by their text units; read anew, for few are ever asked."""
    told = [seen.told_in(seen.clusters[number]) for number in (one, other)]
    vectors = [np.asarray(units_of(*view.read(rows)).vectors, np.float64) for rows in told]
    return likeness_of(*vectors)


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
