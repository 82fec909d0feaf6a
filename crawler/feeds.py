"""Read feeds, sitemaps and section pages: bytes in, records out.

    parse_listing(kind, body, url) -> Listing       by the kind that the source directory states; never an
                                                    exception for what a server sent
        parse_feed      RSS, Atom, RDF, CDF        feedparser, which repairs what is broken
        parse_sitemap   sitemap, news sitemap, index, plain text, gzip   sitemaps.py
        parse_section   an HTML page with links     sections.py

A feed behind a sitemap address, or the other way round, is read as what it is.
"""

from __future__ import annotations

import calendar
import io
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from xml.parsers import expat

from crawler.listings import UNREADABLE, FoundLink, Listing
from crawler.sections import parse_section
from crawler.sitemaps import looks_like_sitemap, parse_sitemap
from storage.records import FeedKind

__all__ = ["LONGEST_SUMMARY", "parse_feed", "parse_listing", "parse_section", "parse_sitemap"]

LONGEST_SUMMARY = 500
"""Characters of a summary that are kept as a hint."""

MAX_FEED_BYTES = 4 * 1024 * 1024
_BROKEN_BYTES = 128 * 1024
_MAX_DEPTH = 200
_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]+)|0*([0-9]+));")


def parse_listing(kind: FeedKind, body: bytes, url: str, *, link_pattern: str | None = None) -> Listing:
    """Read a document of the stated kind, or of the kind that it turns out to be.

    Args:
        kind: as the source directory states it.
        body: the document, decompressed.
        url: where it came from; relative links start there.
        link_pattern: for section pages, the regular expression that an article's address must match.
    """
    if kind == "section":
        return _tried(partial(parse_section, link_pattern=link_pattern), body, url)
    first, second = (
        (parse_feed, parse_sitemap)
        if kind == "feed" and not looks_like_sitemap(body)
        else (parse_sitemap, parse_feed)
    )
    listing = _tried(first, body, url)
    return listing if listing.readable else _tried(second, body, url)


def _tried(reader: Callable[[bytes, str], Listing], body: bytes, url: str) -> Listing:
    try:
        return reader(body, url)
    # border: what a hostile document does to a parser costs only that document (feedparser raises a dozen)
    except Exception:  # noqa: BLE001
        return UNREADABLE


def parse_feed(body: bytes, url: str) -> Listing:
    """Entries of a feed, in its order; unreadable where feedparser finds neither a format nor an entry."""
    import feedparser

    body = _REFERENCE.sub(_without_impossible, body)
    if len(body) > MAX_FEED_BYTES or not _is_sound(body):
        # feedparser repairs with a parser whose time grows with the square (3 MB of `<a ` took 39 s); the
        # newest entries stand first.
        body = body[:_BROKEN_BYTES]
    # The location decides what relative links mean; it is given as a header because a `bytes` document has no
    # other place for it.
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        return UNREADABLE
    language = _text(parsed.feed.get("language"))
    is_atom = str(parsed.get("version")).startswith("atom")
    return Listing(
        links=tuple(_link(entry, language, is_atom=is_atom) for entry in parsed.entries), language=language
    )


def _without_impossible(reference: re.Match[bytes]) -> bytes:
    """A reference to half a character (emoji of old systems are sent as two of them) or to none at all makes
    a whole feed unreadable."""
    hexadecimal, decimal = reference.groups()
    code = int(hexadecimal[:8], 16) if hexadecimal else int(decimal[:8])
    return b"" if 0xD800 <= code <= 0xDFFF or code > sys.maxunicode else reference.group()


def _is_sound(body: bytes) -> bool:
    """Whether the strict parser will get through: well-formed, names bound, not nested beyond reason."""
    depth = 0

    def opened(_name: str, _attributes: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deep")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    checker = expat.ParserCreate(namespace_separator=" ")
    checker.StartElementHandler, checker.EndElementHandler = opened, closed
    try:
        checker.Parse(body.lstrip(), True)
    except (expat.ExpatError, ValueError, LookupError):
        # LookupError: an encoding that does not exist.
        return False
    return True


def _link(entry: Any, language: str | None, *, is_atom: bool) -> FoundLink:
    published = _moment(entry.get("published_parsed"))
    # Asked for only where it is there: feedparser would hand out `published` in its place, with a warning.
    updated = _moment(entry.get("updated_parsed")) if "updated_parsed" in entry else None
    if published is None and not is_atom:
        # RSS 1.0 states the publication as dc:date, which feedparser files under `updated`.
        published, updated = updated, None
    return FoundLink(
        link=_text(entry.get("link")),
        original=_text(entry.get("feedburner_origlink")),
        title=_text(entry.get("title")),
        published=published,
        updated=updated,
        language=_text(entry.get("language"))
        or _text((entry.get("title_detail") or {}).get("language"))
        or language,
        summary=(_text(entry.get("summary")) or "")[:LONGEST_SUMMARY] or None,
    )


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _moment(parsed: time.struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), tz=UTC)
    except (ValueError, OverflowError, OSError):
        # Years that no calendar has.
        return None
