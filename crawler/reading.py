"""Read listings in processes of their own, with limits of time and memory: a document made to take for ever
costs its outlet one poll, and nobody else anything.

    await read_listing("feed", body, url)      as `feeds.parse_listing`; unreadable where a limit was reached
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import threading
from concurrent.futures import Future
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Final

import structlog

from config.machine import cores, end_with_parent
from crawler.feeds import parse_listing
from crawler.listings import UNREADABLE, Listing
from crawler.shapes import Habits
from storage.records import FeedKind

if TYPE_CHECKING:
    from pebble import ProcessPool

logger = structlog.get_logger(__name__)

READING_SECONDS: Final = 10.0
"""For one document. Of 1,076 feeds and sitemaps of the evaluation data the slowest took 0.07 s of CPU, a
sitemap of 50,000 addresses 0.6 s, one that is cut off 1.4 s (`tests.quality.listings.read_all`, 2026-11)."""
WORKER_BYTES: Final = 5 * 1024**3 // 4
"""Of memory that a worker may ask for. A damaged sitemap of 50 MB, the largest that is taken, was read with
0.98 GB of addresses, 0.86 GB of them in use (`parse_listing` on 1,100,000 entries, 2026-11)."""
MOST_WORKERS: Final = 2
"""They wait for the net most of the time. Chosen, not measured."""
_FIRST_FEED: Final = (
    b"<rss version='2.0'><channel><item><link>http://a.example/</link></item></channel></rss>"
)

_pool: list[ProcessPool] = []
_guard = threading.Lock()


async def read_listing(
    kind: FeedKind,
    body: bytes,
    url: str,
    *,
    content_type: str = "",
    link_pattern: str | None = None,
    habits: Habits | None = None,
) -> Listing:
    """The listing in a document; unreadable where reading it took too long or too much. See
    `parse_listing`."""
    from pebble import ProcessExpired

    read = partial(parse_listing, content_type=content_type, link_pattern=link_pattern, habits=habits)
    future: Future[Listing] = _started().schedule(read, args=[kind, body, url], timeout=READING_SECONDS)
    try:
        return await asyncio.wrap_future(future)
    except (TimeoutError, ProcessExpired, MemoryError) as problem:
        logger.warning("listing not read", url=url, bytes=len(body), problem=type(problem).__name__)
        return UNREADABLE


def close_readers() -> None:
    """Stop the workers; the next document starts new ones."""
    with _guard:
        while _pool:
            pool = _pool.pop()
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _started() -> ProcessPool:
    """The pool of this process, kept until it ends: starting a worker costs half a second of CPU."""
    from pebble import ProcessPool

    with _guard:
        if not _pool:
            pool = ProcessPool(
                max_workers=min(MOST_WORKERS, cores()),
                context=multiprocessing.get_context("spawn"),
                initializer=_begin,
            )
            _pool.append(pool)
            # Before multiprocessing waits for its children, in a process that is such a child too.
            Finalize(None, close_readers, exitpriority=1)
        return _pool[0]


def _begin() -> None:
    """In a worker: bound its memory, and load the libraries, so that no document's time is spent on that."""
    end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (WORKER_BYTES, WORKER_BYTES))
    parse_listing("feed", _FIRST_FEED, "http://a.example/")
