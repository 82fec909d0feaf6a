"""Read the responses of a WARC file, on this disk or at a web address, from any record on.

FastWARC does the parsing. What it passes over in silence is checked here: a record that ends too early. A
stretch that cannot be read is stepped over: reading goes on at the next record that begins.
"""

from __future__ import annotations

import http
import http.client
import re
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from fastwarc.stream_io import BrotliReader, ZstdReader
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from config.errors import ConfigError
from crawler.answers import Answer, TooLarge, Undecodable, decompress

ATTEMPTS: Final = 5
"""Connections in a row that bring nothing before a file at an address is given up. Chosen, not measured."""
_GZIP: Final = b"\x1f\x8b\x08"
_PLAIN: Final = b"WARC/1."
_STEP: Final = 1 << 20
_CHUNK_HEAD: Final = re.compile(rb"(?:\r\n)?([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r\n")
_READERS: Final[Mapping[str, Any]] = {"br": BrotliReader, "zstd": ZstdReader}
"""Codings that archives of browsers hold, and a crawl never asks for."""

_DAMAGE: Final = (OSError, ValueError, EOFError)
"""What FastWARC raises for bytes that are no record."""

Wanted = Callable[[str, datetime], bool]
"""Whether the response of an address, kept at a moment, is to be read at all."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A response in a file."""

    answer: Answer
    position: int
    """Byte of the file at which its record begins."""


@dataclass(slots=True)
class Reading:
    """What became of a file's records so far."""

    position: int = 0
    """Byte at which the record begins that is being read."""
    responses: int = 0
    damaged: int = 0
    """Records, or stretches between records, that could not be read."""


class WarcFile:
    """A WARC file, compressed or not.

    Args:
        name: path, or address of http(s).
        headers: sent with every request for an address.
    """

    def __init__(self, name: str, *, headers: Mapping[str, str], timeout_seconds: float) -> None:
        self.name = name
        self._headers = dict(headers)
        self._timeout = timeout_seconds

    def responses(self, start: int, reading: Reading, wanted: Wanted, *, max_bytes: int) -> Iterator[Kept]:
        """The wanted responses from a byte on at which a record begins, in the file's order.

        Args:
            reading: kept up to date.
            max_bytes: longer bodies are answers that failed with `too_large`.

        Raises:
            ConfigError: the file cannot be opened, or an address brings nothing any more.
        """
        place: int | None = start
        while place is not None:
            reading.position = place
            try:
                yield from self._until_damage(place, reading, wanted, max_bytes)
                return
            except _DAMAGE:
                reading.damaged += 1
                place = self._next_start(reading.position + 1)

    def _until_damage(self, place: int, reading: Reading, wanted: Wanted, max_bytes: int) -> Iterator[Kept]:
        with self._open(place) as file:
            records = ArchiveIterator(
                file, record_types=WarcRecordType.response, parse_http=False, strict_mode=False
            )
            for record in records:
                reading.position = place + record.stream_pos
                answer = _answer_of(record, reading, wanted, max_bytes)
                if answer is not None:
                    yield Kept(answer, reading.position)

    def _next_start(self, place: int) -> int | None:
        """The next byte from which a record can be read."""
        with self._open(place) as file:
            window = b""
            while chunk := file.read(_STEP):
                window += chunk
                for found in _starts(window):
                    if len(window) - found < 512 and len(chunk) == _STEP:
                        break
                    if _begins_record(window[found : found + 512]):
                        return place + found
                place += max(0, len(window) - 1024)
                window = window[-1024:]
        return None

    def _open(self, place: int) -> BinaryIO:
        return open_bytes(self.name, place, headers=self._headers, timeout_seconds=self._timeout)


def open_bytes(name: str, place: int, *, headers: Mapping[str, str], timeout_seconds: float) -> BinaryIO:
    """A file by path or address, from a byte on.

    Raises:
        ConfigError: the path cannot be read, or the address is none of http(s).
    """
    scheme, mark, _ = name.partition("://")
    if mark and scheme.lower() not in ("http", "https"):
        raise ConfigError(f"{name}: expected a path, or an address of http or https")
    if mark:
        return _Download(name, headers, timeout_seconds, place)  # type: ignore[return-value]
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - the caller closes it
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror}") from None
    file.seek(place)
    return file


