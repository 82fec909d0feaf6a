"""Does the archive hold what the rows say, and do rows say what the archive holds?

    archive record of a page --- no row points to it ---> orphan: adopted where that loses nothing
    row with a place --------- no such record --------> missing: evidence is lost, and is said to be

A process killed between `sync` and the commit leaves orphans; they are the only harmless kind. Records of
feeds, sitemaps, section pages and robots.txt never have a row of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from config.clock import Clock
from storage import ids
from storage.archive import ArchivedResponse, ArchiveReader
from storage.damage import REMEDY, thorough
from storage.engine import Database, sqlite_file
from storage.errors import DamagedDatabase
from storage.records import Page, PageVersion, Source, WarcPlace
from storage.store import Store
from storage.stores.pages import STORED

UNKNOWN_SOURCE = "unknown"
"""Source of an adopted page whose domain no source has."""

Finding = Literal["adoptable", "adopted", "superseded", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """An archive record of a page that no row points to."""

    place: WarcPlace
    url: str
    status: int
    finding: Finding
    """`adoptable` / `adopted`; `superseded`: its page has another record, or an outcome, already; `refused`:
    the answer was no success, its page is fetched again in its time.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check found; both lists are in archive order."""

    checked_at: datetime
    files: int
    records: int
    """Page records seen."""
    skipped_files: tuple[str, ...]
    """Being written by a living process: what has no row there may get one in a moment."""
    orphans: tuple[Orphan, ...]
    missing: tuple[Page, ...]
    """Rows whose record is not in the archive."""
    missing_versions: tuple[PageVersion, ...]
    """Later versions of pages whose record is not in the archive."""

    @property
    def is_whole(self) -> bool:
        """Whether no evidence is missing."""
        return not self.missing and not self.missing_versions


def require_sound(url: str) -> None:
    """Read the whole database file, if there is one.

    Raises:
        DamagedDatabase: with everything that is wrong in it.
    """
    file = sqlite_file(url)
    if file is None or not file.exists():
        return
    database = Database(url)
    try:
        found = thorough(database)
    finally:
        database.close()
    if found:
        raise DamagedDatabase(f"database {file}: is damaged; {REMEDY}. " + "; ".join(found))


def check(store: Store, archive_dir: Path, *, adopt: bool, clock: Clock) -> CheckReport:
    """Compare rows with records, file by file; with `adopt`, give successful page records without a row their
    row.

    A known URL that waits for its fetch gets its place (outcome `stored`); an unknown URL becomes a new page
    of the source with that domain, origin `live`, found when it was fetched.
    """
    reader = ArchiveReader(archive_dir)
    there = reader.files()
    skipped = tuple(file for file in there if reader.being_written(file))
    files = [
        _FileFound.of(store, reader, file, is_there=file in there)
        for file in sorted({*there, *store.pages.warc_files(), *store.versions.warc_files()})
    ]
    unknown = [place for file in files if file.name not in skipped for place in file.unknown]
    sources = store.sources.all()
    orphans = [_orphan(store, reader.read(place), place, sources=sources, adopt=adopt) for place in unknown]
    return CheckReport(
        checked_at=clock.now(),
        files=len(there),
        records=sum(file.records for file in files),
        skipped_files=skipped,
        orphans=tuple(orphans),
        missing=tuple(page for file in files for page in file.missing),
        missing_versions=tuple(version for file in files for version in file.missing_versions),
    )


@dataclass(frozen=True, slots=True)
class _FileFound:
    """What one file holds that no row points to, and the rows that point to what it does not hold."""

    name: str
    records: int
    unknown: list[WarcPlace]
    missing: list[Page]
    missing_versions: list[PageVersion]

    @classmethod
    def of(cls, store: Store, reader: ArchiveReader, name: str, *, is_there: bool) -> _FileFound:
        """Compare a file with its rows."""
        pages, versions = store.pages.by_place(name), store.versions.by_place(name)
        found = _page_places(reader, name) if is_there else {}
        return cls(
            name=name,
            records=len(found),
            unknown=_unknown(found, [*pages, *versions]),
            missing=[page for page in pages if page.warc not in found],
            missing_versions=[version for version in versions if version.warc not in found],
        )


def _unknown(found: Mapping[WarcPlace, None], rows: Sequence[Page | PageVersion]) -> list[WarcPlace]:
    """Places that no row points to."""
    pointed_to = {row.warc for row in rows}
    return [place for place in found if place not in pointed_to]


def _page_places(reader: ArchiveReader, file: str) -> dict[WarcPlace, None]:
    """Places of a file's page records, in order; bodies are not kept, a file may be larger than memory."""
    return {place: None for place, response in reader.records_of(file) if response.kind == "page"}


def _orphan(
    store: Store, response: ArchivedResponse, place: WarcPlace, *, sources: Sequence[Source], adopt: bool
) -> Orphan:
    page = store.pages.get(ids.page_id(response.url))
    finding: Finding
    if page is not None and (page.warc is not None or page.fetch_outcome is not None):
        finding = "superseded"
    elif not 200 <= response.status < 300:
        finding = "refused"
    elif adopt:
        _adopt(store, response, place, page or _new_page(response, sources))
        finding = "adopted"
    else:
        finding = "adoptable"
    return Orphan(place=place, url=response.url, status=response.status, finding=finding)


def _adopt(store: Store, response: ArchivedResponse, place: WarcPlace, page: Page) -> None:
    fetched = replace(
        page, final_url=response.final_url, fetched_at=response.fetched_at, status=response.status,
        headers=dict(response.headers),
        sha256=sha256(response.body).hexdigest(), warc=place, fetch_outcome=STORED, next_attempt_at=None,
    )  # fmt: skip
    store.pages.discover([page])
    store.pages.record_fetch([fetched])


def _new_page(response: ArchivedResponse, sources: Sequence[Source]) -> Page:
    return Page(
        page_id=ids.page_id(response.url), url=response.url, source_id=_source_of(response, sources),
        discovered_at=response.fetched_at,
        origin="live",
    )  # fmt: skip


def _source_of(response: ArchivedResponse, sources: Sequence[Source]) -> str:
    """The source whose domain is the longest that the URL or its final URL lies under."""
    hosts = [(urlsplit(url).hostname or "") for url in (response.url, response.final_url)]
    matching = [
        item
        for item in sources
        if any(host == item.domain or host.endswith(f".{item.domain}") for host in hosts)
    ]
    best = min(matching, key=lambda item: (-len(item.domain), item.source_id), default=None)
    return best.source_id if best else UNKNOWN_SOURCE
