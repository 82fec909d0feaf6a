"""Section pages of many content systems: every article is stored once, and nothing that is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.feeds import parse_listing
from crawler.sections import parse_section
from crawler.shapes import Habits, habits_of, looks_like_article, looks_like_list, shape_of
from crawler.urls import canonical
from tests.crawler.cms import FRENCH, SYSTEMS, System, publish
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


def test_habits_are_learnt_from_what_cleaned_well() -> None:
    """A shape that gave articles is followed for its words alone, one that never did is not; where nothing
    cleaned well, nothing is learnt.
    """
    cleaned = [(f"https://a.example/tag/{n}", "article") for n in range(6)]
    cleaned += [(f"https://a.example/2026/03/0{n}/poll", "no_text") for n in range(1, 7)]
    habits = habits_of(cleaned)
    assert habits == Habits(frozenset({"/tag/*"}), frozenset({"/#/#/#/*"}))
    cards = "".join(
        f"<li class='c'><a href='/tag/x{n}'>Nouvelle numéro {n} du delta</a></li>" for n in range(4)
    )
    polls = "".join(
        f"<h2><a href='/2026/03/0{n}/poll'>Votre avis sur la semaine {n}</a></h2>" for n in range(4)
    )
    page = f"<html><body>{cards}{polls}</body></html>".encode()
    found = {link.link for link in parse_section(page, "https://a.example/", habits=habits).links}
    assert found == {f"https://a.example/tag/x{n}" for n in range(4)}
    assert len(parse_section(page, "https://a.example/").links) == 4
    assert habits_of([(url, "no_text") for url, _ in cleaned]) == Habits()


def broken(body: str, way: int) -> bytes:
    """A feed broken in one of twenty ways, none of which costs an address."""
    item = "<item>"
    changes: list[tuple[str, str]] = [
        ("</title>", " & co</title>"), ("</title>", "&nbsp;x</title>"), ("</title>", " &#xD83D;</title>"),
        ("</title>", " \x0b</title>"), ("</title>", " < 3</title>"), ("</channel></rss>", ""),
        ("</rss>", "</rss>junk"),
        ('<?xml version="1.0"?>', "\n\n<?xml version='1.0'?>"),
        ('<?xml version="1.0"?>', "Notice: undefined <br/>"),
        ('<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-16"?>'),
        ('<rss version="2.0">', "<rss>"),
        (item, "<item><dc:creator>A</dc:creator>"), (item, "<item><description>a<br>b</description>"),
        (item, "<item><description><![CDATA[a]]></description><b>"), ("<channel>", "<channel><title>A & B"),
        ("<channel>", "<chanel>"), ("</item>", ""),
        (item, "<item><content:encoded>&copy &eacute;</content:encoded>"),
        ('<rss version="2.0">', '<!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0">'),
        ("</title>", "\ufffe</title>"),
    ]  # fmt: skip
    return body.replace(*changes[way]).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("way", range(20))
def test_a_broken_feed_brings_every_article_once(way: int) -> None:
    """Ten articles of a feed that is broken in one of twenty usual ways are found, each once, under its
    address.
    """
    addresses = [f"https://a.example/?p={n}" for n in range(10)]
    items = "".join(
        f"<item><title>{FRENCH[n]}</title><link>{link}</link></item>" for n, link in enumerate(addresses)
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    found = parse_listing("feed", broken(body, way), "https://a.example/feed")
    assert [link.link for link in found.links] == addresses
