"""What known narratives look like now: the texts of their last months, one vector per text, and the centroids
these make.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from analysis.arrays import Floats, Matrix, first_places
from analysis.narratives.nearest import Centroid, centroid_of
from analysis.narratives.run_view import RunView
from storage.records import Narrative, PassageRow

AT_ONCE = 10_000
"""Passages of narratives read at a time, at least, where only centroids are wanted; decides memory only."""
REMEMBERED = timedelta(days=60)
"""Passages of so many days make a narrative's centroid; a silent one is known by its exemplars."""
FORGOTTEN = timedelta(days=180)
"""A narrative silent for longer takes no passages until a refit brings it back."""
GAIN = 0.05
"""A passage moves when another narrative is nearer to it by more than this (cosine)."""
MERGE_LIKENESS = 0.7
"""Two narratives whose texts are this alike, compared with their own (as in `linking.py`), are one. On the
sample world the pieces of one claim that early refits had torn apart reach 0.48 to 0.90, different claims
0.56 at most. 0.6 is as good there, but on a stream of NTREX passages (14 languages, 84 days) it joins
neighbouring claims of one story: BCubed F1 0.75 instead of 0.81.
"""
FEWEST_TEXTS = 3
"""Narratives of fewer texts are too vague to be compared."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Member texts of narratives that take passages."""

    rows: Sequence[PassageRow]
    """One row per text and narrative, by (narrative, passage id)."""
    vectors: Matrix
    """Row i for `rows[i]`; centred unit vectors."""
    numbers: Sequence[int]
    """Narrative of `rows[i]`."""
    centroids: Sequence[Centroid]
    """By narrative."""

    def texts_of(self, number: int) -> Matrix:
        """Vectors of one narrative's texts, shape (n, dimensions)."""
        return self.vectors[bisect_left(self.numbers, number) : bisect_right(self.numbers, number)]


def open_narratives(view: RunView) -> dict[int, Narrative]:
    """Narratives that take passages, by number: not merged, not forgotten. A recurring form takes its like,
    which would go elsewhere.
    """
    oldest = view.now - FORGOTTEN
    return {item.narrative_id: item for item in view.living() if item.last_seen_at >= oldest}


def remember(view: RunView, narratives: Mapping[int, Narrative]) -> Memory:
    """Read the member texts of `narratives`."""
    return _recalled(view, _held(view, narratives))


def in_parts(view: RunView, narratives: Mapping[int, Narrative]) -> Iterator[Memory]:
    """`remember`, some whole narratives at a time, by number."""
    held = sorted(_held(view, narratives).items(), key=lambda item: (item[1], item[0]))
    start = 0
    while start < len(held):
        last = held[min(start + AT_ONCE, len(held)) - 1][1]
        end = bisect_right(held, last, key=lambda item: item[1])
        yield _recalled(view, dict(held[start:end]))
        start = end


def _held(view: RunView, narratives: Mapping[int, Narrative]) -> dict[str, int]:
    """Passage -> narrative, of those that make centroids."""
    held = {
        key: number for key, number in view.members(view.now - REMEMBERED).items() if number in narratives
    }
    silent = set(narratives) - set(held.values())
    return held | {
        key: number for number in sorted(silent) for key in narratives[number].exemplars if key not in held
    }


def _recalled(view: RunView, held: Mapping[str, int]) -> Memory:
    """The texts of some passages, each once in each narrative that `held` says."""
    rows, vectors = view.read(view.store.passages.many(held.keys()))
    places = _distinct(rows, held)
    members = vectors[places]
    numbers = [held[rows[place].passage_id] for place in places]
    return Memory([rows[place] for place in places], members, numbers, _centroids(view, members, numbers))


def _distinct(rows: Sequence[PassageRow], held: Mapping[str, int]) -> list[int]:
    """The first place of each text in each narrative, by narrative."""
    first = first_places((held[row.passage_id], row.text_hash) for row in rows)
    return sorted(first.values(), key=lambda place: (held[rows[place].passage_id], place))


