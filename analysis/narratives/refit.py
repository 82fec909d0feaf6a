"""Every week: the window is clustered, and lineage says what the clusters mean for the narratives that are known.

    window -> voices -> clusters of all of them -> lineage.decide
           -> merges, births, joins -> centroid, exemplars, keywords, label of whatever was touched -> silence -> dormant -> sizes

Each narrative is one transaction with its passages and its history; what waits for confirmation is written last. A killed run, run
again, finds what it had written and goes on: clusters that were born are owned now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import structlog

from analysis.arrays import Labels, Matrix, likeness_of
from analysis.embedding.centring import is_centred
from analysis.narratives.assign import MARK
from analysis.narratives.desk import CHUNK, Desk
from analysis.narratives.lineage import Cluster, Decision, Rules, Voice, Waiting, Window, decide
from analysis.narratives.memory import in_parts, kin, open_narratives, remember, restless
from analysis.narratives.templates import is_form
from analysis.narratives.topics import OUTLIER, cluster
from analysis.narratives.upkeep import Seen, bring_up_to_date, forms_now, rest
from analysis.narratives.voices import Voices, voices_of
from config.progress import Progress
from storage.records import Assignment, LineageEvent, PassageRow

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The window as the refit sees it; voices by their place in `voices`."""

    rows: Sequence[PassageRow]
    vectors: Matrix
    voices: Voices
    members: Mapping[str, int]
    """Passage -> the narrative that holds it before this refit."""
    clusters: Sequence[Cluster]


def refit_window(desk: Desk, progress: Progress) -> Counter[str]:
    """Cluster the window and bring the registry up to date; counts `clusters`, `forms`, `born`, `split`, `merged`, `joined`, `moved`,
    `dormant`."""
    moved = _settle(desk)
    seen = _look(desk)
    progress.start("refit", len(seen.clusters))
    window = _window(desk, seen)
    decision = decide(window, _rules(desk, seen))
    _merge(desk, decision)
    desk = desk.after_merges()
    before = {key: decision.merges.get(number, number) for key, number in seen.members.items()}
    after = Seen(seen.rows, seen.vectors, seen.voices, before, _holders(window, decision))
    forms = forms_now(desk, decision)
    joined = bring_up_to_date(desk, after, decision, forms, progress)
    rested = rest(desk, forms)
    desk.recount()
    desk.store.narratives.set_mark(MARK, None)
    desk.store.narratives.set_pending([asdict(item) for item in decision.waiting])
    counts = Counter(
        clusters=len(seen.clusters),
        forms=sum(item.form for item in seen.clusters),
        born=sum(birth.split_from is None for birth in decision.births),
        split=sum(birth.split_from is not None for birth in decision.births),
        merged=len(decision.merges),
        joined=joined,
        moved=moved,
        dormant=rested,
    )
    _log.info("refit", run_id=desk.run_id, passages=len(seen.rows), voices=len(seen.voices.members), **counts)
    return counts


def _settle(desk: Desk) -> int:
    """Move passages of the window that are clearly nearer to another known narrative; returns how many."""
    memory = remember(desk, open_narratives(desk))
    centroids = {item.narrative_id: item.vector for item in memory.centroids}
    members = {key: number for key, number in desk.members().items() if key not in desk.decisions.fixed}
    moves = restless(memory, members)
    del memory
    leaving = {number for number, _ in moves}
    rows = desk.store.passages.many({key for key, number in members.items() if number in leaving})
    rows, vectors = desk.read([row for row in rows if (members[row.passage_id], row.text_hash) in moves])
    moving = []
    for row, vector in zip(rows, vectors, strict=True):
        number = moves[members[row.passage_id], row.text_hash]
        if number not in desk.decisions.barred.get(row.passage_id, ()):
            likeness = round(float(vector @ centroids[number]), 4)
            moving.append(
                Assignment(
                    passage_id=row.passage_id,
                    narrative_id=number,
                    similarity=likeness,
                    method="nearest",
                    run_id=desk.run_id,
                )
            )
    for start in range(0, len(moving), CHUNK):
        desk.store.narratives.save([], moving[start : start + CHUNK])
    return len(moving)


