"""A real HTTP server on this machine that misbehaves by name.

    with LocalSite() as site:
        site.put("/a.html", Page(article("Title")))
        site.put("/drop", Drop())
        ... site.url("/a.html"), site.seen("/a.html")

It also serves as a proxy for `http://` addresses: routes may be put for a host, and requests with a whole
address find them.
"""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Protocol
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

SLICE_SECONDS = 0.02
_GONE = (BrokenPipeError, ConnectionResetError, ConnectionAbortedError, TimeoutError)


class Behaviour(Protocol):
    """What a path does to a request."""

    def serve(self, request: Visit) -> None:
        """Answer, or not."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that arrived."""

    host: str
    path: str
    headers: dict[str, str]
    at: float


class Visit(BaseHTTPRequestHandler):
    """One request, with short-cuts for answering it."""

    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        """Find the behaviour of the path and let it serve."""
        parts = urlsplit(self.path)
        host = (parts.netloc or self.headers.get("Host", "")).partition(":")[0]
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.site.note(Seen(host, path, headers, time.monotonic()))
        try:
            self.server.site.find(host, path).serve(self)
        except _GONE:
            self.close_connection = True

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole, well-behaved answer; underscores in header names are hyphens."""
        self.start(status, **{"Content_Length": str(len(body)), **headers})
        self.wfile.write(body)

    def start(self, status: int, **headers: str) -> None:
        """Status and headers only."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def hang_up(self) -> None:
        """Close the connection after this."""
        self.close_connection = True

    def wait(self, seconds: float) -> bool:
        """Wait; False once the server is being closed."""
        return not self.server.site.closing.wait(seconds)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    # Python 3.11 joins the threads of slow answers on close otherwise.
    block_on_close = False
    site: LocalSite

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error here."""


class LocalSite:
    """The server; a context manager."""

    def __init__(self, address: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None) -> None:
        self.address = address
        self.scheme = "https" if tls else "http"
        self.closing = threading.Event()
        self.requests: list[Seen] = []
        self._routes: dict[tuple[str, str], Behaviour] = {}
        self._guard = threading.Lock()
        self._server = _Server((address, 0), Visit)
        self._server.site = self
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> LocalSite:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, path: str, behaviour: Behaviour, *, host: str = "*") -> str:
        """Set what a path does, on all hosts or on one.

        Returns its address on `host`, or on the server's own.
        """
        self._routes[host, path] = behaviour
        return self.url(path) if host == "*" else f"http://{host}{path}"

    def url(self, path: str) -> str:
        """The address of a path, directly."""
        return f"{self.scheme}://{self.address}:{self.port}{path}"

    def find(self, host: str, path: str) -> Behaviour:
        """The behaviour for a request; 404 where nothing was put."""
        return self._routes.get((host, path)) or self._routes.get(("*", path)) or Status(404)

    def note(self, seen: Seen) -> None:
        """Remember a request."""
        with self._guard:
            self.requests.append(seen)

    def seen(self, path: str, host: str | None = None) -> list[Seen]:
        """Requests for a path so far, in order."""
        with self._guard:
            return [
                request for request in self.requests if request.path == path and host in (None, request.host)
            ]


@dataclass(slots=True)
class Page:
    """A well-behaved page."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200

    def serve(self, request: Visit) -> None:
        request.answer(self.status, self.body, Content_Type=self.content_type, **self.headers)