def _centroids(view: RunView, vectors: Matrix, numbers: Sequence[int]) -> list[Centroid]:
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        places[number].append(place)
    rules = view.rules
    return [
        centroid_of(number, vectors[mine], floor=rules.assign_cosine, share=rules.assign_reach)
        for number, mine in sorted(places.items())
    ]


def merge_candidates(memories: Iterable[Memory]) -> set[tuple[int, int]]:
    """Pairs of narratives, the older first, that say the same; each narrative is in one of `memories`."""
    found = {number: known for memory in memories for number, known in _sums(memory).items()}
    numbers = [number for number in sorted(found) if found[number][1] >= FEWEST_TEXTS]
    if not numbers:
        return set()
    sums = np.stack([found[number][0] for number in numbers])
    sizes = np.array([found[number][1] for number in numbers], np.float64)
    pairs = np.argwhere(np.triu(_likeness(sums, sizes), 1) >= MERGE_LIKENESS)
    return {(numbers[one], numbers[other]) for one, other in pairs}


def _sums(memory: Memory) -> dict[int, tuple[Matrix, int]]:
    """Narrative -> the sum of its texts' vectors, and how many they are."""
    texts = {number: memory.texts_of(number) for number in sorted(set(memory.numbers))}
    return {number: (vectors.sum(axis=0), len(vectors)) for number, vectors in texts.items()}


def _likeness(sums: Matrix, sizes: Floats) -> Matrix:
    """Of each two groups of two and more unit rows, from their sums: mean cosine between,
    relative to within.
    """
    totals = sums @ sums.T
    pairs_within = sizes * (sizes - 1)
    within = np.maximum((np.diag(totals) - sizes) / pairs_within, 1e-6)
    between = totals / np.outer(sizes, sizes)
    return np.asarray(between / np.sqrt(np.outer(within, within)), np.float64)


def nearer_narratives(memory: Memory, movable: Collection[str]) -> dict[tuple[int, str], int]:
    """(Narrative, text) -> another narrative that the text is clearly nearer to than to the rest of its own.

    The text lies within the radius of the other. Early narratives are drawn from few texts; as their
    centroids become clear, what was laid to a neighbour goes where it belongs.

    Args:
        movable: passages of the window that no analyst has placed.
    """
    if len(memory.centroids) < 2:
        return {}
    nearer = _Nearer.of(memory)
    moves = {}
    for row, number, vector in zip(memory.rows, memory.numbers, memory.vectors, strict=True):
        other = nearer.than_own(number, vector) if row.passage_id in movable else None
        if other is not None:
            moves[number, row.text_hash] = other
    return moves


@dataclass(frozen=True, slots=True)
class _Nearer:
    """Narratives as a member text is compared with them."""

    numbers: Sequence[int]
    vectors: Matrix
    """Centroids, row i for `numbers[i]`."""
    radii: Floats
    sums: Mapping[int, Matrix]
    """Narrative -> sum of its texts' vectors."""

    @staticmethod
    def of(memory: Memory) -> _Nearer:
        """All narratives of a memory."""
        numbers = [item.narrative_id for item in memory.centroids]
        return _Nearer(
            numbers,
            np.stack([item.vector for item in memory.centroids]),
            np.array([item.radius for item in memory.centroids]),
            {number: memory.texts_of(number).sum(axis=0) for number in numbers},
        )

    def than_own(self, number: int, vector: Matrix) -> int | None:
        """The narrative that a text of `number` is clearly nearer to, if any."""
        rest = self.sums[number] - vector
        length = float(np.linalg.norm(rest))
        if length < 1e-6:
            return None
        own = float(rest @ vector) / length
        cosines = self.vectors @ vector
        near = np.where(cosines >= self.radii, cosines, -1.0)
        near[self.numbers.index(number)] = -1.0
        best = int(near.argmax())
        return self.numbers[best] if near[best] > own + GAIN else None
