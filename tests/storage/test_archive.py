"""The archive of raw responses."""

from __future__ import annotations

import gzip
import multiprocessing
import resource
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from storage.archive import ArchivedResponse, ArchiveReader, ArchiveWriter, recover
from storage.errors import ArchiveError, DiskFull
from storage.records import WarcPlace
from storage.warc import decode, decompress, encode
from tests.storage.makers import archive_page, hours, page

FILE = "crawl-00001.warc.gz"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ArchiveWriter]:
    """A writer in a fresh folder."""
    with ArchiveWriter(tmp_path, max_bytes=10**9, name="crawl") as opened:
        yield opened


def response(**values: Any) -> ArchivedResponse:
    """A response."""
    given: dict[str, Any] = {
        "url": "https://alpha.example/1",
        "final_url": "https://alpha.example/moved",
        "fetched_at": datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC),
        "status": 200,
        "headers": (("Content-Type", "text/html"),),
        "body": b"<p>text</p>",
        "kind": "page",
    }
    return ArchivedResponse(**{**given, **values})


def test_a_response_comes_back(writer: ArchiveWriter, tmp_path: Path) -> None:
    """Body, times and addresses are those that were written; the encoding that the body no longer has is not
    claimed.
    """
    place = writer.write(
        url="https://alpha.example/é%20", final_url="https://alpha.example/1?a=|", fetched_at=hours(1.5),
        status=200,
        http_headers=[
            ("Content-Type", "text/html"), ("Content-Encoding", "br"),
            ("Set-Cookie", "a"), ("Set-Cookie", "b\r\nX-Forged: 1"),
        ],
        body=b"\x1f\x8b\x08 not gzip \x00\xff", kind="section",
    )  # fmt: skip
    writer.sync()
    found = ArchiveReader(tmp_path).read(place)
    assert (found.url, found.final_url, found.fetched_at) == (
        "https://alpha.example/é%20",
        "https://alpha.example/1?a=|",
        hours(1.5),
    )
    assert (found.status, found.kind, found.body) == (200, "section", b"\x1f\x8b\x08 not gzip \x00\xff")
    assert found.headers == (
        ("Content-Type", "text/html"),
        ("Set-Cookie", "a"),
        ("Set-Cookie", "b X-Forged: 1"),
        ("Content-Length", "15"),
    )


@given(
    body=st.binary(max_size=300),
    url=st.text(max_size=40),
    status=st.integers(100, 999),
    value=st.text(max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_any_response_comes_back(body: bytes, url: str, status: int, value: str) -> None:
    """Whatever bytes and addresses a site sends, they come back; equal responses are equal bytes."""
    one = response(
        body=body,
        url=url,
        final_url=f"HTTPS://{url}",
        status=status,
        headers=(("X-Any", value), ("Transfer-Encoding", "chunked")),
    )
    found = decode(decompress(encode(one)))
    assert found is not None
    assert (found.body, found.url, found.final_url, found.status, found.fetched_at) == (
        body,
        url,
        f"HTTPS://{url}",
        status,
        one.fetched_at,
    )
    assert encode(one) == encode(one)


def test_other_programs_read_it(writer: ArchiveWriter, tmp_path: Path) -> None:
    """The file is standard WARC 1.1: one gzip member per record, digests that hold, an information record
    first.
    """
    archive_page(writer, page("1"))
    archive_page(writer, page("2"))
    writer.close()
    with (tmp_path / FILE).open("rb") as file:
        records = []
        for record in ArchiveIterator(file, check_digests="raise"):
            record.content_stream().read()
            records.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.format))
    assert records == [
        ("warcinfo", None, "warc"),
        ("response", page("1").url, "warc"),
        ("response", page("2").url, "warc"),
    ]


def test_files_are_open_while_written(tmp_path: Path) -> None:
    """A file carries `.open` until it is closed, is readable all along, and a writer that wrote nothing
    leaves nothing.
    """
    with ArchiveWriter(tmp_path / "archive", max_bytes=10**9, name="crawl"):
        pass
    assert not (tmp_path / "archive").exists()
    writer = ArchiveWriter(tmp_path, max_bytes=10**9, name="crawl")
    place = archive_page(writer, page("1"))
    reader = ArchiveReader(tmp_path)
    assert (place.file, (tmp_path / f"{FILE}.open").exists(), reader.being_written(FILE)) == (
        FILE,
        True,
        True,
    )
    before = reader.read(place)
    writer.close()
    assert (reader.read(place), reader.being_written(FILE), reader.files()) == (before, False, [FILE])


