"""After a refit has decided: bring each narrative up to date, and put silent ones to rest."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

import numpy as np

from analysis.arrays import Matrix, first_places
from analysis.narratives.drift import Moved
from analysis.narratives.keywords import Background, Keywords, keywords_among
from analysis.narratives.labels import exemplars, ranked, standing_titles
from analysis.narratives.lineage import Birth, Decision
from analysis.narratives.naming import Shown, named
from analysis.narratives.nearest import centroid_of
from analysis.narratives.run_view import PASSAGES, RunView, in_runs, renaming
from analysis.narratives.units import TextUnits, Told, telling, text_of
from analysis.narratives.words import words
from analysis.tellings import FORM
from config.progress import Progress
from storage.records import Assignment, LineageEvent, LineageKind, Narrative, PassageFacts, PassageRow

BACKGROUND = 20_000
"""Text units from which the words of the window are counted at most; chosen, not measured: they are what
keywords are compared with, and a rare word counts at least as often as its narrative has it.
"""
SILENT = timedelta(days=30)
"""A narrative without a new passage for so long is dormant. Chosen, not measured."""


TOGETHER = 2_000
"""Narratives and passages that are written in one transaction, at least; decides speed only."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A narrative's passages in the window."""

    rows: Sequence[PassageRow]
    vectors: Matrix
    """Row i for `rows[i]`."""

    def distinct(self) -> _Part:
        """The first passage of every distinct text."""
        places = list(first_places(row.text_hash for row in self.rows).values())
        return _Part([self.rows[place] for place in places], self.vectors[places])


@dataclass(frozen=True, slots=True)
class Seen:
    """The window's passages before and after the decision."""

    rows: Sequence[PassageRow] | Sequence[PassageFacts]
    units: TextUnits
    before: Mapping[str, int]
    """Passage -> narrative before this refit, merges of this refit followed."""
    holders: Sequence[int | None]
    """Text unit -> narrative now."""

    def joining(self, part: _Part, number: int) -> set[str]:
        """Passages of a narrative's part that were not in it before."""
        return {row.passage_id for row in part.rows if self.before.get(row.passage_id) != number}

    def told(self, part: _Part, units: Sequence[int]) -> list[list[PassageRow]]:
        """Passages of some text units, as far as they are in a narrative's part."""
        row_of = {row.passage_id: row for row in part.rows}
        keys = [[self.rows[place].passage_id for place in self.units.members[unit]] for unit in units]
        found = [[row_of[key] for key in unit if key in row_of] for unit in keys]
        return [unit for unit in found if unit]


@dataclass(frozen=True, slots=True)
class _Usual:
    """What is usual in the window, against which the words and titles of one narrative are seen."""

    words: Background
    titles: Collection[tuple[str, str]]

    @staticmethod
    def of(view: RunView, seen: Seen) -> _Usual:
        """Of all narratives, and of what belongs nowhere."""
        titles = view.store.articles.titles(view.start, view.end)
        return _Usual(_background(view, seen), standing_titles(titles))


def forms_now(view: RunView, decision: Decision) -> set[int]:
    """Recurring forms after this refit: those found, and those known that were not cleared; what analysts
    decided comes first.
    """
    found = (view.forms() - decision.cleared) | decision.forms
    return (found - view.decisions.no_forms) | view.decisions.forms


class Measuring(Protocol):
    """What is told of each narrative's distinct texts while they are at hand (`movements.Movements`)."""

    def see(self, old: Narrative, rows: Sequence[PassageRow], vectors: Matrix) -> Moved | None:
        """Measure a narrative as it was before this refit; None where there is nothing to measure against."""

    def note(self, number: int, found: Moved, share: float | None, texts: int) -> None:
        """Keep what was measured, with the share of the texts that bear the label out."""


def bring_up_to_date(
    view: RunView,
    seen: Seen,
    decision: Decision,
    forms: Collection[int],
    progress: Progress,
    *,
    measuring: Measuring | None = None,
) -> int:
    """Write every narrative that has passages in the window, by number.

    That is: what joins it, centroid, exemplars, keywords, label. Returns how many passages joined.
    """
    registry = {item.narrative_id: item for item in view.living()}
    births = {birth.narrative_id: birth for birth in decision.births}
    usual = _Usual.of(view, seen)
    units = _units_by_narrative(seen)
    joined, written = 0, _Written(view)
    for number, part in _parts(view, seen, _by_narrative(_belongs(view, seen, decision))):
        birth = births.get(number)
        old = registry[number] if birth is None else _newborn(view, birth, part.rows)
        told = seen.told(part, units.get(number, ()))
        new = _shown(view, old, part, usual, told, None if birth else measuring)
        if number not in forms and not _is_silent(view, new):
            new = replace(new, status="active")
        joining = seen.joining(part, number)
        written.add(new, part, joining, _history(view, old, birth, new, len(joining)))
        joined += len(joining)
        progress.step()
    written.save()
    return joined


