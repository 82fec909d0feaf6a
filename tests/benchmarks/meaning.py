"""Search by meaning at size: how many of the true first 20 are found, and what a search costs.

    python -m tests.benchmarks.meaning --out DIR [--passages 7000000]
    ... --vectors REAL.npy --languages REAL.json     raw vectors, float16, and a language for each
    ... --workspace DIR                              also reads the vectors that a search ranks from its store

Passages are centred vectors mixed with others (a share of one, the rest of another and of noise), so that
neighbours lie as near as in news and nearer. Queries are 50 of those that are mixed, kept apart. Without
`--vectors` these are invented: directions around two hundred others. Several steps are measured, those in use
first; they are the same on every engine, for the sketches are files.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import unit_rows
from analysis.embedding.centring import centre
from analysis.embedding.e5 import build_name
from analysis.embedding.means import make_table
from analysis.embedding.nearest import STEPS
from config.load import load_workspace
from storage.records import SearchFilters
from storage.sketch_bits import sketch_of
from storage.sketches import Manifest, Narrowing, SketchFolder, SketchRows, Steps, in_blocks
from storage.store import Store, open_store
from tests.benchmarks.measured import target

Matrix = npt.NDArray[np.float32]
NAME = "meaning"
TAKES = ("out",)
SOAK = True
TINY = ("--passages", "3000")
MOST_SECONDS, LEAST_RECALL = 0.5, 0.95
CHUNK, FIRST, QUERIES = 100_000, 20, 50
INVENTED, SUBJECTS, DIMENSIONS = 10_000, 200, 384
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


def measure(real: Matrix, passages: int, folder: Path) -> Iterator[dict[str, Any]]:
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


def invented(seed: int = 3) -> Matrix:
    """Unit vectors around as many subjects as there are."""
    dice = np.random.default_rng(seed)
    subjects = dice.normal(size=(SUBJECTS, DIMENSIONS)).astype(np.float32)
    own = subjects[dice.integers(0, SUBJECTS, INVENTED)]
    return unit_rows(own + 1.2 * dice.normal(size=own.shape).astype(np.float32))


def given(vectors: Path, languages: Path) -> Matrix:
    """The centred vectors of two files."""
    raw = np.load(vectors).astype(np.float32)
    names = json.loads(languages.read_text(encoding="utf-8"))
    groups = np.array(names)
    own = {language: raw[groups == language] for language in sorted(set(names))}
    table = make_table(own, build="benchmark", version=1, made_at=datetime(2026, 1, 1, tzinfo=UTC))
    return centre(raw, names, table)


def reading(store: Store, rounds: int = 20) -> dict[str, float]:
    """CPU and wall seconds of reading the vectors that a search ranks, drawn from the whole store."""
    table = store.means.latest(build_name())
    if table is None:
        raise SystemExit("meaning: the workspace has no vectors")
    last, dice = store.vectors.marks().passage_no, np.random.default_rng(7)
    taken = []
    for _ in range(rounds):
        numbers = dice.integers(1, last, STEPS.by_product).tolist()
        begun = np.array([time.process_time(), time.perf_counter()])
        store.vectors.embedded(table.build, numbers, filters=SearchFilters())
        taken.append(np.array([time.process_time(), time.perf_counter()]) - begun)
    cpu, wall = np.quantile(taken, 0.95, axis=0)
    return {"cpu_95": round(float(cpu), 3), "wall_95": round(float(wall), 3)}


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as one line of JSON; exit code 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.meaning", description=__doc__)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--languages", type=Path)
    parser.add_argument("--passages", type=int, default=7_000_000)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    real = given(options.vectors, options.languages) if options.vectors else invented()
    lines = list(measure(real, options.passages, options.out / "sketches"))
    figures: dict[str, Any] = {"in use": lines[0], "wider": lines[1:]}
    seconds = lines[0]["cpu_95"]
    if options.workspace:
        with open_store(load_workspace(options.workspace).database_url) as store:
            figures["reading the vectors"] = reading(store)
        seconds = round(seconds + figures["reading the vectors"]["cpu_95"], 3)
    figures["targets"] = [
        target("CPU-seconds of a search, p95", seconds, at_most=MOST_SECONDS),
        target("recall of the true first 20", lines[0]["recall_at_20"], at_least=LEAST_RECALL),
    ]
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
