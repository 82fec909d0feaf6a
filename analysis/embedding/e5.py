"""multilingual-e5-small in this process: ONNX Runtime, one thread, one passage a call.

Dynamic quantisation scales everything that is in a call, so a vector would depend on its neighbours; one
passage a call is also the fastest here. Several processes run it side by side (`pool.py`) and give the same
bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.embedding.base import EmbeddingError
from analysis.embedding.cache import cached_graph
from analysis.embedding.graph import GRAPH_VERSION, INPUT, OUTPUT
from analysis.embedding.processor import processor_class
from analysis.embedding.tokens import Tokenizer
from analysis.embedding.weights import WEIGHTS_SHA256, Weights, find_weights, unpacked

DIMENSIONS = 384
"""Of multilingual-e5-small, by definition."""


def build_name() -> str:
    """The build of vectors: weights and graph; needs no model and no file.

    Neither the version of ONNX Runtime nor the class of processor is part of it, so that machines share a
    workspace and an upgrade does not embed everything again. Vectors of 1.20 and 1.32, and of processors with
    and without VNNI (`graph.write_graph`), have a cosine of 0.997 on average and 0.991 at least, as near as
    each is to the float32 original; the cosine of two centred passages differs by 0.008 on average, 0.038 in
    one pair of a thousand, without bias (900 passages of NTREX in 14 languages; `python -m
    tests.benchmarks.embedding --data DIR`). Every Run records the version.
    """
    return f"multilingual-e5-small/{WEIGHTS_SHA256[:8]}/g{GRAPH_VERSION}"


class E5Embedder:
    """The engine, opened in the process that uses it.

    Raises:
        EmbeddingError: the weights are missing or wrong, or the graph cannot be kept or loaded.
    """

    dimensions = DIMENSIONS

    def __init__(self, *, weights_file: Path | None = None, cache_dir: Path | None = None) -> None:
        path = find_weights(weights_file)
        graph = cached_graph(path, cache_dir, processor_class())
        self.build = build_name()
        self._session = _session(graph)
        weights = Weights(path)
        sizes = weights.sizes
        self._tokenizer = Tokenizer(weights.vocabulary, sizes.positions)
        self._words = weights.blocks("emb.word", sizes.vocabulary)
        positions = weights.floats("emb.pos").reshape(sizes.positions, sizes.hidden)
        self._positions = positions + weights.floats("emb.type")[: sizes.hidden]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`, shape (n, 384); texts over 512 tokens are cut there."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return unit_rows(np.concatenate([self._one(text) for text in texts]))

    def close(self) -> None:
        """Nothing to give back."""

    def _one(self, text: str) -> Vectors:
        ids = self._tokenizer.ids(text)
        hidden = unpacked(self._words[ids]) + self._positions[: len(ids)]
        mean: Vectors = self._session.run([OUTPUT], {INPUT: hidden[None]})[0]
        return mean


def _session(graph: Path) -> Any:
    """An ONNX Runtime session of one thread that runs the graph exactly as it was written."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except (
        errors.Fail,
        errors.InvalidArgument,
        errors.InvalidGraph,
        errors.InvalidProtobuf,
        errors.NoSuchFile,
    ) as error:
        raise EmbeddingError(
            f"embed: ONNX Runtime cannot load {graph} ({error}); delete the file, it is built again at the "
            "next run"
        ) from error
