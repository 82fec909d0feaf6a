"""An OpenAI-compatible embeddings endpoint, such as Text Embeddings Inference on a GPU server."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.embedding.base import EmbeddingError
from analysis.embedding.libraries import prefix_of

API_KEY = "DRUMBEAT_EMBED_API_KEY"
"""Environment variable that holds the key, if the server wants one."""

BATCH = 32
"""Texts a request. Decides speed only."""
_TIMEOUT_SECONDS = 120.0
"""Decides cost only: a batch on a slow processor takes seconds."""


class EndpointEmbedder:
    """Sends texts to `{endpoint}/embeddings`.

    Raises:
        EmbeddingError: no http(s) address is set, the server does not answer, or its answer is not what the
            protocol says.
    """

    def __init__(self, model: str, *, endpoint: str | None, build: str) -> None:
        if not endpoint or urlsplit(endpoint).scheme not in {"http", "https"}:
            raise EmbeddingError(
                f"embed.endpoint: {endpoint!r} is not an http(s) address; "
                'expected one such as "http://localhost:8080/v1"'
            )
        self.build = build
        self._model = model
        self._prefix = prefix_of(model)
        self._address = endpoint.rstrip("/") + "/embeddings"
        # Any text will do but an empty one, which such servers refuse.
        self.dimensions = self._ask([f"{self._prefix}news"]).shape[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`, shape (n, dimensions)."""
        prefixed = [self._prefix + text for text in texts]
        parts = [self._ask(prefixed[start : start + BATCH]) for start in range(0, len(prefixed), BATCH)]
        return unit_rows(np.concatenate(parts)) if parts else np.zeros((0, self.dimensions), np.float32)

    def close(self) -> None:
        """Nothing to give back: every request has its own connection."""

    def _ask(self, texts: list[str]) -> Vectors:
        """Vectors as the server gives them, in the order of `texts`."""
        body = json.dumps({"model": self._model, "input": texts, "encoding_format": "float"}).encode()
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(API_KEY):
            headers["Authorization"] = f"Bearer {key}"
        # The scheme was checked: http or https only.
        request = urllib.request.Request(self._address, body, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
                return self._vectors(json.load(answer), len(texts))
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(300).decode("utf-8", "replace")
            raise EmbeddingError(
                f"embed.endpoint: {self._address} answered {error.code} ({said}); is embed.model right, and "
                f"{API_KEY} set?"
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise EmbeddingError(f"embed.endpoint: {self._address} cannot be used ({error})") from error

    def _vectors(self, answer: Any, expected: int) -> Vectors:
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = np.asarray([row["embedding"] for row in rows], np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise EmbeddingError(
                f"embed.endpoint: {self._address} answered something else than a list of embeddings "
                f"({error!r})"
            ) from error
        if vectors.ndim != 2 or len(vectors) != expected:
            raise EmbeddingError(
                f"embed.endpoint: {self._address} answered an array of shape {vectors.shape} for {expected} "
                "texts"
            )
        if not np.isfinite(vectors).all():
            raise EmbeddingError(
                f"embed.endpoint: {self._address} answered vectors with holes (null, NaN or infinity); is "
                "the model whole?"
            )
        return vectors
