"""Every day: new passages join known narratives. BERTopic is not imported.

passages without a narrative -> same text as a member?      -> that narrative
                             -> nearest.place over centroids    -> nearest narrative within radius
                             -> neither                     -> they wait for the next refit
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import structlog

from analysis.narratives.desk import CHUNK, Desk
from analysis.narratives.memory import AT_ONCE, centroids_and_texts, open_narratives
from analysis.narratives.nearest import Centroid, Match, place
from config.progress import Progress
from storage.records import Assignment, LineageEvent, Narrative, PassageRow

_log = structlog.get_logger(__name__)


def assign_new(desk: Desk, progress: Progress) -> Counter[str]:
    """Match what waits; counts `nearest`, `same_text`, `waiting` and `revived`.

    Each chunk of passages is one transaction with the narratives it touches; a killed run goes on with what is left.
    """
    narratives = open_narratives(desk)
    centroids, texts = centroids_and_texts(desk, narratives)
    waiting = desk.store.passages.unassigned(desk.table.build, desk.start, desk.end)
    placed = [
        found
        for start in range(0, len(waiting), AT_ONCE)
        for found in _placed(desk, waiting[start : start + AT_ONCE], centroids, texts)
    ]
    counts = Counter({"nearest": 0, "same_text": 0, "waiting": len(waiting) - len(placed), "revived": 0})
    forms = desk.forms()
    progress.start("assign", len(placed))
    for start in range(0, len(placed), CHUNK):
        part = placed[start : start + CHUNK]
        counts["revived"] += _write(desk, narratives, part, forms)
        counts.update("same_text" if row.text_hash in texts else "nearest" for row, _ in part)
        progress.step(len(part))
    desk.recount()
    _log.info("assigned", run_id=desk.run_id, centroids=len(centroids), **counts)
    return counts


def _placed(
    desk: Desk, rows: Sequence[PassageRow], centroids: Sequence[Centroid], texts: Mapping[str, int]
) -> list[tuple[PassageRow, Match]]:
    """Rows with a home, by passage id; a text that is a member's own word for word follows it."""
    waiting, vectors = desk.read(rows)
    barred = [desk.decisions.barred.get(row.passage_id, frozenset()) for row in waiting]
    nearest = place(vectors, centroids, margin=desk.rules.assign_margin, barred=barred)
    vector_of = {item.narrative_id: item.vector for item in centroids}
    found = []
    for row, vector, best in zip(waiting, vectors, nearest, strict=True):
        number = texts.get(row.text_hash)
        if number is not None and number not in desk.decisions.barred.get(row.passage_id, ()):
            found.append((row, Match(number, round(float(vector @ vector_of[number]), 4))))
        elif best is not None:
            found.append((row, best))
    return found


def _write(
    desk: Desk,
    narratives: dict[int, Narrative],
    part: Sequence[tuple[PassageRow, Match]],
    forms: Collection[int],
) -> int:
    """Store some placements with the narratives they touch; returns how many narratives woke. Recurring forms never do."""
    touched: defaultdict[int, list[PassageRow]] = defaultdict(list)
    for row, where in part:
        touched[where.narrative_id].append(row)
    woken = [
        number for number in sorted(touched) if narratives[number].status == "dormant" and number not in forms
    ]
    for number, rows in sorted(touched.items()):
        item = narratives[number]
        last = max(item.last_seen_at, *(row.counted_at for row in rows))
        narratives[number] = replace(
            item,
            size=item.size + len(rows),
            last_seen_at=last,
            status="dormant" if number in forms else "active",
        )
    desk.store.narratives.save(
        [narratives[number] for number in sorted(touched)],
        [
            Assignment(
                passage_id=row.passage_id,
                narrative_id=where.narrative_id,
                similarity=where.similarity,
                method="nearest",
                run_id=desk.run_id,
            )
            for row, where in part
        ],
        [
            LineageEvent(at=desk.now, kind="revived", narrative_id=number, other_id=None, run_id=desk.run_id)
            for number in woken
        ],
    )
    return len(woken)
