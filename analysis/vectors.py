"""Vectors in which languages meet: the mean of each language is subtracted, then every row is brought to length 1.

Raw E5 vectors lie so close together that an unrelated text in the same language is nearly as close as a translation; on news, subtracting
the mean of the language raises BCubed F1 of clusters across languages from 0.57 to 0.90 (see `embedding/means.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.embedding.base import Matrix, unit_rows
from analysis.embedding.languages import family_of, language_key
from storage.records import MeanTable, PassageRow, Vector
from storage.store import Store

OVERALL = "*"
"""Key of the overall mean in a `MeanTable`; `@family` are the keys of language families."""


def centred(store: Store, rows: Sequence[PassageRow], table: MeanTable) -> Matrix:
    """Centred unit vectors of `rows`, shape (len(rows), dimensions), row i for rows[i].

    Raises:
        StorageError: a passage has no vector of the table's build.
    """
    raw = store.vectors.get(table.build, [row.text_hash for row in rows])
    return centre(raw, [row.language for row in rows], table)


def centre(raw: Matrix, languages: Sequence[str], table: MeanTable) -> Matrix:
    """`raw` less the mean of each row's language, rows at length 1; same shape."""
    if not len(raw):
        return np.zeros(raw.shape, np.float32)
    return unit_rows(np.asarray(raw, np.float32) - np.stack([mean_of(table, language) for language in languages]))


def mean_of(table: MeanTable, language: str) -> Vector:
    """The mean to subtract from a text in `language`: its own, else its family's, else the overall one."""
    return table.means[_key(table, language)]


def is_centred(table: MeanTable, language: str) -> bool:
    """Whether the table knows this language itself; where it does not, a passage may join a narrative but should not found one."""
    return _key(table, language) == language_key(language)


def _key(table: MeanTable, language: str) -> str:
    for key in (language_key(language), f"@{family_of(language)}"):
        if key in table.means:
            return key
    return OVERALL
