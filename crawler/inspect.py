"""Take one address through every stage of fetching and show each: the first half of `drumbeat try`.

Nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from config.clock import Clock
from config.settings import CrawlSettings
from config.sources import SourceConfig
from config.workspace import Workspace
from crawler.addresses import NameUnknown, PrivateAddress, is_public
from crawler.answers import Answer, page_outcome
from crawler.exchange import request_headers
from crawler.fetcher import Fetcher
from crawler.links import is_own
from crawler.outcomes import FETCH_OUTCOMES
from crawler.permits import permit_of
from crawler.probing import probe
from crawler.robots import Rules
from crawler.select import finder_for
from crawler.urls import canonical, host_of

Stages = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Everything that happened, in order."""

    answer: Answer
    """The last answer, or the reason why there is none."""
    outcome: str
    source: SourceConfig | None
    """The outlet whose own domain the address lies on."""
    stages: Stages
    """Stage -> what -> value, for display."""


def inspect(url: str, *, workspace: Workspace, clock: Clock) -> Inspection:
    """Fetch one address as a crawl would, robots.txt, delays and private addresses included.

    Raises:
        ConfigError: it lies on a real site and no contact is set.
    """
    address = canonical(url) or url
    source = source_of(address, workspace, clock)
    settings = workspace.settings.crawl

    async def work(fetcher: Fetcher) -> tuple[Answer, Rules | None, dict[str, object]]:
        answer = await fetcher.fetch(address, "page", source=source)
        allowed = permit_of(source, settings).covers(address)
        names = await _names(fetcher, host_of(address), allow_private=allowed)
        return answer, await fetcher.known_rules(answer.final_url), names

    (answer, rules, names), _ = probe(work, addresses=[address], workspace=workspace, clock=clock)
    outlet = source.id if source else "none of the directory"
    stages: Stages = {
        "address": {"given": url, "canonical": address, "outlet": outlet},
        "names": names,
        "robots.txt": _robots(rules),
        "request": _request(settings, source, rules),
        **_answered(answer),
    }
    return Inspection(answer=answer, outcome=page_outcome(answer), source=source, stages=stages)


def _request(settings: CrawlSettings, source: SourceConfig | None, rules: Rules | None) -> dict[str, object]:
    """What is sent, and the longest of the delays that apply."""
    delays = (settings.delay_seconds, source and source.delay_seconds, rules and rules.delay_seconds)
    return {**request_headers(settings), "delay, seconds": max(delay or 0.0 for delay in delays)}


def _answered(answer: Answer) -> Stages:
    """What came back, and what it counts as."""
    outcome = page_outcome(answer)
    return {
        "redirects": {str(number): hop for number, hop in enumerate(answer.hops, 1)},
        "answer": _answer(answer),
        "outcome": {"is": outcome, "means": FETCH_OUTCOMES[outcome], "detail": answer.detail},
    }


def source_of(url: str, workspace: Workspace, clock: Clock) -> SourceConfig | None:
    """The first outlet of the directory whose own domain an address lies on."""
    for source in workspace.sources:
        if is_own(url, finder_for(source, first=False, now=clock.now(), backfill_days=1).domains):
            return source
    return None


async def _names(fetcher: Fetcher, host: str, *, allow_private: bool) -> dict[str, object]:
    if not host:
        return {}
    try:
        found = await fetcher.names.checked(host, allow_private=True)
    except (NameUnknown, PrivateAddress) as error:
        return {"host": host, "problem": str(error)}
    private = "private, allowed" if allow_private else "private, not allowed"
    verdict = "public" if all(map(is_public, found)) else private
    return {"host": host, "addresses": ", ".join(found), "verdict": verdict}


def _robots(rules: Rules | None) -> dict[str, object]:
    if rules is None:
        return {"verdict": "not asked"}
    return {
        "address": rules.answer.url,
        "status": rules.answer.status,
        "verdict": rules.verdict,
        "reason": rules.reason,
        "crawl delay, seconds": rules.delay_seconds,
        "sitemaps": ", ".join(rules.sitemaps),
    }


def _answer(answer: Answer) -> dict[str, object]:
    if answer.status is None:
        return {}
    headers: dict[str, object] = {f"header {name}": value for name, value in answer.headers}
    digest = sha256(answer.body).hexdigest()
    return {
        "address": answer.final_url,
        "status": answer.status,
        "bytes": len(answer.body),
        "sha256": digest,
        **headers,
    }
