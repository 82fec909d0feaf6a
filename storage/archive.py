"""The archive of raw responses: WARC files in one folder, written before anything is made of a response.

    name-00001.warc.gz.open   being written; its writer holds a lock on it
    name-00001.warc.gz        whole and closed, never written again

The order that makes rows trustworthy: `write` records, `sync` (they are on the disk now), commit the rows
that point to them. A process killed between leaves records without a row, which `check.py` finds; a torn last
record is cut off by `recover` at the next start.
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from storage.engine import is_disk_full
from storage.errors import ArchiveError, DiskFull
from storage.records import WarcPlace
from storage.warc import (
    UNRENDERED,
    ArchivedResponse,
    decode,
    decompress,
    encode,
    encode_info,
    members,
    record_id,
)

__all__ = ["ArchiveReader", "ArchiveWriter", "ArchivedResponse", "recover"]

_OPEN: Final = ".open"
_ENDING: Final = ".warc.gz"
_SOFTWARE: Final = "Drumbeat"


class ArchiveWriter:
    """Appends responses to files `{name}-{number}.warc.gz`, a new one when `max_bytes` are reached; one
    writer per process.

    A file begins with the first response, so that a crawl that fetches nothing leaves nothing. Methods may be
    called from several threads.

    Raises (from every method):
        DiskFull: no room; what was half-written is taken back.
        ArchiveError: the folder cannot be written.
    """

    def __init__(self, folder: Path, *, max_bytes: int, name: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
            raise ArchiveError(
                f"archive: {name!r} cannot be part of a file name; use letters, digits, dots and hyphens"
            )
        self._folder = folder
        self._max_bytes = max_bytes
        self._name = name
        self._guard = threading.Lock()
        self._handle: int | None = None
        self._file = ""
        self._size = 0

    def write(
        self,
        *,
        url: str,
        final_url: str,
        fetched_at: datetime,
        status: int,
        http_headers: Sequence[tuple[str, str]],
        body: bytes,
        kind: str,
        rendered: bytes | None = None,
    ) -> WarcPlace:
        """Append one response (`body` without Content-Encoding) and say where it lies; it is safe after
        `sync`.

        Args:
            rendered: what a browser made of it: its record follows that of the response in the same file, and
                is the one that is told.
        """
        response = ArchivedResponse(
            url=url,
            final_url=final_url,
            fetched_at=fetched_at,
            status=status,
            headers=tuple(http_headers),
            body=body,
            kind=kind,
        )
        raw = b""
        if rendered is not None:
            response = replace(response, kind=UNRENDERED)
            raw = encode(response)
            response = replace(
                response, body=rendered, kind=kind, rendered_from=record_id(response), raw_length=len(raw)
            )
        record = encode(response)
        with self._guard, _named_errors(self._folder):
            if self._handle is None:
                self._begin(fetched_at)
            place = WarcPlace(file=self._file, offset=self._size + len(raw), length=len(record))
            self._append(raw + record)
            if self._size >= self._max_bytes:
                self._end()
        return place

    def sync(self) -> None:
        """Bring everything written to the disk: call it before rows that point to it are committed."""
        with self._guard, _named_errors(self._folder):
            if self._handle is not None:
                os.fsync(self._handle)

    def close(self) -> None:
        """Sync and give the file its final name."""
        with self._guard, _named_errors(self._folder):
            self._end()

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, at: datetime) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = _last_number(self._folder, self._name)
        while self._handle is None:
            number += 1
            self._file = f"{self._name}-{number:05d}{_ENDING}"
            self._handle = _create_locked(self._folder / (self._file + _OPEN))
        self._size = 0
        _sync_folder(self._folder)
        self._append(encode_info(self._file, at, _SOFTWARE))

    def _append(self, data: bytes) -> None:
        handle = self._handle
        if handle is None:
            raise ArchiveError(f"archive {self._folder}: no file is open")
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(handle, view) :]
        except OSError:
            os.ftruncate(handle, self._size)
            os.lseek(handle, self._size, os.SEEK_SET)
            raise
        self._size += len(data)

    def _end(self) -> None:
        if self._handle is None:
            return
        path = self._folder / (self._file + _OPEN)
        if self._size:
            os.fsync(self._handle)
            path.rename(self._folder / self._file)
        else:
            # Not even the information record found room.
            path.unlink()
        _sync_folder(self._folder)
        os.close(self._handle)
        self._handle = None


class ArchiveReader:
    """Reads records back, from closed files and from those still being written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, place: WarcPlace) -> ArchivedResponse:
        """The response that lies there.

        Raises:
            ArchiveError: the file is gone, or what lies there is not a whole response.
        """
        return self.read_raw(place)[0]

    def read_raw(self, place: WarcPlace) -> tuple[ArchivedResponse, bytes]:
        """The response that lies there, and its record as it lies there: one gzip member.

        Raises:
            ArchiveError: as `read` does.
        """
        where = f"archive {self._folder / place.file} at byte {place.offset}"
        with self._open(place.file) as file:
            file.seek(place.offset)
            raw = file.read(place.length)
        try:
            response = decode(decompress(raw))
        except ArchiveError as error:
            raise ArchiveError(f"{where}: {error}; run `drumbeat storage check`") from error
        if response is None:
            raise ArchiveError(f"{where}: the record is not a response; run `drumbeat storage check`")
        return response, raw

    def unrendered(self, place: WarcPlace, response: ArchivedResponse) -> WarcPlace | None:
        """Where the raw response lies that a browser made this one of; None where it is a raw one itself."""
        if not response.rendered_from:
            return None
        length = response.raw_length
        return WarcPlace(file=place.file, offset=place.offset - length, length=length)

    def records(self) -> Iterator[tuple[WarcPlace, ArchivedResponse]]:
        """Every whole response, by file name and offset; damaged stretches are stepped over."""
        for file in self.files():
            yield from self.records_of(file)

    def records_of(self, file: str) -> Iterator[tuple[WarcPlace, ArchivedResponse]]:
        """Every whole response of one file, by offset."""
        with self._open(file) as opened:
            path = Path(opened.name)
        for member in members(path):
            with suppress(ArchiveError):
                response = decode(member.content)
                if response is not None:
                    yield WarcPlace(file=file, offset=member.offset, length=member.length), response

    def files(self) -> list[str]:
        """Final names of all files, sorted."""
        if not self._folder.is_dir():
            return []
        return sorted(
            {
                path.name.removesuffix(_OPEN)
                for pattern in (f"*{_ENDING}", f"*{_ENDING}{_OPEN}")
                for path in self._folder.glob(pattern)
            }
        )

    def being_written(self, file: str) -> bool:
        """Whether a living process still writes the file."""
        try:
            handle = os.open(self._folder / (file + _OPEN), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _lock(handle)
        finally:
            os.close(handle)

    def _open(self, file: str) -> BinaryIO:
        # The file may be renamed between the first look and the second, but never back.
        for name in (file, file + _OPEN, file):
            with suppress(FileNotFoundError):
                return (self._folder / name).open("rb")
        raise ArchiveError(
            f"archive {self._folder / file}: the file is gone; put it back, or run `drumbeat storage check`"
        )


def recover(folder: Path) -> list[str]:
    """Close what killed writers left open: cut the torn tail after the last whole record, give the file its
    final name.

    Files whose writer lives are left alone. Returns one sentence per file, by file name.
    """
    with _named_errors(folder):
        done = [_recover_file(path) for path in sorted(folder.glob(f"*{_ENDING}{_OPEN}"))]
        if done:
            _sync_folder(folder)
    return [sentence for sentence in done if sentence]


def _recover_file(path: Path) -> str:
    final = path.with_name(path.name.removesuffix(_OPEN))
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        if not _lock(handle):
            return ""
        size = os.fstat(handle).st_size
        whole = max((member.offset + member.length for member in members(path)), default=0)
        if whole == 0:
            path.unlink()
            return f"{final.name}: removed, its {size} bytes hold no whole record"
        os.ftruncate(handle, whole)
        os.fsync(handle)
        path.rename(final)
    finally:
        os.close(handle)
    return f"{final.name}: closed" + (
        f", {size - whole} bytes after the last whole record cut off" if size > whole else ""
    )


def _create_locked(path: Path) -> int | None:
    """A new file that this process holds, None if the name is taken (by another writer or by `recover`
    looking at it).
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return None
    if _lock(handle) and os.fstat(handle).st_nlink:
        return handle
    os.close(handle)
    return None


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _last_number(folder: Path, name: str) -> int:
    pattern = re.compile(re.escape(name) + r"-(\d+)" + re.escape(_ENDING) + f"({re.escape(_OPEN)})?")
    return max(
        (int(match[1]) for path in folder.iterdir() if (match := pattern.fullmatch(path.name))), default=0
    )


def _sync_folder(folder: Path) -> None:
    """Make names (created, renamed) as durable as contents."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _named_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise DiskFull(
                f"archive {folder}: no room is left; nothing half-written stays, free some and run the "
                "stage again"
            ) from error
        raise ArchiveError(
            f"archive {folder}: {error.strerror or error}; check that the folder exists and can be written"
        ) from error