def _parts(view: RunView, seen: Seen, places: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, _Part]]:
    """Each narrative with its passages in the window, by number; texts and vectors are read some narratives
    at a time.
    """
    for numbers in in_runs(places, PASSAGES):
        number_of = {seen.rows[place].passage_id: number for number in numbers for place in places[number]}
        rows, vectors = view.read(view.store.passages.many(number_of))
        inside = _by_narrative({place: number_of[row.passage_id] for place, row in enumerate(rows)})
        for number, mine in inside.items():
            yield number, _Part([rows[place] for place in mine], vectors[mine])


def rest(view: RunView, forms: Collection[int]) -> int:
    """Put silent narratives and recurring forms to rest. Returns how many.

    The history says why: a form that rested already, out of silence, is written down as one too.
    """
    new_forms = set(forms) - view.forms()
    resting = []
    for item in view.living():
        why = _why_resting(view, item, forms)
        if why and (item.status == "active" or item.narrative_id in new_forms):
            resting.append((item, why))
    view.store.narratives.save(
        [replace(item, status="dormant") for item, _ in resting],
        events=[_event(view, "dormant", item.narrative_id, detail={"reason": why}) for item, why in resting],
    )
    return len(resting)


def _why_resting(view: RunView, narrative: Narrative, forms: Collection[int]) -> str | None:
    """Why a narrative should rest, None where it should not."""
    if narrative.narrative_id in forms:
        return FORM
    return "silent" if _is_silent(view, narrative) else None


def _belongs(view: RunView, seen: Seen, decision: Decision) -> dict[int, int]:
    """Row -> narrative now."""
    split_from = {birth.narrative_id: birth.split_from for birth in decision.births}
    fixed, barred = view.decisions.fixed, view.decisions.barred
    found = {}
    for places, holder in zip(seen.units.members, seen.holders, strict=True):
        for place in places:
            key = seen.rows[place].passage_id
            present = fixed.get(key, seen.before.get(key))
            is_split = key not in fixed and split_from.get(holder or 0) == present
            number = _number_of(present, holder, is_split=is_split, barred=barred.get(key, ()))
            if number is not None:
                found[place] = number
    return found


def _number_of(
    present: int | None, holder: int | None, *, is_split: bool, barred: Collection[int]
) -> int | None:
    """The narrative of a passage whose text unit `holder` holds.

    What was decided for a passage before stays, but for splits; an analyst's decision always does.
    """
    moves = holder is not None and holder not in barred and (present is None or is_split)
    return holder if moves else present