def test_files_are_changed_when_full(tmp_path: Path) -> None:
    """Past its size a file is closed and the next begun; a later writer goes on counting; all records come in
    order.
    """
    places = []
    for _ in range(2):
        with ArchiveWriter(tmp_path, max_bytes=1500, name="crawl") as writer:
            places += [archive_page(writer, page(str(number))) for number in range(5)]
    assert len({place.file for place in places}) >= 4
    assert not list(tmp_path.glob("*.open"))
    assert [place for place, _ in ArchiveReader(tmp_path).records()] == places


def test_two_writers_never_share_a_file(tmp_path: Path) -> None:
    """Writers of one name take the next free number."""
    with (
        ArchiveWriter(tmp_path, max_bytes=10**9, name="crawl") as one,
        ArchiveWriter(tmp_path, max_bytes=10**9, name="crawl") as other,
    ):
        assert {archive_page(one, page("1")).file, archive_page(other, page("2")).file} == {
            FILE,
            "crawl-00002.warc.gz",
        }
        assert recover(tmp_path) == []


def test_threads_may_write_together(writer: ArchiveWriter, tmp_path: Path) -> None:
    """Records written by several threads do not mix."""
    places: dict[str, WarcPlace] = {}

    def work(name: int) -> None:
        for number in range(20):
            one = page(f"{name}-{number}")
            places[one.url] = archive_page(writer, one, body=one.url.encode() * 50)
            writer.sync()

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader = ArchiveReader(tmp_path)
    assert {url: reader.read(place).url for url, place in places.items()} == {url: url for url in places}


def torn(tmp_path: Path, tail: bytes, *, records: int = 3) -> list[WarcPlace]:
    """A file as a killed writer left it: whole records, then `tail`."""
    with ArchiveWriter(tmp_path, max_bytes=10**9, name="crawl") as writer:
        places = [archive_page(writer, page(str(number))) for number in range(records)]
    (tmp_path / FILE).rename(tmp_path / f"{FILE}.open")
    with (tmp_path / f"{FILE}.open").open("ab") as file:
        file.write(tail)
    return places


@pytest.mark.parametrize("kept", [1, 5, 9, 10, 11, 40, 300, -9, -8, -1])
def test_a_torn_tail_is_cut(tmp_path: Path, kept: int) -> None:
    """A record cut anywhere goes, the whole ones before it stay, and the file is closed; a second call finds
    nothing to do.
    """
    tail = encode(response())[:kept]
    places = torn(tmp_path, tail)
    assert recover(tmp_path) == [f"{FILE}: closed, {len(tail)} bytes after the last whole record cut off"]
    assert [place for place, _ in ArchiveReader(tmp_path).records()] == places
    assert (tmp_path / FILE).stat().st_size == places[-1].offset + places[-1].length
    assert recover(tmp_path) == []


@pytest.mark.parametrize(
    "tail",
    [b"", b"\x00" * 5000, b"\x1f\x8b\x08", gzip.compress(b"not a record", mtime=0), b"\x1f\x8b\x08\x00" * 40],
)
def test_rubbish_at_the_end_is_cut(tmp_path: Path, tail: bytes) -> None:
    """What a power cut leaves (zeros, pieces) goes too; a whole file is only closed."""
    places = torn(tmp_path, tail)
    recover(tmp_path)
    assert (tmp_path / FILE).stat().st_size == places[-1].offset + places[-1].length


def test_damage_in_the_middle_costs_one_record(tmp_path: Path) -> None:
    """Whole records after a damaged one are neither cut off nor overlooked."""
    places = torn(tmp_path, b"")
    data = bytearray((tmp_path / f"{FILE}.open").read_bytes())
    data[places[1].offset + 40] ^= 0xFF
    (tmp_path / f"{FILE}.open").write_bytes(data)
    assert recover(tmp_path) == [f"{FILE}: closed"]
    reader = ArchiveReader(tmp_path)
    assert [place for place, _ in reader.records()] == [places[0], places[2]]
    with pytest.raises(ArchiveError, match=rf"{FILE} at byte {places[1].offset}: .*drumbeat storage check"):
        reader.read(places[1])


def test_a_file_without_a_whole_record_goes(tmp_path: Path) -> None:
    """A writer killed before its first record leaves no file, and the number is free again."""
    (tmp_path / f"{FILE}.open").write_bytes(encode(response())[:20])
    assert recover(tmp_path) == [f"{FILE}: removed, its 20 bytes hold no whole record"]
    with ArchiveWriter(tmp_path, max_bytes=10**9, name="crawl") as writer:
        assert archive_page(writer, page("1")).file == FILE


