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

import numpy as np

from analysis.arrays import Matrix, average_link, unit
from storage.records import PassageRow

ONE_CLAIM = 0.1
"""Mean cosine, in context, from which texts of one copy group are one text unit; 0.05 and 0.2 are as good
within 0.005 on the sample world.
"""


@dataclass(frozen=True, slots=True)
class TextUnits:
    """Rows gathered into text units, in the order of their first passage id."""

    members: tuple[tuple[int, ...], ...]
    """Places of each text unit's rows, by passage id; every row is in one text unit."""
    vectors: Matrix
    """Unit vectors, shape (text units, dimensions): means over distinct texts."""
    texts: tuple[str, ...]
    languages: tuple[str, ...]
    """Text and language of a text unit are those of its first passage; further texts of that language are
    added.
    """

    @property
    def sizes(self) -> list[int]:
        """Passages of each text unit."""
        return [len(places) for places in self.members]


def units_of(rows: Sequence[PassageRow], vectors: Matrix) -> TextUnits:
    """Gather `rows` (row i has `vectors[i]`, a centred unit vector); the order of rows does not matter."""
    by_text = _by_text(rows)
    groups = _copy_groups(rows, by_text.values())
    units = [texts for group in groups for texts in _one_claim_each(group, vectors)]
    units.sort(key=lambda texts: rows[texts[0]].passage_id)
    return TextUnits(
        members=tuple(_members(texts, rows, by_text) for texts in units),
        vectors=_means(vectors, units),
        texts=tuple(_text(texts, rows) for texts in units),
        languages=tuple(rows[texts[0]].language for texts in units),
    )


def _means(vectors: Matrix, units: Sequence[list[int]]) -> Matrix:
    """The mean direction of each unit's texts, shape (units, dimensions)."""
    means = np.array([vectors[texts].mean(axis=0) for texts in units])
    return unit(means.reshape(len(units), vectors.shape[1]).astype(np.float64))


def _by_text(rows: Sequence[PassageRow]) -> dict[str, list[int]]:
    """Text -> places of its rows, by passage id."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(rows)), key=lambda place: rows[place].passage_id):
        found[rows[place].text_hash].append(place)
    return found


def _copy_groups(rows: Sequence[PassageRow], texts: Iterable[Sequence[int]]) -> list[list[int]]:
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
    texts: Sequence[int], rows: Sequence[PassageRow], by_text: Mapping[str, Sequence[int]]
) -> tuple[int, ...]:
    """Places of all rows with these texts, by passage id."""
    places = [place for first in texts for place in by_text[rows[first].text_hash]]
    return tuple(sorted(places, key=lambda place: rows[place].passage_id))


def _text(texts: Sequence[int], rows: Sequence[PassageRow]) -> str:
    """The texts in the language of the first."""
    language = rows[texts[0]].language
    return " ".join(rows[place].text for place in texts if rows[place].language == language)
