"""One run's view: what both stages of this room read before they decide, and how they obey analysts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from analysis.arrays import Matrix
from analysis.embedding.centring import centred
from analysis.embedding.choose import build_of, settings_of
from analysis.narratives.context import in_context
from analysis.narratives.corrections import Obeyed, obeyed
from analysis.tellings import resting_forms, survivors_of
from config.clock import Clock
from config.settings import NarrativeSettings
from config.workspace import Workspace
from storage.records import Assignment, LineageEvent, MeanTable, Narrative, PassageRow
from storage.store import Store

CHUNK = 400
"""Assignments a transaction, where they do not have to be in one."""
ARTICLES = 2_000
"""Articles read at a time: their passages and vectors are much larger than what is kept of them."""
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RunView:
    """One run's view of the registry; made by `open_desk`."""

    store: Store
    rules: NarrativeSettings
    readers: tuple[str, ...]
    now: datetime
    run_id: str
    table: MeanTable
    decisions: Obeyed
    survivors: Mapping[int, int]
    """Narrative -> the number that stands for it now."""

    @property
    def start(self) -> datetime:
        """Beginning of the window."""
        return self.now - timedelta(days=self.rules.window_days)

    @property
    def end(self) -> datetime:
        """End of the window: what was seen at this very moment is inside."""
        return self.now + _MOMENT

    def vectors(self, rows: Sequence[PassageRow]) -> tuple[list[PassageRow], Matrix]:
        """Those of `rows` that are embedded, and their centred unit vectors, each passage for itself."""
        known = self.store.vectors.has(self.table.build, {row.text_hash for row in rows})
        kept = [row for row in rows if row.text_hash in known]
        if not kept:
            return [], np.zeros((0, len(next(iter(self.table.means.values())))))
        return kept, centred(self.store, kept, self.table).astype(np.float64)

    def read(self, rows: Sequence[PassageRow]) -> tuple[list[PassageRow], Matrix]:
        """Those of `rows` that are embedded, and their vectors in the context of their articles (`context.py`)."""
        wanted = {row.passage_id: place for place, row in enumerate(rows)}
        vectors = np.zeros((len(rows), len(next(iter(self.table.means.values())))))
        known = np.zeros(len(rows), bool)
        articles = sorted({row.article_id for row in rows})
        for start in range(0, len(articles), ARTICLES):
            around, plain = self.vectors(self.store.passages.of_articles(articles[start : start + ARTICLES]))
            inside = [
                (wanted[row.passage_id], place)
                for place, row in enumerate(around)
                if row.passage_id in wanted
            ]
            mine = [place for place, _ in inside]
            vectors[mine] = in_context(plain, [row.article_id for row in around])[
                [place for _, place in inside]
            ]
            known[mine] = True
        return (
            ([*rows], vectors)
            if known.all()
            else ([row for row, there in zip(rows, known, strict=True) if there], vectors[known])
        )

    def members(self, since: datetime | None = None) -> dict[str, int]:
        """Passage -> narrative, of passages counted since a moment, by default of the window's."""
        found = self.store.narratives.assignments(start=since or self.start, end=self.end)
        return {item.passage_id: self.survivors[item.narrative_id] for item in found}

    def living(self) -> list[Narrative]:
        """Discovered narratives that were not merged, by number."""
        return [item for item in self.store.narratives.all() if item.kind == "discovered"]

    def forms(self) -> set[int]:
        """Narratives that were put to rest as recurring forms, by a refit; a pinned one is none."""
        return resting_forms(self.store.narratives.lineage()) - self.decisions.pinned

    def after_merges(self) -> RunView:
        """This view with numbers, and decisions on them, that lead where they lead now."""
        registry = self.store.narratives.all(include_merged=True)
        survivors = survivors_of(registry)
        watched = {item.narrative_id for item in registry if item.kind == "watched"}
        return replace(
            self,
            survivors=survivors,
            decisions=obeyed(self.store.corrections.all(), survivors, watched=watched),
        )

    def recount(self) -> None:
        """Bring sizes to what is stored: articles cleaned again lose passages, passages move, analysts decide."""
        registry = self.store.narratives.all(include_merged=True)
        into = survivors_of(registry)
        whole: Counter[int] = Counter()
        for number, passages in self.store.narratives.sizes().items():
            whole[into[number]] += passages
        discovered = [item for item in registry if item.kind == "discovered" and item.status != "merged"]
        changed = [
            replace(item, size=whole[item.narrative_id])
            for item in discovered
            if item.size != whole[item.narrative_id]
        ]
        if changed:
            self.store.narratives.save(changed)


def open_view(*, store: Store, workspace: Workspace, clock: Clock, run_id: str) -> RunView | None:
    """The view of this run, analysts' decisions carried out; None while nothing is embedded."""
    table = store.means.latest(build_of(settings_of(workspace)))
    if table is None:
        return None
    view = RunView(
        store=store,
        rules=workspace.settings.narratives,
        readers=workspace.settings.report.reader_languages,
        now=clock.now(),
        run_id=run_id,
        table=table,
        decisions=obeyed((), {}),
        survivors={},
    ).after_merges()
    _carry_out(view)
    return view


def _carry_out(view: RunView) -> None:
    """Write what analysts decided, as far as it is not so already."""
    narratives = {item.narrative_id: item for item in view.store.narratives.all()}
    decided = view.decisions
    concerned = set(decided.fixed) | set(decided.barred)
    present = {item.passage_id: item for item in view.store.narratives.assigned(concerned)}
    rejected = [
        key
        for key, numbers in decided.barred.items()
        if key in present and view.survivors[present[key].narrative_id] in numbers
    ]
    view.store.narratives.unassign([key for key in rejected if key not in decided.fixed])
    renamed = [
        number
        for number, name in decided.names.items()
        if (narratives[number].label, narratives[number].label_by) != (name, "analyst")
    ]
    view.store.narratives.save(
        [replace(narratives[number], label=decided.names[number], label_by="analyst") for number in renamed],
        _fixed(view, narratives, present),
        [_renaming(view, narratives[number], decided.names[number]) for number in renamed],
    )


def _fixed(
    view: RunView, narratives: Mapping[int, Narrative], present: Mapping[str, Assignment]
) -> list[Assignment]:
    """Assignments by analysts that are not stored yet."""
    wanted = {
        key: number for key, number in view.decisions.fixed.items()
        if key not in present or present[key].method != "analyst" or present[key].narrative_id != number
    }  # fmt: skip
    rows, vectors = view.read(view.store.passages.many(wanted))
    found = []
    for row, vector in zip(rows, vectors, strict=True):
        centroid = narratives[wanted[row.passage_id]].centroid
        likeness = 0.0 if centroid is None else round(float(vector @ centroid), 4)
        found.append(
            Assignment(
                passage_id=row.passage_id,
                narrative_id=wanted[row.passage_id],
                similarity=likeness,
                method="analyst",
                run_id=view.run_id,
            )
        )
    return found


def _renaming(view: RunView, narrative: Narrative, name: str) -> LineageEvent:
    return LineageEvent(
        at=view.now,
        kind="renamed",
        narrative_id=narrative.narrative_id,
        other_id=None,
        run_id=view.run_id,
        detail={"from": narrative.label, "to": name},
    )
