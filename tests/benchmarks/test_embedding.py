"""The benchmark of the engine, at its smallest."""

from __future__ import annotations

import numpy as np

from analysis.embedding.weights import Weights, find_weights
from tests.benchmarks import embedding


def test_the_products_alone_can_be_timed() -> None:
    """A model of nothing but 8-bit products loads and runs."""
    assert embedding.products(runs=1) > 0


def test_a_peer_gets_every_tensor_it_asks_for() -> None:
    """The names that the peer's encoder uses are the names that are written for it, in shapes that fit."""
    weights = Weights(find_weights(None))
    tensors = embedding._tensors(weights)
    asked = {f"l0.{part}.{kind}" for part in ("qkv", "ao", "fi", "fo", "aln", "oln") for kind in "wb"}
    assert asked | {"emb.ln.w", "emb.ln.b"} <= set(tensors)
    (state,) = embedding._inputs(weights, ["Peace talks begin"])
    assert (state @ tensors["l0.qkv.w"].T + tensors["l0.qkv.b"]).shape == (len(state), 1152)
    assert np.isfinite(state).all()
