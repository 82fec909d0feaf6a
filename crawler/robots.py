"""robots.txt: asked before anything else on a site, read by RFC 9309, failing closed.

    answer                            means
    2xx, a robots.txt (also empty)    its rules for our product token
    2xx, more than 512 kB             the rules in the first 512 kB
    2xx, an HTML page                 no rules: everything allowed
    401, 403                          everything forbidden
    429, 5xx, no answer               unreadable: not now
    other 4xx                         no rules: everything allowed

RFC 9309 would let 401 and 403 pass as "no rules"; whoever locks robots.txt away does not invite robots, so
here they forbid.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from config.clock import Clock
from crawler.answers import Answer, looks_like_html, status_outcome
from crawler.urls import site_of

MAX_BYTES = 512 * 1024
"""Of a robots.txt that is read; RFC 9309 2.5 asks for at least 500 KiB."""
KEPT_FOR = timedelta(hours=24)
"""RFC 9309 2.4: not longer than a day."""


class RobotsDenied(Exception):
    """robots.txt forbids the address to us."""


class RobotsUnreadable(Exception):
    """robots.txt could not be read, which means: not now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one site's robots.txt says to us."""

    answer: Answer
    verdict: Literal["rules", "allowed", "denied", "unreadable"]
    reason: str
    parsed: Any = None
    delay_seconds: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def check(self, url: str, token: str) -> None:
        """Return if the address may be fetched.

        Raises:
            RobotsDenied, RobotsUnreadable: it may not.
        """
        if self.verdict == "denied":
            raise RobotsDenied(self.reason)
        if self.verdict == "unreadable":
            raise RobotsUnreadable(self.reason)
        if self.parsed is not None and not self.parsed.can_fetch(url, token):
            raise RobotsDenied(f"robots.txt of {site_of(url)} forbids {url} to {token}")


def read_rules(answer: Answer, token: str) -> Rules:
    """Make rules of the answer to a request for robots.txt.

    Args:
        answer: the last answer, redirects followed.
        token: our product token, the first word of the user agent.
    """
    outcome = status_outcome(answer)
    if answer.status in (401, 403):
        return Rules(answer=answer, verdict="denied", reason=f"robots.txt is locked (HTTP {answer.status})")
    if outcome in ("http_404", "http_410", "http_4xx") and answer.status != 429:
        return Rules(
            answer=answer, verdict="allowed", reason=f"there is no robots.txt (HTTP {answer.status})"
        )
    if outcome != "stored":
        return Rules(
            answer=answer,
            verdict="unreadable",
            reason=f"robots.txt: {outcome}: {answer.detail or f'HTTP {answer.status}'}",
        )
    if looks_like_html(answer.body):
        # RFC 9309 2.2: what is no rule is ignored, and a page holds none.
        return Rules(answer=answer, verdict="allowed", reason="robots.txt: the answer is an HTML page")
    return _parsed(answer, token)


def _parsed(answer: Answer, token: str) -> Rules:
    from protego import Protego

    # RFC 9309 wants UTF-8; rules that an editor saved as UTF-16 are rules all the same.
    encoding = "utf-16" if answer.body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    parsed = Protego.parse(answer.body.decode(encoding, "replace"))
    delay = max(parsed.crawl_delay(token) or 0.0, _rate(parsed.request_rate(token)))
    return Rules(
        answer=answer,
        verdict="rules",
        reason="read",
        parsed=parsed,
        delay_seconds=delay,
        sitemaps=tuple(parsed.sitemaps),
    )


def _rate(rate: Any) -> float:
    return float(rate.seconds) / rate.requests if rate is not None and rate.requests else 0.0


def product_token(user_agent: str) -> str:
    """`Drumbeat/0.1 (+...)` -> `Drumbeat`: the name that robots.txt addresses."""
    return user_agent.split("/")[0].split()[0]


class RobotsBook:
    """Rules of the sites of one crawl, each asked for once and kept for a day of clock time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: dict[str, tuple[datetime, asyncio.Future[Rules]]] = {}

    async def rules(self, url: str, fetch: Callable[[str], Awaitable[Rules]]) -> Rules:
        """The rules for an address.

        `fetch` gets them for the address of a robots.txt that is not known yet.
        """
        site = site_of(url)
        now = self._clock.now()
        if site not in self._asked or now - self._asked[site][0] >= KEPT_FOR:
            self._asked[site] = (now, asyncio.ensure_future(fetch(f"{site}/robots.txt")))
        # Shielded: whoever is called off must not take the answer from others that wait for it.
        return await asyncio.shield(self._asked[site][1])

    def close(self) -> None:
        """Call off what is still being asked."""
        for _, asking in self._asked.values():
            asking.cancel()

    async def known(self, url: str) -> Rules | None:
        """The rules of a site that were asked for before."""
        asked = self._asked.get(site_of(url))
        return await asyncio.shield(asked[1]) if asked else None
