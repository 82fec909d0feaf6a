"""An analyst's decisions on a narrative as a whole, recorded so that every later run obeys them.

Each is a row of the corrections with who decided and when, and a line in the narrative's history. What
belongs together is decided in `drumbeat.regrouping`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from config.clock import Clock
from drumbeat.shown.kinds import reasons_in_words
from storage.errors import StorageError
from storage.records import KINDS, Correction, CorrectionKind, Judgement, LineageEvent, Narrative
from storage.store import Store

LONGEST_LABEL = 200
"""Characters: it becomes the subject of mails and a line of tables."""
LONGEST_NOTE = 2_000
"""Characters of a note: a paragraph."""


def rename(store: Store, narrative_id: int, label: str, clock: Clock, *, by: str | None = None) -> str:
    """Give a narrative an analyst's label; merged numbers resolve to their survivor.

    Returns:
        A sentence that says what was done.

    Raises:
        StorageError: there is no such narrative, or the label is empty or longer than a headline.
    """
    narrative = known(store, narrative_id)
    text = _checked(label, narrative_id, LONGEST_LABEL, "label")
    number, now = narrative.narrative_id, clock.now()
    store.corrections.add(
        Correction(
            correction_id=name_of(store, "rename", number, now),
            at=now,
            kind="rename",
            narrative_id=number,
            value=text,
            actor=by,
        )
    )
    renamed = replace(narrative, label=text, label_by="analyst", label_language=None, label_passage=None)
    detail = {"from": narrative.label, "to": text} | ({"by": by} if by else {})
    store.narratives.save([renamed], (), [told("renamed", number, now, detail)])
    merged = "" if number == narrative_id else f"narrative {narrative_id} was merged into {number}; "
    return f"{merged}narrative {number}: {narrative.label!r} is now {text!r}"


def pin(store: Store, narrative_id: int, *, by: str, clock: Clock) -> str:
    """Keep a narrative as it is: never merged, never split, never a form, and shown among what rises.

    Raises:
        StorageError: there is no such narrative.
    """
    narrative = known(store, narrative_id)
    decision = decide(store, "pin", narrative.narrative_id, by=by, clock=clock)
    return f"narrative {narrative.narrative_id} is pinned ({decision.correction_id})"


def mute(store: Store, narrative_id: int, until: date | None, *, by: str, clock: Clock) -> str:
    """Tell nobody of a narrative, until a day or for good; it is counted and shown as before.

    Raises:
        StorageError: there is no such narrative.
    """
    narrative = known(store, narrative_id)
    value = until.isoformat() if until else None
    decision = decide(store, "mute", narrative.narrative_id, by=by, clock=clock, value=value)
    end = f" until {value}" if value else ""
    return f"narrative {narrative.narrative_id} is muted{end} ({decision.correction_id})"


def note(store: Store, narrative_id: int, text: str, *, by: str, clock: Clock) -> str:
    """Write a text beside a narrative.

    Raises:
        StorageError: there is no such narrative, or the text is empty or longer than a paragraph.
    """
    narrative = known(store, narrative_id)
    value = _checked(text, narrative_id, LONGEST_NOTE, "note")
    decision = decide(store, "note", narrative.narrative_id, by=by, clock=clock, value=value)
    return f"narrative {narrative.narrative_id}: noted ({decision.correction_id})"


def decide_kind(store: Store, narrative_id: int, kind: str | None, *, by: str, clock: Clock) -> str:
    """Say what a narrative is; None takes what was said back. Pages show it at once; the next refit learns
    from it and judges others like it so too.

    Returns:
        A sentence that says what was done.

    Raises:
        StorageError: there is no such narrative, it is watched, or there is nothing to take back.
    """
    narrative = _discovered(store, narrative_id)
    number = narrative.narrative_id
    if kind is None and _decided_kind(store, number) is None:
        raise StorageError(f"narrative {number}: nobody said what it is, so nothing can be taken back")
    decision = decide(store, "kind", number, by=by, clock=clock, value=kind)
    if kind is None:
        store.kinds.forget([number])
        return f"narrative {number}: taken back by {by}; the next refit judges it"
    store.kinds.save([_said(store, decision)])
    return f"narrative {number}: {narrative.label!r} is now {kind}, says {by}; the next refit learns from it"


def say_kind(store: Store, narrative_id: int) -> str:
    """What a narrative was judged to be, and why.

    Raises:
        StorageError: there is no such narrative.
    """
    narrative = known(store, narrative_id)
    found = store.kinds.of([narrative.narrative_id]).get(narrative.narrative_id)
    head = f"narrative {narrative.narrative_id}: {narrative.label!r}"
    if found is None:
        return f"{head} was not judged yet; the next refit does"
    why = reasons_in_words(found.reasons)
    return (
        f"{head}: {found.kind}, grade {found.grade:.2f}. {why} Judged {found.at:%Y-%m-%d} ({found.version})."
    )


def _said(store: Store, correction: Correction) -> Judgement:
    """The judgement that an analyst gives, with what was found before."""
    number, kind = correction.narrative_id, next(kind for kind in KINDS if kind == correction.value)
    before = store.kinds.of([number]).get(number)
    reasons = {**(before.reasons if before else {}), "decided": "an analyst", "by": correction.actor}
    return Judgement(
        narrative_id=number,
        kind=kind,
        grade=float(kind == "claim"),
        reasons=reasons,
        version=before.version if before else "analyst",
        at=correction.at,
        run_id="analyst",
    )


def _decided_kind(store: Store, number: int) -> str | None:
    """What an analyst last said that a narrative, or one merged into it, is."""
    survivors = store.narratives.survivors()
    decisions = (item for item in store.corrections.in_force() if item.kind == "kind")
    said = [item.value for item in decisions if survivors.get(item.narrative_id) == number]
    return said[-1] if said else None


def _discovered(store: Store, narrative_id: int) -> Narrative:
    narrative = known(store, narrative_id)
    if narrative.kind == "watched":
        raise StorageError(
            f"narrative {narrative.narrative_id} is watched: what is watched is shown as a claim anyway"
        )
    return narrative


def known(store: Store, narrative_id: int) -> Narrative:
    """The narrative that a number leads to.

    Raises:
        StorageError: there is none.
    """
    narrative = store.narratives.resolve(narrative_id)
    if narrative is None:
        raise StorageError(
            f"narrative {narrative_id}: there is none; `drumbeat narratives list` shows the numbers"
        )
    return narrative


def decisions_in_force(store: Store, narrative_id: int | None = None) -> list[Correction]:
    """The decisions that were not taken back, without what only carries one out, the newest first.

    Args:
        narrative_id: only those on this narrative, also under numbers that were merged into it.

    Raises:
        StorageError: there is no such narrative.
    """
    found = [item for item in store.corrections.in_force() if item.part_of is None]
    if narrative_id is not None:
        number = known(store, narrative_id).narrative_id
        survivors = store.narratives.leading_to([number])
        found = [item for item in found if _concerns(item, number, survivors)]
    return found[::-1]


def _concerns(item: Correction, number: int, survivors: Mapping[int, int]) -> bool:
    """Whether a decision is on a narrative, as one side or the other."""
    named = (item.narrative_id, item.other_id)
    return number in {survivors.get(key, key) for key in named if key is not None} | {*named}


def decide(
    store: Store, kind: CorrectionKind, number: int, *, by: str, clock: Clock, **said: Any
) -> Correction:
    """Record a decision with its line in the narrative's history.

    Args:
        said: further fields of the record.
    """
    now = clock.now()
    decision = Correction(
        correction_id=name_of(store, kind, number, now),
        at=now,
        kind=kind,
        narrative_id=number,
        actor=by,
        **said,
    )
    store.corrections.add(decision)
    detail = {"what": kind, "by": by, "decision": decision.correction_id}
    shown = {key: said[key] for key in ("value", "passage_id", "other_passage") if said.get(key)}
    store.narratives.save([], (), [told("decided", number, now, detail | shown, other=decision.other_id)])
    return decision


def name_of(store: Store, kind: str, number: int, now: datetime) -> str:
    """The id of a new decision: by what, on which narrative, when; a number follows where that is taken."""
    name = f"{kind}-{number}-{now:%Y%m%dT%H%M%S%fZ}"
    taken = sum(item.correction_id.startswith(name) for item in store.corrections.all())
    return f"{name}-{taken + 1}" if taken else name


def told(
    kind: Any, number: int, now: datetime, detail: dict[str, Any], *, other: int | None = None
) -> LineageEvent:
    """A line of a narrative's history that an analyst wrote."""
    return LineageEvent(
        at=now, kind=kind, narrative_id=number, other_id=other, run_id="analyst", detail=detail
    )


def _checked(text: str, narrative_id: int, most: int, what: str) -> str:
    """A text on one line.

    Raises:
        StorageError: it is empty or longer than `most` characters.
    """
    line = " ".join(text.split())
    if not line:
        raise StorageError(f"narrative {narrative_id}: the new {what} is empty; give it a few words")
    if len(line) > most:
        raise StorageError(
            f"narrative {narrative_id}: the new {what} has {len(line)} characters; {most} are the most"
        )
    return line
