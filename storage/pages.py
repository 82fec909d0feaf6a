"""What the archive keeps of a page, by its address."""

from __future__ import annotations

from pathlib import Path

from storage.archive import ArchivedResponse, ArchiveReader
from storage.errors import ArchiveError
from storage.store import Store
from storage.stores.pages import PRUNED


def archived_response(store: Store, archive_dir: Path, url: str) -> ArchivedResponse:
    """What the archive keeps of a URL (as it was found, or as it answered).

    Raises:
        ArchiveError: the URL is unknown, or nothing of it is archived.
    """
    page = store.pages.by_url(url)
    if page is None:
        raise ArchiveError(f"page {url}: not known; check the spelling, or crawl its source first")
    if page.warc is None and page.clean_version == PRUNED:
        raise ArchiveError(
            f"page {url}: its response was pruned from the archive; its text may still be there"
        )
    if page.warc is None:
        raise ArchiveError(
            f"page {url}: nothing is archived, its fetch outcome is {page.fetch_outcome or 'waiting'}"
        )
    return ArchiveReader(archive_dir).read(page.warc)
