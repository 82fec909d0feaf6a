"""Outlets that coverage speaks of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.progress import NoProgress
from crawler.cleaning.stage import clean
from crawler.discover import country_of
from crawler.suggest import links_of, suggest
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, rss
from tests.history.test_versions import story

MakeLab = Callable[..., Lab]


def test_domains_that_outlets_link_to(site: LocalSite, lab: MakeLab) -> None:
    """What two outlets link to in their articles is suggested with its evidence; what is known, a platform,
    or linked to by one alone is not.
    """
    link = '<p>as <a href="https://www.new.test/a">New</a> and <a href="https://t.me/x">they</a> said</p>'
    lone = '<p>see <a href="https://lone.test/b">this</a></p>'
    one = site.put("/one/a.html", Page(story("twelve", extra=link + lone)))
    two = site.put("/two/b.html", Page(story("thirty", extra=link)))
    feeds = {"one": site.put("/1.xml", Page(rss([one]))), "two": site.put("/2.xml", Page(rss([two])))}
    made = lab(*(source([feed], source_id=name) for name, feed in feeds.items()))
    made.crawl()
    clean(store=made.store, workspace=made.workspace, clock=made.clock, run_id="c", progress=NoProgress())
    made.later(hours=1)
    asked = {"store": made.store, "workspace": made.workspace, "clock": made.clock, "progress": NoProgress()}
    [found] = suggest(**asked)
    assert (found.domain, found.outlets, found.links, found.copies) == ("new.test", {"one", "two"}, 2, 0)
    assert {address for _, address in found.examples} == {"https://www.new.test/a"}
    assert [row.domain for row in suggest(**asked, least=1)] == ["new.test", "lone.test"]


def test_links_outside_paragraphs_are_no_evidence() -> None:
    """Menus, footers and advertisements link to anybody."""
    body = b'<nav><a href="https://menu.test/">x</a></nav><p>a <a class=x href=https://in.test/1>b</a> c</p>'
    assert links_of(body) == ["https://in.test/1"]


@pytest.mark.parametrize(
    ("address", "country"),
    [("https://x.ml/a", "ML"), ("https://x.co.uk", "GB"), ("https://x.com", None), ("https://x.eu", None)],
)
def test_country_of_a_domain(address: str, country: str | None) -> None:
    """A country's ending tells it."""
    assert country_of(address) == country
