"""An analyst's word on whether a discovered narrative tells what is watched: obeyed at once, and by every
later run.
"""

from __future__ import annotations

from config.clock import Clock
from drumbeat.corrections import decide, known
from storage.errors import StorageError
from storage.records import Narrative, NarrativeLink
from storage.store import Store

LATER = "counts follow with the next `count`"
BY_ANALYST = "analyst"
"""Run id of links that an analyst made."""


def link(store: Store, narrative_id: int, watched_id: int, *, by: str, clock: Clock) -> str:
    """Count and show a discovered narrative as a watched one.

    Returns:
        A sentence that says what was done.

    Raises:
        StorageError: there is no such narrative, or the two are not a discovered and a watched one.
    """
    narrative, watched = _discovered(store, narrative_id), known(store, watched_id)
    if watched.kind != "watched":
        raise StorageError(
            f"narrative {watched.narrative_id} is not watched; two discovered ones are joined by "
            "`drumbeat narratives merge`"
        )
    number, other = narrative.narrative_id, watched.narrative_id
    decision = decide(store, "link", number, by=by, clock=clock, other_id=other)
    made = NarrativeLink(
        narrative_id=number, watched_id=other, shared=1.0, nearer=0.0, at=clock.now(), run_id=BY_ANALYST
    )
    store.links.replace([*_others(store, number), made])
    return f"narrative {number} is shown as {other} ({decision.correction_id}); {LATER}"


def unlink(store: Store, narrative_id: int, *, by: str, clock: Clock) -> str:
    """Count and show a discovered narrative by itself, whatever it tells.

    Raises:
        StorageError: there is no such narrative, or it is watched.
    """
    number = _discovered(store, narrative_id).narrative_id
    before = store.links.of(number)
    other = before.watched_id if before else None
    decision = decide(store, "unlink", number, by=by, clock=clock, other_id=other)
    store.links.replace(_others(store, number))
    return f"narrative {number} stands by itself ({decision.correction_id}); {LATER}"


def _discovered(store: Store, narrative_id: int) -> Narrative:
    narrative = known(store, narrative_id)
    if narrative.kind == "watched":
        raise StorageError(
            f"narrative {narrative.narrative_id} is watched; name the discovered one that tells the same"
        )
    return narrative


def _others(store: Store, number: int) -> list[NarrativeLink]:
    """All links but that of one narrative."""
    return [item for item in store.links.all() if item.narrative_id != number]
