"""One Scrapy engine, opened for a piece of work and closed after it, inside a reactor that runs already.

    await open_session(work, settings=..., clock=..., keep=...)
        Scrapy's engine, downloader and slots <--- our gates <--- Fetcher <--- work(fetcher)

Scrapy does the downloading: slots, pools, TLS, proxies. What is asked, and in which order, is plain code in
`work`, not callbacks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings, default_settings

from config.clock import Clock
from config.errors import ConfigError
from config.settings import CrawlSettings
from crawler.additions import Additions
from crawler.addresses import Names, is_local_name, is_public
from crawler.browser.rendering import browser_settings
from crawler.fetcher import Fetcher, Keep
from crawler.gates import AddressGate, CookieGate, PauseGate, ProxyGate, RedirectGate, RobotsGate
from crawler.handler import DownloadHandler
from crawler.pauses import HostPauses
from crawler.running import the_reactor
from crawler.urls import host_of

T = TypeVar("T")
Work = Callable[[Fetcher], Coroutine[Any, Any, T]]

LOOKUP_THREADS = 8
READING_THREADS = 2
_RESERVED = ("test", "example", "invalid", "localhost")
"""Top-level names that nobody can own (RFC 2606)."""


class SessionSpider(Spider):
    """Runs one coroutine as its start.

    It yields nothing, because `work` sends its requests through the fetcher.
    """

    name = "coverage"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SessionSpider:
        """Scrapy's way of making a spider; the fetcher must exist before the engine asks for the gates."""
        spider: SessionSpider = super().from_crawler(crawler, *args, **kwargs)
        spider.fetcher = Fetcher(crawler, **spider.fetcher_options)
        return spider

    def __init__(self, *, work: Work[Any], fetcher_options: dict[str, Any]) -> None:
        super().__init__()
        self.work = work
        self.fetcher_options = fetcher_options
        self.fetcher: Fetcher
        self.task: asyncio.Task[Any] | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Do the work; how it ended stays in `task`, since the engine would only log it."""
        self.task = asyncio.ensure_future(self.work(self.fetcher))
        await asyncio.wait([self.task])
        await self.fetcher.close()
        return
        yield


async def open_session(
    work: Work[T],
    *,
    settings: CrawlSettings,
    clock: Clock,
    keep: Keep,
    pauses: HostPauses | None = None,
    additions: Additions | None = None,
) -> T:
    """Do `work` with a fetcher and return what it returns; nothing of the session is left behind.

    Being cancelled, it cancels the work, waits for its end and closes the engine.

    Args:
        additions: what a workspace adds to Scrapy.

    Raises:
        ConfigError: one of the additions cannot be had.
        Exception: whatever the work raised.
    """
    added = (additions or Additions()).settings()
    reactor = the_reactor()
    # Apart, because a name server that does not answer keeps its threads for half a minute.
    lookups = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="crawl-lookup")
    threads = ThreadPoolExecutor(READING_THREADS, thread_name_prefix="crawl-read")
    names = Names(lookups, reactor.nameResolver, _proxy_hosts())
    before = reactor.installNameResolver(names)
    try:
        options = {
            "settings": settings,
            "clock": clock,
            "names": names,
            "threads": threads,
            "keep": keep,
            "pauses": pauses or HostPauses(clock),
        }
        crawler = Crawler(SessionSpider, _scrapy_settings(settings, added))
        return await _run(crawler, work, options)
    finally:
        reactor.installNameResolver(before)
        for each in (lookups, threads):
            each.shutdown(wait=False, cancel_futures=True)


async def _run(crawler: Crawler, work: Work[T], options: dict[str, Any]) -> T:
    engine = asyncio.ensure_future(crawler.crawl_async(work=work, fetcher_options=options))
    try:
        # Shielded: the engine must be closed in order, and is when the work is over.
        await asyncio.shield(engine)
    except asyncio.CancelledError:
        spider = crawler.spider
        if isinstance(spider, SessionSpider) and spider.task is not None:
            spider.task.cancel()
        await engine
        raise
    except Exception as error:  # border: what a desk added
        if getattr(crawler.spider, "task", None) is None:
            raise ConfigError(f"[scrapy]: what is added there failed at its start: {error!r}") from error
        raise
    spider = crawler.spider
    if not isinstance(spider, SessionSpider) or spider.task is None:
        raise RuntimeError("the crawl engine closed before the work began")
    result: T = await spider.task
    return result


def _scrapy_settings(settings: CrawlSettings, added: Settings) -> Settings:
    """Scrapy with our gates and what a workspace adds: no extensions of its own, no console, no schemes but
    http and https.
    """
    # Beyond the orders that a workspace may state: what it adds may change an address, never pass it by.
    gates: dict[Any, int | None] = {
        PauseGate: 10_100,
        ProxyGate: 10_200,
        AddressGate: 10_300,
        RobotsGate: 10_400,
        RedirectGate: 10_500,
        CookieGate: 10_600,
    }
    handlers = dict.fromkeys(default_settings.DOWNLOAD_HANDLERS_BASE)
    handlers |= dict.fromkeys(("http", "https"), DownloadHandler) | added.getdict("DOWNLOAD_HANDLERS")
    added.setdict(
        {
            "EXTENSIONS_BASE": {},
            "SPIDER_MIDDLEWARES_BASE": {},
            "SPIDER_MIDDLEWARES": {},
            "DOWNLOADER_MIDDLEWARES_BASE": gates,
            "DOWNLOAD_HANDLERS": handlers,
            "TELNETCONSOLE_ENABLED": False,
            # `places.py` bounds them
            "CONCURRENT_REQUESTS": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOAD_DELAY_JITTER": 0,
            "DOWNLOAD_TIMEOUT": settings.timeout_seconds,
            "DOWNLOAD_MAXSIZE": settings.max_page_bytes,
            "DOWNLOAD_WARNSIZE": 0,
            "DOWNLOAD_VERIFY_CERTIFICATES": settings.verify_certificates,
            "STATS_DUMP": False,
            **browser_settings(settings),
        },
        "cmdline",
    )
    return added


def _proxy_hosts() -> frozenset[str]:
    """Hosts of the environment's proxies: told by the user, so they may be private."""
    addresses = (address if "//" in address else f"//{address}" for address in getproxies().values())
    return frozenset(host for address in addresses if (host := urlsplit(address).hostname))


