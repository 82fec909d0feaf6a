"""Search by meaning at size: python -m tests.benchmarks.meaning --vectors REAL.npy --languages REAL.json
--passages 1000000 --out FOLDER

Passages are real centred vectors mixed with others (a share of one, the rest of another and of noise), so
that neighbours lie as near as in news and nearer. Queries are 50 of the real ones, kept apart. Prints how
many of the true first 20 are found, and CPU and wall time of a search, for several steps; the steps in use
are first. REAL.npy: raw vectors, float16; REAL.json: a language for each.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.arrays import unit_rows
from analysis.embedding.centring import centre
from analysis.embedding.means import make_table
from analysis.embedding.nearest import STEPS
from storage.sketch_bits import sketch_of
from storage.sketches import Manifest, Narrowing, SketchFolder, SketchRows, Steps, in_blocks

Matrix = npt.NDArray[np.float32]
CHUNK, FIRST, QUERIES = 100_000, 20, 50
OTHERS = (Steps(by_signs=150_000, by_sketch=15_000, by_product=1_000),)


def mixed(real: Matrix, count: int, seed: int) -> Matrix:
    """Unit vectors: 0.35 to 0.97 of a real one, the rest of another real one and of noise."""
    dice = np.random.default_rng(seed)
    own, other = dice.integers(0, len(real), (2, count))
    share = dice.uniform(0.35, 0.97, (count, 1)).astype(np.float32)
    noise = dice.normal(size=(count, real.shape[1])).astype(np.float32) / real.shape[1] ** 0.5
    return unit_rows(share * real[own] + np.sqrt(1 - share**2) * (0.75 * real[other] + 0.66 * noise))


class Exact:
    """The true first passages of each query, brought along chunk by chunk."""

    def __init__(self, queries: Matrix) -> None:
        self.queries = queries
        self.cosines = np.full((len(queries), FIRST), -2, np.float32)
        self.numbers = np.zeros((len(queries), FIRST), np.int64)

    def add(self, chunk: Matrix, start: int) -> None:
        """More passages, numbered from `start`."""
        cosines = np.concatenate([self.cosines, self.queries @ chunk.T], axis=1)
        row = np.arange(start, start + len(chunk))
        numbers = np.concatenate([self.numbers, np.broadcast_to(row, (len(self.queries), len(row)))], axis=1)
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :FIRST]
        self.cosines = np.take_along_axis(cosines, best, axis=1)
        self.numbers = np.take_along_axis(numbers, best, axis=1)


def chunks(real: Matrix, passages: int, exact: Exact) -> Iterator[SketchRows]:
    """Sketches of all passages; `exact` sees their vectors."""
    for start in range(0, passages, CHUNK):
        chunk = mixed(real, min(CHUNK, passages - start), seed=1000 + start)
        exact.add(chunk, start)
        numbers = np.arange(start, start + len(chunk))
        codes = np.zeros(len(chunk), np.uint32)
        yield SketchRows(
            bits=sketch_of(chunk), numbers=numbers, moments=numbers, sources=codes, languages=codes
        )


def measure(real: Matrix, passages: int, folder: Path) -> Iterator[dict[str, object]]:
    """A line for each choice of steps."""
    kept = np.random.default_rng(5).permutation(len(real))
    exact = Exact(real[kept[:QUERIES]])
    files = SketchFolder(folder)
    head = Manifest(
        build="benchmark", mean_version=1, dimensions=real.shape[1], sources=("s",), languages=("l",)
    )
    files.write(head, in_blocks(chunks(real[kept[QUERIES:]], passages, exact)))
    sketches = files.open()
    assert sketches is not None
    for steps in (STEPS, *OTHERS):
        found, cpu, wall = [], [], []
        for query, true in zip(exact.queries, exact.numbers, strict=True):
            begun = time.process_time(), time.perf_counter()
            near = sketches.nearest(query, narrowing=Narrowing(), steps=steps)
            cpu.append(time.process_time() - begun[0])
            wall.append(time.perf_counter() - begun[1])
            found.append(float(np.isin(true, near).mean()))
        times = {
            f"{name}_{share}": round(float(np.quantile(values, share / 100)), 3)
            for name, values in (("cpu", cpu), ("wall", wall))
            for share in (50, 95)
        }
        yield {
            "passages": passages,
            "steps": repr(steps),
            "recall_at_20": round(float(np.mean(found)), 4),
            **times,
        }


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.meaning", description=__doc__)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--languages", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    raw = np.load(options.vectors).astype(np.float32)
    languages = json.loads(options.languages.read_text(encoding="utf-8"))
    groups = np.array(languages)
    own = {language: raw[groups == language] for language in sorted(set(languages))}
    table = make_table(own, build="benchmark", version=1, made_at=datetime(2026, 1, 1, tzinfo=UTC))
    for line in measure(centre(raw, languages, table), options.passages, options.out):
        print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
