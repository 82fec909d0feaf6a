"""Vectors of texts that are no passages - sentences, statements - kept like those of passages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.choose import build_of, shared_embedder
from config.settings import EmbedSettings
from storage.ids import text_hash
from storage.records import Vector
from storage.store import Store

_CHUNK = 256
"""Texts embedded before they are written: a killed run keeps what it has. Decides cost only."""


def kept_vectors(store: Store, settings: EmbedSettings, texts: Collection[str]) -> dict[str, Vector]:
    """Text -> raw vector. What is missing is embedded first; no model is loaded for nothing.

    All are read back from the store, also new ones: at rest a vector is rounded, and no result may depend on
    when its vector was made.

    Raises:
        EmbeddingError: the engine of `settings` cannot be opened or failed.
        StorageError: the store cannot be read or written.
    """
    build = build_of(settings)
    keys = {text: text_hash(text) for text in texts}
    present = store.vectors.has(build, keys.values())
    _embed(store, settings, {key: text for text, key in keys.items() if key not in present})
    return dict(zip(keys, store.vectors.get(build, list(keys.values())), strict=True)) if keys else {}


def passing_vectors(store: Store, settings: EmbedSettings, texts: Sequence[str]) -> Vectors:
    """Raw vectors of texts, row i for `texts[i]`; what is missing is embedded and not kept, for most of what
    is looked at once is never asked for again. Rounded as at rest, so that it is all one.

    Raises:
        EmbeddingError: the engine of `settings` cannot be opened or failed.
    """
    build = build_of(settings)
    keys = {text: text_hash(text) for text in texts}
    present = store.vectors.has(build, keys.values())
    known = [text for text in keys if keys[text] in present]
    found = dict(zip(known, store.vectors.get(build, [keys[text] for text in known]), strict=True))
    missing = sorted(keys.keys() - found.keys())
    if missing:
        made = shared_embedder(settings).embed(missing).astype(np.float16).astype(np.float32)
        found.update(zip(missing, made, strict=True))
    return np.stack([found[text] for text in texts])


def _embed(store: Store, settings: EmbedSettings, missing: Mapping[str, str]) -> None:
    """Embed and keep texts, by their hash."""
    ordered = sorted(missing)
    for start in range(0, len(ordered), _CHUNK):
        part = ordered[start : start + _CHUNK]
        made = shared_embedder(settings).embed([missing[key] for key in part])
        store.vectors.put(build_of(settings), dict(zip(part, made, strict=True)))
