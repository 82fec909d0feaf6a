"""robots.txt: asked before anything else on a site, read by RFC 9309, failing closed.

    answer                            means
    2xx, a robots.txt (also empty)    its rules for our product token
    2xx, more than 512 kB             the rules in the first 512 kB
    2xx, an HTML page                 no rules: everything allowed
    401, 403                          everything forbidden
    429, 5xx, no answer               unreadable: not now
    other 4xx                         no rules: everything allowed

A long one is read and asked in a process with limits of time and memory; one that takes longer is unreadable.

RFC 9309 would let 401 and 403 pass as "no rules"; whoever locks robots.txt away does not invite robots, so
here they forbid.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Literal

from config.clock import Clock
from crawler.answers import Answer, looks_like_html, status_outcome
from crawler.apart import read_apart
from crawler.challenges import is_challenge
from crawler.urls import site_of

MAX_BYTES = 512 * 1024
"""Of a robots.txt that is read; RFC 9309 2.5 asks for at least 500 KiB."""
SHORT_BYTES = 16 * 1024
"""Of a robots.txt that is read in place: 7 kB of rules with wildcards took 6 ms to read and 0.3 ms to ask, in
Protego, whose time follows their length."""
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

    async def judge(self, url: str, token: str) -> None:
        """As `check`, and a long file is asked in another process.

        Raises:
            RobotsDenied, RobotsUnreadable: the address may not be fetched.
        """
        self.check(url, token)
        if self.verdict == "rules" and self.parsed is None:
            allowed = await _asked_apart(self.answer, url, token)
            if allowed is None:
                raise RobotsUnreadable(f"robots.txt of {site_of(url)} takes too long to read")
            if not allowed:
                raise RobotsDenied(f"robots.txt of {site_of(url)} forbids {url} to {token}")

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


async def rules_from(answer: Answer, token: str) -> Rules:
    """As `read_rules`, and a long file is read in another process."""
    if len(answer.body) <= SHORT_BYTES or status_outcome(answer) != "stored" or looks_like_html(answer.body):
        return read_rules(answer, token)
    read = partial(_summary, answer.body, token)
    summary = await read_apart(read, size=len(answer.body), what=answer.url)
    if summary is None:
        reason = "robots.txt: takes too long to read"
        return Rules(answer=answer, verdict="unreadable", reason=reason)
    delay, sitemaps = summary
    return Rules(answer=answer, verdict="rules", reason="read", delay_seconds=delay, sitemaps=sitemaps)


async def _asked_apart(answer: Answer, url: str, token: str) -> bool | None:
    """Whether a long file allows an address; None where that cannot be told in time."""
    ask = partial(_allows, answer.body, url, token)
    return await read_apart(ask, size=len(answer.body), what=answer.url)


def read_rules(answer: Answer, token: str) -> Rules:
    """Make rules of the answer to a request for robots.txt.

    Args:
        answer: the last answer, redirects followed.
        token: our product token, the first word of the user agent.
    """
    outcome = status_outcome(answer)
    if answer.status in (401, 403):
        told = f"HTTP {answer.status}{', a challenge' if is_challenge(answer) else ''}"
        return Rules(answer=answer, verdict="denied", reason=f"robots.txt is locked ({told})")
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
    parsed = _protego(answer.body)
    return Rules(
        answer=answer,
        verdict="rules",
        reason="read",
        parsed=parsed,
        delay_seconds=_delay(parsed, token),
        sitemaps=tuple(parsed.sitemaps),
    )


@lru_cache(maxsize=8)
def _protego(body: bytes) -> Any:
    """A file read; the last ones are kept, since they are asked for one address after the other."""
    from protego import Protego

    # RFC 9309 wants UTF-8; rules that an editor saved as UTF-16 are rules all the same.
    encoding = "utf-16" if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return Protego.parse(body.decode(encoding, "replace"))


def _summary(body: bytes, token: str) -> tuple[float, tuple[str, ...]]:
    """Delay and sitemaps."""
    parsed = _protego(body)
    return _delay(parsed, token), tuple(parsed.sitemaps)


def _allows(body: bytes, url: str, token: str) -> bool:
    return bool(_protego(body).can_fetch(url, token))


def _delay(parsed: Any, token: str) -> float:
    return max(parsed.crawl_delay(token) or 0.0, _rate(parsed.request_rate(token)))


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
