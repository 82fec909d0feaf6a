"""Rows against records."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from config.clock import FixedClock
from storage.archive import ArchiveWriter
from storage.check import UNKNOWN_SOURCE, CheckReport, check
from storage.errors import ArchiveError
from storage.pages import archived_response
from storage.records import PageVersion, WarcPlace
from storage.store import Store
from tests.storage.makers import archive_page, fetched, hours, page, source

CLOCK = FixedClock(hours(9))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The archive."""
    return tmp_path / "archive"


def written(folder: Path, *names: str, kind: str = "page", status: int = 200) -> list[WarcPlace]:
    """Records of pages, in one closed file."""
    with ArchiveWriter(folder, max_bytes=10**9, name="crawl") as writer:
        return [archive_page(writer, page(name), kind=kind, status=status) for name in names]


def run(store: Store, folder: Path, *, adopt: bool = False) -> CheckReport:
    """A check."""
    return check(store, folder, adopt=adopt, clock=CLOCK)


def test_a_whole_archive_needs_nothing(store: Store, folder: Path) -> None:
    """Records with rows and rows with records are only counted; feeds need no row."""
    (place,) = written(folder, "1")
    written(folder, "feed", kind="feed")
    store.pages.discover([page("1"), page("2")])
    store.pages.record_fetch([fetched(page("1"), warc=place)])
    report = run(store, folder, adopt=True)
    assert (report.files, report.records, report.orphans, report.missing, report.checked_at) == (
        2,
        1,
        (),
        (),
        hours(9),
    )


def test_nothing_at_all_is_fine(store: Store, folder: Path) -> None:
    """A workspace that never crawled has nothing to check."""
    report = run(store, folder, adopt=True)
    assert (report.files, report.records, report.orphans) == (0, 0, ())


def test_records_of_waiting_pages_are_adopted(store: Store, folder: Path) -> None:
    """A page whose fetch was archived but not recorded gets its place, once; without `adopt` it is only
    listed.
    """
    (place,) = written(folder, "1")
    store.pages.discover([page("1", hints={"title": "T"}, origin="backfill")])
    assert [orphan.finding for orphan in run(store, folder).orphans] == ["adoptable"]
    assert store.pages.fetch_outcomes() == {"waiting": 1}
    report = run(store, folder, adopt=True)
    assert [(orphan.place, orphan.finding) for orphan in report.orphans] == [(place, "adopted")]
    found = store.pages.get(page("1").page_id)
    assert found is not None
    assert (found.warc, found.fetch_outcome, found.fetched_at, found.origin) == (
        place,
        "stored",
        hours(1),
        "backfill",
    )
    assert (found.status, found.sha256, found.hints) == (
        200,
        sha256(b"<p>text</p>").hexdigest(),
        {"title": "T"},
    )
    assert run(store, folder, adopt=True).orphans == ()


def test_unknown_pages_are_adopted_with_their_source(store: Store, folder: Path) -> None:
    """A page nobody knows is a live page of the source with the longest fitting domain, or of an unknown
    source.
    """
    store.sources.sync(
        [
            source("a", domain="example"),
            source("b", domain="alpha.example"),
            source("c", domain="pha.example"),
        ]
    )
    with ArchiveWriter(folder, max_bytes=10**9, name="crawl") as writer:
        archive_page(writer, page("1"))
        archive_page(writer, replace(page("2"), url="https://elsewhere.test/2"))
    assert [orphan.finding for orphan in run(store, folder, adopt=True).orphans] == ["adopted", "adopted"]
    found = store.pages.by_url(page("1").url)
    other = store.pages.by_url("https://elsewhere.test/2")
    assert found is not None
    assert other is not None
    assert (found.source_id, found.origin, found.discovered_at) == ("b", "live", hours(1))
    assert other.source_id == UNKNOWN_SOURCE


