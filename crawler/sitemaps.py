"""Read sitemaps, news sitemaps, sitemap indexes and plain lists of addresses, also gzipped, also broken.

Format: sitemaps.org protocol 0.9 and Google's news extension. Element names are matched without their
namespace, because half of all sitemaps get it wrong. Entities are not expanded and nothing is loaded, so that
neither a billion laughs nor a local file comes in.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from crawler.answers import MAX_MEMBERS
from crawler.charsets import text_of
from crawler.listings import UNREADABLE, ChildSitemap, FoundLink, Listing, read_date
from crawler.repair import OF_SITEMAPS, Salvage, repaired, salvage

MAX_LINKS = 50_000
"""Entries of one sitemap; the protocol's own limit."""
MAX_BYTES = 50 * 1024 * 1024
"""Of one sitemap, decompressed; the protocol's own limit."""

_GZIP = b"\x1f\x8b"
_HEAD = 4_096


def looks_like_sitemap(body: bytes) -> bool:
    """Whether the first bytes open a sitemap or a sitemap index."""
    head = body[:_HEAD].lower()
    return b"<urlset" in head or b"<sitemapindex" in head


def parse_sitemap(body: bytes, url: str, content_type: str = "") -> Listing:
    """Addresses of a sitemap with what is said of them, or the children of an index.

    Args:
        body: as sent; a gzip file is unpacked up to `MAX_BYTES`.
        url: not used; every reader of listings is given it.
        content_type: of the answer; its charset counts where the bytes leave it open.
    """
    unpacked = _unpack(body)
    if unpacked is None:
        return UNREADABLE
    text = text_of(unpacked, content_type)
    root, saved = _read(text)
    if root is None or _name(root) not in ("urlset", "sitemapindex"):
        return _from_text(text)
    links, children = _listed(root)
    read = len(links) + len(children)
    return Listing(
        links=tuple(links),
        children=tuple(children),
        unreadable=saved.unreadable + saved.entries - read if saved else 0,
        unread_bytes=saved.unread_bytes if saved else 0,
    )


def _listed(root: Any) -> tuple[list[FoundLink], list[ChildSitemap]]:
    """Pages and sitemaps; some publishers mix both kinds in one document."""
    links: list[FoundLink] = []
    children: list[ChildSitemap] = []
    for kind, said in islice(_entries(root), MAX_LINKS + 1):
        if kind == "sitemap" and said.get("loc"):
            children.append(ChildSitemap(url=said["loc"], updated=read_date(said.get("lastmod"))))
        elif kind == "url" and said.get("loc"):
            links.append(_link(said))
    return links, children


def _read(text: str) -> tuple[Any, Salvage | None]:
    """The root of a document, and what its damage cost."""
    root = _root(text)
    if root is None:
        root = _root(repaired(text))
    if root is not None:
        return root, None
    saved = salvage(text, MAX_LINKS, OF_SITEMAPS)
    return (None, None) if saved is None else (_root(saved.text), saved)


def _unpack(body: bytes) -> bytes | None:
    if not body.startswith(_GZIP):
        return body
    text = b""
    for _ in range(MAX_MEMBERS):
        if not body.startswith(_GZIP) or len(text) > MAX_BYTES:
            break
        # One that is cut off is read as far as it goes.
        unzip = zlib.decompressobj(wbits=31)
        try:
            text += unzip.decompress(body, MAX_BYTES + 1 - len(text))
        except zlib.error:
            return None
        body = unzip.unused_data
    return text if len(text) <= MAX_BYTES else None


def _root(text: str) -> Any:
    """The root of a sound document, None of any other."""
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.strip().encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _link(said: dict[str, str]) -> FoundLink:
    return FoundLink(
        link=said["loc"],
        title=said.get("title") or None,
        published=read_date(said.get("publication_date")),
        updated=read_date(said.get("lastmod")),
        language=said.get("language") or None,
    )


def _entries(root: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """What each `url` and `sitemap` says, in one pass over the tree, so that nesting them in each other costs
    nothing."""
    kind = ""
    said: dict[str, str] = {}
    for element in root.iter():
        name = _name(element)
        if name in ("url", "sitemap"):
            yield kind, said
            kind, said = name, {}
        elif len(element) == 0 and not _belongs_to_media(element):
            said.setdefault(name, (element.text or "").strip())
    yield kind, said


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _belongs_to_media(element: Any) -> bool:
    # Image and video extensions have a `loc` and a `title` of their own.
    above = element.getparent()
    return above is not None and _name(above) in ("image", "video")


def _from_text(text: str) -> Listing:
    lines = text.split()
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines):
        return UNREADABLE
    return Listing(links=tuple(FoundLink(link=line) for line in lines[:MAX_LINKS]))
