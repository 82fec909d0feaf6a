"""What watching costs.

    python -m tests.benchmarks.watch compare [--passages N] [--statements N]     vectors given, in memory
    python -m tests.benchmarks.watch run --workspace DIR                         the stage on a workspace, without embedding

`compare` draws passages and statements from the space of `tests.benchmarks.desk` and compares them in the
stage's blocks: products, limits by language, scope, and the exact value of every pair that is near enough;
names and stances need texts. `run` measures the stage on a workspace that `tests.benchmarks.desk` made;
sentences get made-up vectors. Both print processor seconds and the peak of memory.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.watch.guard import Guard
from analysis.watch.matching import Matcher
from analysis.watch.scores import background
from analysis.watch.stage import BLOCK, watch
from analysis.watch.statements import Prepared
from config.watchlist import StatementConfig
from tests.benchmarks.desk.vectors import NARRATIVE_SHARE, Space
from tests.benchmarks.one_stage import cost, run_stage

LANGUAGES = ("en", "fr", "ru", "ar", "zh", "es", "pt", "de", "tr", "sw")
THRESHOLD = 4.0
"""A statement that requires one entity."""


def statements_of(space: Space, count: int) -> list[Prepared]:
    """Statements of two texts each, about the first narratives."""
    found = []
    for number in range(count):
        narrative = np.sqrt(NARRATIVE_SHARE) * space.narrative(number)
        texts = unit_rows(narrative + np.sqrt(1 - NARRATIVE_SHARE) * space.draw(2, 90, number))
        config = StatementConfig(id=f"s{number}", label="s", statements=("one", "two"))
        found.append(_ready(config, texts))
    return found


def _ready(config: StatementConfig, texts: Vectors) -> Prepared:
    return Prepared(
        config=config,
        statement_hash="",
        threshold=THRESHOLD,
        by_sentences=False,
        query=None,
        guard=Guard([]),
        vectors=texts,
        counters=texts[:0],
        countries=frozenset(),
        languages=frozenset(),
        rejected=frozenset(),
    )


def block_of(space: Space, number: int) -> tuple[Vectors, list[str]]:
    """Centred passages of a block with their languages; four in ten tell one of 2,000 narratives."""
    dice = np.random.default_rng(number)
    vectors = space.draw(BLOCK, 91, number)
    for place in np.flatnonzero(dice.random(BLOCK) < 0.4):
        narrative = space.narrative(int(dice.integers(2000)))
        vectors[place] = np.sqrt(NARRATIVE_SHARE) * narrative + np.sqrt(1 - NARRATIVE_SHARE) * vectors[place]
    return unit_rows(vectors), [LANGUAGES[place] for place in dice.integers(len(LANGUAGES), size=BLOCK)]


def compare(passages: int, statements: int) -> dict[str, Any]:
    """Processor seconds of comparing alone; drawing the vectors is not counted."""
    space = Space(1)
    watched = statements_of(space, statements)
    sample, tags = block_of(space, 1_000_000)
    by_language = {key: sample[[tag == key for tag in tags]] for key in LANGUAGES}
    start = time.process_time()
    matcher = Matcher(watched, background(np.concatenate([item.vectors for item in watched]), by_language))
    seconds, pairs, hits = time.process_time() - start, 0, 0
    for number in range(-(-passages // BLOCK)):
        vectors, languages = block_of(space, number)
        start = time.process_time()
        near = matcher.near(vectors, languages)
        found = [matcher.standing(item, vectors[place], languages[place]) for place, item in near]
        seconds += time.process_time() - start
        pairs, hits = pairs + len(near), hits + sum(item is not None for item in found)
    return {
        "passages": BLOCK * -(-passages // BLOCK),
        "statements": statements,
        "near": pairs,
        "hits": hits,
        **cost(seconds),
    }


def main() -> None:
    """Run one of the two and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("compare", "run"))
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--statements", type=int, default=500)
    parser.add_argument("--workspace", type=Path, help="folder that tests.benchmarks.desk made")
    options = parser.parse_args()
    compared = options.what == "compare"
    figures = (
        compare(options.passages, options.statements) if compared else run_stage(watch, options.workspace)
    )
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
