"""The same encoder in PyTorch, in an environment of its own that holds torch and numpy: python torch_peer.py
FOLDER

FOLDER holds `weights.npz` (float32 tensors by name) and `inputs.npz` (one array a passage: word plus position
embeddings). Prints passages a processor second in float32 and bfloat16 as JSON, one thread, one passage a
call, attention by `scaled_dot_product_attention` - what sentence-transformers runs underneath, without its
tokenizer.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional

LAYERS, HIDDEN, HEADS, EPSILON = 12, 384, 12, 1e-12


def encode(weights, state):
    """Mean of the last layer, shape (1, 384)."""
    state = functional.layer_norm(state, (HIDDEN,), weights["emb.ln.w"], weights["emb.ln.b"], EPSILON)
    for layer in range(LAYERS):
        state = one_layer(weights, f"l{layer}.", state)
    return state.mean(1)


def one_layer(weights, name, state):
    """Attention and feed-forward, each added to its input and normalised."""
    tokens = state.shape[1]
    joint = functional.linear(state, weights[f"{name}qkv.w"], weights[f"{name}qkv.b"])
    query, key, value = joint.view(1, tokens, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
    context = functional.scaled_dot_product_attention(query, key, value).transpose(1, 2)
    attended = dense(weights, f"{name}ao", context.reshape(1, tokens, HIDDEN))
    state = norm(weights, f"{name}aln", state + attended)
    inner = functional.gelu(dense(weights, f"{name}fi", state))
    return norm(weights, f"{name}oln", state + dense(weights, f"{name}fo", inner))


def dense(weights, name, state):
    """State times a matrix plus its bias."""
    return functional.linear(state, weights[f"{name}.w"], weights[f"{name}.b"])


def norm(weights, name, state):
    """Layer normalisation."""
    return functional.layer_norm(state, (HIDDEN,), weights[f"{name}.w"], weights[f"{name}.b"], EPSILON)


def speed(weights, inputs, kind):
    """Passages a processor second in one number format."""
    typed = {name: tensor.to(kind) for name, tensor in weights.items()}
    states = [state.to(kind) for state in inputs]
    with torch.inference_mode():
        for state in states[:4]:
            encode(typed, state)
        start = time.process_time()
        for state in states:
            encode(typed, state)
    return round(len(states) / (time.process_time() - start), 2)


def main():
    """Measure and print."""
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    with np.load(folder / "weights.npz") as file:
        weights = {name: torch.from_numpy(file[name]) for name in file.files}
    with np.load(folder / "inputs.npz") as file:
        inputs = [torch.from_numpy(file[name])[None] for name in file.files]
    figures = {"torch": torch.__version__, "fp32": speed(weights, inputs, torch.float32)}
    print(json.dumps(figures | {"bf16": speed(weights, inputs, torch.bfloat16)}))


if __name__ == "__main__":
    main()
