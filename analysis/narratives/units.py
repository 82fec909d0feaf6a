"""One text unit per text: what is clustered, so that neither reprints nor long articles decide what a narrative is.

    rows -> distinct texts -> within a copy group, texts that say one thing are one text unit

Nine reprints of a text are one text unit with nine passages; the two halves of an article that stay with one claim are one text unit too, and
their mean is nearer to other tellings than each half alone. An article that makes two claims has two text units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Matrix, average_link, unit
from storage.records import PassageRow

ONE_CLAIM = 0.1
"""Mean cosine, in context, from which texts of one copy group are one text unit; 0.05 and 0.2 are as good within 0.005 on the sample world."""


@dataclass(frozen=True, slots=True)
class TextUnits:
    """Rows gathered into text units, in the order of their first passage id."""

    members: tuple[tuple[int, ...], ...]
    """Places of each text unit's rows, by passage id; every row is in one text unit."""
    vectors: Matrix
    """Unit vectors, shape (text units, dimensions): means over distinct texts."""
    texts: tuple[str, ...]
    languages: tuple[str, ...]
    """Text and language of a text unit are those of its first passage; further texts of that language are added."""

    @property
    def sizes(self) -> list[int]:
        """Passages of each text unit."""
        return [len(places) for places in self.members]


def units_of(rows: Sequence[PassageRow], vectors: Matrix) -> TextUnits:
    """Gather `rows` (row i has `vectors[i]`, a centred unit vector); the order of rows does not matter."""
    by_text: defaultdict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(rows)), key=lambda place: rows[place].passage_id):
        by_text[rows[place].text_hash].append(place)
    by_group: defaultdict[str, list[int]] = defaultdict(list)
    for places in by_text.values():
        by_group[rows[places[0]].group_id].append(places[0])
    units = sorted(
        (unit for first_places in by_group.values() for unit in _split(first_places, vectors)),
        key=lambda unit: rows[unit[0]].passage_id,
    )
    means = np.array([vectors[unit].mean(axis=0) for unit in units]).reshape(len(units), vectors.shape[1])
    languages = tuple(rows[unit[0]].language for unit in units)
    return TextUnits(
        members=tuple(
            tuple(
                sorted(
                    (place for first in unit for place in by_text[rows[first].text_hash]),
                    key=lambda place: rows[place].passage_id,
                )
            )
            for unit in units
        ),
        vectors=unit(means.astype(np.float64)),
        texts=tuple(_text(unit, rows, language) for unit, language in zip(units, languages, strict=True)),
        languages=languages,
    )


def _split(places: Sequence[int], vectors: Matrix) -> list[list[int]]:
    """The distinct texts of a copy group as text units."""
    labels = average_link(vectors[list(places)], ONE_CLAIM)
    units: defaultdict[int, list[int]] = defaultdict(list)
    for place, label in zip(places, labels, strict=True):
        units[int(label)].append(place)
    return list(units.values())


def _text(unit: Sequence[int], rows: Sequence[PassageRow], language: str) -> str:
    return " ".join(rows[place].text for place in unit if rows[place].language == language)
