"""The encoder written down once more, plainly, in float32: what the fused 8-bit graph is measured against."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from analysis.embedding.tokens import Tokenizer
from analysis.embedding.weights import Weights, unpacked

Floats = npt.NDArray[np.float32]


def embed(weights: Weights, text: str) -> Floats:
    """The unit vector of a text by the weights as they are (4 bits, exact)."""
    sizes = weights.sizes
    ids = Tokenizer(weights.vocabulary, sizes.positions).ids(text)
    state = unpacked(weights.blocks("emb.word", sizes.vocabulary)[ids])
    state = state + weights.floats("emb.pos").reshape(sizes.positions, -1)[: len(ids)] + weights.floats("emb.type")[: sizes.hidden]
    state = norm(weights, "emb.ln", state)
    for layer in range(sizes.layers):
        name = f"l{layer}."
        query, key, value = (dense(weights, f"{name}{part}", state, sizes.hidden).reshape(len(ids), sizes.heads, -1) for part in "qkv")
        logits = np.einsum("qhd,khd->hqk", query, key) / np.sqrt(query.shape[2])
        shares = np.exp(logits - logits.max(axis=2, keepdims=True))
        shares /= shares.sum(axis=2, keepdims=True)
        context = np.einsum("hqk,khd->qhd", shares, value).reshape(len(ids), -1)
        state = norm(weights, f"{name}aln", state + dense(weights, f"{name}ao", context, sizes.hidden))
        inner = dense(weights, f"{name}fi", state, sizes.feed_forward)
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        state = norm(weights, f"{name}oln", state + dense(weights, f"{name}fo", inner, sizes.hidden))
    mean = state.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def dense(weights: Weights, name: str, state: Floats, rows: int) -> Floats:
    """A linear layer."""
    return np.asarray(state @ weights.matrix(f"{name}.w", rows).T + weights.floats(f"{name}.b"))


def norm(weights: Weights, name: str, state: Floats) -> Floats:
    """Layer normalisation."""
    centred = state - state.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=1, keepdims=True) + weights.sizes.epsilon)
    return np.asarray(centred / scale * weights.floats(f"{name}.w") + weights.floats(f"{name}.b"))
