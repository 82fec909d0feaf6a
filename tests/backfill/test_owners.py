"""Whose page an address is."""

from __future__ import annotations

import pytest

from crawler.backfill.owners import Owners
from tests.crawler.lab import source

HOUSE = (
    source(["https://feeds.house.test/hausa/rss.xml"], source_id="hausa", domain="house.test"),
    source(["https://www.house.test/afrique"], source_id="afrique", domain="house.test"),
    source(
        ["https://alone.test/fr/feed/", "https://proxy.test/alone"], source_id="alone", domain="alone.test"
    ),
)


@pytest.mark.parametrize(
    ("url", "owner"),
    [
        ("https://www.house.test/hausa/articles/1", "hausa"),
        ("https://house.test/afrique/2", "afrique"),
        ("https://www.house.test/sport/3", None),
        ("https://ar.alone.test/4", "alone"),
        ("https://proxy.test/5", None),
        ("https://other.test/6", None),
        ("mailto:x", None),
    ],
)
def test_owner_of_an_address(url: str, owner: str | None) -> None:
    """A domain's only outlet has all of it; services of one house have what begins as their listings do."""
    assert Owners(HOUSE).of(url) == owner


def test_unlisted_domains_stand_for_themselves() -> None:
    """Told so, a stranger's registered domain is its outlet."""
    assert Owners(HOUSE, unlisted=True).of("https://www.other.test/6") == "other.test"


def test_what_is_no_page() -> None:
    """A front page, a listing and robots.txt are no articles."""
    owners = Owners(HOUSE)
    urls = ("https://alone.test/fr/", "https://alone.test/fr/feed/", "https://alone.test/robots.txt")
    assert [owners.is_page(url) for url in urls] == [False] * 3
    assert owners.is_page("https://alone.test/fr/1")
