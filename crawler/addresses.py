"""No request to a private address unless someone with a right to say so said so.

What is checked is the address that a name leads to, not the name: a public name may point into a private
network, and may do so only the second time it is asked (DNS rebinding). So each name is looked up once per
crawl, the answer is judged, and the connection goes to exactly the addresses that were judged, because
`Names` is also the resolver that the connection asks.

Through a proxy the proxy does the looking up; a name is then judged here as far as this machine can resolve
it at all.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any, Literal

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer  # type: ignore[import-untyped]

LOOKUP_SECONDS = 10.0
"""For one name; the system's own limit is often much longer."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that was ever handed out of the IPv6 internet (RFC 4291).

The rest is reserved, site-local or carries other protocols.
"""
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20")))
"""Special-purpose blocks (RFC 6890) that Python's tables do not know, or not in every version."""


_METADATA = tuple(
    map(
        ipaddress.ip_network,
        (
            "169.254.0.0/16",
            "fe80::/10",
            "168.63.129.16/32",
            "100.100.100.200/32",
            "192.0.0.192/32",
            "fd00:ec2::/32",
            "fd00:42::42/128",
            "fd20:ce::254/128",
        ),
    )
)
"""Where clouds hand out the credentials of a machine (AWS, Azure, Google, Alibaba, Oracle, Scaleway, as their
manuals state them); all link-local addresses with them, since no outlet lies there."""
_METADATA_NAMES = ("metadata.google.internal", "metadata.tencentyun.com", "instance-data", "metadata")


class NameUnknown(Exception):
    """The host name has no address, or none came in time."""


class PrivateAddress(Exception):
    """The host leads to a private address, and neither source nor settings allow that."""


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: not private, loopback, link-local, shared, reserved or
    multicast.

    Addresses that carry an IPv4 address inside (mapped, 6to4, NAT64) are judged by it; Teredo is refused.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped or found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found not in _UNICAST or (found.sixtofour and not is_public(str(found.sixtofour))):
            return False
    return found.is_global and not found.is_multicast and not any(found in block for block in _SPECIAL)


def is_metadata(address: str) -> bool:
    """Whether an address, or the IPv4 address inside it, is one where a cloud answers its machines."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inside: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = [found]
    if isinstance(found, ipaddress.IPv6Address):
        carried = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if found in _NAT64 or int(found) < 1 << 32:
            carried.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        inside += [each for each in carried if each is not None]
    return any(each in block for each in inside for block in _METADATA if each.version == block.version)


def is_local_name(host: str) -> bool:
    """`localhost` and what is under it (RFC 6761): this machine, whatever a name server says."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def is_this_machine(host: str) -> bool:
    """A local name or a loopback address."""
    return is_local_name(host) or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


@implementer(IHostnameResolver)
class Names:
    """Addresses of hosts, looked up once per crawl and judged before use.

    Args:
        executor: threads in which the system is asked.
        fallback: the reactor's own resolver, asked for `trusted` names only (proxies).
    """

    def __init__(self, executor: Executor, fallback: Any, trusted: frozenset[str] = frozenset()) -> None:
        self._executor = executor
        self._fallback = fallback
        self._trusted = trusted
        self._lookups: dict[str, asyncio.Future[tuple[str, ...]]] = {}

    async def checked(self, host: str, *, allow_private: bool) -> tuple[str, ...]:
        """The addresses of a host.

        Raises:
            NameUnknown: it has none.
            PrivateAddress: one of them is private, which is not allowed here, or that of a cloud's own
            service,
                which is allowed nowhere.
        """
        if _key(host) in _METADATA_NAMES:
            raise PrivateAddress(f"{host} is a cloud's own service; it is never asked")
        addresses = await self._addresses(_key(host))
        if service := next((address for address in addresses if is_metadata(address)), None):
            raise PrivateAddress(f"{host} leads to {service}, a cloud's own service; it is never asked")
        private = [address for address in addresses if not is_public(address)]
        if private and not allow_private:
            raise PrivateAddress(
                f"{host} leads to {private[0]}, a private address; "
                "set allow_private_addresses on the source if it may"
            )
        return addresses

    async def _addresses(self, name: str) -> tuple[str, ...]:
        if name not in self._lookups:
            self._lookups[name] = asyncio.ensure_future(self._look_up(name))
        # Shielded: a request that is called off must not take the answer from others that wait for it.
        return await asyncio.shield(self._lookups[name])

    async def _look_up(self, name: str) -> tuple[str, ...]:
        if is_local_name(name):
            return ("127.0.0.1",)
        if _is_address(name):
            return (name,)
        loop = asyncio.get_running_loop()
        question = loop.run_in_executor(self._executor, _ask_system, name)
        try:
            return await asyncio.wait_for(question, LOOKUP_SECONDS)
        except TimeoutError:
            raise NameUnknown(f"{name}: no answer from the name server within {LOOKUP_SECONDS:g} s") from None

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type] | None = None,
        transportSemantics: Literal["TCP", "UDP"] = "TCP",
    ) -> Any:
        """What a connection asks: the judged addresses of a name, nothing for a name that was not judged."""
        name = _key(hostName)
        if name in self._trusted:
            return self._fallback.resolveHostName(
                resolutionReceiver, hostName, portNumber, addressTypes, transportSemantics
            )
        resolution = _Answered(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        lookup = self._lookups.get(name)
        if lookup is not None and lookup.done() and not lookup.cancelled() and lookup.exception() is None:
            for address in lookup.result():
                kind = IPv6Address if ":" in address else IPv4Address
                if addressTypes is None or kind in addressTypes:
                    resolutionReceiver.addressResolved(kind(transportSemantics, address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution


@implementer(IHostResolution)
class _Answered:
    """A resolution that is over when it begins."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing is under way."""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _key(host: str) -> str:
    name = host.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _ask_system(name: str) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameUnknown(f"{name}: {error}") from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
