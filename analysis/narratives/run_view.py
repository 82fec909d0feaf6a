"""One run's view: what both stages of this room read before they decide, and how they obey analysts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from analysis.arrays import Matrix
from analysis.embedding.centring import centre
from analysis.embedding.choose import build_of, settings_of
from analysis.narratives.context import in_context
from analysis.narratives.corrections import Obeyed, obeyed
from analysis.narratives.units import Told
from analysis.tellings import RESTS, resting_forms, survivors_of
from config.clock import Clock
from config.settings import EmbedSettings, NarrativeSettings
from config.workspace import Workspace
from storage.records import Assignment, LineageEvent, MeanTable, Narrative, PassageFacts, PassageRow
from storage.store import Store

CHUNK = 400
"""Assignments a transaction, where they do not have to be in one; decides speed only."""
ARTICLES = 2_000
"""Articles read at a time: decides memory only. Passages and vectors are much larger than what is kept."""
PASSAGES = 10_000
"""Passages read at a time where all of the window are: decides memory only."""
_MOMENT = timedelta(seconds=1)
"""Periods end before their end, by definition: what came at this second belongs to it."""
_NOT_ASKED = -1  # no place in a list, by definition
Method = Literal["nearest", "cluster", "analyst"]
"""How a passage came into a narrative."""


@dataclass(frozen=True, slots=True)
class RunView:
    """One run's view of the registry; made by `open_view`."""

    store: Store
    rules: NarrativeSettings
    embed: EmbedSettings
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

    def vectors(self, rows: Sequence[Told]) -> tuple[list[Told], Matrix]:
        """Those of `rows` that are embedded, and their centred unit vectors, each passage for itself."""
        known = self.store.vectors.known(self.table.build, {row.text_hash for row in rows})
        kept = [row for row in rows if row.text_hash in known]
        if not kept:
            return [], np.zeros((0, self._dimensions))
        raw = np.stack([known[row.text_hash] for row in kept])
        return kept, centre(raw, [row.language for row in kept], self.table).astype(np.float64)

    def read(self, rows: Sequence[Told]) -> tuple[list[Told], Matrix]:
        """Those of `rows` that are embedded, and their vectors in the context of their articles
        (`context.py`).
        """
        place_of = {row.passage_id: place for place, row in enumerate(rows)}
        vectors = np.zeros((len(rows), self._dimensions))
        known = np.zeros(len(rows), bool)
        for around, plain in self._articles_of(rows):
            in_articles = in_context(plain, [row.article_id for row in around])
            places = np.array([place_of.get(row.passage_id, _NOT_ASKED) for row in around], np.int64)
            asked = places != _NOT_ASKED
            vectors[places[asked]] = in_articles[asked]
            known[places[asked]] = True
        if known.all():
            return list(rows), vectors
        return [rows[place] for place in np.flatnonzero(known).tolist()], vectors[known]

    def _articles_of(self, rows: Sequence[Told]) -> Iterator[tuple[list[PassageFacts], Matrix]]:
        """All passages of the articles of `rows`, as by `vectors`, some articles at a time."""
        articles = sorted({row.article_id for row in rows})
        for start in range(0, len(articles), ARTICLES):
            yield self.vectors(self.store.passages.facts_of_articles(articles[start : start + ARTICLES]))

    def window(self) -> Iterator[tuple[list[PassageFacts], Matrix]]:
        """Embedded passages of the window with their vectors in the context of their articles, whole articles
        and copy groups at a time: some thousand articles, the window once.
        """
        by_group: defaultdict[str, list[PassageFacts]] = defaultdict(list)
        for row in self.store.passages.told(self.start, self.end):
            by_group[row.group_id].append(row)
        part: list[PassageFacts] = []
        for group in sorted(by_group):
            part += by_group.pop(group)
            if len(part) >= PASSAGES:
                yield self._in_context(part)
                part = []
        yield self._in_context(part)

    def _in_context(self, rows: Sequence[PassageFacts]) -> tuple[list[PassageFacts], Matrix]:
        """Those of `rows`, passages of whole articles, that are embedded, and their vectors."""
        embedded, plain = self.vectors(rows)
        return embedded, in_context(plain, [row.article_id for row in embedded])

    @property
    def _dimensions(self) -> int:
        return len(next(iter(self.table.means.values())))

    def assignment(
        self, row: PassageRow | PassageFacts, number: int, similarity: float, method: Method
    ) -> Assignment:
        """That a passage belongs to a narrative, as this run says; the cosine is kept to four digits."""
        return Assignment(
            passage_id=row.passage_id,
            narrative_id=number,
            similarity=round(similarity, 4),
            method=method,
            run_id=self.run_id,
        )

    def members(self, since: datetime | None = None) -> dict[str, int]:
        """Passage -> narrative, of passages counted since a moment, by default of the window's."""
        found = self.store.narratives.held(since or self.start, self.end)
        return {key: self.survivors[number] for key, number in found.items()}

    def living(self) -> list[Narrative]:
        """Discovered narratives that were not merged, by number."""
        return [item for item in self.store.narratives.all() if item.kind == "discovered"]

    def forms(self) -> set[int]:
        """Narratives that were put to rest as recurring forms, by a refit, or that an analyst calls so; a
        pinned one is none, nor what an analyst calls something else.
        """
        resting = resting_forms(self.store.narratives.lineage(kinds=RESTS))
        return (resting - self.decisions.no_forms) | self.decisions.forms

    def after_merges(self) -> RunView:
        """This view with numbers, and decisions on them, that lead where they lead now."""
        registry = self.store.narratives.all(include_merged=True)
        survivors = survivors_of(registry)
        watched = {item.narrative_id for item in registry if item.kind == "watched"}
        decided = obeyed(self.store.corrections.in_force(), survivors, watched=watched)
        # Where passages are that others follow or avoid; one that was placed by hand goes where it is put.
        found = self.store.narratives.assigned(decided.watched_passages)
        held = {item.passage_id: survivors[item.narrative_id] for item in found}
        return replace(self, survivors=survivors, decisions=decided.placed(held))

    def recount(self) -> None:
        """Bring sizes to what is stored: articles cleaned again lose passages, passages move, analysts
        decide.
        """
        registry = self.store.narratives.all(include_merged=True)
        into = survivors_of(registry)
        sizes: Counter[int] = Counter()
        for number, passages in self.store.narratives.sizes().items():
            sizes[into[number]] += passages
        changed = [item for item in registry if _is_open(item) and item.size != sizes[item.narrative_id]]
        if changed:
            self.store.narratives.save([replace(item, size=sizes[item.narrative_id]) for item in changed])


