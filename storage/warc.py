"""WARC records as bytes: one response in, one gzip member out, and back.

What the product needs beyond the standard (which page was asked for, exactly as it was spelt; what kind of
document it is; the Content-Encoding that the body no longer has) stands in one extension field,
`WARC-Drumbeat`, as JSON in ASCII.
"""

from __future__ import annotations

import json
import mmap
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.errors import ArchiveError

_FIELD: Final = "WARC-Drumbeat"
RENDERED_TYPE: Final = "text/html; charset=utf-8"
"""What a browser makes of a page."""
UNRENDERED: Final = "unrendered"
_NOT_IN_BODY: Final = ("content-encoding", "transfer-encoding", "content-length")
_LINE_BREAKS = re.compile(r"[\x00\r\n]+")
_GZIP: Final = b"\x1f\x8b\x08"
_STEP: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedResponse:
    """A response as the archive keeps it."""

    url: str
    """The URL as it was found."""
    final_url: str
    """The URL that answered, after redirects."""
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    """As sent, without Content-Encoding and Transfer-Encoding, with the length of `body`; other than ASCII is
    percent-encoded.
    """
    body: bytes
    """Decoded from any Content-Encoding."""
    kind: str
    """`page`, `feed`, `sitemap`, `section`, `spider`, `robots` or `redirect`; `unrendered`: of a page whose
    `page` record is what a browser made of it."""
    rendered_from: str = ""
    """Id of the record of the raw response, where `body` is what a browser made of that."""
    raw_length: int = 0
    """Bytes of that record, which lies immediately before this one."""


@dataclass(frozen=True, slots=True)
class Member:
    """One whole gzip member of a file and what it holds."""

    offset: int
    length: int
    content: bytes


def encode(response: ArchivedResponse) -> bytes:
    """A `response` record as one gzip member; equal responses give equal bytes.

    What a browser made of a response is a `conversion` of it (ISO 28500, 6.7.2).

    Raises:
        ArchiveError: the answering URL is not of http or https, the only kinds that the format knows as
        responses.
    """
    if not response.final_url.lower().startswith(("http://", "https://")):
        raise ArchiveError(f"archive: {response.final_url!r} is not an address of http or https")
    kept = [
        (_line(name), _line(value)) for name, value in response.headers if name.lower() not in _NOT_IN_BODY
    ]
    scheme, _, rest = response.final_url.partition(":")
    uri = f"{scheme.lower()}:" + quote(rest, safe="!#$%&'()*+,/:;=?@[]~", errors="replace")
    if response.rendered_from:
        return _conversion(response, uri)
    note = _note(response)
    http = StatusAndHeaders(
        f"{response.status} {_reason(response.status)}",
        [*kept, ("Content-Length", str(len(response.body)))],
        protocol="HTTP/1.1",
    )
    fields = {
        **_identity([note, response.fetched_at.isoformat()], response.fetched_at),
        _FIELD: json.dumps(note),
    }
    return _member("response", uri, fields, http_headers=http, payload=response.body)


def _note(response: ArchivedResponse) -> dict[str, Any]:
    """What the standard has no field for."""
    encoding = [value for name, value in response.headers if name.lower() == "content-encoding"]
    return {
        "kind": response.kind,
        "url": response.url,
        "final_url": response.final_url,
        "content_encoding": encoding,
    }


def record_id(response: ArchivedResponse) -> str:
    """The id of the record that `encode` makes of a raw response."""
    return _identity([_note(response), response.fetched_at.isoformat()], response.fetched_at)[
        "WARC-Record-ID"
    ]


def _conversion(response: ArchivedResponse, uri: str) -> bytes:
    """The record of what a browser made of a response."""
    note = _note(response) | {
        "rendered_from": response.rendered_from,
        "raw_length": response.raw_length,
        "status": response.status,
    }
    fields = {
        **_identity([note, response.fetched_at.isoformat()], response.fetched_at),
        "WARC-Refers-To": response.rendered_from,
        "Content-Type": RENDERED_TYPE,
        _FIELD: json.dumps(note),
    }
    return _member("conversion", uri, fields, http_headers=None, payload=response.body)


