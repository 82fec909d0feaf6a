"""Which private addresses a source may lie on: those that it is configured with, and nothing beside them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from config.settings import CrawlSettings
from config.sources import SourceConfig
from crawler.urls import host_of, resolved

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Permit:
    """Where private addresses may be asked."""

    everywhere: bool = False
    hosts: frozenset[str] = frozenset()
    """Hosts of the source's addresses, and its domain with all below it."""
    domain: str = ""
    ports: frozenset[int] = frozenset()
    """Of the source's addresses."""

    def covers(self, url: str) -> bool:
        """Whether an address, redirects included, may be private."""
        if self.everywhere:
            return True
        host = host_of(url)
        is_configured = host in self.hosts or (bool(self.domain) and host.endswith(f".{self.domain}"))
        return is_configured and port_of(url) in self.ports


NOWHERE = Permit()


def permit_of(source: SourceConfig | None, settings: CrawlSettings) -> Permit:
    """What settings and source allow."""
    if settings.allow_private_addresses:
        return Permit(everywhere=True)
    if source is None or not source.allow_private_addresses:
        return NOWHERE
    stated = [str(feed.url) for feed in source.feeds if feed.kind != "spider"]
    stated += [str(source.site)] if source.site else []
    # As requests spell them: 0x7f000001 is 127.0.0.1.
    addresses = [resolved(url) or url for url in stated]
    domain = source.domain.lower().rstrip(".")
    return Permit(
        hosts=frozenset({*map(host_of, addresses), domain}),
        domain=domain,
        ports=frozenset(map(port_of, addresses)),
    )


def port_of(url: str) -> int:
    """The port of an address, its scheme's where it states none; 0 where it states none that can be."""
    try:
        parts = urlsplit(url)
        return parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return 0
