"""What analysts decided, as every run obeys it. Pure.

rename  the label is theirs; no refit changes it
pin     never merged, never split, never a form
assign  the passage is in that narrative, whatever its vector says
reject  the passage is not in that narrative
kind    the narrative is a claim, an event, a subject or a form, whatever the head says
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from storage.records import KINDS, Correction, Kind


@dataclass(frozen=True, slots=True)
class DecidedKind:
    """What an analyst said that a narrative is."""

    kind: Kind
    actor: str | None


@dataclass(frozen=True, slots=True)
class Obeyed:
    """Decisions by what they concern; narratives by the number that stands for them now."""

    names: Mapping[int, str]
    pinned: frozenset[int]
    fixed: Mapping[str, int]
    """Passage -> the narrative it was put into."""
    barred: Mapping[str, frozenset[int]]
    """Passage -> narratives it was taken out of."""
    kinds: Mapping[int, DecidedKind]

    @property
    def forms(self) -> set[int]:
        """Narratives that an analyst calls recurring forms."""
        return {number for number, item in self.kinds.items() if item.kind == "form"} - self.pinned

    @property
    def no_forms(self) -> set[int]:
        """Narratives that are no recurring forms, whatever is found: pinned ones, and what an analyst calls
        something else.
        """
        return {*self.pinned, *self.kinds} - self.forms


def obeyed(
    corrections: Sequence[Correction], survivors: Mapping[int, int], *, watched: Collection[int] = ()
) -> Obeyed:
    """The decisions in force: the later one wins, decisions on unknown narratives are passed over.

    Args:
        corrections: by (at, correction_id).
        survivors: narrative -> the one that stands for it now (itself, or what it was merged into).
        watched: narratives of the watchlist: what they hold is decided by `watch`, so that nothing can be put
            into them here.
    """
    decided = _Decided()
    for item in corrections:
        number = survivors.get(item.narrative_id)
        if number is not None and not (item.kind == "assign" and number in watched):
            decided.obey(item, number)
    barred = {passage: frozenset(numbers) for passage, numbers in sorted(decided.barred.items()) if numbers}
    return Obeyed(decided.names, frozenset(decided.pinned), decided.fixed, barred, decided.kinds)


@dataclass(slots=True)
class _Decided:
    """`Obeyed` in the making."""

    names: dict[int, str] = field(default_factory=dict)
    pinned: set[int] = field(default_factory=set)
    fixed: dict[str, int] = field(default_factory=dict)
    barred: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    kinds: dict[int, DecidedKind] = field(default_factory=dict)

    def obey(self, item: Correction, number: int) -> None:
        """Take a later decision, which concerns the narrative that is `number` now."""
        if item.kind == "rename" and item.value:
            self.names[number] = item.value
        elif item.kind == "pin":
            self.pinned.add(number)
        elif item.kind == "assign" and item.passage_id:
            self.fixed[item.passage_id] = number
            self.barred[item.passage_id].discard(number)
        elif item.kind == "reject" and item.passage_id:
            self._take_out(item.passage_id, number)
        elif item.kind == "kind":
            self._judge(item, number)

    def _judge(self, item: Correction, number: int) -> None:
        kind = next((kind for kind in KINDS if kind == item.value), None)
        if kind is None:
            self.kinds.pop(number, None)
        else:
            self.kinds[number] = DecidedKind(kind, item.actor)

    def _take_out(self, passage: str, number: int) -> None:
        self.barred[passage].add(number)
        if self.fixed.get(passage) == number:
            del self.fixed[passage]
