"""Addresses: one spelling per page, and whose domain a host belongs to. Pure, no network."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

LONGEST = 2_000
"""Characters, escaped; longer addresses are traps or data, not pages."""

_PORTS = {"http": 80, "https": 443}
_MORE_TRACKING = re.compile(r"_openstat$|at_")
"""What courlan's list lacks: Openstat, AT Internet."""
_NUMBERS = frozenset(("cid", "clid", "eid", "ga", "gl", "keyword", "kwd", "session", "uid"))
"""Names on courlan's list that address an article on some sites (`?cid=123`, `news_uid`)."""
_WORDS = frozenset(
    ("aff", "affi", "affiliate", "campaign", "medium", "ref", "referer", "referrer", "source", "_ref")
)
"""Names on it that are tracking only behind another word (`traffic_source`): `?source=reuters` may be a page.
"""
_UNWRITTEN = re.compile(r"[\x00-\x20\x7f]")
_FRONT = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default)(?:\.\w+)?/?)?", re.IGNORECASE
)
_BREAKS = re.compile(r"[\t\r\n]+")


def canonical(address: str, base: str = "") -> str | None:
    """The one spelling under which a page is known, or None where the address is no http(s) page.

    As `resolved`, and without tracking parameters. Order and spelling of the others are the server's business
    and stay.
    """
    url = resolved(address, base)
    if url is None or "?" not in url:
        return url
    parts = urlsplit(url)
    kept = "&".join(part for part in parts.query.split("&") if part and not _is_tracking(part))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, kept, ""))


def _is_tracking(parameter: str) -> bool:
    """Whether a `name=value` says how a reader came, not what is asked for: courlan's list, strictly read."""
    from courlan.clean import TRACKERS_RE

    name = parameter.partition("=")[0].lower()
    if _MORE_TRACKING.match(name):
        return True
    found = TRACKERS_RE.search(name)
    return found is not None and found[0] not in _WORDS and found[0].lstrip("_") not in _NUMBERS


def resolved(address: str, base: str = "") -> str | None:
    """An absolute http(s) address, or None where it is none that can be fetched.

    Lower-case scheme and host, no default port, no fragment, characters escaped as browsers send them.
    """
    from w3lib.url import safe_url_string

    text = _BREAKS.sub("", address.strip())
    if not text or len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(safe_url_string(urljoin(base, text)))
        host, port = parts.hostname, parts.port
    except ValueError:
        # A port that is no number, brackets that do not close, a label that no host name can have.
        return None
    if parts.scheme not in _PORTS or not host or parts.username is not None or not _plausible(host):
        return None
    netloc = _netloc(host, None if port == _PORTS[parts.scheme] else port)
    url = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    return url if len(url) <= LONGEST else None


def _netloc(host: str, port: int | None) -> str:
    bare = f"[{host}]" if ":" in host else host
    return bare if port is None else f"{bare}:{port}"


def _plausible(host: str) -> bool:
    # "%": a zone (`fe80::1%eth0`) names a network card of this machine, and in a name nothing.
    return (
        "%" not in host
        and len(host) <= 253
        and not _UNWRITTEN.search(host)
        and all(0 < len(label) <= 63 for label in host.rstrip(".").split("."))
    )


def host_of(url: str) -> str:
    """The host of an address, lower case, without port; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def site_of(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_front_page(url: str) -> bool:
    """The address of a site itself or of a language of it (`/`, `/fr/`, `/index.php`), not of a page."""
    parts = urlsplit(url)
    return _FRONT.fullmatch(parts.path) is not None and not parts.query


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    import tldextract

    # The list that comes with the package: nothing is fetched, nothing is cached on disk.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=4_096)
def registered_domain(host: str) -> str:
    """`news.bbc.co.uk` -> `bbc.co.uk`; without a public suffix the last two labels.

    A numeric address is its own domain.

    What hosts of blogs and sites give out counts as registered (`outlet.blogspot.com`), so that one blog is
    not at home in all others.
    """
    name = host.lower().rstrip(".")
    found = _suffixes()(name)
    if found.domain and found.suffix:
        return f"{found.domain}.{found.suffix}"
    return name if ":" in name or found.ipv4 else ".".join(name.split(".")[-2:])
