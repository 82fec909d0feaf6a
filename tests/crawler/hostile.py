"""A server of outlets that each have one fault, and of outlets that have none: the host's first label names
it.

    python -m tests.crawler.hostile            prints its port, serves until its standard input ends

    http://calendar.localhost:PORT/feed.xml    a listing with the fault `calendar`
    http://healthy3.localhost:PORT/feed.xml    a feed of fifteen articles, and these

A fault that is not of robots.txt or of pages is one of the listing; everything else about an outlet is well.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

ARTICLES = 15
CHUNK = b"x" * 65_536
_GONE = (ConnectionError, OSError, asyncio.IncompleteReadError)
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request and the way to answer it."""

    site: str
    path: str
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(
        self, body: bytes, status: str = "200 OK", kind: str = "text/xml", more: str = ""
    ) -> None:
        """A whole answer."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        await self.send(head.encode("latin-1") + body)

    async def for_ever(self, piece: bytes, head: bytes = b"") -> None:
        """A head, and then one piece after the other."""
        await self.send(head)
        while True:
            await self.send(piece)

    async def drip(self, data: bytes) -> None:
        """One byte a second."""
        for position in range(len(data)):
            await self.send(data[position : position + 1])
            await asyncio.sleep(1)


Fault = Callable[[Visit], Awaitable[None]]


def _answering(
    body: Callable[[Visit], bytes] | bytes, status: str = "200 OK", more: str = "", kind: str = "text/xml"
) -> Fault:
    """A fault that is one answer."""

    async def serve(visit: Visit) -> None:
        await visit.answer(body if isinstance(body, bytes) else body(visit), status, kind, more)

    return serve


def _sending(piece: bytes, head: bytes = b"") -> Fault:
    """A fault that never stops sending."""
    return lambda visit: visit.for_ever(piece, head)


def _dripping(data: bytes) -> Fault:
    return lambda visit: visit.drip(data)


async def _silent(visit: Visit) -> None:
    await asyncio.sleep(3_600)


async def _reset(visit: Visit) -> None:
    raw = visit.writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.writer.transport.abort()


async def _long(visit: Visit) -> None:
    await visit.send(_OK + b"Content-Length: 524288000\r\n\r\n")
    for _ in range(8_000):
        await visit.send(CHUNK)


def _raw(data: bytes) -> Fault:
    return lambda visit: visit.send(data)


def feed(
    visit: Visit, count: int = ARTICLES, title: str = "Item of the outlet", link: str = "/a/{}-story.html"
) -> bytes:
    """A feed of the outlet's articles."""
    items = "".join(
        f"<item><title>{title} {number}</title><link>{visit.site}{link.format(number)}</link></item>"
        for number in range(count)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()
    )


def _sitemap(
    visit: Visit, count: int, what: str = "urlset", item: str = "url", path: str = "/a/{}-of-the-day"
) -> bytes:
    rows = "".join(
        f"<{item}><loc>{visit.site}{path.format(random.getrandbits(40))}</loc></{item}>" for _ in range(count)
    )
    return f"<{what}>{rows}</{what}>".encode()


def _laughs(visit: Visit) -> bytes:
    names = "abcdefghijk"
    lines = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    doctype = f'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">{lines}]>'
    return f'{doctype}<rss version="2.0"><channel><item><title>&k;</title></item></channel></rss>'.encode()


def _calendar(visit: Visit) -> bytes:
    links = "".join(
        f'<a href="/2026/03/{number % 28 + 1:02}/day-{random.getrandbits(40)}">a day of the calendar</a>'
        for number in range(3_000)
    )
    return f"<html><body>{links}</body></html>".encode()


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    """Two gigabytes in two megabytes."""
    return gzip.compress(bytes(1 << 20)) * 90


@lru_cache(maxsize=1)
def _thrice() -> bytes:
    return gzip.compress(gzip.compress(gzip.compress(bytes(20_000_000), 1), 1), 1)


_NEWLINES = b'<?xml version="1.0"?>' + b"\n" * 200_000 + b"<rss><channel></channel></rss>"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_GZIP = "Content-Encoding: gzip\r\n"
_ATTRIBUTES = (
    b"<html><body><a " + b" ".join(b"a%d=1" % number for number in range(200_000)) + b">x</a></body></html>"
)
_MANY_HEADERS = b"".join(b"X-H%d: %s\r\n" % (number, b"a" * 100) for number in range(10_000))
_MANY_RULES = b"User-agent: *\n" + b"".join(b"Disallow: /*a%d*b*c*d$\n" % number for number in range(23_000))

