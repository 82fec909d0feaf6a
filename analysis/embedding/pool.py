"""multilingual-e5-small in as many processes as there are cores; the vectors are the same bits for any number
of them.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.base import EmbeddingError
from analysis.embedding.cache import cached_graph
from analysis.embedding.e5 import DIMENSIONS, E5Embedder, build_name
from analysis.embedding.processor import processor_class
from analysis.embedding.weights import find_weights
from config.machine import cores, end_with_parent

SMALL = 128
"""Texts that one process embeds sooner (two seconds) than others start. Decides speed only."""
CHUNK = 16
"""Texts a task. Decides speed only."""

_engine: E5Embedder | None = None
"""The engine of a worker process, opened when the process starts."""


class PooledE5:
    """Processes start when the first larger job comes, and stay; small jobs run here.

    `workers` is their number, 0 for one a core; with 1 everything runs in this process.

    Raises:
        EmbeddingError: the weights are missing or wrong, or the graph cannot be kept.
    """

    dimensions = DIMENSIONS

    def __init__(
        self, *, weights_file: Path | None = None, cache_dir: Path | None = None, workers: int = 0
    ) -> None:
        self.build = build_name()
        self._weights_file = find_weights(weights_file)
        self._cache_dir = cache_dir
        # Built here and now, so that the workers find it.
        cached_graph(self._weights_file, cache_dir, processor_class())
        self._workers = workers or cores()
        self._here: E5Embedder | None = None
        self._pool: ProcessPoolExecutor | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`, shape (n, 384)."""
        if self._workers == 1 or (len(texts) < SMALL and self._pool is None):
            return self._embed_here(texts)
        parts = [list(texts[start : start + CHUNK]) for start in range(0, len(texts), CHUNK)]
        try:
            vectors = list(self._processes().map(_embed_there, parts))
        except BrokenProcessPool as error:
            self.close()
            raise EmbeddingError(
                "embed: a worker process died (out of memory?); run again, or set embed.workers = 1"
            ) from error
        return np.concatenate(vectors) if vectors else np.zeros((0, self.dimensions), np.float32)

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _embed_here(self, texts: Sequence[str]) -> Vectors:
        if self._here is None:
            self._here = E5Embedder(weights_file=self._weights_file, cache_dir=self._cache_dir)
        return self._here.embed(texts)

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=(self._weights_file, self._cache_dir),
            )
        return self._pool


def _start_worker(weights_file: Path, cache_dir: Path | None) -> None:
    """Open the engine of this worker process, and see to it that the process does not outlive its parent."""
    global _engine  # a worker process has exactly one engine
    end_with_parent()
    _engine = E5Embedder(weights_file=weights_file, cache_dir=cache_dir)


def _embed_there(texts: list[str]) -> Vectors:
    if _engine is None:
        raise EmbeddingError("embed: this process has no engine; texts go through PooledE5.embed")
    return _engine.embed(texts)
