"""Read JSON Feed (jsonfeed.org, versions 1 and 1.1), and lists of posts as WordPress' interface gives them,
also cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crawler.listings import UNREADABLE, FoundLink, Listing, read_date

MAX_ENTRIES = 5_000
"""Of one document; more is an archive, not news. Chosen, not measured."""


def looks_like_json(text: str) -> bool:
    """Whether a document is JSON and no markup."""
    return text[:100].lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def parse_json_feed(text: str) -> Listing:
    """Entries of a feed in its order; unreadable where none of its objects is one."""
    try:
        document = json.loads(text)
    except ValueError:
        # cut off, or broken in one place: what is whole is read
        return _listing(list(_whole_objects(text)), {}, is_damaged=True)
    items = document.get("items") if isinstance(document, dict) else document
    if not isinstance(items, list):
        return UNREADABLE
    return _listing(items, document if isinstance(document, dict) else {}, is_damaged=False)


def _listing(items: list[Any], feed: dict[str, Any], *, is_damaged: bool) -> Listing:
    entries = [_entry(item) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    links = tuple(entry for entry in entries if entry is not None)
    if not links and (is_damaged or "version" not in feed):
        return UNREADABLE
    lost = len(items) - len(links) + int(is_damaged)
    return Listing(links=links, language=_text(feed.get("language")), unreadable=lost)


def _whole_objects(text: str) -> Iterator[Any]:
    """The objects of the list of items that can be read, whatever stands between them."""
    decoder = json.JSONDecoder()
    place = text.find("[")
    while 0 <= place < len(text) and (place := text.find("{", place)) >= 0:
        try:
            item, place = decoder.raw_decode(text, place)
        except ValueError:
            place += 1
            continue
        yield item


def _entry(item: dict[str, Any]) -> FoundLink | None:
    link = _first(item, "url", "external_url", "link", "id")
    if link is None:
        return None
    published = _first(item, "date_published", "date_gmt", "date")
    updated = _first(item, "date_modified", "modified_gmt", "modified")
    return FoundLink(
        link=link,
        title=_first(item, "title"),
        published=read_date(published),
        updated=read_date(updated),
        language=_first(item, "language"),
        summary=(_first(item, "summary", "content_text", "excerpt") or "")[:500] or None,
    )


def _first(item: dict[str, Any], *names: str) -> str | None:
    """The first of the fields that says something; WordPress puts texts into an object of their own."""
    values = (item.get(name) for name in names)
    texts = (value.get("rendered") if isinstance(value, dict) else value for value in values)
    return next((found for text in texts if (found := _text(text))), None)


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
