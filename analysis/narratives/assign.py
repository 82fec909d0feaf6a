"""Every day: new passages join known narratives, and what fits nowhere may found one. BERTopic is not
imported.

passages without a narrative -> same text as a member?       -> that narrative
                             -> nearest.place over centroids -> nearest narrative within its radius
                             -> neither                      -> discover.bear: groups of the last days

What founds nothing waits for the refit.

Centroids and radii are frozen by the refit: no member is read, and a second run finds nothing more. What was
looked at before the mark is not read again until a refit moves centroids and takes the mark away, so that a
day costs what is new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from analysis.embedding.centring import comparable
from analysis.narratives.discover import bear
from analysis.narratives.memory import FORGOTTEN, open_narratives
from analysis.narratives.nearest import Centroid, Match, place
from analysis.narratives.run_view import CHUNK, RunView
from config.progress import Progress
from storage.records import LineageEvent, Narrative, PassageRow

_log = structlog.get_logger(__name__)

MARK = "assigned"
"""Name of the moment until which everything was looked at."""
RECENT = timedelta(days=2)
"""What was counted so long before the mark is looked at again: articles come late, and groups form over
days. Chosen, not measured."""
SLICE = timedelta(days=1)
"""Waiting passages are read a day of coverage at a time; decides memory only."""
Placed = tuple[PassageRow, Match]


def assign_new(view: RunView, progress: Progress) -> Counter[str]:
    """Place what waits; counts `nearest`, `same_text`, `waiting`, `revived` and `born`.

    Each chunk of passages is one transaction with the narratives it touches, and each birth is one; a killed
    run goes on with what is left.
    """
    narratives = open_narratives(view)
    centroids = frozen_centroids(view, narratives.values())
    forms = view.forms()
    counts = Counter({"nearest": 0, "same_text": 0, "waiting": 0, "revived": 0})
    for rows in _waiting(view, _since(view)):
        placed = _placed(view, rows, centroids, narratives, counts)
        counts["waiting"] += len(rows) - len(placed)
        counts["revived"] += _write(view, narratives, placed, forms, progress)
    counts["born"] = bear(view, _fresh(view), progress)
    view.recount()
    view.store.narratives.set_mark(MARK, view.now)
    _log.info("assigned", run_id=view.run_id, centroids=len(centroids), **counts)
    return counts


def _fresh(view: RunView) -> Sequence[PassageRow]:
    """What still waits of the last days."""
    return view.store.passages.unassigned(view.table.build, max(view.start, view.now - RECENT), view.end)


def frozen_centroids(view: RunView, narratives: Collection[Narrative]) -> list[Centroid]:
    """Centroids and radii as they are kept, under the means in force; by number."""
    current = comparable(view.store, [item for item in narratives if item.build == view.table.build])
    return [
        Centroid(item.narrative_id, item.centroid, item.radius or view.rules.assign_cosine)
        for item in sorted(current, key=lambda item: item.narrative_id)
        if item.centroid is not None
    ]


def _since(view: RunView) -> datetime:
    mark = view.store.narratives.mark(MARK)
    return view.start if mark is None else max(view.start, min(mark, view.now) - RECENT)


def _waiting(view: RunView, since: datetime) -> Iterator[list[PassageRow]]:
    """Passages without a narrative, a slice of time after the other."""
    while since < view.end:
        until = min(since + SLICE, view.end)
        rows = view.store.passages.unassigned(view.table.build, since, until)
        if rows:
            yield rows
        since = until


def _placed(
    view: RunView,
    rows: Sequence[PassageRow],
    centroids: Sequence[Centroid],
    narratives: Collection[int],
    counts: Counter[str],
) -> list[Placed]:
    """Rows that belong somewhere, by passage id; a text that is a member's own word for word follows it."""
    waiting, vectors = view.read(rows)
    barred = [view.decisions.barred.get(row.passage_id, frozenset()) for row in waiting]
    nearest = place(vectors, centroids, margin=view.rules.assign_margin, barred=barred)
    vector_of = {item.narrative_id: item.vector for item in centroids}
    holder_of = _texts_held(view, waiting, narratives)
    found: list[Placed] = []
    for row, vector, best, closed in zip(waiting, vectors, nearest, barred, strict=True):
        holder = holder_of.get(row.text_hash)
        if holder is not None and holder in vector_of and holder not in closed:
            found.append((row, Match(holder, round(float(vector @ vector_of[holder]), 4))))
            counts["same_text"] += 1
        elif best is not None:
            found.append((row, best))
            counts["nearest"] += 1
    return found


def _texts_held(view: RunView, rows: Sequence[PassageRow], narratives: Collection[int]) -> Mapping[str, int]:
    """Text -> the open narrative that holds it already: one of the last months, or an exemplar of a silent
    one.
    """
    held = view.store.narratives.holders({row.text_hash for row in rows}, view.now - FORGOTTEN)
    numbers = {text: view.survivors[number] for text, number in held.items()}
    return {text: number for text, number in numbers.items() if number in narratives}


def _write(
    view: RunView,
    narratives: dict[int, Narrative],
    placed: Sequence[Placed],
    forms: Collection[int],
    progress: Progress,
) -> int:
    """Store placements, chunk by chunk; returns how many narratives woke. Recurring forms never do."""
    woken = 0
    progress.start("assign", len(placed))
    for start in range(0, len(placed), CHUNK):
        part = placed[start : start + CHUNK]
        woken += _write_chunk(view, narratives, part, forms)
        progress.step(len(part))
    return woken


def _write_chunk(
    view: RunView, narratives: dict[int, Narrative], part: Sequence[Placed], forms: Collection[int]
) -> int:
    """One transaction: some placements with the narratives that they touch."""
    touched: defaultdict[int, list[PassageRow]] = defaultdict(list)
    for row, where in part:
        touched[where.narrative_id].append(row)
    after, woken = [], []
    for number, joining in sorted(touched.items()):
        before = narratives[number]
        narratives[number] = _grown(before, joining, number in forms)
        after.append(narratives[number])
        if (before.status, after[-1].status) == ("dormant", "active"):
            woken.append(_revival(view, number))
    rows = [view.assignment(row, where.narrative_id, where.similarity, "nearest") for row, where in part]
    view.store.narratives.save(after, rows, woken)
    return len(woken)


def _grown(narrative: Narrative, rows: Sequence[PassageRow], is_form: bool) -> Narrative:
    """A narrative with passages that joined it."""
    return replace(
        narrative,
        size=narrative.size + len(rows),
        last_seen_at=max(narrative.last_seen_at, *(row.counted_at for row in rows)),
        status="dormant" if is_form else "active",
    )


def _revival(view: RunView, number: int) -> LineageEvent:
    return LineageEvent(at=view.now, kind="revived", narrative_id=number, other_id=None, run_id=view.run_id)
