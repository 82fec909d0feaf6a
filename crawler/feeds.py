"""Read feeds, sitemaps and section pages: bytes in, records out.

    parse_listing(kind, body, url) -> Listing       by the kind that the source directory states; never an
                                                    exception for what a server sent
        parse_feed      RSS, Atom, RDF, CDF        feedparser, over what `repair` made sound
                        JSON Feed                   jsonfeeds.py
        parse_sitemap   sitemap, news sitemap, index, plain text, gzip   sitemaps.py
        parse_section   an HTML page with links     sections.py

A feed behind a sitemap address, or the other way round, is read as what it is.
"""

from __future__ import annotations

import calendar
import io
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from crawler.charsets import text_of
from crawler.jsonfeeds import looks_like_json, parse_json_feed
from crawler.listings import UNREADABLE, FoundLink, Listing, believed, stated_date
from crawler.repair import Salvage, hides_entries, is_sound, repaired, salvage
from crawler.sections import parse_section
from crawler.shapes import Habits
from crawler.sitemaps import looks_like_sitemap, parse_sitemap
from storage.records import FeedKind

__all__ = ["LONGEST_SUMMARY", "parse_feed", "parse_listing", "parse_section", "parse_sitemap"]

LONGEST_SUMMARY = 500
"""Characters of a summary that are kept as a hint."""

MAX_FEED_BYTES = 4 * 1024 * 1024
"""Of a feed that is read as a whole; of a longer one the first entries are read. Chosen, not measured."""
MAX_ENTRIES = 5_000
"""Of one feed; more is an archive, not news. Chosen, not measured."""
_LOOSE = 128 * 1024
"""Characters of a document without entries that feedparser's own repair is given: its time grows with the
square
(3 MB of `<a ` took 39 s)."""
_TYPE = "application/xml; charset=utf-8"


def parse_listing(
    kind: FeedKind,
    body: bytes,
    url: str,
    *,
    content_type: str = "",
    link_pattern: str | None = None,
    habits: Habits | None = None,
) -> Listing:
    """Read a document of the stated kind, or of the kind that it turns out to be.

    Args:
        kind: as the source directory states it.
        body: the document, decompressed.
        url: where it came from; relative links start there.
        content_type: of the answer; its charset counts where the bytes leave it open.
        link_pattern: for section pages, the regular expression that an article's address must match.
        habits: for section pages, what addresses of this outlet turned out to be.
    """
    if kind == "section":
        return _tried(partial(parse_section, link_pattern=link_pattern, habits=habits), body, url)
    readers = (
        partial(parse_feed, content_type=content_type),
        partial(parse_sitemap, content_type=content_type),
    )
    first, second = readers if kind == "feed" and not looks_like_sitemap(body) else reversed(readers)
    listing = _tried(first, body, url)
    return listing if listing.readable else _tried(second, body, url)


def _tried(reader: Callable[[bytes, str], Listing], body: bytes, url: str) -> Listing:
    try:
        return reader(body, url)
    # border: what a hostile document does to a parser costs only that document (feedparser raises a dozen)
    except Exception:  # noqa: BLE001
        return UNREADABLE


def parse_feed(body: bytes, url: str, content_type: str = "") -> Listing:
    """Entries of a feed, in its order; unreadable where there is neither a format nor an entry.

    Damage costs the entries that it lies in, and they are counted (`Listing.unreadable`).

    Args:
        body: the document, decompressed.
        url: not used; links stay as they are written.
        content_type: of the answer; its charset counts where the bytes leave it open.
    """
    text = text_of(body, content_type).lstrip()
    if looks_like_json(text):
        return parse_json_feed(text)
    sound, saved = _made_sound(text)
    listing = _parsed(sound)
    if saved is None:
        return listing
    # feedparser may still see fewer entries than were saved: those have no meaning to it
    lost = saved.unreadable + max(0, saved.entries - len(listing.links))
    return replace(listing, unreadable=lost, unread_bytes=saved.unread_bytes)


def _made_sound(text: str) -> tuple[str, Salvage | None]:
    """A document that the strict parser can read, and what it cost; as it is where that is nothing."""
    if len(text) <= MAX_FEED_BYTES and not hides_entries(text):
        if is_sound(text):
            return text, None
        if is_sound(mended := repaired(text)):
            return mended, None
    saved = salvage(text, MAX_ENTRIES)
    return (repaired(text)[:_LOOSE], None) if saved is None else (saved.text, saved)


def _parsed(text: str) -> Listing:
    import feedparser

    # Links stay as they are written, so that it can be seen what they mean. The type keeps feedparser from
    # looking for
    # another character set.
    parsed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": _TYPE},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        return UNREADABLE
    language = _text(parsed.feed.get("language"))
    is_atom = str(parsed.get("version")).startswith("atom")
    links = tuple(_link(entry, language, is_atom=is_atom) for entry in parsed.entries)
    return Listing(links=links, language=language, ttl_minutes=_minutes(parsed.feed.get("ttl")))


def _minutes(ttl: Any) -> int | None:
    """RSS's `ttl`; None where it is none."""
    text = _text(ttl) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _link(entry: Any, language: str | None, *, is_atom: bool) -> FoundLink:
    published = _stated(entry, "published")
    # Asked for only where it is there: feedparser would hand out `published` in its place, with a warning.
    updated = _stated(entry, "updated") if "updated" in entry else None
    if published is None and not is_atom:
        # RSS 1.0 states the publication as dc:date, which feedparser files under `updated`.
        published, updated = updated, None
    return FoundLink(
        link=_text(entry.get("link")) or _address(entry.get("id")),
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


def _address(identity: Any) -> str | None:
    """An entry's identity where that is an address, whatever `isPermaLink` says."""
    text = _text(identity)
    return text if text and text.lower().startswith(("http://", "https://")) else None


def _stated(entry: Any, name: str) -> datetime | None:
    """A date of an entry as it is written; feedparser's own reading where ours has none."""
    ours = stated_date(_text(entry.get(name)))
    return believed(ours or _moment(entry.get(f"{name}_parsed")))


def _moment(parsed: time.struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), tz=UTC)
    except (ValueError, OverflowError, OSError):
        # Years that no calendar has.
        return None