class _Download:
    """A file at an address, read from a byte on; a connection that breaks is taken up where it broke."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout: float, place: int) -> None:
        self._url, self._headers, self._timeout = url, dict(headers), timeout
        self._place = place
        self._failed = 0
        self._answer: http.client.HTTPResponse | None = None

    def read(self, size: int = -1) -> bytes:
        """Bytes, none at the end.

        Raises:
            ConfigError: the server refuses, or `ATTEMPTS` connections in a row brought nothing.
        """
        while True:
            try:
                if self._answer is None:
                    self._answer = self._connected()
                data = self._answer.read(size)
                if not data and self._answer.length:
                    raise http.client.IncompleteRead(b"", self._answer.length)
            except (OSError, http.client.HTTPException) as problem:
                self._start_again(problem)
                continue
            self._place += len(data)
            self._failed = 0 if data else self._failed
            return data

    def _start_again(self, problem: Exception) -> None:
        self.close()
        self._failed += 1
        if self._failed >= ATTEMPTS or isinstance(problem, urllib.error.HTTPError):
            raise ConfigError(f"{self._url}: cannot be read from byte {self._place} on: {problem}") from None

    def _connected(self) -> http.client.HTTPResponse:
        # The address is the user's own word, and its scheme was checked.
        request = urllib.request.Request(  # noqa: S310
            self._url,
            headers={**self._headers, "Accept-Encoding": "identity", "Range": f"bytes={self._place}-"},
        )
        connect: Callable[..., http.client.HTTPResponse] = urllib.request.urlopen
        answer = connect(request, timeout=self._timeout)
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            _skip(answer, self._place)
        return answer

    def seek(self, offset: int, whence: int = 0) -> int:
        """Not this one: a stream."""
        raise OSError("a download cannot be wound back")

    def tell(self) -> int:
        """The byte that comes next."""
        return self._place

    def close(self) -> None:
        """Give the connection back."""
        if self._answer is not None:
            self._answer.close()
            self._answer = None

    def __enter__(self) -> _Download:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _skip(answer: http.client.HTTPResponse, count: int) -> None:
    """Read over the beginning of an answer that does not begin where it was asked to."""
    while count and (data := answer.read(min(count, _STEP))):
        count -= len(data)


def _answer_of(record: WarcRecord, reading: Reading, wanted: Wanted, max_bytes: int) -> Answer | None:
    """The response in a record, if it is wanted and whole."""
    reading.responses += 1
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    at = _moment(record)
    if at is None or not url or not record.content_length:
        reading.damaged += 1
        return None
    if not wanted(url, at):
        return None
    record.parse_http(strict_mode=False)
    body = record.reader.read()
    if len(body) < record.content_length:
        reading.damaged += 1
        return None
    sent = Answer(
        url=url,
        final_url=url,
        kind="page",
        fetched_at=at,
        status=record.http_headers.status_code or 0,
        headers=tuple(record.http_headers.items()),
        body=body,
    )
    return _decoded(sent, max_bytes)


def _moment(record: WarcRecord) -> datetime | None:
    try:
        return record.record_date.astimezone(UTC)
    except (AttributeError, ValueError, OverflowError, OSError):
        # no date, or one that no calendar has
        return None


def _decoded(answer: Answer, max_bytes: int) -> Answer:
    """The answer as a crawl would have it: without the codings of its way here."""
    body = answer.body
    if (answer.header("transfer-encoding") or "").strip().lower() == "chunked":
        body = dechunked(body)
    encoding = (answer.header("content-encoding") or "").strip().lower()
    try:
        if encoding in _READERS:
            body = _read_coded(body, encoding, max_bytes)
        else:
            body = decompress(body, encoding, max_bytes)
    except TooLarge as error:
        return replace(answer, failure="too_large", detail=str(error), body=b"")
    except Undecodable as error:
        return replace(answer, failure="bad_encoding", detail=str(error), body=b"")
    if len(body) > max_bytes:
        return replace(answer, failure="too_large", detail=f"more than {max_bytes} bytes", body=b"")
    return replace(answer, body=body)


def _read_coded(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """A body of a coding that FastWARC reads; as it is where it has that coding no more."""
    try:
        found: bytes = _READERS[encoding](BytesIO(body)).read(max_bytes + 1)
    except _DAMAGE:
        return body
    return found or body


def dechunked(body: bytes) -> bytes:
    """A body without the frame of chunks (RFC 9112 7.1); as it is where it has none, as many archives keep
    it."""
    pieces: list[bytes] = []
    place = 0
    while (head := _CHUNK_HEAD.match(body, place)) is not None:
        size = int(head[1], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(body[head.end() : head.end() + size])
        place = head.end() + size
    return b"".join(pieces) if pieces and place >= len(body) else body


def _starts(window: bytes) -> Iterator[int]:
    """Where a record may begin."""
    for mark in (_GZIP, _PLAIN):
        found = window.find(mark)
        while found >= 0:
            yield found
            found = window.find(mark, found + 1)


def _begins_record(head: bytes) -> bool:
    if head.startswith(_PLAIN):
        return True
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 16).startswith(_PLAIN)
    except zlib.error:
        return False
