"""Read listings where they can harm nobody (`apart.py`).

await read_listing("feed", body, url)      as `feeds.parse_listing`; unreadable where a limit was reached
"""

from __future__ import annotations

from functools import partial
from typing import Final

from crawler.apart import read_apart
from crawler.feeds import parse_listing
from crawler.listings import UNREADABLE, Listing
from crawler.shapes import Habits
from storage.records import FeedKind

_FIRST_FEED: Final = (
    b"<rss version='2.0'><channel><item><link>http://a.example/</link></item></channel></rss>"
)


async def read_listing(
    kind: FeedKind,
    body: bytes,
    url: str,
    *,
    content_type: str = "",
    link_pattern: str | None = None,
    habits: Habits | None = None,
) -> Listing:
    """The listing in a document; unreadable where reading it took too long or too much. See
    `parse_listing`."""
    read = partial(
        parse_listing, kind, body, url, content_type=content_type, link_pattern=link_pattern, habits=habits
    )
    return await read_apart(read, size=len(body), what=url) or UNREADABLE


def warm() -> None:
    """In a worker: load the libraries, so that no document's time is spent on that."""
    parse_listing("feed", _FIRST_FEED, "http://a.example/")
