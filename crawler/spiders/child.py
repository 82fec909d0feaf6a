"""The process of one spider: `python -c "from crawler.spiders.child import main; main()" SOCKET`.

Scrapy as it is, with its engine, scheduler, filters and pipelines; only that it downloads through the crawl
and says nothing to the terminal.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import socket
import sys
from pathlib import Path
from typing import Any, Final

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import Settings, default_settings

from crawler.running import run_in_reactor, start_in_reactor
from crawler.spiders.loading import FOLDER, spider_class
from crawler.spiders.relay import Crawl, RelayHandler, TellingLog, TellingMiddleware, tell_error, tell_item

MEMORY_BYTES: Final = 5 * 1024**3 // 4
"""That a spider's process may ask for, as much as a reader of listings (`crawler.apart`)."""
_REQUESTS_AT_ONCE: Final = 8
"""That a spider may have waiting; each host answers one at a time anyway. Chosen, not measured."""
_OURS: Final = {
    "DOWNLOAD_HANDLERS": dict.fromkeys(default_settings.DOWNLOAD_HANDLERS_BASE)
    | dict.fromkeys(("http", "https"), RelayHandler),
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": _REQUESTS_AT_ONCE,
    "CONCURRENT_REQUESTS_PER_DOMAIN": _REQUESTS_AT_ONCE,
    "AUTOTHROTTLE_ENABLED": False,
    # the crawl sees to all of these
    "ROBOTSTXT_OBEY": False,
    "RETRY_ENABLED": False,
    "REDIRECT_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "COOKIES_ENABLED": False,
    "COMPRESSION_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_ENABLED": False,
}
"""What no spider's own settings change."""


def main() -> None:
    """Run the spider that the crawl names, tell what it finds, and end."""
    own = socket.socket(fileno=int(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    run_in_reactor(lambda: start_in_reactor(_run(own)))
    # Threads of a spider's own may go on for ever.
    os._exit(0)


async def _run(own: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=own)
    crawl = RelayHandler.crawl = Crawl(reader, writer)
    order, _ = await crawl.read()
    asyncio.ensure_future(_listen(crawl))  # noqa: RUF006 - it ends the process
    folder = (Path(order["root"]) / FOLDER).resolve()
    logging.getLogger().addHandler(TellingLog(folder))
    try:
        await _crawl(order)
    except Exception as error:  # noqa: BLE001 - border: what a spider raises is told
        tell_error(error, folder)
    crawl.tell(done=True)
    await crawl.drained()
    writer.close()
    await writer.wait_closed()


async def _listen(crawl: Crawl) -> None:
    """Hear the crawl's answers; a crawl that is gone needs no spider."""
    try:
        await crawl.listen()
    finally:
        os._exit(1)


async def _crawl(order: dict[str, Any]) -> None:
    found = spider_class(Path(order["root"]), order["name"])
    crawler = Crawler(found, _settings(order["settings"]))
    crawler.signals.connect(_item_scraped, signals.item_scraped)
    crawler.signals.connect(_opened, signals.spider_opened)
    await crawler.crawl_async()


def _opened() -> None:
    """From now on the crawl is impatient."""
    RelayHandler.crawl.tell(ready=True)


def _item_scraped(item: Any, response: Any) -> None:
    tell_item(item, response)


def _settings(stated: dict[str, Any]) -> Settings:
    """Scrapy's settings: the workspace's, under ours."""
    settings = Settings(stated)
    settings.setdict(_OURS, "cmdline")
    nearest = {**settings.getdict("SPIDER_MIDDLEWARES_BASE"), TellingMiddleware: 0}
    settings.set("SPIDER_MIDDLEWARES_BASE", nearest, "cmdline")
    return settings