def _look(desk: Desk) -> _Seen:
    rows, vectors = desk.read(desk.store.passages.window(desk.start, desk.end))
    voices = voices_of(rows, vectors)
    labels = _clustered(desk, voices)
    clusters = []
    for number in range(int(labels.max(initial=OUTLIER)) + 1):
        inside = np.flatnonzero(labels == number)
        places = [place for voice in inside for place in voices.members[voice]]
        clusters.append(
            Cluster(tuple(inside.tolist()), form=is_form([rows[place] for place in places], vectors[places]))
        )
    return _Seen(rows, vectors, voices, desk.members(), clusters)


def _clustered(desk: Desk, voices: Voices) -> Labels:
    """Cluster of each text unit, -1 for none: every one has its say."""
    return cluster(
        voices.texts,
        voices.vectors,
        voices.languages,
        likeness=desk.rules.cluster_likeness,
        min_size=desk.rules.min_passages,
        sizes=voices.sizes,
    ).labels


def _window(desk: Desk, seen: _Seen) -> Window:
    """The window as lineage knows it."""
    voices = [
        _voice(
            desk,
            [seen.rows[place] for place in places],
            [seen.members.get(seen.rows[place].passage_id) for place in places],
        )
        for places in seen.voices.members
    ]
    vectors = [seen.voices.vectors[list(item.voices)] for item in seen.clusters]
    waiting = [Waiting(**row) for row in desk.store.narratives.pending()]
    return Window(
        voices=voices,
        clusters=seen.clusters,
        known={item.narrative_id for item in desk.living()},
        immune=desk.decisions.pinned | desk.forms(),
        waiting=waiting,
        kin=kin(in_parts(desk, open_narratives(desk))),
        likeness=lambda one, other: likeness_of(vectors[one], vectors[other]),
    )


def _voice(desk: Desk, rows: Sequence[PassageRow], held: Sequence[int | None]) -> Voice:
    counts = Counter(number for number in held if number is not None)
    first = min(rows, key=lambda row: (row.counted_at, row.passage_id))
    return Voice(
        first_at=first.counted_at,
        first_id=first.passage_id,
        passages=len(rows),
        outlets=frozenset(row.source_id for row in rows),
        narrative_id=min(counts, key=lambda number: (-counts[number], number), default=None),
        founds=any(is_centred(desk.table, row.language) for row in rows),
    )


def _rules(desk: Desk, seen: _Seen) -> Rules:
    active = len({row.source_id for row in seen.rows})
    return Rules(
        min_passages=desk.rules.min_passages,
        min_outlets=min(desk.rules.min_outlets, max(1, active // 4)),
        next_id=desk.store.narratives.next_id(),
        at=desk.now.isoformat(),
    )


def _merge(desk: Desk, decision: Decision) -> None:
    """Merged narratives keep their row and their passages, and lead to the older one."""
    registry = {item.narrative_id: item for item in desk.living()}
    for number, into in sorted(decision.merges.items()):
        gone, stays = registry.pop(number), registry[into]
        first, last = min(stays.first_seen_at, gone.first_seen_at), max(stays.last_seen_at, gone.last_seen_at)
        registry[into] = replace(stays, first_seen_at=first, last_seen_at=last, size=stays.size + gone.size)
        event = LineageEvent(
            at=desk.now, kind="merged_into", narrative_id=number, other_id=into, run_id=desk.run_id
        )
        desk.store.narratives.save(
            [replace(gone, status="merged", merged_into=into), registry[into]], events=[event]
        )


def _holders(window: Window, decision: Decision) -> list[int | None]:
    """The narrative of each voice after the decision."""
    now = [
        None if voice.narrative_id is None else decision.merges.get(voice.narrative_id, voice.narrative_id)
        for voice in window.voices
    ]
    for voice, number in decision.joins.items():
        now[voice] = number
    for birth in decision.births:
        for voice in birth.voices:
            now[voice] = birth.narrative_id
    return now
