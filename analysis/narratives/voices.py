"""One voice per text: what is clustered, so that neither reprints nor long articles decide what a narrative is.

    rows -> distinct texts -> within a copy group, texts that say one thing are one voice

Nine reprints of a text are one voice with nine passages; the two halves of an article that stay with one claim are one voice too, and
their mean is nearer to other tellings than each half alone. An article that makes two claims has two voices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Matrix, average_link, unit
from storage.records import PassageRow

ONE_CLAIM = 0.1
"""Mean cosine, in context, from which texts of one copy group are one voice; 0.05 and 0.2 are as good within 0.005 on the sample world."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Rows gathered into voices, in the order of their first passage id."""

    members: tuple[tuple[int, ...], ...]
    """Places of each voice's rows, by passage id; every row is in one voice."""
    vectors: Matrix
    """Unit vectors, shape (voices, dimensions): means over distinct texts."""
    texts: tuple[str, ...]
    languages: tuple[str, ...]
    """Text and language of a voice are those of its first passage; further texts of that language are added."""

    @property
    def sizes(self) -> list[int]:
        """Passages of each voice."""
        return [len(places) for places in self.members]


def voices_of(rows: Sequence[PassageRow], vectors: Matrix) -> Voices:
    """Gather `rows` (row i has `vectors[i]`, a centred unit vector); the order of rows does not matter."""
    by_text: defaultdict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(rows)), key=lambda place: rows[place].passage_id):
        by_text[rows[place].text_hash].append(place)
    by_group: defaultdict[str, list[int]] = defaultdict(list)
    for places in by_text.values():
        by_group[rows[places[0]].group_id].append(places[0])
    voices = sorted(
        (voice for first_places in by_group.values() for voice in _split(first_places, vectors)),
        key=lambda voice: rows[voice[0]].passage_id,
    )
    means = np.array([vectors[voice].mean(axis=0) for voice in voices]).reshape(len(voices), vectors.shape[1])
    languages = tuple(rows[voice[0]].language for voice in voices)
    return Voices(
        members=tuple(
            tuple(
                sorted(
                    (place for first in voice for place in by_text[rows[first].text_hash]),
                    key=lambda place: rows[place].passage_id,
                )
            )
            for voice in voices
        ),
        vectors=unit(means.astype(np.float64)),
        texts=tuple(_text(voice, rows, language) for voice, language in zip(voices, languages, strict=True)),
        languages=languages,
    )


def _split(places: Sequence[int], vectors: Matrix) -> list[list[int]]:
    """The distinct texts of a copy group as voices."""
    labels = average_link(vectors[list(places)], ONE_CLAIM)
    voices: defaultdict[int, list[int]] = defaultdict(list)
    for place, label in zip(places, labels, strict=True):
        voices[int(label)].append(place)
    return list(voices.values())


def _text(voice: Sequence[int], rows: Sequence[PassageRow], language: str) -> str:
    return " ".join(rows[place].text for place in voice if rows[place].language == language)
