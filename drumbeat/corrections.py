"""An analyst's decisions, recorded so that every later run obeys them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.clock import Clock
from storage.errors import StorageError
from storage.records import Correction, LineageEvent, Narrative
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
    narrative = store.narratives.resolve(narrative_id)
    if narrative is None:
        raise StorageError(
            f"narrative {narrative_id}: there is none; `drumbeat narratives list` shows the numbers"
        )
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
