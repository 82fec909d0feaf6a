"""What came back for one request, and what it means. Pure: bytes and headers in, an outcome's name out."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["page", "feed", "sitemap", "section", "spider", "robots", "redirect"]
"""What a request was made for; the archive remembers it."""

ACCEPTED_ENCODINGS = "gzip, deflate"

RETRYABLE = frozenset(
    {"http_5xx", "timeout", "dns_failed", "connection_failed", "tls_failed", "robots_unreadable"}
)
"""Outcomes with a passing reason."""
_RETRYABLE_STATUS = frozenset({408, 425, 429})
_CODINGS = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"})
"""Registered content codings (IANA) that we do not ask for; what is no coding at all is ignored, as browsers
do."""
_GZIP = b"\x1f\x8b\x08"
_MARKUP = (
    b"<!doctype",
    b"<html",
    b"<?xml",
    b"<rss",
    b"<feed",
    b"<urlset",
    b"<sitemapindex",
    b"<head",
    b"<body",
)
_OTHER_MARKUP = (b"<rss", b"<feed", b"<rdf:rdf", b"<urlset", b"<sitemapindex", b"<svg", b"<opml")
_BINARY = (b"%pdf", b"pk\x03\x04", b"\x89png", b"\xff\xd8\xff", b"gif8", b"riff", b"\x1f\x8b", b"id3", b"ogg")
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
_KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "date", "retry-after")
MAX_MEMBERS = 100
"""Of one gzip stream; what follows a member is copied, so that a page of empty members would take minutes."""
_SNIFFED = 1_024
_CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response, whole and decompressed, or the named reason why there is none.

    `failure` is a fetch outcome; None means a response came, of whatever status.
    """

    url: str
    final_url: str
    kind: Kind
    fetched_at: datetime
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: str | None = None
    detail: str = ""
    hops: tuple[str, ...] = ()
    """Addresses that redirected, in order."""
    wait: timedelta | None = None
    """How long the server asked us to stay away (Retry-After)."""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def media_type(self) -> str:
        """Content-Type without parameters, lower case; empty where it is missing."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def is_retryable(self) -> bool:
        """Whether the reason of a failure may pass."""
        return status_outcome(self) in RETRYABLE or self.status in _RETRYABLE_STATUS


def status_outcome(answer: Answer) -> str:
    """The outcome as far as failure and status tell it; `stored` for a success, `unchanged` for 304."""
    if answer.failure is not None:
        return answer.failure
    status = answer.status or 0
    if status == 304:
        return "unchanged"
    if 300 <= status < 400:
        return "redirect_loop"
    if status in (404, 410):
        return f"http_{status}"
    if status >= 400:
        return "http_5xx" if 500 <= status < 600 else "http_4xx"
    # Below 200 there is no whole answer, only its beginning or nonsense.
    return "stored" if status >= 200 else "connection_failed"


def page_outcome(answer: Answer) -> str:
    """The outcome of a request for a page."""
    outcome = status_outcome(answer)
    if outcome == "unchanged":
        # Nobody asked on a condition; a server that says so has no page for us.
        return "redirect_loop"
    if outcome != "stored":
        return outcome
    if not answer.body.strip():
        return "empty"
    return "stored" if is_html(answer) else "not_html"


def is_html(answer: Answer) -> bool:
    """Whether an answer is a web page: its bytes say so, or it says so itself and nothing speaks against
    it."""
    if looks_like_html(answer.body):
        return True
    types = {
        part.partition(";")[0].strip().lower() for part in (answer.header("content-type") or "").split(",")
    }
    return bool(types & _HTML_TYPES) and not _head(answer.body).startswith(_BINARY)


def looks_like_html(body: bytes) -> bool:
    """Whether the first bytes are those of a web page, and not of a feed that quotes one."""
    head = _head(body)
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return True
    place = head.find(b"<html")
    return place >= 0 and not any(mark in head[:place] for mark in _OTHER_MARKUP)


def _head(body: bytes) -> bytes:
    return body[:_SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def looks_like_markup(body: bytes) -> bool:
    """Whether the first bytes are those of a document and of nothing compressed."""
    return _head(body).startswith(_MARKUP)


def kept_headers(answer: Answer) -> dict[str, str]:
    """The headers that matter later: what the body is, how fresh, when to come back."""
    return {name: value for name in _KEPT_HEADERS if (value := answer.header(name)) is not None}


class TooLarge(Exception):
    """More bytes than allowed came out."""


class Undecodable(Exception):
    """The bytes are not what Content-Encoding says they are."""


def unlabelled_encoding(body: bytes) -> str:
    """The encoding that bytes show by themselves, where the answer names none."""
    return "gzip" if body.startswith(_GZIP) else ""


def decompress(body: bytes, encodings: str, max_bytes: int) -> bytes:
    """Undo the Content-Encodings of a body, the last one first, giving up as soon as `max_bytes` are
    exceeded.

    A label that is no coding is ignored, and so is one that the bytes belie: a document is there already.

    Raises:
        TooLarge: a bomb, or just a very large page.
        Undecodable: damaged, cut off, or of an encoding that nobody asked for.
    """
    for name in reversed([part.strip().lower() for part in encodings.split(",")]):
        if name in ("", "identity"):
            continue
        body = _undone(body, name, max_bytes)
    return body


def _undone(body: bytes, name: str, max_bytes: int) -> bytes:
    """A body without one of its codings."""
    opener = _OPENERS.get(name)
    if opener is None and (name not in _CODINGS or looks_like_markup(body)):
        return body
    if opener is None:
        raise Undecodable(f"content-encoding {name!r} was not asked for")
    try:
        return _bounded(opener(body), max_bytes)
    except Undecodable:
        if looks_like_markup(body):
            return body
        raise


def beginning(body: bytes, encodings: str, max_bytes: int) -> bytes:
    """The first bytes of a body of one coding at most, which may be cut off or much longer."""
    opener = _OPENERS.get(encodings.strip().lower() or unlabelled_encoding(body))
    if opener is None:
        return body[:max_bytes]
    whole = bytearray()
    try:
        for piece in opener(body):
            whole += piece
            if len(whole) >= max_bytes:
                break
    except Undecodable:
        # it ends here; what came before it is sound
        return bytes(whole[:max_bytes]) or body[:max_bytes]
    return bytes(whole[:max_bytes])


def _bounded(pieces: Iterator[bytes], max_bytes: int) -> bytes:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > max_bytes:
            raise TooLarge(f"more than {max_bytes} bytes after decompression")
    return bytes(whole)


def _zlib_pieces(body: bytes, wbits: int) -> Iterator[bytes]:
    members = 0
    while body:
        members += 1
        if members > MAX_MEMBERS:
            raise Undecodable(f"more than {MAX_MEMBERS} gzip members in a row")
        opened = zlib.decompressobj(wbits)
        while not opened.eof:
            try:
                piece = opened.decompress(body, _CHUNK)
            except zlib.error as error:
                raise Undecodable(str(error)) from None
            body = opened.unconsumed_tail
            if not piece and not body and not opened.eof:
                raise Undecodable("the compressed body is cut off")
            yield piece
        # gzip allows several members in a row; anything else after the end is padding.
        body = (
            opened.unused_data
            if wbits > zlib.MAX_WBITS and opened.unused_data.startswith(b"\x1f\x8b")
            else b""
        )


def _deflate(body: bytes) -> Iterator[bytes]:
    # "deflate" means zlib by the standard and a bare stream by some servers; the first byte tells.
    bare = len(body) < 2 or (body[0] & 0x0F) != 8 or int.from_bytes(body[:2]) % 31 != 0
    return _zlib_pieces(body, -zlib.MAX_WBITS if bare else zlib.MAX_WBITS)


_OPENERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": lambda body: _zlib_pieces(body, zlib.MAX_WBITS | 16),
    "x-gzip": lambda body: _zlib_pieces(body, zlib.MAX_WBITS | 16),
    "deflate": _deflate,
}
