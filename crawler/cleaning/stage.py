"""The cleaning stage: archive in, articles out. It fetches nothing; what it made can be made again from the archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from config.clock import Clock
from config.progress import Progress
from config.settings import CleanSettings
from config.workspace import Workspace
from crawler.cleaning.extract import Extraction, Refusal
from crawler.cleaning.page import make_article
from crawler.cleaning.pool import shared_pool
from crawler.cleaning.version import CLEAN_VERSION
from storage.records import CleanResult, Page
from storage.store import Store

CHUNK = 64
"""Pages per transaction; a killed run loses at most the work on so many, and does it again."""
ANY_VERSION = ""
"""No rules have this version: every archived page is to be cleaned."""


def clean(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress, again: bool = False
) -> dict[str, int]:
    """Clean every archived page that today's rules have not seen.

    Args:
        again: clean the others too (`drumbeat replay`).

    Returns:
        Pages by outcome (`crawler.outcomes.CLEAN_OUTCOMES`).
    """
    settings = workspace.settings.clean
    pool = shared_pool(workspace.archive_dir, settings)
    languages = {source.source_id: source.languages for source in store.sources.all()}
    outcomes: Counter[str] = Counter()
    progress.start("pages cleaned")
    last = ""
    while pages := store.pages.to_clean(ANY_VERSION if again else CLEAN_VERSION, after=last, limit=CHUNK):
        results = []
        for page, found in zip(pages, pool.extract(pages), strict=True):
            results.append(
                clean_result(
                    page, found, run_id=run_id, languages=languages.get(page.source_id, ()), settings=settings
                )
            )
            progress.step()
        store.articles.save(results)
        outcomes.update(result.outcome for result in results)
        last = pages[-1].page_id
    return dict(outcomes)


def clean_result(
    page: Page, found: Extraction | Refusal, *, run_id: str, languages: Sequence[str], settings: CleanSettings
) -> CleanResult:
    """The record of one page: an article, or why not."""
    if isinstance(found, Refusal):
        return CleanResult(
            page_id=page.page_id, outcome=found.outcome, clean_version=CLEAN_VERSION, clean_run=run_id
        )
    article = make_article(page, found, languages=languages, settings=settings)
    return CleanResult(
        page_id=page.page_id,
        outcome="article",
        clean_version=CLEAN_VERSION,
        clean_run=run_id,
        article=article,
    )
