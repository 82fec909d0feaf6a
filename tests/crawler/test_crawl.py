"""One crawl against a real server: polls, pages, outcomes, sums."""

from __future__ import annotations

from collections.abc import Callable

from tests.crawler.lab import Lab, assert_balanced, source
from tests.crawler.server import LocalSite, Page, article, rss

MakeLab = Callable[..., Lab]


def test_feed_to_stored_pages(site: LocalSite, lab: MakeLab) -> None:
    """Links of a feed become pages, are fetched once, archived, and carry what the feed said."""
    links = [site.put(f"/news/{n}.html", Page(article(f"Story {n}"))) for n in range(3)]
    feed = site.put("/feed.xml", Page(rss(links), "application/rss+xml"))
    made = lab(source([feed]))
    counts = made.crawl()
    assert counts["found"] == counts["tried"] == counts["stored"] == 3
    assert counts["polls_stored"] == 1
    assert_balanced(counts)
    page = made.page(links[0])
    assert page.fetch_outcome == "stored"
    assert page.warc is not None
    assert page.hints["title"] == f"Title of {links[0]}"
    assert made.archived("robots") == [site.url("/robots.txt")]
    assert made.archived("feed") == [feed]
    assert sorted(made.archived("page")) == sorted(links)