def test_recovery_of_nothing(tmp_path: Path) -> None:
    """A folder that does not exist yet needs no recovery and has no records."""
    assert recover(tmp_path / "none") == []
    assert list(ArchiveReader(tmp_path / "none").records()) == []


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (WarcPlace(file="gone.warc.gz", offset=0, length=10), "the file is gone"),
        (WarcPlace(file=FILE, offset=10**6, length=10), "does not end"),
        (WarcPlace(file=FILE, offset=3, length=10), "damaged"),
        (WarcPlace(file=FILE, offset=0, length=10**6), "does not end"),
    ],
)
def test_wrong_places_are_named(tmp_path: Path, place: WarcPlace, reason: str) -> None:
    """A place that holds no whole record says which file and why."""
    with ArchiveWriter(tmp_path, max_bytes=10**9, name="crawl") as writer:
        archive_page(writer, page("1"))
    with pytest.raises(ArchiveError, match=reason):
        ArchiveReader(tmp_path).read(place)


def test_a_changed_body_is_noticed() -> None:
    """A record whose body does not match its digest is not handed out."""
    content = decompress(encode(response(body=b"what was said")))
    with pytest.raises(ArchiveError):
        decode(content.replace(b"what was said", b"what was sold"))


def test_other_record_types_are_no_response(tmp_path: Path) -> None:
    """The information record is not a response, and a stranger's record is not ours."""
    with ArchiveWriter(tmp_path, max_bytes=10**9, name="crawl") as writer:
        place = archive_page(writer, page("1"))
    with pytest.raises(ArchiveError, match="not a response"):
        ArchiveReader(tmp_path).read(WarcPlace(file=FILE, offset=0, length=place.offset))
    content = decompress(encode(response())).replace(b"WARC-Drumbeat", b"WARC-Stranger")
    with pytest.raises(ArchiveError):
        decode(content)
    with pytest.raises(ArchiveError):
        decode(b"")


def test_only_web_addresses_are_archived() -> None:
    """A response from anything but http or https is refused before it is written."""
    with pytest.raises(ArchiveError, match="not an address of http or https"):
        encode(response(final_url="file:///etc/passwd"))


def test_names_are_checked(tmp_path: Path) -> None:
    """A name that would lead out of the folder is refused."""
    with pytest.raises(ArchiveError, match="file name"):
        ArchiveWriter(tmp_path, max_bytes=1, name="../escape")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is an archive error, not an engine's."""
    (tmp_path / "file").write_text("x")
    writer = ArchiveWriter(tmp_path / "file", max_bytes=10**9, name="crawl")
    with pytest.raises(ArchiveError, match="check that the folder exists"):
        archive_page(writer, page("1"))


def fill(folder: str) -> list[object]:
    """In a process that may write small files only: what happened to each of four records, and whether
    writing went on after.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    happened: list[object] = []
    with ArchiveWriter(Path(folder), max_bytes=10**9, name="crawl") as writer:
        for number, size in enumerate((10, 60_000, 10, 60_000)):
            body = bytes(random_bytes(number, size))
            try:
                happened.append(archive_page(writer, page(str(number)), body=body))
            except DiskFull as error:
                happened.append(str(error))
    return happened


def fill_at_once(folder: str) -> str:
    """In a process that may write nothing at all: what happened to a record."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with ArchiveWriter(Path(folder), max_bytes=10**9, name="crawl") as writer:
        try:
            archive_page(writer, page("1"))
        except DiskFull as error:
            return str(error)
    return ""


def random_bytes(seed: int, size: int) -> bytes:
    """Bytes that do not compress."""
    import random

    return random.Random(seed).randbytes(size)


@pytest.mark.slow
def test_a_full_disk_loses_nothing_whole(tmp_path: Path) -> None:
    """A record that does not fit is taken back and named; those before and after it that fit are whole."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        happened = pool.apply(fill, (str(tmp_path),))
        assert "no room is left" in pool.apply(fill_at_once, (str(tmp_path / "empty"),))
    assert list((tmp_path / "empty").iterdir()) == []
    messages = [one for one in happened if isinstance(one, str)]
    places = [one for one in happened if isinstance(one, WarcPlace)]
    assert len(messages) == 2
    assert all("no room is left" in message for message in messages)
    assert [place for place, _ in ArchiveReader(tmp_path).records()] == places
    assert (tmp_path / FILE).stat().st_size == places[-1].offset + places[-1].length
