"""No request to a private address unless source or settings allow it, and proxies."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler import addresses
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, Redirect, article, rss

MakeLab = Callable[..., Lab]
PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "paper.localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"],
)
def test_loopback_in_every_spelling(site: LocalSite, lab: MakeLab, host: str) -> None:
    """A feed on this machine, however its address is spelt, is refused before anything is sent."""
    feed = f"http://{host}:{site.port}/feed.xml"
    counts = lab(source([feed], domain=host, allow_private_addresses=False)).crawl()
    assert counts["polls_private_address"] == 1
    assert site.requests == []


def test_names_that_lead_inside(site: LocalSite, lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public name with a private address is refused by the address, and said to be."""
    monkeypatch.setattr(addresses, "_ask_system", lambda _name: ("127.0.0.1",))
    made = lab(
        source(
            [f"http://news.example.org:{site.port}/feed.xml"],
            domain="example.org",
            allow_private_addresses=False,
        )
    )
    assert made.crawl()["polls_private_address"] == 1
    assert site.requests == []


def test_redirects_inside(site: LocalSite, lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect into a private network is refused, although another source of the same
    crawl may be there.
    """
    monkeypatch.setattr(addresses, "is_public", lambda address: address != "127.0.0.2")
    with LocalSite("127.0.0.2") as intranet:
        secret = intranet.put("/secret.html", Page(article("Secret")))
        link = site.put("/news/1.html", Redirect(secret))
        hostile = source(
            [site.put("/feed.xml", Page(rss([link])))], source_id="hostile", allow_private_addresses=False
        )
        own = source([intranet.put("/own.xml", Page(rss([])))], source_id="intranet", domain="127.0.0.2")
        made = lab(hostile, own)
        counts = made.crawl()
        assert (counts["private_address"], counts["polls_stored"]) == (1, 2)
        assert intranet.seen("/secret.html") == []
    assert made.page(link).final_url == link


def test_settings_may_allow(site: LocalSite, lab: MakeLab) -> None:
    """The workspace as a whole may be let into private networks."""
    made = lab(
        source([site.put("/feed.xml", Page(rss([])))], allow_private_addresses=False),
        allow_private_addresses=True,
    )
    assert made.crawl()["polls_stored"] == 1


def proxied(site: LocalSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the site be the environment's proxy."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{site.port}")


def test_the_environment_s_proxy(site: LocalSite, lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """With http_proxy set, names that this machine cannot resolve are fetched under their own names; the
    outcome is the same."""
    proxied(site, monkeypatch)
    link = site.put("/news/1.html", Page(article("One")), host="news.paper.example")
    site.put("/feed.xml", Page(rss([link])), host="news.paper.example")
    made = lab(
        source(["http://news.paper.example/feed.xml"], domain="paper.example", allow_private_addresses=False)
    )
    assert made.crawl()["stored"] == 1
    assert {seen.host for seen in site.requests} == {"news.paper.example"}
    assert made.page(link).final_url == link


def test_a_proxy_is_no_way_inside(site: LocalSite, lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that this machine resolves to a private address is refused, proxy or not."""
    proxied(site, monkeypatch)
    monkeypatch.setattr(
        addresses, "_ask_system", lambda name: ("10.0.0.7",) if name == "intranet.example" else (PUBLIC,)
    )
    link = site.put("/news/1.html", Redirect("http://intranet.example/secret"), host="paper.example")
    site.put("/feed.xml", Page(rss([link])), host="paper.example")
    made = lab(
        source(["http://paper.example/feed.xml"], domain="paper.example", allow_private_addresses=False)
    )
    assert made.crawl()["private_address"] == 1
    assert {seen.host for seen in site.requests} == {"paper.example"}


def test_this_machine_is_never_proxied(
    site: LocalSite, lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Local names are reached directly, whatever proxy the environment names, so that the sample world works
    everywhere."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    feed = f"http://paper.localhost:{site.port}/feed.xml"
    site.put("/feed.xml", Page(rss([])))
    assert lab(source([feed], domain="paper.localhost")).crawl()["polls_stored"] == 1


METADATA = ["169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192"]
METADATA += [
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fe80::a9fe:a9fe",
]


@pytest.mark.parametrize("address", METADATA)
def test_a_cloud_s_own_service_is_never_asked(
    site: LocalSite, lab: MakeLab, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Not by a feed and not by a redirect, in no spelling, whatever source and settings allow."""
    monkeypatch.setattr(addresses, "_ask_system", lambda _name: (address,))
    link = site.put("/news/1.html", Redirect("http://inside.example/latest/meta-data/"))
    feeds = [site.put("/feed.xml", Page(rss([link]))), "http://inside.example/feed.xml"]
    counts = lab(source(feeds), allow_private_addresses=True).crawl()
    assert (counts["polls_private_address"], counts["private_address"]) == (1, 1)


def test_only_the_configured_host_and_port_are_open(site: LocalSite, lab: MakeLab) -> None:
    """A source that may lie on this machine may not lead to its other ports, nor to other names of it."""
    with LocalSite() as neighbour:
        secret = neighbour.put("/secret.html", Page(article("Secret")))
        elsewhere = f"http://admin.localhost:{site.port}/secret.html"
        links = [site.put("/a.html", Redirect(secret)), site.put("/b.html", Redirect(elsewhere))]
        links.append(site.put("/c.html", Page(article("Own"))))
        counts = lab(source([site.put("/feed.xml", Page(rss(links)))])).crawl()
        assert (counts["private_address"], counts["stored"]) == (2, 1)
        assert neighbour.requests == []
    assert not [seen for seen in site.requests if seen.host == "admin.localhost"]
