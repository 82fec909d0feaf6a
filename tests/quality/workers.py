"""Work spread over the cores, with a line of progress now and then."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from tests.quality.result import say

Item = TypeVar("Item")
Answer = TypeVar("Answer")

FEW = 200
"""So many items are done here sooner than processes start."""
LINES = 5
"""Lines of progress."""


def each(work: Callable[[Item], Answer], items: Sequence[Item], what: str) -> list[Answer]:
    """Answers in the order of the items; `work` is a function of a module."""
    if len(items) <= FEW:
        return [work(item) for item in items]
    answers = []
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        for answer in pool.map(work, items, chunksize=16):
            answers.append(answer)
            if len(answers) % max(1, len(items) // LINES) == 0:
                say(f"  {what}: {len(answers)} of {len(items)}")
    return answers
