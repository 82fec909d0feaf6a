"""What analysts decided, as every run obeys it. Pure.

rename    the label is theirs; no refit changes it
pin       never merged, never split, never a form
merge     one narrative; its parts are not split again
split     two narratives, the passages that were named in the new one; never merged again
assign    the passage is in that narrative, whatever its vector says
reject    the passage is not in that narrative
together  the second passage is wherever the first one is
apart     the second passage is never where the first one is; of two narratives: they are never merged
kind      the narrative is a claim, an event, a subject or a form, whatever the head says
mute      nobody is told of it (`storage.records.decisions.muted`); nothing changes here
note      a text beside it; nothing changes here

What was taken back is not among what is obeyed (`storage.records.decisions.in_force`).
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


Pair = tuple[int, int]
"""Two narratives, the smaller number first."""


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
    whole: frozenset[int] = frozenset()
    """Narratives that an analyst merged: not split again."""
    apart: frozenset[Pair] = frozenset()
    """Narratives that are never merged."""
    following: Mapping[str, str] = field(default_factory=dict)
    """Passage -> the passage whose narrative it shares."""
    avoiding: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Passage -> passages whose narratives it stays out of."""

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

    def placed(self, held: Mapping[str, int]) -> Obeyed:
        """These decisions with what follows from where passages are now: those that follow another are put
        where it is, and those that avoid another are taken out of there.

        Args:
            held: passage -> its narrative, of the passages that are followed or avoided and what an analyst
                placed.
        """
        fixed = dict(self.fixed)
        barred = defaultdict(set, {key: set(numbers) for key, numbers in self.barred.items()})
        for passage, leader in self.following.items():
            number = fixed.get(leader, held.get(leader))
            if number is not None and passage not in self.fixed:
                fixed[passage] = number
        for passage, avoided in self.avoiding.items():
            places = {fixed.get(other, held.get(other)) for other in avoided} - {None, fixed.get(passage)}
            barred[passage] |= {number for number in places if number is not None}
        return Obeyed(
            self.names,
            self.pinned,
            fixed,
            {key: frozenset(numbers) for key, numbers in sorted(barred.items()) if numbers},
            self.kinds,
            self.whole,
            self.apart,
            self.following,
            self.avoiding,
        )

    @property
    def watched_passages(self) -> set[str]:
        """Passages that others follow or avoid: where they are decides where those are."""
        return {*self.following.values(), *(other for others in self.avoiding.values() for other in others)}


def obeyed(
    corrections: Sequence[Correction], survivors: Mapping[int, int], *, watched: Collection[int] = ()
) -> Obeyed:
    """The decisions in force: the later one wins, decisions on unknown narratives are passed over.

    Args:
        corrections: those that were not taken back, by (at, correction_id).
        survivors: narrative -> the one that stands for it now (itself, or what it was merged into).
        watched: narratives of the watchlist: what they hold is decided by `watch`, so that nothing can be put
            into them here.
    """
    decided = _Decided(survivors)
    for item in corrections:
        number = survivors.get(item.narrative_id)
        if number is not None and not (item.kind == "assign" and number in watched):
            decided.obey(item, number)
    return decided.done()


@dataclass(slots=True)
class _Decided:
    """`Obeyed` in the making."""

    survivors: Mapping[int, int]
    names: dict[int, str] = field(default_factory=dict)
    pinned: set[int] = field(default_factory=set)
    fixed: dict[str, int] = field(default_factory=dict)
    barred: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    kinds: dict[int, DecidedKind] = field(default_factory=dict)
    whole: set[int] = field(default_factory=set)
    apart: set[Pair] = field(default_factory=set)
    following: dict[str, str] = field(default_factory=dict)
    avoiding: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def obey(self, item: Correction, number: int) -> None:
        """Take a later decision, which concerns the narrative that is `number` now."""
        match item.kind:
            case "rename":
                if item.value:
                    self.names[number] = item.value
            case "kind":
                self._judge(item, number)
            case "pin":
                self.pinned.add(number)
            case "merge":
                self.whole.add(number)
            case "split" | "apart" if item.other_id is not None:
                self._part(number, item.other_id)
            case _:
                self._place(item, number)

    def _judge(self, item: Correction, number: int) -> None:
        kind = next((kind for kind in KINDS if kind == item.value), None)
        if kind is None:
            self.kinds.pop(number, None)
        else:
            self.kinds[number] = DecidedKind(kind, item.actor)

    def _part(self, number: int, other_id: int) -> None:
        other = self.survivors.get(other_id, other_id)
        if other != number:
            self.apart.add((min(number, other), max(number, other)))

    def _place(self, item: Correction, number: int) -> None:
        """Take a decision on a passage."""
        if item.passage_id is None:
            return
        if item.kind == "assign":
            self.fixed[item.passage_id] = number
            self.barred[item.passage_id].discard(number)
            self.following.pop(item.passage_id, None)
        elif item.kind == "reject":
            self._take_out(item.passage_id, number)
        elif item.other_passage is not None:
            self._pair(item, item.passage_id, item.other_passage)

    def _take_out(self, passage: str, number: int) -> None:
        self.barred[passage].add(number)
        if self.fixed.get(passage) == number:
            del self.fixed[passage]

    def _pair(self, item: Correction, first: str, second: str) -> None:
        """Take a decision on two passages: the second follows or avoids the first."""
        if item.kind == "together":
            self.following[second] = first
            self.avoiding[second].discard(first)
            self.fixed.pop(second, None)
        elif item.kind == "apart":
            self.avoiding[second].add(first)
            if self.following.get(second) == first:
                del self.following[second]

    def done(self) -> Obeyed:
        return Obeyed(
            self.names,
            frozenset(self.pinned),
            self.fixed,
            {passage: frozenset(numbers) for passage, numbers in sorted(self.barred.items()) if numbers},
            self.kinds,
            frozenset(self.whole),
            frozenset(self.apart),
            self.following,
            {passage: frozenset(others) for passage, others in sorted(self.avoiding.items()) if others},
        )
