"""What every outlet of one crawl shares, and what one outlet asks for within its time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.clock import Clock
from config.settings import CrawlSettings, Settings
from config.sources import SourceConfig
from crawler.answers import Answer, Kind
from crawler.fetcher import Fetcher
from crawler.recording import Recorder


class TimeIsUp(Exception):
    """The outlet's time, or that of the crawl, is over; what is left waits for the next crawl."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlTools:
    """What every outlet of one crawl shares."""

    fetcher: Fetcher
    recorder: Recorder
    root: Path
    """The workspace, whose spiders may be run."""
    workspace_settings: Settings
    clock: Clock
    run_id: str
    by_hand: bool
    """The sources were named: they are polled although their interval is not over."""
    counts: Counter[str]
    spent: Mapping[str, tuple[int, int]]
    """Source -> pages fetched in the last 24 hours, and their bytes in the archive."""
    ends: float
    """When the crawl is over, on the event loop's time."""

    @property
    def settings(self) -> CrawlSettings:
        """How outlets are fetched from."""
        return self.workspace_settings.crawl


class OutletRequests:
    """Requests of one outlet, polls, pages and waits included, until its time is up.

    An outlet whose directory entry states long pauses between two requests has time for three of them, beyond
    the end of the crawl too.
    """

    def __init__(self, source: SourceConfig, tools: CrawlTools) -> None:
        self._source = source
        self._tools = tools
        slowest = max(tools.settings.delay_seconds, source.delay_seconds or 0.0)
        now = asyncio.get_running_loop().time()
        usual = min(now + tools.settings.source_seconds, tools.ends)
        self._ends = max(usual, now + 3 * slowest)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is asked for."""
        return asyncio.get_running_loop().time() >= self._ends

    async def fetch(self, url: str, kind: Kind, headers: dict[str, str] | None = None) -> Answer:
        """One answer.

        Raises:
            TimeIsUp: before it was there.
        """
        try:
            async with asyncio.timeout_at(self._ends):
                answer = await self._tools.fetcher.fetch(url, kind, source=self._source, headers=headers)
        except TimeoutError:
            raise TimeIsUp(self._source.id) from None
        await self._keep_pauses()
        return answer

    async def _keep_pauses(self) -> None:
        """Let the next crawl know which hosts are to be left alone."""
        if changed := self._tools.fetcher.pauses.take_changes():
            now = self._tools.clock.now()
            await self._tools.recorder.ask(lambda store: store.health.pause(changed, now))
