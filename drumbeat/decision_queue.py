"""What waits for an analyst: narratives of which the product is not sure, each with the keys that decide it.

    uncertain kind     the grade lies near the middle                     c e s f
    near-duplicates    each centre lies within the other's radius         m (one) a (two)
    drifted            the texts moved away from what the number was      k (still one) p (pin)
    near the bar       a hit of a watched statement that barely is one    y n

What is decided does not come back; what is skipped does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from analysis.embedding.centring import comparable
from analysis.narratives.drift import DRIFTED, UNLIKE
from config.clock import Clock
from config.workspace import Workspace
from drumbeat.corrections import decide, decide_kind, pin
from drumbeat.regrouping import Regrouping
from storage.records import Correction, Drift, Narrative, WatchHit
from storage.store import Store

UNSURE = (0.35, 0.65)
"""Grades between which a kind is uncertain: the middle third. Chosen, not measured."""
RECENT = timedelta(days=14)
"""Hits of the watchlist that are asked about. Chosen, not measured: two weekly refits."""
MARGINAL = 3
"""Weakest hits of each statement that are asked about. Chosen, not measured."""
LONGEST = 300
"""Characters of a passage that are shown: three lines. Chosen, not measured."""
KINDS: Mapping[str, str] = {"c": "claim", "e": "event", "s": "subject", "f": "form"}
_BLOCK = 1024  # narratives compared at a time: decides memory only


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to decide."""

    about: str
    """`kind`, `duplicate`, `drift` or `hit`."""
    narrative_id: int
    other_id: int | None
    passage_id: str | None
    text: str
    """What is asked, in a line or two."""
    keys: Mapping[str, str]
    """Key -> what it decides."""


