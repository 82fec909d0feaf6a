"""Read section pages: the links of an HTML page that lead to articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from crawler.listings import UNREADABLE, FoundLink, Listing
from crawler.urls import canonical, is_front_page

MAX_LINKS = 1_000
"""Of one section page."""
_SHORTEST_TITLE = 12
"""Characters; shorter anchors are buttons."""

_DATED = re.compile(r"/(?:19|20)\d\d[/-]?[01]?\d(?:[/-]|$)")
_NUMBERED = re.compile(r"\d{4,}")
_SLUG = re.compile(r"(?:[^\W_]+[-_]){3,}[^\W_]+")
_LEAF = re.compile(r"\.(?:s?html?|aspx?|php)$", re.IGNORECASE)
_MEDIA = re.compile(r"\.(?:jpe?g|png|gif|svg|webp|pdf|mp3|mp4|zip|xml|rss|css|js)$", re.IGNORECASE)


def parse_section(body: bytes, url: str, link_pattern: str | None = None) -> Listing:
    """Links of a page in its order, each once, with the anchor's text as title.

    Args:
        body: the page, decompressed.
        url: where it came from.
        link_pattern: regular expression that an article's address must match; without it the address must
            look like an article's.
    """
    tree = _tree(body)
    if tree is None:
        return UNREADABLE
    wanted = re.compile(link_pattern) if link_pattern else None
    titles: dict[str, str] = {}
    for link, title in _anchors(tree, url):
        if wanted.search(link) if wanted else looks_like_article(link):
            titles[link] = max(titles.get(link, ""), title, key=len)
        if len(titles) >= MAX_LINKS:
            break
    language = tree.get("lang") or None
    return Listing(
        links=tuple(FoundLink(link=link, title=title or None) for link, title in titles.items()),
        language=language,
    )


def looks_like_article(url: str) -> bool:
    """Whether an address has what articles' addresses have: a date, a number, a slug of four words, a file
    name with a title."""
    path = urlsplit(url).path
    if is_front_page(url) or _MEDIA.search(path):
        return False
    last = path.rstrip("/").rpartition("/")[2]
    return bool(
        _DATED.search(path)
        or _NUMBERED.search(last)
        or _SLUG.search(last)
        or (_LEAF.search(last) and "-" in last)
    )


def _tree(body: bytes) -> Any:
    from lxml import etree, html

    if b"<" not in body:
        return None
    try:
        # What is valid UTF-8 is UTF-8, whether or not the page says so; for the rest lxml looks at what the
        # page says.
        body.decode()
        parser = html.HTMLParser(encoding="utf-8")
    except UnicodeDecodeError:
        parser = html.HTMLParser()
    try:
        return html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _anchors(tree: Any, url: str) -> Iterator[tuple[str, str]]:
    base = next((canonical(found, url) for found in tree.xpath("//base/@href")), None) or url
    for anchor in tree.iter("a"):
        link = canonical(anchor.get("href") or "", base)
        if link is not None:
            title = " ".join(anchor.text_content().split())
            yield link, title if len(title) >= _SHORTEST_TITLE else ""
