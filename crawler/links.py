"""The address that a listing means: mended where its spelling is broken, unwrapped where another site leads
to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.urls import canonical, host_of, registered_domain

_SCHEMES: Final = re.compile(r"(?:(https?)\s*(?::/*|//)\s*)+", re.IGNORECASE)
_HOST: Final = re.compile(r"[^/?#:\s]+\.[^/?#:\s]+")
_INSIDE: Final = re.compile(r"https?:/{1,2}\S+", re.IGNORECASE)


def is_own(url: str, domains: Collection[str]) -> bool:
    """Whether an address lies on one of the domains or below."""
    return registered_domain(host_of(url)) in domains


def meant_address(link: str, listing_url: str, domains: Collection[str]) -> str | None:
    """The canonical address of an entry, or None where it is none that can be fetched.

    `www.outlet.example/1` and `http:/outlet.example/1` are addresses of the outlet, not paths below the
    listing; `https://search.example/url?q=https://outlet.example/1` leads to the outlet.
    """
    url = canonical(_with_scheme(link.strip(), listing_url, domains), listing_url)
    if url is None or is_own(url, domains):
        return url
    return next(_own_inside(url, domains), url)


def _with_scheme(link: str, listing_url: str, domains: Collection[str]) -> str:
    found = _SCHEMES.match(link)
    rest = link[found.end() :] if found else link
    host = _HOST.match(rest)
    if host is None:
        return link
    if found is not None:
        return f"{found[1].lower()}://{rest}"
    scheme = urlsplit(listing_url).scheme or "https"
    return f"{scheme}://{rest}" if registered_domain(host[0].lower()) in domains else link


def _own_inside(url: str, domains: Collection[str]) -> Iterator[str]:
    """Addresses of the outlet that another site's address carries, in its query or its path."""
    parts = urlsplit(url)
    carried = [value for _, value in parse_qsl(parts.query)]
    carried += _INSIDE.findall(unquote(parts.path))
    for text in carried:
        inner = canonical(text) if _INSIDE.match(text) else None
        if inner is not None and is_own(inner, domains):
            yield inner