LISTING_FAULTS: dict[str, Fault] = {
    "slowbody": lambda visit: visit.drip(_OK + b"Content-Length: 1000\r\n\r\n" + CHUNK),
    "slowhead": _dripping(_OK * 100),
    "silent": _silent,
    "endless": _sending(b"10000\r\n" + CHUNK + b"\r\n", _CHUNKED),
    "endlesstrailer": _sending(b"X-T: aaaaaaaaaaaaaaaaaaaaaa\r\n" * 1_000, _CHUNKED + b"1\r\nx\r\n0\r\n"),
    "endlessextension": _sending(CHUNK, _CHUNKED + b"1;"),
    "endlesshead": _sending(b"X-H: aaaaaaaaaaaaaaaaaaaaaa\r\n" * 1_000, b"HTTP/1.1 200 OK\r\n"),
    "endlesshints": _sending(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100),
    "endlessstatus": _sending(b"O" * 65_536, b"HTTP/1.1 200 "),
    "bomb": _answering(lambda _: _bomb(), more=_GZIP),
    "thrice": _answering(lambda _: _thrice(), more="Content-Encoding: gzip, gzip, gzip\r\n"),
    "codings": _answering(b"x", more=f"Content-Encoding: {', '.join(['identity'] * 700)}\r\n"),
    "brotli": _answering(os.urandom(1_000), more="Content-Encoding: br\r\n"),
    "zstd": _answering(os.urandom(1_000), more="Content-Encoding: zstd\r\n"),
    "loop": lambda visit: visit.answer(b"", "302 X", more=f"Location: {visit.path}\r\n"),
    "onandon": lambda visit: visit.answer(
        b"", "302 X", more=f"Location: /feed.xml?{random.getrandbits(40)}\r\n"
    ),
    "tometadata": _answering(b"", "302 X", "Location: http://169.254.169.254/latest/meta-data/\r\n"),
    "toprivate": _answering(b"", "302 X", "Location: http://127.0.0.2:1/\r\n"),
    "tofile": _answering(b"", "302 X", "Location: file:///etc/passwd\r\n"),
    "tolong": _answering(b"", "302 X", f"Location: /{'a' * 15_000}\r\n"),
    "tobytes": _answering(b"", "302 X", "Location: http://\xff\xfe\x80/\r\n"),
    "hundred": _answering(lambda visit: feed(visit, 1_000) * 300),
    "long": _long,
    "empties": _answering(b'<rss version="2.0"><channel>' + b"<item/>" * 590_000 + b"</channel></rss>"),
    "laughs": _answering(_laughs),
    "external": _answering(
        b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item>'
        b"<title>&a;</title></item></channel></rss>"
    ),
    "nested": _answering(lambda visit: _sitemap(visit, 2_000, "sitemapindex", "sitemap", "/map{}.xml")),
    "many": _answering(lambda visit: _sitemap(visit, 49_000)),
    "calendar": _answering(_calendar, kind="text/html"),
    "addresses": _answering(lambda visit: feed(visit, 20, link="/a/" + "x" * 100_000 + "{}")),
    "headers": lambda visit: visit.send(_OK + _MANY_HEADERS + b"\r\n" + feed(visit)),
    "cookies": _answering(
        feed, more="".join(f"Set-Cookie: c{number}={'a' * 100}\r\n" for number in range(150))
    ),
    "etag": _answering(feed, more=f'ETag: "{"e" * 7_000}"\r\nLast-Modified: \x01\x02{"x" * 5_000}\r\n'),
    "short": lambda visit: visit.send(_OK + b"Content-Length: 10\r\n\r\n" + feed(visit)),
    "promising": lambda visit: visit.send(_OK + b"Content-Length: 99999999\r\n\r\n" + feed(visit)),
    "negative": lambda visit: visit.send(_OK + b"Content-Length: -5\r\n\r\n" + feed(visit)),
    "twolengths": lambda visit: visit.send(
        _OK + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n" + feed(visit)
    ),
    "digits": lambda visit: visit.send(_OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n" + feed(visit)),
    "reset": _reset,
    "nohttp": _raw(os.urandom(5_000)),
    "status0": _raw(b"HTTP/1.1 000 X\r\n\r\nhi"),
    "status20": _raw(b"HTTP/1.1 99999999999999999999 X\r\n\r\nhi"),
    "comeback": _answering(b"x", "429 X", f"Retry-After: {'9' * 40}\r\n"),
    "year9999": _answering(b"x", "503 X", "Retry-After: Fri, 31 Dec 9999 23:59:59 -2359\r\n"),
    "escapes": _answering(
        b'<?xml version="1.0" encoding="unicode_escape"?><rss><channel><item>'
        b"<title>\\ud800</title></item></channel></rss>"
    ),
    "titles": _answering(lambda visit: feed(visit, 3, title="T" * 1_200_000)),
    "newlines": _answering(_NEWLINES),
    "attributes": _answering(_ATTRIBUTES, kind="text/html"),
    "failing": _answering(b"x", "500 X"),
}
"""What an outlet does when its listing is asked for."""

ROBOTS_FAULTS: dict[str, Fault] = {
    "robotslong": _answering(b"User-agent: *\nAllow: /\n" + b"#" * 10_000_000),
    "robotshtml": _answering(b"<!doctype html><html>hi</html>", kind="text/html"),
    "robotsfail": _answering(b"no", "500 X"),
    "robotsaway": _answering(b"", "302 X", "Location: http://127.0.0.2:1/robots.txt\r\n"),
    "robotsdrip": _dripping(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\n" * 10),
    "robotsdelay": _answering(b"User-agent: *\nCrawl-delay: 20\n"),
    "robotsmany": _answering(_MANY_RULES),
}
"""What an outlet does when its robots.txt is asked for."""

PAGE_FAULTS: dict[str, Fault] = {
    "pagesilent": _silent,
    "pageendless": _sending(b"<p>x</p>" * 8_192, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
    "pagebomb": _answering(lambda _: _bomb(), more=_GZIP, kind="text/html"),
    "pagefails": _answering(b"x", "503 X"),
    "pageprivate": _answering(b"", "302 X", "Location: http://127.0.0.2:1/latest/\r\n"),
    "pagedrip": lambda visit: visit.drip(_OK + b"Content-Length: 1000\r\n\r\n" + CHUNK),
}
"""What an outlet does when a page is asked for."""

SECTIONS = frozenset({"calendar", "attributes"})
SITEMAPS = frozenset({"nested", "many"})


def hostile_names() -> list[str]:
    """All faults, by name."""
    return sorted([*LISTING_FAULTS, *ROBOTS_FAULTS, *PAGE_FAULTS])


def listing_of(name: str, port: int) -> tuple[str, str]:
    """Address and kind of an outlet's listing."""
    kind = "section" if name in SECTIONS else "sitemap" if name in SITEMAPS else "feed"
    return f"http://{name}.localhost:{port}/feed.xml", kind


@lru_cache(maxsize=1_024)
def _page(path: str) -> bytes:
    dice = random.Random(path)
    words = ("the", "minister", "said", "border", "talks", "river", "market", "price", "school", "road")
    lines = (" ".join(dice.choice(words) for _ in range(40)) for _ in range(8))
    text = "".join(f"<p>{line}.</p>" for line in lines)
    return (
        f"<!doctype html><html lang=en><head><title>{path}</title></head><body>{text}</body></html>".encode()
    )


async def _serve(visit: Visit, name: str) -> None:
    if visit.path == "/robots.txt":
        fault = ROBOTS_FAULTS.get(name, _answering(b"no", "404 X"))
    elif visit.path.startswith(("/feed.xml", "/map")):
        fault = LISTING_FAULTS.get(name, _answering(feed))
    else:
        fault = PAGE_FAULTS.get(name, _answering(_page(visit.path), kind="text/html; charset=utf-8"))
    await fault(visit)


async def _connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Requests of one connection; a fault ends it."""
    try:
        name = "healthy"
        while name.startswith("healthy"):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            host = next(line for line in head.split("\r\n") if line.lower().startswith("host:"))[5:].strip()
            name = host.partition(".")[0]
            await _serve(Visit(f"http://{host}", head.split(" ", 2)[1], writer), name)
    except _GONE:
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve until standard input ends."""
    server = await asyncio.start_server(_connected, "127.0.0.1", 0, backlog=1_024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
