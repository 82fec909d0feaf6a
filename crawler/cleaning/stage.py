"""The cleaning stage: archive in, articles out. It fetches nothing.

What it made can be made again from the archive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future

from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from crawler.cleaning.extract import Refusal
from crawler.cleaning.pool import Cleaned, answer_of, shared_pool
from crawler.cleaning.version import CLEAN_VERSION
from crawler.cleaning.versions import clean_versions
from storage.records import Article, CleanResult, Page
from storage.store import Store

Started = tuple[list[Page], list[Future[Cleaned]]]
"""Pages, and where their answers will be."""
CHUNK = 64
"""Pages per transaction; a killed run loses at most the work on so many, and does it again. Decides cost
only."""
ANY_VERSION = ""
"""No rules have this version: every archived page is to be cleaned."""


def clean(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress, again: bool = False
) -> dict[str, int]:
    """Clean every archived page that today's rules have not seen.

    Args:
        again: clean the others too (`drumbeat replay`).

    Returns:
        Pages by outcome (`crawler.outcomes.CLEAN_OUTCOMES`); `version_<change>`: later versions by what they
        say of their article (`storage.records.Change`).
    """
    pool = shared_pool(workspace.archive_dir, workspace.settings.clean)
    languages = {source.source_id: source.languages for source in store.sources.all()}
    outcomes: Counter[str] = Counter()
    progress.start("pages cleaned")
    chunks = _chunks(store, ANY_VERSION if again else CLEAN_VERSION)
    for pages, answers in _in_advance((pages, pool.start(pages, languages)) for pages in chunks):
        results = []
        for page, answer in zip(pages, answers, strict=True):
            results.append(clean_result(page, answer_of(answer), run_id=run_id))
            progress.step()
        store.articles.save(results)
        outcomes.update(result.outcome for result in results)
    outcomes.update(clean_versions(store, pool, languages, again=again))
    return dict(outcomes)


def clean_result(page: Page, cleaned: Article | Refusal, *, run_id: str) -> CleanResult:
    """The record of one page: an article, or why not."""
    article = None if isinstance(cleaned, Refusal) else cleaned
    return CleanResult(
        page_id=page.page_id,
        outcome=cleaned.outcome if isinstance(cleaned, Refusal) else "article",
        clean_version=CLEAN_VERSION,
        clean_run=run_id,
        article=article,
    )


def _chunks(store: Store, version: str) -> Iterator[list[Page]]:
    """Pages to be cleaned, a transaction's worth at a time."""
    last = ""
    while pages := store.pages.to_clean(version, after=last, limit=CHUNK):
        yield pages
        last = pages[-1].page_id


def _in_advance(items: Iterator[Started]) -> Iterator[Started]:
    """The items, each taken before the one in front of it is used: workers go on while results are saved."""
    waiting = next(items, None)
    while waiting is not None:
        ready, waiting = waiting, next(items, None)
        yield ready
