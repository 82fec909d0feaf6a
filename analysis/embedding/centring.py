"""Vectors in which languages meet: the mean of each language is subtracted, then every row is brought to
length 1.

Raw E5 vectors lie so close together that an unrelated text in the same language is nearly as close as a
translation; on news, subtracting the mean of the language raises BCubed F1 of clusters across languages from
0.57 to 0.90 (see `embedding/means.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.embedding.choose import shared_embedder
from analysis.embedding.languages import family_of, language_key
from analysis.embedding.means import OVERALL, make_table
from config.clock import Clock
from config.settings import EmbedSettings
from storage.records import MeanTable, Narrative, PassageFacts, PassageRow, Vector
from storage.store import Store

CENTROID_LENGTH = 0.16
"""Length of the mean of a narrative's members less the mean of their language, before anything is brought to
length 1. Measured on the eight planted claims of the sample world: 0.12 to 0.21, mean 0.16 (members 0.39
long, the mean of their unit vectors 0.40).
"""


def comparable(store: Store, narratives: Iterable[Narrative]) -> list[Narrative]:
    """The narratives in their order, every centroid as the newest means of its build would have it: only such
    can be compared.

    A centroid is frozen with the means of its day. Other means move every member x - mean by the same vector
    within a language, and the centroid with them; members need not be read.
    """
    given = list(narratives)
    newest = {build: store.means.latest(build) for build in sorted({item.build for item in given})}
    older = {(item.build, item.mean_version) for item in given}
    tables = {key: store.means.get(*key) for key in sorted(older)}
    return [_at(item, tables[item.build, item.mean_version], newest[item.build]) for item in given]


def _at(narrative: Narrative, old: MeanTable | None, new: MeanTable | None) -> Narrative:
    """The narrative with its centroid under other means; unchanged where nothing is known of them."""
    if narrative.centroid is None or old is None or new is None or old.version == new.version:
        return narrative
    languages = sorted(narrative.keywords) or [OVERALL]
    moved = np.mean([mean_of(old, language) - mean_of(new, language) for language in languages], axis=0)
    centroid = unit_rows((CENTROID_LENGTH * narrative.centroid + moved)[None])[0]
    return replace(narrative, centroid=centroid, mean_version=new.version)


def centred(store: Store, rows: Sequence[PassageRow | PassageFacts], table: MeanTable) -> Vectors:
    """Centred unit vectors of `rows`, shape (len(rows), dimensions), row i for rows[i].

    Raises:
        StorageError: a passage has no vector of the table's build.
    """
    raw = store.vectors.get(table.build, [row.text_hash for row in rows])
    return centre(raw, [row.language for row in rows], table)


def centre(raw: Vectors, languages: Sequence[str], table: MeanTable) -> Vectors:
    """`raw` less the mean of each row's language, rows at length 1; same shape."""
    if not len(raw):
        # As wide as the others, so that what finds nothing to compare finds nothing, and does not fail.
        return np.zeros((0, len(mean_of(table, "*"))), np.float32)
    place_of = {language: place for place, language in enumerate(dict.fromkeys(languages))}
    means = np.stack([mean_of(table, language) for language in place_of])
    places = [place_of[language] for language in languages]
    return unit_rows(np.asarray(raw, np.float32) - means[places])


def embed_texts(
    texts: Sequence[str], languages: Sequence[str], *, settings: EmbedSettings, clock: Clock
) -> Vectors:
    """Centred unit vectors of `texts` without a workspace, shape (len(texts), dimensions); the texts are each
    other's own passages.

    Raises:
        EmbeddingError: the engine of `settings` cannot be opened or failed.
    """
    embedder = shared_embedder(settings)
    raw = embedder.embed(texts)
    keys = np.array(languages)
    own = {language: raw[keys == language] for language in sorted(set(languages))}
    return centre(raw, languages, make_table(own, build=embedder.build, version=0, made_at=clock.now()))


def mean_of(table: MeanTable, language: str) -> Vector:
    """The mean to subtract from a text in `language`: its own, else its family's, else the overall one."""
    return table.means[_key(table, language)]


def is_centred(table: MeanTable, language: str) -> bool:
    """Whether the table knows this language itself; where it does not, a passage may join a narrative but
    should not found one.
    """
    return language_key(language) in table.means


def _key(table: MeanTable, language: str) -> str:
    for key in (language_key(language), f"@{family_of(language)}"):
        if key in table.means:
            return key
    return OVERALL
