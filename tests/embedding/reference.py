"""The encoder written down once more, plainly, in float32: what the fused 8-bit graph is measured against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from analysis.embedding.tokens import Tokenizer
from analysis.embedding.weights import Weights, unpacked

Floats = npt.NDArray[np.float32]


def embed(weights: Weights, texts: Sequence[str]) -> Floats:
    """Unit vectors of texts by the weights as they are (4 bits, exact), shape (n, hidden); one text at a
    time, one layer after the other.
    """
    sizes = weights.sizes
    tokenizer = Tokenizer(weights.vocabulary, sizes.positions)
    words = weights.blocks("emb.word", sizes.vocabulary)
    positions = (
        weights.floats("emb.pos").reshape(sizes.positions, -1) + weights.floats("emb.type")[: sizes.hidden]
    )
    states = [unpacked(words[ids]) + positions[: len(ids)] for ids in map(tokenizer.ids, texts)]
    states = [norm(weights, "emb.ln", state) for state in states]
    for layer in range(sizes.layers):
        rows = {"fi": sizes.feed_forward}
        matrices = {
            part: weights.matrix(f"l{layer}.{part}.w", rows.get(part, sizes.hidden))
            for part in ("q", "k", "v", "ao", "fi", "fo")
        }
        states = [after_layer(weights, f"l{layer}.", matrices, state) for state in states]
    means = np.stack([state.mean(axis=0) for state in states])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def after_layer(weights: Weights, name: str, matrices: dict[str, Floats], state: Floats) -> Floats:
    """One transformer layer."""

    def dense(part: str, given: Floats) -> Floats:
        return np.asarray(given @ matrices[part].T + weights.floats(f"{name}{part}.b"))

    query, key, value = (
        dense(part, state).reshape(len(state), weights.sizes.heads, -1).transpose(1, 0, 2) for part in "qkv"
    )
    logits = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[2])
    shares = np.exp(logits - logits.max(axis=2, keepdims=True))
    context = (shares / shares.sum(axis=2, keepdims=True)) @ value
    state = norm(
        weights, f"{name}aln", state + dense("ao", context.transpose(1, 0, 2).reshape(len(state), -1))
    )
    inner = dense("fi", state)
    return norm(weights, f"{name}oln", state + dense("fo", inner * (1 + erf(inner / np.sqrt(2))) / 2))


def norm(weights: Weights, name: str, state: Floats) -> Floats:
    """Layer normalisation."""
    centred = state - state.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=1, keepdims=True) + weights.sizes.epsilon)
    return np.asarray(centred / scale * weights.floats(f"{name}.w") + weights.floats(f"{name}.b"))
