"""Vectors without a workspace: the product's engine, passages, voices, means and centring, with raw vectors
kept between runs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from analysis.arrays import Vectors
from analysis.embedding.centring import centre
from analysis.embedding.choose import build_of, open_embedder
from analysis.embedding.means import SAMPLE, make_table
from config.settings import EmbedSettings
from storage.ids import text_hash
from storage.records import MeanTable
from tests.quality.result import say

CHUNK = 512
"""Texts between two lines of progress."""


class Space:
    """Raw and centred vectors of texts; a context, so that the processes of the engine end with it.

    Vectors are kept in `folder` by the hash of their text, as float16 like in a workspace, in one file for
    every build of the engine; so is the engine's graph.
    """

    def __init__(self, folder: Path) -> None:
        self._settings = EmbedSettings(cache_dir=folder)
        self._build = build_of(self._settings)
        self._path = folder / f"vectors-{re.sub(r'[^A-Za-z0-9]+', '-', self._build)}.npz"
        self._known: dict[str, npt.NDArray[np.float16]] = {}

    def __enter__(self) -> Space:
        if self._path.is_file():
            with np.load(self._path) as kept:
                self._known = dict(zip(kept["hashes"].tolist(), kept["vectors"], strict=True))
        self._embedder = open_embedder(self._settings)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._embedder.close()

    def raw(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions)."""
        missing = {key: text for text in texts if (key := text_hash(text)) not in self._known}
        keys = sorted(missing)
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            self._known.update(
                zip(
                    part, self._embedder.embed([missing[key] for key in part]).astype(np.float16), strict=True
                )
            )
            say(f"  embedded {start + len(part)} of {len(keys)}")
        if keys:
            hashes = sorted(self._known)
            np.savez(
                self._path, hashes=np.array(hashes), vectors=np.stack([self._known[key] for key in hashes])
            )
        return np.stack([self._known[text_hash(text)] for text in texts]).astype(np.float32)

    def centred(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Vectors less the mean of their language - prior and own, as a workspace freezes
        them - at length 1.
        """
        return centre(self.raw(texts), languages, self.table(texts, languages))

    def table(self, texts: Sequence[str], languages: Sequence[str]) -> MeanTable:
        """The means of a workspace that holds these texts; distinct ones, of each language at most as many as
        it samples.
        """
        raw = self.raw(texts)
        places: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for place, (text, language) in enumerate(zip(texts, languages, strict=True)):
            places[language].setdefault(text_hash(text), place)
        own = {
            language: raw[[found[key] for key in sorted(found)[:SAMPLE]]]
            for language, found in places.items()
        }
        return make_table(own, build=self._build, version=1, made_at=datetime(2000, 1, 1, tzinfo=UTC))
