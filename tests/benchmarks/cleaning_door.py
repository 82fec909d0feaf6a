"""The cleaning stage as a contestant: archive, workers, language, dates and rows, over pages that a crawl
left."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

from config.clock import SystemClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import Settings
from config.workspace import Workspace
from crawler.cleaning.pool import shared_pool
from crawler.cleaning.stage import clean
from storage.archive import ArchiveWriter
from storage.ids import page_id
from storage.records import Page
from storage.store import create_store
from tests.benchmarks.cleaning_peer import children_seconds
from tests.storage import makers


class Door:
    """A workspace into which pages are put, uncounted, and then cleaned, counted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._urls: list[str] = json.loads((folder / "urls.json").read_text(encoding="utf-8"))
        root = folder / "workspace"
        root.mkdir()
        self._space = Workspace(root=root, settings=Settings(), sources=(), watchlist=(), schedule=Schedule())
        self._store = create_store(f"sqlite:///{root / 'drumbeat.db'}")
        self._store.sources.sync([makers.source("alpha")])

    def clean(self, numbers: list[int]) -> tuple[float, list[str]]:
        """Processor seconds of this process, and the texts; the workers' follow at the end."""
        ids = self._archived(numbers)
        start = time.process_time()
        clean(
            store=self._store,
            workspace=self._space,
            clock=SystemClock(),
            run_id="bench",
            progress=NoProgress(),
        )
        seconds = time.process_time() - start
        articles = [self._store.articles.get(each) for each in ids]
        return seconds, [article.body if article else "" for article in articles]

    def end(self) -> float:
        """Processor seconds of the workers, their start included."""
        before = children_seconds()
        shared_pool(self._space.archive_dir, self._space.settings.clean).close()
        self._store.close()
        return children_seconds() - before

    def _archived(self, numbers: list[int]) -> list[str]:
        """Put pages into archive and store, as a crawl would have."""
        pages = []
        with ArchiveWriter(self._space.archive_dir, max_bytes=10**9, name=f"crawl-{numbers[0]}") as writer:
            for number in numbers:
                page = self._page(number)
                body = (self._folder / f"{number}.html").read_bytes()
                pages.append(replace(makers.fetched(page), warc=makers.archive_page(writer, page, body=body)))
            writer.sync()
        self._store.pages.discover(pages)
        self._store.pages.record_fetch(pages)
        return [page.page_id for page in pages]

    def _page(self, number: int) -> Page:
        """A page under its own address; several of the pages have one address, or none that is known."""
        url = self._urls[number] or "http://unknown.example/page"
        own = f"{url}{'&' if '?' in url else '?'}page={number}"
        return replace(makers.page(), url=own, page_id=page_id(own))