def encode_info(file: str, at: datetime, software: str) -> bytes:
    """The `warcinfo` record that a file begins with."""
    fields = {**_identity(["warcinfo", file, at.isoformat()], at), "WARC-Filename": file}
    text = f"software: {software}\r\nformat: WARC File Format 1.1\r\n"
    return _member("warcinfo", "", fields, http_headers=None, payload=text.encode())


def decode(content: bytes) -> ArchivedResponse | None:
    """The response in a record, None for records of another type.

    Raises:
        ArchiveError: not a record of this archive, or its digest is wrong.
    """
    try:
        record = next(iter(ArchiveIterator(BytesIO(content), check_digests="raise")), None)
        if record is None:
            raise ArchiveError("holds no record")
        if record.rec_type == "conversion":
            return _rendered(record)
        if record.rec_type != "response":
            return None
        if record.http_headers is None:
            raise ArchiveError("not a response to a request by HTTP")
        return _response(record)
    except (ArchiveLoadFailed, EOFError, KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"not a readable response record: {error}") from error


def members(path: Path) -> Iterator[Member]:
    """Whole members in order; what is torn or damaged between them is stepped over."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            offset = view.find(_GZIP)
            while offset >= 0:
                member = _member_at(view, offset)
                if member is not None:
                    yield member
                offset = view.find(_GZIP, offset + (member.length if member else 1))


def decompress(raw: bytes) -> bytes:
    """The content of one member.

    Raises:
        ArchiveError: torn or damaged.
    """
    try:
        inflater = zlib.decompressobj(wbits=31)
        content = inflater.decompress(raw)
    except zlib.error as error:
        raise ArchiveError(f"damaged: {error}") from error
    if not inflater.eof or inflater.unused_data:
        raise ArchiveError("does not end where the record ends")
    return content


def _member_at(view: mmap.mmap, offset: int) -> Member | None:
    inflater = zlib.decompressobj(wbits=31)
    parts: list[bytes] = []
    place = offset
    try:
        while not inflater.eof and place < len(view):
            parts.append(inflater.decompress(view[place : place + _STEP]))
            place = min(place + _STEP, len(view))
            if parts[0][:5] not in (b"", b"WARC/"):
                return None
    except zlib.error:
        return None
    if not inflater.eof:
        return None
    return Member(offset, place - len(inflater.unused_data) - offset, b"".join(parts))


def _member(kind: str, uri: str, fields: dict[str, str], *, http_headers: Any, payload: bytes) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    record = writer.create_warc_record(
        uri,
        kind,
        payload=BytesIO(payload),
        length=len(payload),
        warc_headers_dict=fields,
        http_headers=http_headers,
    )
    writer.write_record(record)
    return out.getvalue()


def _rendered(record: Any) -> ArchivedResponse:
    note = json.loads(record.rec_headers.get_header(_FIELD))
    body = record.content_stream().read()
    return ArchivedResponse(
        url=note["url"],
        final_url=note["final_url"],
        fetched_at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")).astimezone(UTC),
        status=note["status"],
        headers=(("Content-Type", RENDERED_TYPE), ("Content-Length", str(len(body)))),
        body=body,
        kind=note["kind"],
        rendered_from=note["rendered_from"],
        raw_length=note["raw_length"],
    )


def _response(record: Any) -> ArchivedResponse:
    note = json.loads(record.rec_headers.get_header(_FIELD))
    at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
    return ArchivedResponse(
        url=note["url"],
        final_url=note["final_url"],
        fetched_at=at.astimezone(UTC),
        status=int(record.http_headers.get_statuscode()),
        headers=tuple((name, value) for name, value in record.http_headers.headers),
        body=record.content_stream().read(),
        kind=note["kind"],
    )


def _identity(content: Sequence[Any], at: datetime) -> dict[str, str]:
    """A record id made from content, so that nothing in the archive is left to chance."""
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(content))}>", "WARC-Date": stamp}


def _line(text: str) -> str:
    return _LINE_BREAKS.sub(" ", text).strip()


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
