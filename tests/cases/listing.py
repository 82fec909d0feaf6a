"""The door `listing`: a document is read as a poll would read it, and its pages and child sitemaps are
chosen."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path
from typing import Any

from config.sources import SourceConfig
from crawler.feeds import parse_listing
from crawler.select import finder_for, select_children, select_pages
from storage.records import Page

BACKFILL_DAYS = 30


def play(row: dict[str, Any], folder: Path) -> tuple[dict[str, Any], list[str]]:
    """What a poll of the document would say; beside it the addresses of all pages, in order."""
    url = row["url"]
    finder = finder_for(
        _source(row), first=False, now=datetime.fromisoformat(row["clock"]), backfill_days=BACKFILL_DAYS
    )
    listing = parse_listing(row["feed_kind"], body_of(folder / row["file"]), url, content_type=_type(row))
    selection = select_pages(listing, finder, url)
    got: dict[str, Any] = {
        "readable": listing.readable,
        "entries": len(listing.links),
        "pages": len(selection.pages),
        "too_old": selection.too_old,
        "no_link": selection.no_link,
        "off_domain": selection.off_domain,
    }
    if listing.unreadable:
        got |= {"unreadable": listing.unreadable, "unread_bytes": listing.unread_bytes}
    if selection.leads_to:
        got["leads_to"] = selection.leads_to
    if selection.pages:
        got["first"] = _first(selection.pages[0])
    if listing.children:
        polled = select_children(listing, finder, url, seen=())
        got["children_named"] = len(listing.children)
        got["children_polled"] = [child.removeprefix(f"https://{row['domain']}/") for child in polled]
    return got, [page.url for page in selection.pages]


def body_of(path: Path) -> bytes:
    """A file as a server would send it; `.gz` is packed only to be small."""
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


def _type(row: dict[str, Any]) -> str:
    sent = {name.lower(): value for name, value in row.get("headers", {}).items()}
    return str(sent.get("content-type", ""))


def _source(row: dict[str, Any]) -> SourceConfig:
    feeds = [{"url": row["url"], "kind": row["feed_kind"]}]
    known = {"id": "outlet", "name": "Outlet", "country": "XA", "languages": ("en",)}
    return SourceConfig(**known, domain=row["domain"], feeds=feeds)


def _first(page: Page) -> dict[str, str]:
    hints = {name: page.hints[name] for name in ("title", "published") if name in page.hints}
    return {"url": page.url, **hints}
