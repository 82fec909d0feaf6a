"""Section pages of many content systems: every article is stored once, and nothing that is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.sections import parse_section
from crawler.shapes import looks_like_article, looks_like_list, shape_of
from crawler.urls import canonical
from tests.crawler.cms import SYSTEMS, System, publish
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite

MakeLab = Callable[..., Lab]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_every_article_once_and_nothing_else(
    site: LocalSite, lab: MakeLab, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten articles of a section page are stored; menus, lists, tags, authors and pages of the house are not
    asked for."""
    monkeypatch.setenv("http_proxy", site.url(""))
    host = f"{system.name}.example"
    section, articles = publish(site, system, host)
    made = lab(source([{"url": section, "kind": "section"}], domain=host))
    made.crawl()
    asked = {f"http://{host}{seen.path}" for seen in site.requests} - {section, f"http://{host}/robots.txt"}
    assert asked == {canonical(link) for link in articles}
    assert made.store.pages.fetch_outcomes() == {"stored": 10}


@pytest.mark.parametrize(
    ("address", "article"),
    [
        ("spip.php?article141234", True),
        ("spip.php?rubrique7", False),
        ("spip.php?page=recherche&recherche=eau", False),
        ("?p=123456", True),
        ("?cat=3", False),
        ("?p=12&replytocom=4", False),
        ("C_Info.php?article=778899", True),
        ("?q=node/67890", True),
        ("?q=taxonomy/term/3", False),
        ("node/12", True),
        ("index.php?option=com_content&view=article&id=7:koral&catid=3", True),
        ("index.php?option=com_content&view=category&id=7", False),
        ("news.php?id=7&lang=en", True),
        ("2026/03/02/koral/", True),
        ("tag/koral-et-le-delta", False),
        ("category/2026/", False),
        ("author/awa", False),
        ("feed/", False),
    ],
)
def test_shapes_of_systems(address: str, article: bool) -> None:
    """Articles and lists of the usual systems are told by their address."""
    assert looks_like_article(f"https://outlet.example/{address}") is article


def test_shapes() -> None:
    """Addresses of one kind share a shape, of two kinds do not."""
    assert shape_of("https://a.example/?p=7") == shape_of("https://a.example/?p=812")
    assert shape_of("https://a.example/spip.php?article7") != shape_of("https://a.example/spip.php?rubrique7")
    assert shape_of("https://a.example/news/x") == shape_of("https://a.example/news/yz-1") == "/news/*"
    assert looks_like_list("https://a.example/?s=x")


def test_a_page_of_menus_lists_no_article() -> None:
    """Short words, menus and footers alone make no article, whatever their number."""
    links = "".join(f'<li><a href="/rubrik{n}">Rubrique {n}</a></li>' for n in range(30))
    menu = "<nav><h3><a href='/x'>Une ligne longue comme un titre</a></h3></nav>"
    page = f"<html><body><ul>{links}</ul>{menu}</body></html>"
    assert parse_section(page.encode(), "https://a.example/").links == ()
