"""Which decisions of analysts are in force. One answer for every room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from storage.records.meaning import Correction


def in_force(decisions: Sequence[Correction]) -> list[Correction]:
    """The decisions that nobody took back, in their order; what carries out another goes with it, and so do
    the takings back themselves.

    Taking back a taking back brings the decision back.

    Args:
        decisions: by (at, correction_id), all that were ever made.
    """
    gone: set[str] = set()
    for item in reversed(decisions):
        # A later decision can only take back an earlier one: what is gone is known when its turn comes.
        if item.kind == "undo" and item.value and item.correction_id not in gone:
            gone.add(item.value)
    return [
        item
        for item in decisions
        if item.kind != "undo" and item.correction_id not in gone and item.part_of not in gone
    ]


def muted(decided: Iterable[Correction], survivors: Mapping[int, int], on: date) -> set[int]:
    """Narratives that nobody wants to be told of on a day; they are counted as ever.

    Args:
        decided: decisions in force.
        survivors: narrative -> the one that stands for it now.
    """
    found = {}
    for item in decided:
        if item.kind == "mute":
            number = survivors.get(item.narrative_id, item.narrative_id)
            found[number] = date.max if item.value is None else date.fromisoformat(item.value)
    return {number for number, until in found.items() if on <= until}