def _by_narrative(belongs: Mapping[int, int]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place, number in sorted(belongs.items()):
        found[number].append(place)
    return dict(sorted(found.items()))


def _is_silent(view: RunView, narrative: Narrative) -> bool:
    return view.now - narrative.last_seen_at > SILENT


def _units_by_narrative(seen: Seen) -> Mapping[int, Sequence[int]]:
    """Narrative -> the text units that it holds now."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for unit, holder in enumerate(seen.holders):
        if holder is not None:
            found[holder].append(unit)
    return found


def _background(view: RunView, seen: Seen) -> Background:
    """The words of the window, from at most `BACKGROUND` text units: every n-th in their order."""
    step = -(-len(seen.units.members) // BACKGROUND) or 1
    texts, languages = read_texts(view, seen.rows, seen.units.members[::step])
    tokens = map(words, texts, languages)
    return Background.of(tokens, languages, _holders_by_language(seen), share=1.0 / step)


def read_texts(
    view: RunView, rows: Sequence[Told], units: Sequence[Sequence[int]]
) -> tuple[list[str], list[str]]:
    """Text and language of some text units, given by the places of their passages; no reprint is read."""
    told = [telling([rows[place] for place in places]) for places in units]
    keys = [[row.passage_id for row in unit] for unit in told]
    text_of_passage = {
        row.passage_id: row.text for row in view.store.passages.many(set(itertools.chain(*keys)))
    }
    texts = [" ".join(text_of_passage[key] for key in unit) for unit in keys]
    return texts, [unit[0].language for unit in told]


def _holders_by_language(seen: Seen) -> Counter[str]:
    """Language -> how many narratives tell something in it; nobody counts as one."""
    languages = (seen.rows[places[0]].language for places in seen.units.members)
    return Counter(language for language, _ in set(zip(languages, seen.holders, strict=True)))


def _keywords(background: Background, told: Sequence[Sequence[PassageRow]]) -> Keywords:
    """Keywords of a narrative from its text units."""
    tokens = [words(text_of(unit), unit[0].language) for unit in told]
    return keywords_among(background, tokens, [unit[0].language for unit in told])


def _newborn(view: RunView, birth: Birth, rows: Sequence[PassageRow]) -> Narrative:
    moments = [row.counted_at for row in rows]
    return Narrative(
        narrative_id=birth.narrative_id,
        label="",
        size=len(rows),
        split_from=birth.split_from,
        first_seen_at=min(moments),
        last_seen_at=max(moments),
        build=view.table.build,
        mean_version=view.table.version,
        born_run=view.run_id,
    )


def _shown(
    view: RunView,
    old: Narrative,
    part: _Part,
    usual: _Usual,
    told: Sequence[Sequence[PassageRow]],
    measuring: Measuring | None,
) -> Narrative:
    """`old` as its passages in the window show it; every distinct text counts once."""
    distinct = part.distinct()
    order = ranked(distinct.vectors, distinct.rows)
    floor, share = view.rules.assign_cosine, view.rules.assign_reach
    shape = centroid_of(old.narrative_id, distinct.vectors, floor=floor, share=share)
    moments = [row.counted_at for row in part.rows]
    labelled = _labelled(view, old, Shown(distinct.rows, distinct.vectors, order), usual, measuring)
    return replace(
        labelled,
        keywords={**old.keywords, **_keywords(usual.words, told)},
        exemplars=exemplars(distinct.rows, order),
        centroid=shape.vector.astype(np.float32),
        radius=shape.radius,
        first_seen_at=min(old.first_seen_at, *moments),
        last_seen_at=max(old.last_seen_at, *moments),
        build=view.table.build,
        mean_version=view.table.version,
    )


def _labelled(
    view: RunView, old: Narrative, shown: Shown, usual: _Usual, measuring: Measuring | None
) -> Narrative:
    """The narrative with its label; one whose texts moved away keeps it, for what moved gets a number of its
    own.
    """
    found = measuring.see(old, shown.rows, shown.vectors) if measuring else None
    new, share = named(view, old, shown, usual.titles)
    if measuring and found:
        measuring.note(old.narrative_id, found, share, len(shown.rows))
    return old if found is not None and found.drifted else new


def _history(
    view: RunView, old: Narrative, birth: Birth | None, new: Narrative, joined: int
) -> list[LineageEvent]:
    detail: dict[str, Any] = {"joined": joined}
    if birth is not None:
        kind: LineageKind = "born" if birth.split_from is None else "split_from"
        detail |= {**birth.detail, "label": new.label}
        return [_event(view, kind, new.narrative_id, other=birth.split_from, detail=detail)]
    renamed = [renaming(view, old, new)] if old.label != new.label else []
    if old.status == "dormant" and new.status == "active":
        return [*renamed, _event(view, "revived", new.narrative_id, detail=detail)]
    return [*renamed, *([_event(view, "continued", new.narrative_id, detail=detail)] if joined else [])]


class _Written:
    """Narratives with their passages and history, some whole narratives a transaction.

    Were a killed birth to leave half of its passages without their number, the next refit would find a
    cluster that nobody owns, and give it another.
    """

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._narratives: list[Narrative] = []
        self._assignments: list[Assignment] = []
        self._history: list[LineageEvent] = []

    def add(
        self, narrative: Narrative, part: _Part, joining: Collection[str], history: Sequence[LineageEvent]
    ) -> None:
        """Write a narrative and what joins it, with the ones before it or with later ones."""
        assert narrative.centroid is not None
        self._narratives.append(narrative)
        self._history += history
        cosines = part.vectors @ narrative.centroid
        for row, cosine in zip(part.rows, cosines.tolist(), strict=True):
            if row.passage_id in joining:
                self._assignments.append(
                    self._view.assignment(row, narrative.narrative_id, cosine, "cluster")
                )
        if len(self._narratives) + len(self._assignments) >= TOGETHER:
            self.save()

    def save(self) -> None:
        """Write what was not written yet."""
        if self._narratives:
            self._view.store.narratives.save(self._narratives, self._assignments, self._history)
        self._narratives, self._assignments, self._history = [], [], []


def _event(
    view: RunView, kind: LineageKind, number: int, *, other: int | None = None, detail: dict[str, Any]
) -> LineageEvent:
    return LineageEvent(
        at=view.now, kind=kind, narrative_id=number, other_id=other, run_id=view.run_id, detail=detail
    )