def open_view(*, store: Store, workspace: Workspace, clock: Clock, run_id: str) -> RunView | None:
    """The view of this run, analysts' decisions carried out; None while nothing is embedded."""
    table = store.means.latest(build_of(settings_of(workspace)))
    if table is None:
        return None
    view = RunView(
        store=store,
        rules=workspace.settings.narratives,
        embed=settings_of(workspace),
        readers=workspace.settings.report.reader_languages,
        now=clock.now(),
        run_id=run_id,
        table=table,
        decisions=obeyed((), {}),
        survivors={},
    ).after_merges()
    carry_out(view)
    return view


def in_runs(members: Mapping[int, Sequence[object]], least: int) -> Iterator[list[int]]:
    """Keys in their order, some at a time: each run has at least so many members, but the last."""
    run: list[int] = []
    held = 0
    for key in sorted(members):
        run.append(key)
        held += len(members[key])
        if held >= least:
            yield run
            run, held = [], 0
    if run:
        yield run


def _is_open(narrative: Narrative) -> bool:
    """Whether its size is that of what was discovered of it."""
    return narrative.kind == "discovered" and narrative.status != "merged"


def carry_out(view: RunView) -> None:
    """Write what analysts decided, as far as it is not so already."""
    narratives = {item.narrative_id: item for item in view.store.narratives.all()}
    decided = view.decisions
    concerned = set(decided.fixed) | set(decided.barred)
    present = {item.passage_id: item for item in view.store.narratives.assigned(concerned)}
    rejected = _rejected(view, present)
    view.store.narratives.unassign([key for key in rejected if key not in decided.fixed])
    old = [narratives[number] for number in decided.names if _renames(view, narratives[number])]
    renamed = [given_name(item, decided.names[item.narrative_id]) for item in old]
    view.store.narratives.save(
        renamed,
        _fixed(view, narratives, present),
        [renaming(view, *pair) for pair in zip(old, renamed, strict=True)],
    )


def _rejected(view: RunView, present: Mapping[str, Assignment]) -> list[str]:
    """Passages that are in a narrative which an analyst took them out of."""
    return [
        key
        for key, numbers in view.decisions.barred.items()
        if key in present and view.survivors[present[key].narrative_id] in numbers
    ]


def given_name(narrative: Narrative, label: str) -> Narrative:
    """A narrative with an analyst's label: nothing is quoted any more."""
    return replace(narrative, label=label, label_by="analyst", label_language=None, label_passage=None)


def _renames(view: RunView, narrative: Narrative) -> bool:
    """Whether the name that an analyst gave is still to be written."""
    name = view.decisions.names[narrative.narrative_id]
    return (narrative.label, narrative.label_by) != (name, "analyst")


def _fixed(
    view: RunView, narratives: Mapping[int, Narrative], present: Mapping[str, Assignment]
) -> list[Assignment]:
    """Assignments by analysts that are not stored yet."""
    fixed = view.decisions.fixed
    stored = {key: item.narrative_id for key, item in present.items() if item.method == "analyst"}
    wanted = [key for key, number in fixed.items() if stored.get(key) != number]
    rows, vectors = view.read(view.store.passages.many(wanted))
    found = []
    for row, vector in zip(rows, vectors, strict=True):
        number = fixed[row.passage_id]
        centroid = narratives[number].centroid
        similarity = 0.0 if centroid is None else float(vector @ centroid)
        found.append(view.assignment(row, number, similarity, "analyst"))
    return found


def renaming(view: RunView, old: Narrative, new: Narrative) -> LineageEvent:
    """That a narrative has another label, as its history tells it."""
    quoted = {"language": new.label_language, "passage": new.label_passage} if new.label_passage else {}
    return LineageEvent(
        at=view.now,
        kind="renamed",
        narrative_id=new.narrative_id,
        other_id=None,
        run_id=view.run_id,
        detail={"from": old.label, "to": new.label, **quoted},
    )
