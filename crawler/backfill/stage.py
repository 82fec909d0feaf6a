"""The doors of back-filling: files of an archive, and a Wayback machine.

Counts: `responses` that were looked at = sum of what became of them: fetch outcomes (`crawler.outcomes`), and
`known` (had already, or waiting to be crawled), `not_listed` (of no outlet of the directory),
`outside_period`, `no_article` (a front page, a listing), `redirect`, `damaged`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from crawler.answers import Answer
from crawler.backfill.files import fill_files
from crawler.backfill.job import BackfillOrder, Job
from crawler.backfill.wayback import fill_wayback
from crawler.fetcher import Fetcher
from crawler.running import run_in_reactor, start_in_reactor
from crawler.session import open_session, require_contact
from storage.archive import ArchiveWriter
from storage.store import Store


def backfill_files(
    *,
    store: Store,
    workspace: Workspace,
    clock: Clock,
    run_id: str,
    progress: Progress,
    archive: ArchiveWriter,
    names: Sequence[str],
    order: BackfillOrder,
) -> dict[str, int]:
    """Fill in history from WARC files, each from where its reading stopped.

    Args:
        names: paths, addresses, and lists of either (`warc.paths`, packed or not, as Common Crawl gives
            them).

    Raises:
        ConfigError: a file cannot be read, an address is to be asked without a contact, or an outlet is not
            in the directory.
        StorageError: rows or archive could not be written.
    """
    job = Job(
        store=store, workspace=workspace, clock=clock, run_id=run_id,
        progress=progress, archive=archive, order=order,
    )  # fmt: skip
    require_contact(workspace.settings.crawl, [name for name in names if "://" in name])
    return dict(sorted(fill_files(names, job).items()))


def backfill_wayback(
    *,
    store: Store,
    workspace: Workspace,
    clock: Clock,
    run_id: str,
    progress: Progress,
    archive: ArchiveWriter,
    order: BackfillOrder,
) -> dict[str, int]:
    """Fill in history from a Wayback machine: ask its index for the outlets' pages, fetch what is new.

    Raises:
        ConfigError: no contact is set, or an outlet is not in the directory.
        StorageError: rows or archive could not be written.
        SystemExit: a signal ended it; what was fetched is safe.
    """
    job = Job(
        store=store, workspace=workspace, clock=clock, run_id=run_id,
        progress=progress, archive=archive, order=order,
    )  # fmt: skip
    require_contact(workspace.settings.crawl, [workspace.settings.backfill.wayback_cdx_url])
    counts = run_in_reactor(lambda: start_in_reactor(_wayback(job)))
    return dict(sorted(counts.items()))


async def _wayback(job: Job) -> Counter[str]:
    """Ask through the gates of a crawl; what these ask on their own (robots.txt) is archived as theirs is."""
    writer = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def keep(answer: Answer) -> None:
        job.archive.write(
            url=answer.url,
            final_url=answer.final_url,
            fetched_at=answer.fetched_at,
            status=answer.status or 0,
            http_headers=answer.headers,
            body=answer.body,
            kind=answer.kind,
        )

    async def work(fetcher: Fetcher) -> Counter[str]:
        return await fill_wayback(job, fetcher, writer)

    settings = job.workspace.settings.crawl
    try:
        return await open_session(work, settings=settings, clock=job.clock, keep=keep)
    finally:
        writer.shutdown()
