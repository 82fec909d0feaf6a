"""Inside a spider's process: where Scrapy would download, the crawl is asked; what is found is told to it."""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any, Final

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.spiders.frames import HEAD_BYTES, lengths, packed, unpacked
from crawler.spiders.items import ARTICLE, NoAddress, found_in

ASKED: Final = "drumbeat_asked"
"""Key of a request's meta: the number under which the crawl was asked for it."""
_HEADERS: Final = frozenset({"accept", "accept-language", "referer", "x-requested-with"})
"""Headers of a spider that are sent; who asks is stated by the crawl, and nothing that needs a login is
crawled."""
_MOST_LOGGED: Final = 200
"""Lines of one run that a spider's logger may write. Chosen, not measured."""


class NotFetched(IgnoreRequest):
    """The crawl has no answer; its message begins with the fetch outcome that says why."""


class Crawl:
    """The other side of the connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[tuple[dict[str, Any], bytes]]] = {}
        self._guard = threading.Lock()

    async def read(self) -> tuple[dict[str, Any], bytes]:
        """The next message and its body.

        Raises:
            asyncio.IncompleteReadError: the crawl is gone.
        """
        told, body = lengths(await self._reader.readexactly(HEAD_BYTES))
        return unpacked(await self._reader.readexactly(told)), await self._reader.readexactly(body)

    async def listen(self) -> None:
        """Hand every answer to whoever waits for it, until the crawl is gone."""
        while True:
            message, body = await self.read()
            waiting = self._asked.pop(message["answer"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result((message, body))

    def tell(self, **message: Any) -> None:
        """Say something."""
        with self._guard:
            self._writer.write(packed(message))

    async def ask(self, url: str, headers: dict[str, str]) -> tuple[int, dict[str, Any], bytes]:
        """The number of a request, what came of it, and the body."""
        number = next(self._numbers)
        answer: asyncio.Future[tuple[dict[str, Any], bytes]] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self.tell(ask=number, url=url, headers=headers)
        await self._writer.drain()
        message, body = await answer
        return number, message, body

    async def drained(self) -> None:
        """Return when what was said has left."""
        await self._writer.drain()


class RelayHandler(BaseDownloadHandler):
    """Scrapy's way to download, for all addresses of the web."""

    crawl: Crawl
    """Set before the engine starts."""

    async def download_request(self, request: Request) -> Response:
        """Raises:
        NotFetched: there is no answer.
        """
        if request.method != "GET" or request.body:
            raise NotFetched(f"refused: {request.method} {request.url}; spiders may ask with GET only")
        headers = {
            name: value.decode("latin-1")
            for key, values in request.headers.items()
            for value in values
            if (name := key.decode("latin-1")).lower() in _HEADERS
        }
        number, told, body = await self.crawl.ask(request.url, headers)
        if told["failure"]:
            raise NotFetched(f"{told['failure']}: {request.url}: {told['detail']}")
        request.meta[ASKED] = number
        return _response(request, told, body)


def _response(request: Request, told: dict[str, Any], body: bytes) -> Response:
    headers = Headers()
    for name, value in told["headers"]:
        if name.lower() not in ("content-encoding", "transfer-encoding", "content-length"):
            headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=told["url"], body=body)
    made: Response = kind(told["url"], status=told["status"], headers=headers, body=body, request=request)
    return made


class TellingMiddleware:
    """Nearest to the engine: takes out what is no request and no item, and tells it."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TellingMiddleware:
        """Scrapy's way of making a middleware."""
        return cls()

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """What a spider begins with."""
        async for each in start:
            if _is_for_the_engine(each):
                yield each

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """What a callback yields."""
        async for each in result:
            if _is_for_the_engine(each):
                yield each


def _is_for_the_engine(each: Any) -> bool:
    """Whether the engine is to have it: a request to download, or an item; the rest is told here."""
    crawl = RelayHandler.crawl
    if isinstance(each, Response):
        number = (each.request.meta if each.request is not None else {}).get(ASKED, 0)
        asked = each.request.url if each.request is not None else each.url
        crawl.tell(found={"link": asked}, keep=number)
        return False
    if isinstance(each, Request) and each.meta.get(ARTICLE):
        crawl.tell(found={"link": each.url})
        return False
    if isinstance(each, str):
        crawl.tell(found={"link": each})
        return False
    return True


def tell_item(item: Any, response: Any) -> None:
    """Tell of an item that has passed its pipelines."""
    try:
        told = found_in(item, "" if response is None else response.url)
    except NoAddress as problem:
        logging.getLogger(__name__).warning("%s", problem)
        RelayHandler.crawl.tell(unreadable=1)
        return
    RelayHandler.crawl.tell(found=told)


class TellingLog(logging.Handler):
    """Tells errors with their tracebacks, and what the spider's own logger warns of."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.WARNING)
        self._folder = folder
        self._left = _MOST_LOGGED

    def emit(self, record: logging.LogRecord) -> None:
        """One record."""
        self._left -= 1
        if self._left < 0:
            return
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and record.levelno >= logging.ERROR:
            tell_error(error, self._folder)
        else:
            RelayHandler.crawl.tell(log=record.getMessage()[:2_000], level=record.levelname.lower())


def tell_error(error: BaseException, folder: Path) -> None:
    """Tell of an error: what, and where in the workspace's own files."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if folder in Path(frame.filename).resolve().parents]
    place = ""
    if own:
        last = own[-1]
        place = f" in {last.name} ({Path(last.filename).name}, line {last.lineno})"
    trace = "".join(traceback.format_exception(error))[-20_000:]
    RelayHandler.crawl.tell(error=f"{type(error).__name__}: {str(error)[:300]}{place}", trace=trace)
