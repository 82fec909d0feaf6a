"""Render a response in Chromium, by scrapy-playwright: one page at a time, a context for some pages of one
outlet.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrapy import Request

from config.settings import CrawlSettings
from crawler.browser.proxy import Judge, JudgingProxy

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

PAGES_OF_A_CONTEXT: Final = 20
"""Then it is replaced, with its cookies and memory. Chosen, not measured."""
PAGE_SECONDS: Final = 20.0
"""For the page to load what it loads at first. Chosen, not measured."""
QUIET_SECONDS: Final = 5.0
"""For the net to be quiet for half a second after that; then it is taken as it stands. Chosen, not
measured."""
NOT_LOADED: Final = frozenset(
    {"image", "media", "font", "websocket", "eventsource", "manifest", "ping", "other"}
)
"""Kinds of sub-requests that no text comes from."""
_NOT_GIVEN: Final = frozenset(
    {"content-encoding", "transfer-encoding", "content-length", "set-cookie", "connection"}
)
"""Headers of the raw response that its decoded body does not have."""
_ARGUMENTS: Final = (
    "--disable-quic",
    "--disable-background-networking",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)

Allowed = Callable[[str], Awaitable[bool]]
"""Whether robots.txt lets us ask for an address of the outlet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A response that is to be rendered."""

    outlet: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    judge: Judge
    allowed: Allowed


def browser_settings(settings: CrawlSettings) -> dict[str, Any]:
    """Scrapy settings of scrapy-playwright."""
    # Chromium's sandbox cannot be set up by root.
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    launch = {"executable_path": str(settings.browser_path), "headless": True, "args": arguments}
    return {
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch,
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": PAGE_SECONDS * 1000,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
    }


def browser_problem(path: Path) -> str:
    """Why no browser can be started here; empty where one can."""
    from importlib.util import find_spec

    if find_spec("scrapy_playwright") is None:
        return "scrapy-playwright is not installed: pip install 'drumbeat-monitor[browser]'"
    if not os.access(path, os.X_OK):
        return f"crawl.browser_path: there is no {path}; install Chromium (Debian: apt install chromium)"
    return ""


class Renderer:
    """The browser of one session, started with the first page."""

    def __init__(self, crawler: Crawler, user_agent: str) -> None:
        self._crawler = crawler
        self._user_agent = user_agent
        self._turn = asyncio.Lock()
        self._handler: Any = None
        self._context = ""
        self._outlet = ""
        self._pages = 0
        self._proxy: JudgingProxy | None = None

    async def render(self, request: Request, document: Document) -> Response:
        """The DOM that a response becomes, as an HTML response.

        Raises:
            Exception: whatever the browser says; nothing of the page is left open.
        """
        async with self._turn:
            await self._begin(document)
            request.meta.update(self._meta(document))
            async with asyncio.timeout(PAGE_SECONDS + 2 * QUIET_SECONDS):
                rendered: Response = await self._handler.download_request(request)
            return rendered

    async def close(self) -> None:
        """End the browser."""
        if self._handler is not None:
            await self._end_context()
            await self._handler.close()
            self._handler = None

    async def _begin(self, document: Document) -> None:
        """Have a browser, and a context that is not worn out."""
        if self._handler is None:
            from scrapy_playwright.handler import (  # type: ignore[import-untyped]
                ScrapyPlaywrightDownloadHandler,
            )

            self._handler = ScrapyPlaywrightDownloadHandler(self._crawler)
            await self._handler._launch()
        self._pages += 1
        if document.outlet == self._outlet and self._pages % PAGES_OF_A_CONTEXT:
            return
        await self._end_context()
        self._outlet, self._context = document.outlet, f"{document.outlet} {self._pages}"
        self._proxy = JudgingProxy(document.judge)
        await self._proxy.start()

    async def _end_context(self) -> None:
        wrapper = self._handler.context_wrappers.get(self._context)
        if wrapper is not None:
            await wrapper.context.close()
        if self._proxy is not None:
            self._proxy.close()

    def _meta(self, document: Document) -> dict[str, Any]:
        from scrapy_playwright.page import PageMethod  # type: ignore[import-untyped]

        return {
            "playwright": True,
            "playwright_context": self._context,
            "playwright_context_kwargs": {
                "user_agent": self._user_agent,
                "service_workers": "block",
                "accept_downloads": False,
                "proxy": {"server": self._proxy.address if self._proxy else ""},
            },
            "playwright_page_init_callback": _Routes(document).take_over,
            "playwright_page_methods": [PageMethod(_settled)],
        }


async def _settled(page: Any) -> None:
    """Wait until the page has loaded what its scripts want, or long enough."""
    from playwright.async_api import Error

    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)


class _Routes:
    """What becomes of the requests of one page: the document is given, text is asked for, the rest is not."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._is_given = False

    async def take_over(self, page: Any, request: Request) -> None:
        """Have all requests of a page."""
        await page.route("**", self._route)

    async def _route(self, route: Any, asked: Any) -> None:
        from playwright.async_api import Error

        # The page may be closed while something is still asked for.
        with suppress(Error):
            if asked.is_navigation_request() and asked.frame.parent_frame is None:
                await self._give(route)
            elif asked.resource_type in NOT_LOADED or not await self._document.allowed(asked.url):
                await route.abort()
            else:
                await route.continue_()

    async def _give(self, route: Any) -> None:
        """The raw response, once; a page that leads elsewhere stays where it is."""
        if self._is_given:
            await route.abort()
            return
        self._is_given = True
        headers = {name: value for name, value in self._document.headers if name.lower() not in _NOT_GIVEN}
        await route.fulfill(status=self._document.status, headers=headers, body=self._document.body)