def require_contact(settings: CrawlSettings, addresses: Iterable[str]) -> None:
    """Refuse to bother real sites without saying who we are.

    Raises:
        ConfigError: no contact, or one that cannot be sent.
    """
    agent, contact = settings.user_agent, settings.contact
    if not _is_plain(agent) or not agent.split("/")[0].strip():
        raise ConfigError(
            f"crawl.user_agent: {agent!r} cannot be sent; "
            "expected a product name in ASCII, such as Drumbeat/0.1"
        )
    if not _is_plain(contact) or set(contact) & set("()<>\\"):
        raise ConfigError(
            f"crawl.contact: {contact!r} cannot be sent; expected a mail address or the address of a page"
        )
    hosts = () if settings.contact else map(host_of, addresses)
    real = next((host for host in hosts if _is_real_host(host)), None)
    if real is not None:
        raise ConfigError(
            f"crawl.contact: empty, but {real} is a real site; set it in drumbeat.toml, or in the "
            "environment as DRUMBEAT_CRAWL__CONTACT, to a mail address or page "
            "where its webmaster can reach you"
        )


def _is_plain(text: str) -> bool:
    """Whether a header can carry it as it is."""
    return text.isascii() and text.isprintable()


def _is_real_host(host: str) -> bool:
    if is_local_name(host) or host.rpartition(".")[2] in _RESERVED:
        return False
    try:
        return is_public(host)
    except ValueError:
        # A name, not a number.
        return True
