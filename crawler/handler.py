"""Downloading with a parser that takes headers as servers send them: long ones, and names that are none.

Browsers skip a header line that they cannot read. Twisted ends the connection for a name beyond ASCII and for
a line of more than 16 kB, so that a page would be lost for a header that nobody needs.
"""

from __future__ import annotations

from typing import Any, Final

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.tickets import rendering_of

LONGEST_LINE: Final = 256 * 1024
"""Bytes of a header line, as browsers allow for all of them (Chromium: 256 kB)."""
LONGEST_HEAD: Final = 2 * LONGEST_LINE
"""Bytes of all header lines, those of informational answers before it included; more is an attack. Chosen,
not measured."""
MOST_LINES: Final = 1_000
"""Of a head, however short they are: reading 107,000 of them held up everybody for 4 s, under a profiler
(`python -m tests.benchmarks.hostile`)."""


class HeaderParser(_LenientHTTPClientParser):
    """Skips a header whose name no header can have, and ends a head that does not end."""

    MAX_LENGTH = LONGEST_LINE
    head_bytes = 0
    head_lines = 0

    def lineReceived(self, line: bytes) -> None:
        """One line of the head.

        Raises:
            ValueError: the head is too long; the connection is closed for it.
        """
        self.head_bytes += len(line)
        self.head_lines += 1
        if self.head_bytes > LONGEST_HEAD or self.head_lines > MOST_LINES:
            raise ValueError(f"more than {LONGEST_HEAD} bytes or {MOST_LINES} lines of headers")
        super().lineReceived(line)

    def headerReceived(self, name: bytes, value: bytes) -> None:
        """One header, if it is one."""
        try:
            super().headerReceived(name, value)  # type: ignore[no-untyped-call]
        except ValueError:
            # twisted.web.http_headers.InvalidHeaderName: not a token of RFC 9110
            return


class HeaderProtocol(_LenientHTTP11ClientProtocol):
    """Parses answers with `HeaderParser`."""

    def request(self, request: Any) -> Any:
        """Send a request; its answer is parsed by our parser, which adds no state of its own."""
        sent = super().request(request)
        self._parser.__class__ = HeaderParser
        return sent


class HeaderFactory(_LenientHTTP11ClientFactory):
    """Builds `HeaderProtocol`."""

    def buildProtocol(self, addr: Any) -> HeaderProtocol:
        """Twisted's way of making a protocol."""
        return HeaderProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class DownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler of http and https with this parser."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = HeaderFactory

    async def download_request(self, request: Request) -> Response:
        """The answer, or, of a request that brings a document to be rendered, what a browser makes of it."""
        rendering = rendering_of(request)
        return await (rendering(request) if rendering else super().download_request(request))
