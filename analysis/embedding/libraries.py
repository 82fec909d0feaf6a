"""Engines of other libraries, for those who have a model hub or a GPU: sentence-transformers and fastembed.

Both pad and round by batch, so every text is a batch of its own: neighbours stay out, at the price of speed.
Neither is installed by default (extra `embedders`).
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.embedding.base import QUERY_PREFIX, EmbeddingError


class SentenceTransformersEmbedder:
    """Any sentence-transformers model, by its name on the hub or its folder.

    Raises:
        EmbeddingError: the package is not installed, or the model cannot be loaded.
    """

    def __init__(self, model: str, *, build: str) -> None:
        self.build = build
        self._prefix = prefix_of(model)
        library = _library("sentence_transformers", "sentence-transformers")
        try:
            self._model: Any = library.SentenceTransformer(model)
        except (OSError, ValueError) as error:
            raise EmbeddingError(
                f"embed.model: sentence-transformers cannot load {model!r} ({error})"
            ) from error
        self.dimensions = int(self._model.get_sentence_embedding_dimension())

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`, shape (n, dimensions); one text a batch, because padding moves the last
        bits.
        """
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        prefixed = [self._prefix + text for text in texts]
        return unit_rows(
            np.asarray(
                self._model.encode(prefixed, batch_size=1, convert_to_numpy=True, show_progress_bar=False),
                np.float32,
            )
        )

    def close(self) -> None:
        """Nothing to give back."""


class FastembedEmbedder:
    """Any model that fastembed knows by name.

    Raises:
        EmbeddingError: the package is not installed, or the model is unknown.
    """

    def __init__(self, model: str, *, build: str) -> None:
        self.build = build
        self._prefix = prefix_of(model)
        library = _library("fastembed", "fastembed")
        try:
            self._model: Any = library.TextEmbedding(model)
        except (OSError, ValueError) as error:
            raise EmbeddingError(f"embed.model: fastembed cannot load {model!r} ({error})") from error
        self.dimensions = len(next(iter(self._model.embed([self._prefix], batch_size=1))))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`, shape (n, dimensions); one text a batch, because its models may be
        quantised.
        """
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return unit_rows(
            np.asarray(
                list(self._model.embed([self._prefix + text for text in texts], batch_size=1)), np.float32
            )
        )

    def close(self) -> None:
        """Nothing to give back."""


def prefix_of(model: str) -> str:
    """`query: ` for models of the E5 family, which were trained with it; nothing for others."""
    return QUERY_PREFIX if "e5" in model.lower().replace("/", "-").split("-") else ""


def _library(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise EmbeddingError(
            f"embed.engine: {package!r} is set but the package cannot be imported ({error}); install it with "
            f"`pip install {package}` "
            'or set embed.engine = "e5-onnx"'
        ) from error