@dataclass(slots=True)
class Status:
    """A status and a short page."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)

    def serve(self, request: Visit) -> None:
        request.answer(self.code, b"<html>no</html>", Content_Type="text/html", **self.headers)


@dataclass(slots=True)
class Fresh:
    """A document with an ETag and Last-Modified that answers 304 to whoever has it."""

    body: bytes
    etag: str = '"one"'
    content_type: str = "application/rss+xml"
    modified: str = "Mon, 02 Mar 2026 08:00:00 GMT"

    def serve(self, request: Visit) -> None:
        if (
            request.headers.get("If-None-Match") == self.etag
            or request.headers.get("If-Modified-Since") == self.modified
        ):
            request.answer(304, ETag=self.etag)
        else:
            request.answer(
                200, self.body, Content_Type=self.content_type, ETag=self.etag, Last_Modified=self.modified
            )


@dataclass(slots=True)
class Gzipped:
    """A page sent compressed, as asked."""

    body: bytes
    content_type: str = "text/html"

    def serve(self, request: Visit) -> None:
        request.answer(200, gzip.compress(self.body), Content_Type=self.content_type, Content_Encoding="gzip")


class BadGzip:
    """Says gzip and sends something else."""

    def serve(self, request: Visit) -> None:
        request.answer(
            200, b"this is no gzip stream at all", Content_Type="text/html", Content_Encoding="gzip"
        )


@dataclass(slots=True)
class GzipBomb:
    """Few bytes that become many."""

    size: int = 50_000_000
    content_type: str = "text/html"

    def serve(self, request: Visit) -> None:
        request.answer(
            200, gzip.compress(bytes(self.size), 9), Content_Type=self.content_type, Content_Encoding="gzip"
        )


class EndlessPage:
    """Sends chunks as fast as they are taken, for ever."""

    def serve(self, request: Visit) -> None:
        request.start(200, Content_Type="text/html", Transfer_Encoding="chunked")
        chunk = b"<p>more</p>" * 1_000
        while not request.server.site.closing.is_set():
            request.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")


class ForeverTaking:
    """A slow drip: some bytes now and then, for ever."""

    def serve(self, request: Visit) -> None:
        request.start(200, Content_Type="text/html", Transfer_Encoding="chunked")
        while request.wait(SLICE_SECONDS):
            request.wfile.write(b"1\r\n.\r\n")


class Silent:
    """Takes the request and never answers."""

    def serve(self, request: Visit) -> None:
        while request.wait(SLICE_SECONDS):
            pass


@dataclass(slots=True)
class Slow:
    """Answers after a while."""

    then: Behaviour
    seconds: float

    def serve(self, request: Visit) -> None:
        request.wait(self.seconds)
        self.then.serve(request)


class Drop:
    """Hangs up without a word."""

    def serve(self, request: Visit) -> None:
        request.hang_up()


class Partial:
    """Promises more than it sends."""

    def serve(self, request: Visit) -> None:
        request.start(200, Content_Type="text/html", Content_Length="100000")
        request.wfile.write(b"<html><body><p>half a page")
        request.hang_up()


@dataclass(slots=True)
class Redirect:
    """Leads elsewhere."""

    to: str
    status: int = 302

    def serve(self, request: Visit) -> None:
        request.answer(self.status, Location=self.to)


class RedirectLoop:
    """Leads to itself."""

    def serve(self, request: Visit) -> None:
        request.answer(302, Location=urlsplit(request.path).path)


class RedirectChain:
    """Leads on and on: /chain?1, /chain?2 ..."""

    def serve(self, request: Visit) -> None:
        count = int(urlsplit(request.path).query or "0")
        request.server.site.put(f"{urlsplit(request.path).path}?{count + 1}", self)
        request.answer(302, Location=f"?{count + 1}")


@dataclass(slots=True)
class Then:
    """One behaviour after the other, the last one from then on."""

    steps: list[Behaviour]

    def serve(self, request: Visit) -> None:
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        step.serve(request)


EMPTY_PAGE = Page(b"")
WRONG_CHARSET = Page("<html><body><p>Привет</p></body></html>".encode("cp1251"), "text/html; charset=utf-8")
BROKEN_FEED = Page(b"<rss><channel><item><title>cut off", "application/rss+xml")


def article(title: str, text: str = "A sentence that says something. " * 20) -> bytes:
    """An HTML page with a title and a text."""
    return f"<!DOCTYPE html><html><head><title>{escape(title)}</title></head><body><h1>{escape(title)}</h1><p>{escape(text)}</p></body></html>".encode()


def rss(links: Sequence[tuple[str, str]] | Sequence[str], *, language: str = "en", extra: str = "") -> bytes:
    """An RSS feed of links, or of (link, RFC 822 date) pairs."""
    pairs = [(link, "") if isinstance(link, str) else link for link in links]
    items = "".join(
        f"<item><title>Title of "
        f"{escape(link)}</title><link>{escape(link)}</link>{f'<pubDate>{day}</pubDate>' if day else ''}</item>"
        for link, day in pairs
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title><language>{language}</language>{items}{extra}</channel></rss>'.encode()


def sitemap(links: Sequence[str], *, dates: Sequence[str] = ()) -> bytes:
    """A sitemap."""
    days = list(dates) or [""] * len(links)
    rows = "".join(
        f"<url><loc>{escape(link)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
        for link, day in zip(links, days, strict=True)
    )
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()
