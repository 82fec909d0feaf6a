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

from analysis.arrays import Floats, Ints, Matrix, Vectors, first_places
from analysis.narratives.nearest import Centroid, centroid_of, cosines_of
from analysis.narratives.run_view import RunView
from storage.records import Narrative, PassageFacts

AT_ONCE = 10_000
"""Passages of narratives read at a time, at least, where only centroids are wanted; decides memory only."""
_BLOCK = 2048  # texts compared at a time; decides memory only
_NONE = -1  # no place in a list and no cosine, by definition
_ROUNDING = 1e-4  # more than float32 products differ by; decides speed only
_LEAST = 1e-6  # by definition: a narrative without another text than the one that is asked
REMEMBERED = timedelta(days=60)
"""Passages of so many days make a narrative's centroid; a silent one is known by its exemplars. Chosen, not
measured."""
FORGOTTEN = timedelta(days=180)
"""A narrative silent for longer takes no passages until a refit brings it back. Chosen, not measured."""
GAIN = 0.05
"""A passage moves when another narrative is nearer to it by more than this (cosine). Chosen, not
measured."""
MERGE_LIKENESS = 0.7
"""Two narratives whose texts are this alike, compared with their own (as in `linking.py`), are one. On the
sample world the pieces of one claim that early refits had torn apart reach 0.48 to 0.90, different claims
0.56 at most. 0.6 is as good there, but on a stream of NTREX passages (14 languages, 84 days) it joins
neighbouring claims of one story: BCubed F1 0.75 instead of 0.81.
"""
FEWEST_TEXTS = 3
"""Narratives of fewer texts are too vague to be compared. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Member texts of some narratives that take passages."""

    rows: Sequence[PassageFacts]
    """One row per text and narrative, by (narrative, passage id)."""
    vectors: Matrix
    """Row i for `rows[i]`; centred unit vectors."""
    numbers: Sequence[int]
    """Narrative of `rows[i]`."""
    centroids: Sequence[Centroid]
    """By narrative."""
    members: Sequence[tuple[PassageFacts, int]]
    """Every passage with its narrative, not each text once."""

    def texts_of(self, number: int) -> Matrix:
        """Vectors of one narrative's texts, shape (n, dimensions)."""
        return self.vectors[bisect_left(self.numbers, number) : bisect_right(self.numbers, number)]

    def shapes(self) -> Iterator[tuple[Centroid, Floats, int]]:
        """Centroid, sum of the vectors and number of the texts of each narrative."""
        for item in self.centroids:
            texts = self.texts_of(item.narrative_id)
            yield item, texts.sum(axis=0), len(texts)


@dataclass(frozen=True, slots=True)
class Shapes:
    """What narratives are compared by; row i of everything for `numbers[i]`."""

    numbers: Sequence[int]
    centroids: Vectors
    radii: Floats
    sums: Matrix
    """Sum of the vectors of each narrative's texts."""
    sizes: Ints
    """Texts of each narrative."""

    def centroid(self, number: int) -> Vectors:
        """The centroid of a narrative, shape (dimensions,)."""
        return np.asarray(self.centroids[bisect_left(self.numbers, number)], np.float32)

    @staticmethod
    def of(memories: Iterable[Memory]) -> Shapes:
        """Of all narratives, each of which is in one of `memories`."""
        found = [known for memory in memories for known in memory.shapes()]
        found.sort(key=lambda known: known[0].narrative_id)
        if not found:
            return Shapes(
                [], np.zeros((0, 0), np.float32), np.zeros(0), np.zeros((0, 0)), np.zeros(0, np.int64)
            )
        centroids, sums, sizes = zip(*found, strict=True)
        return Shapes(
            [item.narrative_id for item in centroids],
            np.array([item.vector for item in centroids], np.float32),
            np.array([item.radius for item in centroids]),
            np.array(sums),
            np.array(sizes),
        )


def open_narratives(view: RunView) -> dict[int, Narrative]:
    """Narratives that take passages, by number: not merged, not forgotten. A recurring form takes its like,
    which would go elsewhere.
    """
    oldest = view.now - FORGOTTEN
    return {item.narrative_id: item for item in view.living() if item.last_seen_at >= oldest}