class DecisionQueue:
    """What waits in one workspace, and how an answer is carried out."""

    def __init__(self, store: Store, workspace: Workspace, clock: Clock, *, by: str) -> None:
        self._store, self._workspace, self._clock, self._by = store, workspace, clock, by

    def questions(self) -> list[Question]:
        """What waits now: drifted ones, near-duplicates, uncertain kinds, hits near the bar."""
        active = {
            item.narrative_id: item
            for item in self._store.narratives.all()
            if item.kind == "discovered" and item.status == "active"
        }
        decided = self._store.corrections.in_force()
        return [
            *self._drifted(active, decided),
            *self._duplicates(active, decided),
            *self._uncertain(active),
            *self._marginal(decided),
        ]

    def answer(self, question: Question, key: str) -> str:
        """Carry an answer out; returns a sentence that says what was done.

        Raises:
            KeyError: the question has no such key.
            StorageError: what is asked about is not there any more.
        """
        meaning = question.keys[key]
        if question.about == "kind":
            return decide_kind(self._store, question.narrative_id, meaning, by=self._by, clock=self._clock)
        if key == "p":
            return pin(self._store, question.narrative_id, by=self._by, clock=self._clock)
        return self._regrouped(question, key) or self._noted(question, f"looked at: {meaning}")

    def _regrouped(self, question: Question, key: str) -> str | None:
        """What an answer changes of what belongs together; None where it changes nothing."""
        regrouping = Regrouping(self._store, self._workspace, self._clock, by=self._by)
        number, other, passage = question.narrative_id, question.other_id, question.passage_id
        if other is not None:
            return (
                regrouping.merge(number, other) if key == "m" else regrouping.apart(f"{number}", f"{other}")
            )
        if passage is not None and key == "n":
            return regrouping.reject(number, [passage])
        return None

    def _noted(self, question: Question, value: str) -> str:
        """Note that an analyst looked and found it right."""
        decision = decide(
            self._store,
            "note",
            question.narrative_id,
            by=self._by,
            clock=self._clock,
            passage_id=question.passage_id,
            value=value,
        )
        return f"noted ({decision.correction_id})"

    def _uncertain(self, active: Mapping[int, Narrative]) -> Iterator[Question]:
        low, high = UNSURE
        judged = self._store.kinds.of(active.keys())
        unsure = [row for row in judged.values() if low <= row.grade <= high and "by" not in row.reasons]
        for row in sorted(unsure, key=lambda row: (abs(row.grade - 0.5), row.narrative_id)):
            label = active[row.narrative_id].label
            yield Question(
                "kind",
                row.narrative_id,
                None,
                None,
                f"narrative {row.narrative_id}, {label!r}: {row.kind}, grade {row.grade:.2f}",
                KINDS,
            )

    def _duplicates(self, active: Mapping[int, Narrative], decided: list[Correction]) -> Iterator[Question]:
        apart = {
            frozenset((item.narrative_id, item.other_id))
            for item in decided
            if item.kind in ("apart", "split") and item.other_id is not None
        }
        for one, other, cosine in _near(self._store, active):
            if frozenset((one, other)) not in apart:
                text = (
                    f"{cosine:.2f} alike: narrative {one}, {active[one].label!r}, and narrative {other}, "
                    f"{active[other].label!r}"
                )
                yield Question("duplicate", one, other, None, text, {"m": "one", "a": "two"})

    def _drifted(self, active: Mapping[int, Narrative], decided: list[Correction]) -> Iterator[Question]:
        looked = {item.narrative_id for item in decided if item.kind in ("note", "pin", "rename")}
        measured = self._store.drift.latest()
        for number in sorted(measured.keys() & active.keys() - looked):
            row = measured[number]
            if row.likeness < UNLIKE and row.nearer_old < DRIFTED:
                text = f"narrative {number}, {active[number].label!r}: {_moved(row)}"
                yield Question("drift", number, None, None, text, {"k": "still one claim", "p": "pin it"})

    def _marginal(self, decided: list[Correction]) -> Iterator[Question]:
        looked = {item.passage_id for item in decided if item.passage_id}
        now = self._clock.now()
        hits = self._store.watch.hits(start=now - RECENT, end=now + timedelta(seconds=1))
        weakest: defaultdict[str, list[WatchHit]] = defaultdict(list)
        for item in sorted(hits, key=lambda item: (item.z, item.passage_id)):
            if item.passage_id not in looked and len(weakest[item.statement_id]) < MARGINAL:
                weakest[item.statement_id].append(item)
        for statement in sorted(weakest):
            yield from self._asked(weakest[statement])

    def _asked(self, hits: list[WatchHit]) -> Iterator[Question]:
        rows = {row.passage_id: row for row in self._store.passages.many([hit.passage_id for hit in hits])}
        for hit in hits:
            row = rows[hit.passage_id]
            text = f"{hit.statement_id}, z {hit.z:.1f}: {row.title!r}: {row.text[:LONGEST]!r}"
            answers = {"y": "says it", "n": "does not"}
            yield Question("hit", hit.narrative_id, None, hit.passage_id, text, answers)


def _moved(row: Drift) -> str:
    """How far a narrative has moved, in figures."""
    nearer = f"{row.nearer_old:.0%} of {row.texts} texts are nearer to what it was"
    return f"{nearer}, likeness {row.likeness:.2f}"


def _near(store: Store, active: Mapping[int, Narrative]) -> list[tuple[int, int, float]]:
    """Pairs of narratives whose centres lie within each other's radius, the nearest first."""
    rows = [item for item in comparable(store, active.values()) if item.centroid is not None]
    newest = max((item.mean_version for item in rows), default=0)
    rows = [item for item in rows if item.mean_version == newest]
    numbers = [item.narrative_id for item in rows]
    pairs = [(numbers[one], numbers[other], cosine) for one, other, cosine in _within(rows)]
    return sorted(pairs, key=lambda pair: (-pair[2], *pair[:2]))


def _within(rows: Sequence[Narrative]) -> Iterator[tuple[int, int, float]]:
    """Places of each two narratives whose centres lie within each other's radius, with their cosine."""
    if len(rows) < 2:
        return
    centres = np.stack([item.centroid for item in rows if item.centroid is not None])
    radii = np.array([item.radius or 1.0 for item in rows])
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        cosines = np.asarray(centres[part] @ centres.T, np.float64)
        near = np.triu(cosines >= np.maximum(radii[part, None], radii), start + 1)
        for one, other in np.argwhere(near).tolist():
            yield start + one, other, float(cosines[one, other])
