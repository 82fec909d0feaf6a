"""Which addresses are private, and that a connection goes only to what was judged."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from crawler import addresses
from crawler.addresses import Names, NameUnknown, PrivateAddress, is_public, is_this_machine


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    """Addresses of the open internet, also when an IPv6 address carries one."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "::7f00:1",
        "::ffff:0:127.0.0.1",
        "fec0::1",
        "64:ff9b:1::a00:1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "4000::1",
        "3fff::1",
        "192.0.0.8",
        "192.88.99.1",
    ],
)
def test_private_addresses(address: str) -> None:
    """Loopback, private, link-local, site-local, shared, reserved, multicast, tunnels, and IPv6 addresses
    that carry one of them."""
    assert not is_public(address)


def test_this_machine() -> None:
    """Local names and loopback addresses, and nothing that only looks like them."""
    assert all(is_this_machine(host) for host in ("localhost", "a.localhost.", "127.8.8.8", "::1"))
    assert not any(is_this_machine(host) for host in ("localhost.example.org", "10.0.0.1", "mylocalhost"))


class _Receiver:
    """Collects what a resolver hands out."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.complete = False

    def resolutionBegan(self, resolution: Any) -> None:
        resolution.cancel()

    def addressResolved(self, address: Any) -> None:
        self.addresses.append(f"{address.host}:{address.port}")

    def resolutionComplete(self) -> None:
        self.complete = True


def _resolve(names: Names, host: str) -> _Receiver:
    receiver = _Receiver()
    names.resolveHostName(receiver, host, 80)
    return receiver


def _with_names(
    monkeypatch: pytest.MonkeyPatch,
    told: dict[str, list[tuple[str, ...]]],
    check: Any,
    trusted: frozenset[str] = frozenset(),
) -> None:
    def ask(name: str) -> tuple[str, ...]:
        answers = told.get(name)
        if not answers:
            raise NameUnknown(name)
        return answers.pop(0)

    monkeypatch.setattr(addresses, "_ask_system", ask)
    with ThreadPoolExecutor(1) as executor:
        asyncio.run(check(Names(executor, _Fallback(), trusted)))


class _Fallback:
    """Stands for the reactor's own resolver."""

    def resolveHostName(self, receiver: Any, *_: Any) -> None:
        receiver.resolutionComplete()
        receiver.addresses.append("asked the reactor")


def test_only_what_was_judged_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up once per crawl; a second, private answer (DNS rebinding) is never asked for, let
    alone used."""

    async def check(names: Names) -> None:
        assert _resolve(names, "evil.example").addresses == []
        assert await names.checked("evil.example", allow_private=False) == ("93.184.216.34",)
        assert await names.checked("EVIL.example.", allow_private=False) == ("93.184.216.34",)
        assert _resolve(names, "evil.example").addresses == ["93.184.216.34:80"]

    _with_names(monkeypatch, {"evil.example": [("93.184.216.34",), ("127.0.0.1",)]}, check)


def test_a_private_answer_is_refused_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One private address among public ones is enough to refuse; a source that may lie there gets them
    all."""

    async def check(names: Names) -> None:
        with pytest.raises(PrivateAddress, match=r"10\.0\.0\.1.*allow_private_addresses"):
            await names.checked("mixed.example", allow_private=False)
        assert await names.checked("mixed.example", allow_private=True) == ("93.184.216.34", "10.0.0.1")

    _with_names(monkeypatch, {"mixed.example": [("93.184.216.34", "10.0.0.1")]}, check)


def test_unknown_names_and_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without an address is said to be one; a proxy's name goes to the reactor's own resolver;
    numbers and local names ask nobody."""

    async def check(names: Names) -> None:
        with pytest.raises(NameUnknown):
            await names.checked("nowhere.example", allow_private=True)
        assert _resolve(names, "nowhere.example").complete
        assert _resolve(names, "proxy.corp").addresses == ["asked the reactor"]
        assert await names.checked("outlet.localhost", allow_private=True) == ("127.0.0.1",)
        assert await names.checked("192.0.2.7", allow_private=True) == ("192.0.2.7",)

    _with_names(monkeypatch, {}, check, trusted=frozenset({"proxy.corp"}))


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookup that takes too long is a name without an address."""
    monkeypatch.setattr(addresses, "LOOKUP_SECONDS", 0.01)
    loops: list[asyncio.AbstractEventLoop] = []

    async def check(names: Names) -> None:
        loops.append(asyncio.get_running_loop())
        with pytest.raises(NameUnknown, match=r"within 0\.01 s"):
            await names.checked("slow.example", allow_private=True)

    import threading

    never = threading.Event()
    monkeypatch.setattr(addresses, "_ask_system", lambda _name: (never.wait(0.2), ("8.8.8.8",))[1])
    with ThreadPoolExecutor(1) as executor:
        asyncio.run(check(Names(executor, _Fallback())))
