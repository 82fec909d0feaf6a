"""Read documents in processes of their own, with limits of time and memory: one made to take for ever costs
its outlet one poll, and nobody else anything.

    small documents --> quick line, 2 s each --too slow--> long line, 10 s each <-- large documents
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from config.machine import cores, end_with_parent

if TYPE_CHECKING:
    from pebble import ProcessPool

logger = structlog.get_logger(__name__)

T = TypeVar("T")

READING_SECONDS: Final = 10.0
"""For one document. Of 1,076 feeds and sitemaps of the evaluation data the slowest took 0.07 s of CPU, a
sitemap of 50,000 addresses 0.6 s, one that is cut off 1.4 s (`tests.quality.listings.read_all`, 2026-11)."""
QUICK_SECONDS: Final = 2.0
"""For a small document at its first try; then it is one among the large. Chosen, not measured."""
SMALL_BYTES: Final = 128 * 1024
"""A smaller document waits for no larger one. Chosen, not measured."""
WORKER_BYTES: Final = 5 * 1024**3 // 4
"""Of memory that a worker may ask for. A damaged sitemap of 50 MB, the largest that is taken, was read with
0.98 GB of addresses, 0.86 GB of them in use (`parse_listing` on 1,100,000 entries, 2026-11)."""
MOST_WORKERS: Final = 2
"""In each line, on four cores or more; else one. Chosen, not measured."""
DOCUMENTS_OF_A_WORKER: Final = 200
"""Then it is replaced, so that what the libraries keep does not add up. Chosen, not measured."""
_WARM: Final = "crawler.reading"
"""The module whose `warm` a worker calls first: it lies above this one."""

_pools: dict[str, ProcessPool] = {}
_guard = threading.Lock()


async def read_apart(read: Callable[[], T], *, size: int, what: str) -> T | None:
    """What `read` returns in another process; None where that took too long or too much.

    Args:
        read: can be pickled, and so can what it returns.
        size: bytes of the document.
        what: its address, for the log.
    """
    tries = [("quick", QUICK_SECONDS)] if size <= SMALL_BYTES else []
    for line, seconds in [*tries, ("long", READING_SECONDS)]:
        problem = await _tried(line, min(seconds, READING_SECONDS), read)
        if not isinstance(problem, Exception):
            return problem
        if not isinstance(problem, TimeoutError):
            break
    logger.warning("not read", what=what, bytes=size, problem=type(problem).__name__)
    return None


async def _tried(line: str, seconds: float, read: Callable[[], T]) -> T | Exception:
    """What came of reading in a worker of a line."""
    from pebble import ProcessExpired

    try:
        future: Future[T] = _started(line).schedule(read, timeout=seconds)
        return await asyncio.wrap_future(future)
    except BrokenProcessPool as problem:
        # No worker could be started, or all died at once; the next document starts others.
        _forget(line)
        return problem
    except (TimeoutError, ProcessExpired, MemoryError) as problem:
        return problem


def close_readers() -> None:
    """Stop the workers; the next document starts new ones."""
    with _guard:
        pools = list(_pools.values())
        _pools.clear()
    for pool in pools:
        pool.stop()  # type: ignore[no-untyped-call]
    for pool in pools:
        pool.join()


def _forget(line: str) -> None:
    with _guard:
        pool = _pools.pop(line, None)
    if pool is not None:
        pool.stop()  # type: ignore[no-untyped-call]


def _started(line: str) -> ProcessPool:
    """The pool of a line, kept until this process ends: starting a worker costs half a second of CPU."""
    from pebble import ProcessPool

    with _guard:
        if not _pools:
            # Before multiprocessing waits for its children, in a process that is such a child too.
            Finalize(None, close_readers, exitpriority=1)
        if line not in _pools:
            _pools[line] = ProcessPool(
                max_workers=max(1, min(MOST_WORKERS, cores() // 2)),
                max_tasks=DOCUMENTS_OF_A_WORKER,
                context=multiprocessing.get_context("spawn"),
                initializer=_begin,
            )
        return _pools[line]


def _begin() -> None:
    """In a worker: bound its memory, and load the libraries, so that no document's time is spent on that."""
    end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (WORKER_BYTES, WORKER_BYTES))
    import_module(_WARM).warm()
