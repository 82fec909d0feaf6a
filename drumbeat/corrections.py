"""An analyst's decisions, recorded so that every later run obeys them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.clock import Clock
from drumbeat.shown.kinds import reasons_in_words
from storage.errors import StorageError
from storage.records import KINDS, Correction, Judgement, LineageEvent, Narrative
from storage.store import Store

LONGEST_LABEL = 200
"""Characters: it becomes the subject of mails and a line of tables."""


def rename(store: Store, narrative_id: int, label: str, clock: Clock) -> str:
    """Give a narrative an analyst's label; merged numbers resolve to their survivor.

    Returns:
        A sentence that says what was done.

    Raises:
        StorageError: there is no such narrative, or the label is empty or longer than a headline.
    """
    narrative = _known(store, narrative_id)
    text = _checked(label, narrative_id)
    now = clock.now()
    number = narrative.narrative_id
    correction = Correction(
        correction_id=f"rename-{number}-{now:%Y%m%dT%H%M%S%fZ}",
        at=now,
        kind="rename",
        narrative_id=number,
        value=text,
    )
    store.corrections.add(correction)
    renamed = replace(narrative, label=text, label_by="analyst")
    store.narratives.save([renamed], (), [_event(narrative, text, now)])
    merged = "" if number == narrative_id else f"narrative {narrative_id} was merged into {number}; "
    return f"{merged}narrative {number}: {narrative.label!r} is now {text!r}"


def decide_kind(store: Store, narrative_id: int, kind: str | None, *, by: str, clock: Clock) -> str:
    """Say what a narrative is; None takes what was said back. Pages show it at once; the next refit learns
    from it and judges others like it so too.

    Returns:
        A sentence that says what was done.

    Raises:
        StorageError: there is no such narrative, it is watched, or there is nothing to take back.
    """
    narrative = _discovered(store, narrative_id)
    number, now = narrative.narrative_id, clock.now()
    if kind is None and _decided_kind(store, number) is None:
        raise StorageError(f"narrative {number}: nobody said what it is, so nothing can be taken back")
    correction = Correction(
        correction_id=f"kind-{number}-{now:%Y%m%dT%H%M%S%fZ}",
        at=now,
        kind="kind",
        narrative_id=number,
        value=kind,
        actor=by,
    )
    store.corrections.add(correction)
    if kind is None:
        store.kinds.forget([number])
        return f"narrative {number}: taken back by {by}; the next refit judges it"
    store.kinds.save([_said(store, correction)])
    return f"narrative {number}: {narrative.label!r} is now {kind}, says {by}; the next refit learns from it"


def say_kind(store: Store, narrative_id: int) -> str:
    """What a narrative was judged to be, and why.

    Raises:
        StorageError: there is no such narrative.
    """
    narrative = _known(store, narrative_id)
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
    decisions = (item for item in store.corrections.all() if item.kind == "kind")
    said = [item.value for item in decisions if survivors.get(item.narrative_id) == number]
    return said[-1] if said else None


def _discovered(store: Store, narrative_id: int) -> Narrative:
    narrative = _known(store, narrative_id)
    if narrative.kind == "watched":
        raise StorageError(
            f"narrative {narrative.narrative_id} is watched: what is watched is shown as a claim anyway"
        )
    return narrative


def _known(store: Store, narrative_id: int) -> Narrative:
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


def _event(narrative: Narrative, text: str, now: datetime) -> LineageEvent:
    return LineageEvent(
        at=now,
        kind="renamed",
        narrative_id=narrative.narrative_id,
        other_id=None,
        run_id="analyst",
        detail={"from": narrative.label, "to": text},
    )


def _checked(label: str, narrative_id: int) -> str:
    """The label on one line.

    Raises:
        StorageError: it is empty or longer than a headline.
    """
    text = " ".join(label.split())
    if not text:
        raise StorageError(f"narrative {narrative_id}: the new label is empty; give it a few words")
    if len(text) > LONGEST_LABEL:
        raise StorageError(
            f"narrative {narrative_id}: the new label has {len(text)} characters; {LONGEST_LABEL} are the "
            "most"
        )
    return text
