"""A process of its own that crawls once, to be killed or stopped.

Children are forked from a server that has imported everything, which takes seconds, and has no reactor and no
thread yet.
"""

from __future__ import annotations

import importlib
import multiprocessing
import signal
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from storage.archive import recover
from tests.crawler.lab import Lab, source

for _late in (
    "alembic.command",
    "feedparser",
    "lxml.html",
    "protego",
    "tldextract",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.pqueues",
):
    # What a crawl imports only when it needs it.
    importlib.import_module(_late)


def start(root: Path, feed: str, number: int, kind: str = "feed") -> ForkServerProcess:
    """Start a process that crawls; `number` is the run's, `kind` the listing's."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    # no daemon: it reads listings in children of its own
    process = context.Process(target=crawl_once, args=(root, feed, number, kind))
    process.start()
    return process


def crawl_once(root: Path, feed: str, number: int, kind: str) -> None:
    """Crawl one source with a reactor of its own."""
    # A shell starts what runs in its background with SIGINT ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    lab = Lab(root, [source([{"url": feed, "kind": kind}])], max_page_bytes=9_000_000)
    lab.runs = number
    recover(lab.workspace.archive_dir)
    lab.crawl(only=["outlet"])
    lab.close()
