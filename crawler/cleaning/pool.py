"""Worker processes that clean pages; one that takes too long is killed, not waited for."""

from __future__ import annotations

import atexit
import logging
import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as PageTimeout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.machine import cores, end_with_parent
from config.settings import CleanSettings
from crawler.cleaning.extract import Refusal
from storage.errors import StorageError
from storage.records import Article, Page

if TYPE_CHECKING:
    from pebble import ProcessPool

Cleaned = Article | Refusal
_CHATTY = ("trafilatura", "htmldate", "charset_normalizer")
"""Libraries that report every page in which they find nothing.

Here that is an outcome, counted and stored.
"""
_FIRST_PAGE = b"<html><body><p>One sentence of a first page, which loads what pages need.</p></body></html>"

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

    def start(self, pages: Sequence[Page], languages: Mapping[str, tuple[str, ...]]) -> list[Future[Cleaned]]:
        """Begin with pages, which are then done while the caller does something else; see `answer_of`.

        Args:
            languages: of every source, by its id.
        """
        pool, limit = self._started(), self._settings.page_seconds
        return [
            pool.schedule(
                clean_archived,
                args=[page, languages.get(page.source_id, ()), self._settings],
                timeout=limit,
            )
            for page in pages
        ]

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
                max_workers=self._settings.workers or cores(),
                context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=[self._folder],
            )
        return self._pool


def answer_of(future: Future[Cleaned]) -> Cleaned:
    """Wait for a page; `timeout`, `crashed` and `unreadable` are refusals like others."""
    from pebble import ProcessExpired

    try:
        return future.result()
    except PageTimeout:
        return Refusal("timeout")
    except ProcessExpired:
        return Refusal("crashed")
    except StorageError:
        return Refusal("unreadable")
    # border: whatever a hostile page does to a parser, it costs only that page
    except Exception:  # noqa: BLE001
        return Refusal("crashed")


_archive: list[Any] = []


def _begin(folder: Path) -> None:
    """Open the archive in a worker, and load the libraries, so that no page's time is spent on that."""
    end_with_parent()
    for library in _CHATTY:
        logging.getLogger(library).setLevel(logging.CRITICAL)
    from crawler.cleaning.extract import extract_page
    from crawler.cleaning.language import identify
    from storage.archive import ArchiveReader

    extract_page(_FIRST_PAGE, url="")
    identify(_FIRST_PAGE.decode())
    _archive[:] = [ArchiveReader(folder)]


def clean_archived(page: Page, languages: tuple[str, ...], settings: CleanSettings) -> Cleaned:
    """In a worker: read the archived response of a page and make the article of it."""
    from crawler.cleaning.page import extract, make_article

    if page.warc is None:
        return Refusal("unreadable")
    response = _archive[0].read(page.warc)
    if page.final_url is None:
        page = replace(page, final_url=response.final_url)
    found = extract(page, response.body, dict(response.headers), settings)
    if isinstance(found, Refusal):
        return found
    return make_article(page, found, languages=languages, settings=settings)
