"""The address that a page gives itself (`<link rel="canonical">`), believed where it is one of the same
article. Pure.

Some sites give all their pages the same canonical address: the front page, a section, an article without its
number. So it is believed only if it differs from the page's own in what never names an article: scheme, the
host's `www` or `m`, a part of the path that says `amp` or `print`, parameters beside a path that names the
article.
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import urlsplit

from crawler.urls import canonical, host_of, is_front_page, registered_domain

_HEAD: Final = 128 * 1024
"""Bytes in which the element is looked for: heads with styles in them are long. Chosen, not measured."""
_LINK: Final = re.compile(rb"<link\b[^<>]{0,2000}>", re.IGNORECASE)
_RELATION: Final = re.compile(rb"\brel\s*=\s*[\"']?\s*canonical\b", re.IGNORECASE)
_ADDRESS: Final = re.compile(rb"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_HOST_FRONT: Final = re.compile(r"^(?:www\d?|m|mobile|amp|wap)\.", re.IGNORECASE)
_VARIANT: Final = re.compile(r"(?:amp|print|imprimer|mobile|m)", re.IGNORECASE)
_SCRIPT: Final = re.compile(r"\.(?:php\d?|aspx?|cgi|jsp|pl|do)$", re.IGNORECASE)


def stated_address(body: bytes, url: str) -> str | None:
    """The canonical address that a page states, if it is an address of the same article.

    Args:
        body: the page, decompressed.
        url: where it came from; relative addresses start there.
    """
    for element in _LINK.findall(body[:_HEAD]):
        if _RELATION.search(element) and (found := _ADDRESS.search(element)):
            text = next(group for group in found.groups() if group is not None).decode("utf-8", "replace")
            address = canonical(html.unescape(text), url)
            return address if address is not None and is_same_article(address, url) else None
    return None


def is_same_article(stated: str, url: str) -> bool:
    """Whether two addresses differ only in what never names an article."""
    if registered_domain(host_of(stated)) != registered_domain(host_of(url)) or is_front_page(stated):
        return False
    one, other = urlsplit(stated), urlsplit(url)
    if _host(one.hostname) != _host(other.hostname) or _path(one.path) != _path(other.path):
        return False
    ours, theirs = set(other.query.split("&")) - {""}, set(one.query.split("&")) - {""}
    names_itself = len(_path(one.path)) > 1 and not _SCRIPT.search(one.path)
    return theirs == ours or (theirs < ours and (names_itself or bool(theirs)))


def _host(host: str | None) -> str:
    return _HOST_FRONT.sub("", host or "")


def _path(path: str) -> list[str]:
    """Parts of a path without those that name a form of the page."""
    parts = [part for part in path.split("/") if part]
    return [part for part in parts if not _VARIANT.fullmatch(part.removesuffix(".html"))] or parts[:1]
