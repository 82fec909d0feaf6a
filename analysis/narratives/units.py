"""One text unit per text: what is clustered, so that neither reprints nor long articles decide what a
narrative is.

    rows -> distinct texts -> within a copy group, texts that say one thing are one text unit

Nine reprints of a text are one text unit with nine passages; the two halves of an article that stay with one
claim are one text unit too, and their mean is nearer to other tellings than each half alone. An article that
makes two claims has two text units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from analysis.arrays import Matrix, average_link, first_places, unit
from analysis.narratives.neighbours import Rows
from storage.records import PassageFacts, PassageRow

Told = TypeVar("Told", bound=PassageRow | PassageFacts)
"""A passage with its text or without."""

ONE_CLAIM = 0.1
"""Mean cosine, in context, from which texts of one copy group are one text unit; 0.05 and 0.2 are as good
within 0.005 on the sample world. Measured there in sample."""


@dataclass(frozen=True, slots=True)
class TextUnits:
    """Rows gathered into text units, in the order of their first passage id."""

    members: tuple[tuple[int, ...], ...]
    """Places of each text unit's rows, by passage id; every row is in one text unit."""
    vectors: Rows
    """Unit vectors, shape (text units, dimensions): means over distinct texts."""

    @property
    def sizes(self) -> list[int]:
        """Passages of each text unit."""
        return [len(places) for places in self.members]


def units_of(rows: Sequence[Told], vectors: Matrix) -> TextUnits:
    """Gather `rows` (row i has `vectors[i]`, a centred unit vector); the order of rows does not matter.

    A copy group is gathered from those of its passages that are given.
    """
    by_text = _by_text(rows)
    groups = _copy_groups(rows, by_text.values())
    units = [texts for group in groups for texts in _one_claim_each(group, vectors)]
    units.sort(key=lambda texts: rows[texts[0]].passage_id)
    return TextUnits(
        members=tuple(_members(texts, rows, by_text) for texts in units),
        vectors=_means(vectors, units),
    )


def gathered(parts: Iterable[tuple[Sequence[Told], TextUnits]]) -> tuple[list[Told], TextUnits]:
    """Text units of parts that share no copy group, as of all their rows at once; vectors are float16."""
    rows: list[Told] = []
    members: list[tuple[int, ...]] = []
    vectors: list[Rows] = []
    for of_part, units in parts:
        members += [tuple(len(rows) + place for place in places) for places in units.members]
        vectors.append(units.vectors.astype(np.float16))
        rows += of_part
    order = sorted(range(len(members)), key=lambda unit: rows[members[unit][0]].passage_id)
    return rows, TextUnits(tuple(members[unit] for unit in order), _in_order(vectors, order))


def _in_order(parts: list[Rows], order: Sequence[int]) -> Rows:
    """The rows of all parts in an order; parts are let go as they are copied."""
    places = np.empty(len(order), np.int64)
    places[np.asarray(order, np.int64)] = np.arange(len(order))
    found = np.empty((len(order), parts[0].shape[1] if parts else 0), np.float16)
    first = 0
    for number, part in enumerate(parts):
        found[places[first : first + len(part)]] = part
        first += len(part)
        parts[number] = part[:0]
    return found


def texts_of(units: TextUnits, rows: Sequence[PassageRow]) -> tuple[list[str], list[str]]:
    """Text and language of each text unit; its places are those of `rows`."""
    told = [[rows[place] for place in places] for places in units.members]
    return [text_of(unit) for unit in told], [unit[0].language for unit in told]


def text_of(rows: Sequence[PassageRow]) -> str:
    """The text of a text unit, from its passages."""
    return " ".join(row.text for row in telling(rows))


def telling(rows: Sequence[Told]) -> list[Told]:
    """Those passages of a text unit that make its text: each text once, in the language of the first."""
    distinct = [rows[place] for place in first_places(row.text_hash for row in rows).values()]
    return [row for row in distinct if row.language == rows[0].language]


def _means(vectors: Matrix, units: Sequence[list[int]]) -> Matrix:
    """The mean direction of each unit's texts, shape (units, dimensions)."""
    means = np.array([vectors[texts].mean(axis=0) for texts in units])
    return unit(means.reshape(len(units), vectors.shape[1]).astype(np.float64))


def _by_text(rows: Sequence[Told]) -> dict[str, list[int]]:
    """Text -> places of its rows, by passage id."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(rows)), key=lambda place: rows[place].passage_id):
        found[rows[place].text_hash].append(place)
    return found


def _copy_groups(rows: Sequence[Told], texts: Iterable[Sequence[int]]) -> list[list[int]]:
    """The distinct texts of each copy group, each by the place of its first row."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for places in texts:
        found[rows[places[0]].group_id].append(places[0])
    return list(found.values())


def _one_claim_each(places: Sequence[int], vectors: Matrix) -> list[list[int]]:
    """The distinct texts of a copy group, those of one claim together."""
    labels = average_link(vectors[list(places)], ONE_CLAIM)
    units: defaultdict[int, list[int]] = defaultdict(list)
    for place, label in zip(places, labels, strict=True):
        units[int(label)].append(place)
    return list(units.values())


def _members(
    texts: Sequence[int], rows: Sequence[Told], by_text: Mapping[str, Sequence[int]]
) -> tuple[int, ...]:
    """Places of all rows with these texts, by passage id."""
    places = [place for first in texts for place in by_text[rows[first].text_hash]]
    return tuple(sorted(places, key=lambda place: rows[place].passage_id))
