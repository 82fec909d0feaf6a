"""Ordinary sentences of a workspace: sampled once, frozen with the means, like what is
ordinary of passages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.centring import centre
from analysis.embedding.choose import build_of, settings_of, shared_embedder
from analysis.embedding.kept import kept_vectors
from analysis.embedding.means import make_table
from analysis.watch.readings import sentences_in
from analysis.watch.sentences import Sentences, SentenceScale
from config.settings import EmbedSettings
from config.workspace import Workspace
from storage.ids import text_hash
from storage.records import MeanTable, SampledSentence, Vector
from storage.store import Store

PASSAGES = 200
"""Passages of a language whose sentences are sampled. Chosen, not measured: limits of NTREX rest on 351, and
the cohort takes evenly from all languages."""


class SentenceSpace:
    """Sentences with means of their own, and what is ordinary among them."""

    def __init__(self, table: MeanTable, ordinary: Mapping[str, Sentences]) -> None:
        self.table = table
        self._ordinary = ordinary

    @property
    def languages(self) -> list[str]:
        """Languages that have a sample, sorted."""
        return sorted(self._ordinary)

    def scale(self, statements: Vectors, *, false_rate: float) -> SentenceScale:
        """What is ordinary for these statements; centred unit vectors, shape (statements, dimensions)."""
        return SentenceScale(statements, self._ordinary, false_rate=false_rate)


def sentence_space(store: Store, workspace: Workspace, table: MeanTable) -> SentenceSpace:
    """The frozen sample; drawn and embedded first where this version of the means has none.

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: the store cannot be read or written.
    """
    sample = store.watch_learned.sample(table.build, table.version)
    if not sample:
        sample = _drawn(store, workspace)
        store.watch_learned.keep_sample(table.build, table.version, sample)
    raw = store.vectors.get(table.build, [row.text_hash for row in sample])
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(sample):
        places[row.language].append(place)
    own = make_table(
        {key: raw[rows] for key, rows in places.items()},
        build=table.build,
        version=table.version,
        made_at=table.made_at,
    )
    return SentenceSpace(own, {key: _sentences(sample, raw, rows, own) for key, rows in places.items()})


def _sentences(
    sample: Sequence[SampledSentence], raw: Vectors, rows: Sequence[int], table: MeanTable
) -> Sentences:
    """The sentences of one language."""
    _, passages = np.unique([sample[row].passage for row in rows], return_inverse=True)
    return Sentences(centre(raw[list(rows)], [sample[row].language for row in rows], table), passages)


def _drawn(store: Store, workspace: Workspace) -> list[SampledSentence]:
    """Sentences of the first passages of every language by hash, embedded and kept."""
    found: dict[tuple[str, str], SampledSentence] = {}
    texts: set[str] = set()
    for language, number, sentence in _ordinary(store):
        key = text_hash(sentence)
        found.setdefault((language, key), SampledSentence(key, language, number))
        texts.add(sentence)
    kept_vectors(store, settings_of(workspace), texts)
    return sorted(found.values(), key=lambda row: (row.language, row.text_hash))


def _ordinary(store: Store) -> Iterator[tuple[str, int, str]]:
    """Language, number of the passage within it, and sentence, of the passages that are sampled."""
    for language, passages in store.watch_learned.ordinary_texts(per_language=PASSAGES).items():
        for number, passage in enumerate(passages):
            for sentence in sentences_in(passage):
                yield language, number, sentence


def read_vectors(store: Store, settings: EmbedSettings, texts: Sequence[str]) -> dict[str, Vector]:
    """Text -> raw vector of sentences that are looked at once: not kept, but rounded as if they were, so that
    no result depends on which of them are kept.
    """
    build = build_of(settings)
    keys = {text: text_hash(text) for text in texts}
    present = store.vectors.has(build, keys.values())
    known = [text for text in keys if keys[text] in present]
    found = dict(zip(known, store.vectors.get(build, [keys[text] for text in known]), strict=True))
    missing = sorted(text for text in keys if keys[text] not in present)
    if missing:
        made = shared_embedder(settings).embed(missing).astype(np.float16).astype(np.float32)
        found |= dict(zip(missing, made, strict=True))
    return found
