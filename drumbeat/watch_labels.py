"""An analyst's word on what a statement found, kept and obeyed at once."""

from __future__ import annotations

from datetime import datetime

from storage.errors import StorageError
from storage.records import Verdict, WatchHit, WatchLabel
from storage.store import Store

BY_ANALYST = "label"
"""Run id of hits that an analyst accepted."""


def keep_label(
    store: Store, statement_id: str, passage_id: str, verdict: Verdict, *, by: str, at: datetime
) -> str:
    """Keep an analyst's word: what is accepted is a hit, what is rejected none, now and later.

    Returns:
        A sentence that says what was done.

    Raises:
        StorageError: there is no such passage, or `drumbeat watch` did not meet the statement yet.
    """
    if not store.passages.many([passage_id]):
        raise StorageError(f"there is no passage {passage_id}; `drumbeat watch test` shows their ids")
    number = _narrative_of(store, statement_id)
    store.watch_learned.keep_label(
        WatchLabel(statement_id=statement_id, passage_id=passage_id, verdict=verdict, at=at, actor=by)
    )
    if verdict == "reject":
        store.watch.drop(statement_id, passage_id)
    elif passage_id not in {hit.passage_id for hit in store.watch.hits(statement_id)}:
        store.watch.add([_accepted(statement_id, passage_id, number)])
    what = "a hit" if verdict == "accept" else "no hit"
    return f"{statement_id}: passage {passage_id} is {what}, says {by}"


def forget_label(store: Store, statement_id: str, passage_id: str) -> str:
    """Take an analyst's word back; what it made stays until the statement is compared anew.

    Raises:
        StorageError: nobody said anything of the passage.
    """
    if not store.watch_learned.forget_label(statement_id, passage_id):
        raise StorageError(f"{statement_id}: nobody said anything of passage {passage_id}")
    return f"{statement_id}: passage {passage_id} is left to the comparison again"


def _accepted(statement_id: str, passage_id: str, number: int) -> WatchHit:
    return WatchHit(
        statement_id=statement_id,
        passage_id=passage_id,
        narrative_id=number,
        cosine=0.0,
        z=0.0,
        stance="endorses",
        run_id=BY_ANALYST,
    )


def _narrative_of(store: Store, statement_id: str) -> int:
    for narrative in store.narratives.all():
        if narrative.statement_id == statement_id:
            return narrative.narrative_id
    raise StorageError(f"{statement_id}: not compared yet; run `drumbeat watch` first")