def in_parts(view: RunView, narratives: Mapping[int, Narrative]) -> Iterator[Memory]:
    """The member texts of `narratives`, some whole narratives at a time, by number."""
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
    rows, vectors = view.read(view.store.passages.facts_of(held.keys()))
    places = _distinct(rows, held)
    texts = vectors[places]
    numbers = [held[rows[place].passage_id] for place in places]
    return Memory(
        [rows[place] for place in places],
        texts,
        numbers,
        _centroids(view, texts, numbers),
        [(row, held[row.passage_id]) for row in rows],
    )


def _distinct(rows: Sequence[PassageFacts], held: Mapping[str, int]) -> list[int]:
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


def merge_candidates(shapes: Shapes) -> set[tuple[int, int]]:
    """Pairs of narratives, the older first, that say the same."""
    enough = np.flatnonzero(shapes.sizes >= FEWEST_TEXTS)
    pairs = _alike(shapes.sums[enough], shapes.sizes[enough].astype(np.float64))
    return {(shapes.numbers[enough[one]], shapes.numbers[enough[other]]) for one, other in pairs}


def _alike(sums: Matrix, sizes: Floats) -> Iterator[tuple[int, int]]:
    """Each two groups that say the same, from their sums; the smaller place first."""
    for start in range(0, len(sizes), _BLOCK):
        alike = _likeness(sums, sizes, slice(start, start + _BLOCK)) >= MERGE_LIKENESS
        for one, other in np.argwhere(np.triu(alike, start + 1)).tolist():
            yield start + one, other


def _likeness(sums: Matrix, sizes: Floats, part: slice) -> Matrix:
    """Of some groups of two and more unit rows to all, from their sums: mean cosine between, relative to
    within.
    """
    squares = np.einsum("ij,ij->i", sums, sums)
    within = np.maximum((squares - sizes) / (sizes * (sizes - 1)), 1e-6)
    scale = sizes * np.sqrt(within)
    return np.asarray(sums[part] @ sums.T / np.outer(scale[part], scale), np.float64)


def nearer_narratives(shapes: Shapes, memory: Memory, movable: Collection[str]) -> dict[tuple[int, str], int]:
    """(Narrative, text) -> another narrative that the text is clearly nearer to than to the rest of its own.

    The text lies within the radius of the other. Early narratives are drawn from few texts; as their
    centroids become clear, what was laid to a neighbour goes where it belongs.

    Args:
        shapes: all narratives.
        memory: those whose texts are asked.
        movable: passages of the window that no analyst has placed.
    """
    asked = [place for place, row in enumerate(memory.rows) if row.passage_id in movable]
    moves = {}
    for start in range(0, len(asked) if len(shapes.numbers) > 1 else 0, _BLOCK):
        places = asked[start : start + _BLOCK]
        own = np.searchsorted(shapes.numbers, [memory.numbers[place] for place in places])
        nearer = _nearer_than_own(shapes, memory.vectors[places], own)
        for place, other in zip(places, nearer.tolist(), strict=True):
            if other != _NONE:
                moves[memory.numbers[place], memory.rows[place].text_hash] = shapes.numbers[other]
    return moves


def _nearer_than_own(shapes: Shapes, vectors: Matrix, own: Ints) -> Ints:
    """For each text of the narrative `own` the one that it is clearly nearer to, -1 for none."""
    best = _nearest_other(shapes, vectors, own)
    # The products only choose: their last bits depend on the shape of the block.
    near = cosines_of(vectors, shapes.centroids[best])
    within = (best != own) & (near >= shapes.radii[best])
    rest = shapes.sums[own] - vectors
    lengths = np.linalg.norm(rest, axis=1)
    to_rest = np.einsum("ij,ij->i", rest, vectors) / np.maximum(lengths, _LEAST)
    return np.where(within & (lengths > _LEAST) & (near > to_rest + GAIN), best, _NONE)


def _nearest_other(shapes: Shapes, vectors: Matrix, own: Ints) -> Ints:
    """The nearest narrative within whose radius each text lies, its own where there is no other."""
    cosines = vectors.astype(np.float32) @ shapes.centroids.T
    cosines[cosines < shapes.radii - _ROUNDING] = _NONE
    every = np.arange(len(vectors))
    cosines[every, own] = _NONE
    best = cosines.argmax(axis=1)
    return np.where(cosines[every, best] > _NONE, best, own)