def test_a_page_is_adopted_once(store: Store, folder: Path) -> None:
    """Of two records of a page the first is adopted; a page with a place, or another outcome, keeps it."""
    first, second = written(folder, "1", "1")
    written(folder, "2")
    store.pages.discover([page("2")])
    store.pages.record_fetch([fetched(page("2"), warc=None, fetch_outcome="http_404", status=404)])
    assert [orphan.finding for orphan in run(store, folder, adopt=True).orphans] == [
        "adopted",
        "superseded",
        "superseded",
    ]
    assert [one.warc for one in store.pages.by_place(first.file)] == [first]
    assert next(orphan.place for orphan in run(store, folder, adopt=True).orphans) == second
    assert store.pages.fetch_outcomes() == {"http_404": 1, "stored": 1}


def test_failed_answers_are_fetched_again(store: Store, folder: Path) -> None:
    """An answer that was no success is not made a stored page."""
    written(folder, "1", status=503)
    store.pages.discover([page("1")])
    assert [orphan.finding for orphan in run(store, folder, adopt=True).orphans] == ["refused"]
    assert store.pages.fetch_outcomes() == {"waiting": 1}


def test_lost_records_are_listed(store: Store, folder: Path) -> None:
    """Rows that point to a file that is gone, or to a place without a record, are named."""
    (place,) = written(folder, "1")
    store.pages.discover([page("1"), page("2")])
    wrong = [
        fetched(page("1"), warc=replace(place, offset=place.offset + 1)),
        fetched(page("2"), warc=replace(place, file="gone.warc.gz")),
    ]
    store.pages.record_fetch(wrong)
    report = run(store, folder)
    assert [one.page_id for one in report.missing] == [one.page_id for one in wrong]
    assert [orphan.finding for orphan in report.orphans] == ["superseded"]


def test_a_living_writer_is_left_alone(store: Store, folder: Path) -> None:
    """What a crawl is just writing is not adopted under its hands, but its rows are checked."""
    with ArchiveWriter(folder, max_bytes=10**9, name="crawl") as writer:
        place = archive_page(writer, page("1"))
        report = run(store, folder, adopt=True)
        assert (report.orphans, report.skipped_files, report.records) == ((), (place.file,), 1)
    assert [orphan.finding for orphan in run(store, folder, adopt=True).orphans] == ["adopted"]


def test_an_archived_page_is_shown(store: Store, folder: Path) -> None:
    """`page show` finds a response by the URL as found and as answered, and says why there is none."""
    (place,) = written(folder, "1")
    store.pages.discover([page("1"), page("2")])
    store.pages.record_fetch([fetched(page("1"), warc=place, final_url="https://alpha.example/moved")])
    assert archived_response(store, folder, page("1").url).body == b"<p>text</p>"
    assert archived_response(store, folder, "https://alpha.example/moved").url == page("1").url
    with pytest.raises(ArchiveError, match="not known"):
        archived_response(store, folder, "https://alpha.example/never")
    with pytest.raises(ArchiveError, match="outcome is waiting"):
        archived_response(store, folder, page("2").url)


def test_records_of_later_versions_are_no_orphans(store: Store, folder: Path) -> None:
    """A version's record has its row; one whose record is gone is missing evidence."""
    first, later = written(folder, "1", "1")
    store.pages.discover([page("1")])
    store.pages.record_fetch([fetched(page("1"), warc=first)])
    version = PageVersion(page_id=page("1").page_id, fetched_at=hours(40), outcome="stored", warc=later)
    lost = replace(
        version, fetched_at=hours(80), warc=WarcPlace(file="gone-00001.warc.gz", offset=1, length=2)
    )
    store.pages.add_versions([version])
    assert run(store, folder, adopt=True).orphans == ()
    assert run(store, folder).is_whole
    store.pages.add_versions([lost])
    report = run(store, folder)
    assert (report.orphans, report.missing, report.missing_versions) == ((), (), (lost,))
    assert not report.is_whole
