"""Worker processes that clean pages; one that takes too long is killed, not waited for."""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as PageTimeout
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.settings import CleanSettings
from crawler.cleaning.extract import Extraction, Refusal
from storage.errors import StorageError
from storage.records import Page

if TYPE_CHECKING:
    from pebble import ProcessPool

_pools: dict[tuple[Path, CleanSettings], CleaningPool] = {}


def shared_pool(folder: Path, settings: CleanSettings) -> CleaningPool:
    """The pool of an archive, kept until the process ends: starting workers costs a second of CPU each."""
    if (folder, settings) not in _pools:
        _pools[folder, settings] = CleaningPool(folder, settings)
        atexit.register(_pools[folder, settings].close)
    return _pools[folder, settings]


class CleaningPool:
    """Cleans archived pages in processes of their own, in any number of calls."""

    def __init__(self, folder: Path, settings: CleanSettings) -> None:
        self._folder, self._settings = folder, settings
        self._pool: ProcessPool | None = None

    def extract(self, pages: Sequence[Page]) -> Iterator[Extraction | Refusal]:
        """One answer per page, in the order of the pages; `timeout` and `crashed` are refusals like others."""
        futures = [
            self._started().schedule(
                extract_archived, args=[page, self._settings], timeout=self._settings.page_seconds
            )
            for page in pages
        ]
        for future in futures:
            yield _answer(future)

    def close(self) -> None:
        """Stop the workers."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def _started(self) -> ProcessPool:
        if self._pool is None:
            from pebble import ProcessPool

            self._pool = ProcessPool(
                max_workers=self._settings.workers or os.cpu_count() or 1,
                context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=[self._folder],
            )
        return self._pool


def _answer(future: Any) -> Extraction | Refusal:
    from pebble import ProcessExpired

    try:
        answer: Extraction | Refusal = future.result()
    except PageTimeout:
        return Refusal("timeout")
    except ProcessExpired:
        return Refusal("crashed")
    except StorageError:
        return Refusal("unreadable")
    except Exception:  # noqa: BLE001 - border: whatever a hostile page does to a parser, it costs only that page
        return Refusal("crashed")
    return answer


_archive: list[Any] = []


def _begin(folder: Path) -> None:
    """Open the archive in a worker, and load the libraries, so that no page's time is spent on that."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    for library in ("trafilatura", "htmldate", "charset_normalizer"):
        # they report every page in which they find nothing; here that is an outcome, counted and stored
        logging.getLogger(library).setLevel(logging.CRITICAL)
    from crawler.cleaning.extract import extract_page
    from storage.archive import ArchiveReader

    extract_page(b"<html><body><p>One sentence.</p></body></html>", url="")
    _archive[:] = [ArchiveReader(folder)]


def _die_with_parent() -> None:
    """A killed parent stops nobody: without this, a worker would go on with a stuck page for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def extract_archived(page: Page, settings: CleanSettings) -> Extraction | Refusal:
    """In a worker: read the archived response of a page and extract its text."""
    from crawler.cleaning.page import extract

    if page.warc is None:
        return Refusal("unreadable")
    response = _archive[0].read(page.warc)
    return extract(page, response.body, dict(response.headers), settings)
