"""Look at stored pages again: those that a listing dated anew, and some of the newest.

pages --> asked for, on the condition that they changed --> other than before, or gone? --> archive, a version
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from crawler.answers import Answer
from crawler.asking import CrawlTools, OutletRequests
from crawler.links import is_own
from crawler.recording import Entry
from crawler.results import WAITING
from crawler.revisits import LOOK_AFTER, look_headers, version_after, was_there
from crawler.select import Finder
from storage.records import Page, PageLook, PageVersion

logger = structlog.get_logger(__name__)

LOOKS_PER_CRAWL = 50
"""Pages dated anew that are looked at again in one crawl. Chosen, not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The looks at pages of one outlet in one crawl."""

    finder: Finder
    tools: CrawlTools
    requests: OutletRequests

    async def look_again(self, dated_anew: Collection[Page]) -> None:
        """Ask for pages again; what is different, or gone, is kept as a version.

        Raises:
            TimeIsUp: the rest has its turn in a later crawl.
        """
        pages = await self._due(dated_anew)
        ids = [page.page_id for page in pages]
        latest = await self.tools.recorder.ask(lambda store: store.versions.latest(ids))
        for page in pages:
            if not await self._look_at(page, latest.get(page.page_id)):
                return

    async def _due(self, dated_anew: Collection[Page]) -> list[Page]:
        """Pages whose next look is due, those first that a listing dated anew."""
        source_id, now = self.finder.source_id, self.tools.clock.now()
        limit = self.tools.settings.recheck_pages
        old = await self.tools.recorder.ask(
            lambda store: store.versions.to_look_at(source_id, now, LOOK_AFTER, limit)
        )
        anew = list(dated_anew)[:LOOKS_PER_CRAWL]
        return list({page.page_id: page for page in (*anew, *old)}.values())

    async def _look_at(self, page: Page, latest: PageVersion | None) -> bool:
        """Ask for a page again; False where the host wants peace."""
        answer = await self.requests.fetch(page.url, "page", look_headers(page, latest))
        if answer.failure == WAITING:
            return False
        version = self._version(page, latest, answer)
        look = PageLook(page_id=page.page_id, looked_at=answer.fetched_at, was_there=was_there(answer))
        kept = answer if version is not None else None
        await self.tools.recorder.put(Entry(answer=kept, version=version, look=look))
        outcome = "changed" if version is not None else "unchanged"
        self.tools.counts.update({"looked_again": 1, f"looked_again_{outcome}": 1})
        logger.info("look", source=page.source_id, url=page.url, outcome=outcome, status=answer.status)
        return True

    def _version(self, page: Page, latest: PageVersion | None, answer: Answer) -> PageVersion | None:
        if answer.hops and not is_own(answer.final_url, self.finder.domains):
            # Another site's page says nothing of this one's text.
            return None
        return version_after(page, latest, answer, run_id=self.tools.run_id)
