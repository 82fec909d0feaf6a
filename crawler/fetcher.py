"""Fetch one address politely: the only way out of this room.

`Fetcher.fetch` never raises for what a server or the net does: every request ends in one `Answer`. Only what
is ours is raised: the store's and the archive's errors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from scrapy import Request, signals
from scrapy.exceptions import DownloadTimeoutError, StopDownload
from scrapy.http import Response

from config.clock import Clock
from config.errors import DrumbeatError
from config.settings import CrawlSettings
from config.sources import SourceConfig
from crawler.addresses import Names
from crawler.answers import (
    ACCEPTED_ENCODINGS,
    Answer,
    Kind,
    TooLarge,
    Undecodable,
    beginning,
    decompress,
    unlabelled_encoding,
)
from crawler.browser.rendering import Document, Renderer
from crawler.failures import EXPECTED, detail_of, outcome_of
from crawler.pauses import HostPauses
from crawler.permits import permit_of
from crawler.places import BYTES_OF_A_REQUEST, WEIGHT_OF_A_FAILURE, HostQueues, Places, Traffic
from crawler.refresh import refresh_target
from crawler.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from crawler.robots import RobotsBook, RobotsDenied, RobotsUnreadable, Rules, product_token, rules_from
from crawler.sitemaps import MAX_BYTES as MAX_SITEMAP_BYTES
from crawler.tickets import RENDERING, Ticket, request_for, ticket_of
from crawler.urls import host_of, registered_domain, resolved
from crawler.waiting import retry_after

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = structlog.get_logger(__name__)

UNPACKED_IN_PLACE = 32 * 1024
"""Bytes of an answer whose unpacking takes less than handing it to a thread. Chosen, not measured."""
SPIDERS_AT_ONCE = 2
"""Of a workspace, with 80 MB each (`ps -o rss`, a spider that imports Scrapy alone)."""
Keep = Callable[[Answer], Awaitable[None]]
"""Takes answers that only the archive wants (robots.txt, redirects); returns when they are safe."""


class Fetcher:
    """Sends requests through the gates of one session.

    Args:
        crawler: Scrapy's, whose engine does the downloading.
        settings: politeness and limits.
        threads: for work that would hold up the event loop.
        keep: where robots.txt answers and redirects go before anything is made of them.
        pauses: hosts that are left alone.
    """

    def __init__(
        self,
        crawler: Crawler,
        *,
        settings: CrawlSettings,
        clock: Clock,
        names: Names,
        threads: Executor,
        keep: Keep,
        pauses: HostPauses,
    ) -> None:
        self.clock = clock
        self.pauses = pauses
        self.names = names
        self.threads = threads
        self.max_redirects = settings.max_redirects
        self.token = product_token(settings.user_agent)
        self._crawler = crawler
        self._settings = settings
        self._keep = keep
        self._robots = RobotsBook(clock)
        self._traffic = Traffic()
        self.places = Places(settings.concurrent_hosts, self._traffic)
        self.spider_places = asyncio.Semaphore(SPIDERS_AT_ONCE)
        """For spiders of the workspace, each a process of its own."""
        self._hosts = HostQueues(self._seconds_to_rest)
        self._renderer = Renderer(crawler, request_headers(settings)["User-Agent"])
        crawler.signals.connect(self._received, signals.bytes_received)

    async def fetch(
        self,
        url: str,
        kind: Kind,
        *,
        source: SourceConfig | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One answer for one address, robots.txt asked, redirects followed, body decompressed.

        It waits for the address's host, and for a place beside the other outlets.

        Args:
            source: for whom: the longest of its delay, the settings' and robots.txt's counts, and it may lie
            on
                private addresses.
            headers: further ones, for conditional requests.
        """
        outlet = source.id if source else ""
        ticket = self._ticket(kind, source, headers or {})
        async with self._hosts.turn(host_of(url)), self.places.taken(outlet):
            answer = await self._fetched(url, ticket)
        failed = answer.failure is not None and answer.failure != "waiting"
        weight = 1.0 + len(answer.body) / BYTES_OF_A_REQUEST
        self.places.weigh(outlet, weight + WEIGHT_OF_A_FAILURE * failed)
        return answer

    def _ticket(self, kind: Kind, source: SourceConfig | None, headers: dict[str, str]) -> Ticket:
        own_delay = source.delay_seconds if source else None
        return Ticket(
            kind=kind,
            headers=request_headers(self._settings) | headers,
            timeout_seconds=self._settings.timeout_seconds,
            max_bytes=self._limit(kind),
            permit=permit_of(source, self._settings),
            delay_seconds=max(self._settings.delay_seconds, own_delay or 0.0),
        )

    async def _fetched(self, url: str, ticket: Ticket) -> Answer:
        """The answer, after redirects that a page's markup states too."""
        answer = await self._send(url, ticket)
        while (target := refresh_target(answer)) is not None and len(ticket.hops) < self.max_redirects:
            await self._keep(replace(answer, kind="redirect"))
            ticket.hops.append(answer.final_url)
            if target in ticket.hops:
                return self._failed(url, ticket, "redirect_loop", f"{target} leads back to itself")
            answer = await self._send(url, ticket, to=target)
        return answer

    def _received(self, data: bytes, request: Request) -> None:
        """Count bytes as they come, and stop what nobody waits for or memory has no room for.

        Of a robots.txt no more is taken than is read (RFC 9309 2.5); everything else has a limit of its own.
        """
        ticket = ticket_of(request)
        if ticket.is_over:
            raise StopDownload(fail=True)
        ticket.received += len(data)
        self._traffic.add(len(data))
        if ticket.kind == "robots" and ticket.received > MAX_ROBOTS_BYTES:
            raise StopDownload(fail=False)
        if self._traffic.is_over_full:
            raise StopDownload(fail=True)

    def _seconds_to_rest(self, host: str) -> float:
        """How long Scrapy would keep a request to a host waiting."""
        slot = self._crawler.engine.downloader.slots.get(host)
        if slot is None:
            return 0.0
        rested = asyncio.get_running_loop().time() - slot.lastseen
        return float(slot.delay - rested)

    async def close(self) -> None:
        """Call off what is under way for others, since whoever waited for it is gone, and end the browser."""
        self._robots.close()
        await self._renderer.close()

    async def rendered(self, answer: Answer, source: SourceConfig) -> bytes | None:
        """The DOM that a browser makes of an answer, in UTF-8; None where it fails.

        It waits for the host like a request, because the page's own requests go there.
        """
        ticket = self._ticket("page", source, {})
        host = host_of(answer.final_url)
        request = request_for(answer.final_url, ticket)
        document = self._document(source.id, answer, ticket)
        request.meta[RENDERING] = partial(self._renderer.render, document=document)
        try:
            async with self._hosts.turn(host):
                response = await self._crawler.engine.download_async(request)
        except Exception:  # border: what a page does to a browser costs only its rendering
            logger.warning("not rendered", url=answer.final_url, exc_info=True)
            return None
        return str(response.text).encode("utf-8", "replace")

    def _document(self, outlet: str, answer: Answer, ticket: Ticket) -> Document:
        """An answer with who judges what its page asks for."""
        own = registered_domain(host_of(answer.final_url))

        async def judge(url: str) -> tuple[str, ...]:
            return await self.names.checked(host_of(url), allow_private=ticket.permit.covers(url))

        async def allowed(url: str) -> bool:
            return registered_domain(host_of(url)) != own or await self._is_allowed(url, ticket)

        return Document(
            outlet=outlet,
            url=answer.final_url,
            status=answer.status or 200,
            headers=answer.headers,
            body=answer.body,
            judge=judge,
            allowed=allowed,
        )

    async def _is_allowed(self, url: str, ticket: Ticket) -> bool:
        """Whether robots.txt lets us ask for an address."""
        try:
            await (await self.rules_for(url, ticket)).judge(url, self.token)
        except (RobotsDenied, RobotsUnreadable):
            return False
        return True

    async def known_rules(self, url: str) -> Rules | None:
        """What robots.txt said of an address that was fetched before; None where it was not asked."""
        return await self._robots.known(url)

    async def rules_for(self, url: str, ticket: Ticket) -> Rules:
        """What robots.txt says about an address, asked for under the same permissions as the ticket's."""
        own = replace(
            ticket,
            kind="robots",
            headers=request_headers(self._settings),
            # it ends by `_stop_long_robots`
            max_bytes=0,
            hops=[],
        )

        async def ask(address: str) -> Rules:
            answer = await self._send(address, replace(own, hops=[], received=0))
            if answer.status is not None:
                await self._keep(answer)
            return await rules_from(answer, self.token)

        return await self._robots.rules(url, ask)

    async def keep_hop(self, request: Request, response: Response) -> None:
        """Archive a redirect."""
        ticket = ticket_of(request)
        first = ticket.hops[0] if ticket.hops else request.url
        hop = replace(ticket, kind="redirect")
        await self._keep(_decompressed(self._answer(first, hop, response), hop.max_bytes))

    def slow_down(self, host: str, seconds: float) -> None:
        """Leave at least so many seconds between two requests to a host, from the next one on."""
        downloader = self._crawler.engine.downloader
        slot = downloader.per_slot_settings.setdefault(host, {"delay": 0.0})
        if seconds > slot["delay"]:
            slot["delay"] = seconds
            if host in downloader.slots:
                downloader.slots[host].delay = seconds

    async def _send(self, url: str, ticket: Ticket, *, to: str | None = None) -> Answer:
        """Ask for an address, or for another one in its place."""
        address = resolved(to or url)
        if address is None:
            return self._failed(url, ticket, "bad_url", f"{url!r} is no http(s) address")
        ticket.received, ticket.is_over = 0, False
        try:
            response = await self._crawler.engine.download_async(request_for(address, ticket))
        except EXPECTED as error:
            if isinstance(error, DownloadTimeoutError):
                self.pauses.timed_out(host_of(ticket.hops[-1] if ticket.hops else address))
            wait = getattr(error, "wait", None)
            return self._failed(url, ticket, outcome_of(error), detail_of(error, ticket), wait)
        except DrumbeatError:
            raise
        except Exception as error:  # border: what hostile bytes do to the libraries costs only this request
            logger.warning("request failed in a way no rule names", url=address, exc_info=True)
            return self._failed(url, ticket, "connection_failed", f"{type(error).__name__}: {error}")
        finally:
            ticket.is_over = True
            self._traffic.release(ticket.received)
        self.pauses.answered(host_of(response.url))
        return await self._unpacked(self._answer(url, ticket, response), ticket.max_bytes)

    async def _unpacked(self, answer: Answer, max_bytes: int) -> Answer:
        """The answer decompressed; a bomb takes a while to be known as one, and zlib lets the others work
        meanwhile."""
        unpack = partial(_decompressed, answer, max_bytes)
        if len(answer.body) < UNPACKED_IN_PLACE:
            return unpack()
        return await asyncio.get_running_loop().run_in_executor(self.threads, unpack)

    def _failed(
        self, url: str, ticket: Ticket, outcome: str, detail: str, wait: timedelta | None = None
    ) -> Answer:
        last = ticket.hops[-1] if ticket.hops else url
        now = self.clock.now()
        hops = tuple(ticket.hops)
        return Answer(
            url=url,
            final_url=last,
            kind=ticket.kind,
            fetched_at=now,
            failure=outcome,
            detail=detail,
            hops=hops,
            wait=wait,
        )

    def _answer(self, url: str, ticket: Ticket, response: Response) -> Answer:
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        )
        answer = Answer(
            url=url,
            final_url=response.url,
            kind=ticket.kind,
            fetched_at=self.clock.now(),
            # Three digits by RFC 9110; what a server sends beyond them is kept within what a column holds.
            status=max(0, min(response.status, 999)),
            headers=headers,
            body=response.body,
            hops=tuple(ticket.hops),
        )
        asked = (
            retry_after(answer.header("retry-after"), answer.fetched_at) if response.status >= 400 else None
        )
        return replace(answer, wait=asked)

    def _limit(self, kind: Kind) -> int:
        return (
            max(self._settings.max_page_bytes, MAX_SITEMAP_BYTES)
            if kind == "sitemap"
            else self._settings.max_page_bytes
        )


def request_headers(settings: CrawlSettings) -> dict[str, str]:
    """Who we are and what we take."""
    agent = settings.user_agent
    headers = {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Encoding": ACCEPTED_ENCODINGS,
    }
    if settings.contact:
        agent = f"{agent} ({settings.contact})"
    if "@" in settings.contact:
        headers["From"] = settings.contact
    return {"User-Agent": agent, **headers}


def _decompressed(answer: Answer, max_bytes: int) -> Answer:
    encodings = ",".join(value for name, value in answer.headers if name.lower() == "content-encoding")
    if answer.kind == "robots":
        return replace(answer, body=beginning(answer.body, encodings, MAX_ROBOTS_BYTES))
    if answer.kind != "sitemap":
        # Sitemaps are files of their own when they are compressed, and their reader knows it.
        encodings = encodings or unlabelled_encoding(answer.body)
    try:
        body = decompress(answer.body, encodings, max_bytes)
    except TooLarge as error:
        return replace(answer, failure="too_large", detail=str(error))
    except Undecodable as error:
        return replace(answer, failure="bad_encoding", detail=str(error))
    return replace(answer, body=body)
