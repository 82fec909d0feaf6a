"""Downloader middlewares: what every request passes on its way out, whoever sends it, and every redirect
again.

    Fetcher --> PauseGate --> ProxyGate --> AddressGate --> RobotsGate --> CookieGate --> Scrapy's slot -->
    the net
                 Retry-After   http_proxy    private?        robots.txt                   one at a time, the
                 host's delay
    Fetcher <-- PauseGate <------------- RedirectGate <---- CookieGate <------------------------------------'
                                          archives the hop, sends a new request through all gates

A gate that refuses raises; `Fetcher` turns that into the one outcome of the request.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from crawler.addresses import NameUnknown, is_this_machine
from crawler.robots import RobotsDenied
from crawler.tickets import HostPaused, RedirectLoop, request_for, ticket_of
from crawler.urls import host_of, registered_domain, resolved
from crawler.waiting import retry_after

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.fetcher import Fetcher

LONGEST_PAUSE_SECONDS = 10.0
"""A host that asks for a longer pause is left alone for the rest of the crawl."""
LONGEST_DELAY_SECONDS = 300.0
"""A host that wants more between two requests cannot be crawled: robots.txt, a poll and a page must fit into
the time of a crawl (`crawl.crawl_seconds`). Chosen, not measured.
"""
_TOO_MANY_REQUESTS, _UNAVAILABLE = 429, 503
_UNSTATED_PAUSE = timedelta(minutes=10)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Gate:
    """What the gates share: the fetcher of their session."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Gate:
        """Scrapy's way of making a middleware."""
        return cls(crawler.spider.fetcher)  # type: ignore[union-attr]


class PauseGate(Gate):
    """Keeps away from hosts that are to be left alone, and sets the delay between requests to the others."""

    async def process_request(self, request: Request) -> None:
        """Wait out a short pause.

        Raises:
            HostPaused: the pause is longer than `LONGEST_PAUSE_SECONDS`.
        """
        host = host_of(request.url)
        self.fetcher.slow_down(host, ticket_of(request).delay_seconds)
        left = self.fetcher.pauses.seconds_left(host)
        if left > LONGEST_PAUSE_SECONDS:
            raise HostPaused(host, timedelta(seconds=left))
        if left > 0:
            await asyncio.sleep(left)

    def process_response(self, request: Request, response: Response) -> Response:
        """Remember what the host asks for."""
        if response.status in (_TOO_MANY_REQUESTS, _UNAVAILABLE):
            stated = response.headers.get("Retry-After")
            wait = retry_after(stated.decode("latin-1") if stated else None, self.fetcher.clock.now())
            if wait is None and response.status == _TOO_MANY_REQUESTS:
                wait = _UNSTATED_PAUSE
            if wait is not None:
                self.fetcher.pauses.pause(host_of(response.url), wait, f"HTTP {response.status}")
        return response


class ProxyGate(HttpProxyMiddleware):
    """The proxy of the environment (http_proxy, https_proxy, no_proxy), never for this machine itself."""

    def process_request(self, request: Request, spider: Any = None) -> None:
        """Choose the proxy of a request."""
        if is_this_machine(host_of(request.url)):
            request.meta["proxy"] = None
        super().process_request(request)


class AddressGate(Gate):
    """Looks the host up and refuses private addresses (see `addresses`)."""

    async def process_request(self, request: Request) -> None:
        """Raises:
        NameUnknown: the host has no address.
        PrivateAddress: it has a private one, which is not allowed here.
        """
        allowed = ticket_of(request).permit.covers(request.url)
        proxied = bool(request.meta.get("proxy"))
        try:
            await self.fetcher.names.checked(host_of(request.url), allow_private=allowed)
        except NameUnknown:
            # Behind a proxy this machine need not be able to resolve anything.
            if not proxied:
                raise


class RobotsGate(Gate):
    """Asks robots.txt first, fails closed and takes over a crawl delay that is longer than ours.

    Scrapy's own middleware is not used: it lets requests pass where robots.txt cannot be read.
    """

    async def process_request(self, request: Request) -> None:
        """Raises:
        RobotsDenied, RobotsUnreadable: the address may not be fetched, or not now.
        """
        ticket = ticket_of(request)
        if ticket.kind == "robots":
            return
        rules = await self.fetcher.rules_for(request.url, ticket)
        await rules.judge(request.url, self.fetcher.token)
        if rules.delay_seconds > LONGEST_DELAY_SECONDS:
            raise RobotsDenied(
                f"robots.txt asks for {rules.delay_seconds:g} s between two requests; that is as good as no"
            )
        self.fetcher.slow_down(host_of(request.url), rules.delay_seconds)


class CookieGate(Gate):
    """Gives back, for the rest of the crawl, the cookies that a site sets while it redirects.

    Some sites let nobody in who does not show such a cookie. What pages set is forgotten: it counts readers.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        super().__init__(fetcher)
        self._jars: dict[str, CookieJar] = {}

    def process_request(self, request: Request) -> None:
        """Add the site's cookies."""
        jar = self._jars.get(_site_of(request))
        if jar is not None:
            jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Take the cookies of a redirect."""
        if response.status in _REDIRECTS and "Set-Cookie" in response.headers:
            self._jars.setdefault(_site_of(request), CookieJar()).extract_cookies(response, request)
        return response


def _site_of(request: Request) -> str:
    return registered_domain(host_of(request.url))


class RedirectGate(Gate):
    """Follows redirects: each hop archived, each target through all gates again."""

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer itself, or the request that it leads to.

        Raises:
            RedirectLoop: the target was visited, is no web address, or is one too many.
        """
        location = response.headers.get("Location")
        if response.status not in _REDIRECTS or location is None:
            return response
        ticket = ticket_of(request)
        await self.fetcher.keep_hop(request, response)
        ticket.hops.append(request.url)
        target = resolved(location.decode("utf-8", "replace"), request.url)
        if target is None:
            raise RedirectLoop(f"{request.url} leads to {location!r}, which is no web address")
        if target in ticket.hops and not _sets_cookies(response):
            raise RedirectLoop(f"{target} leads back to itself in {len(ticket.hops)} steps")
        if len(ticket.hops) > self.fetcher.max_redirects:
            raise RedirectLoop(f"more than {self.fetcher.max_redirects} redirects, the last to {target}")
        return request_for(target, ticket)


def _sets_cookies(response: Response) -> bool:
    """Whether whoever comes back shows something new; for ever new ones there is the limit of redirects."""
    return "Set-Cookie" in response.headers
