"""Scrapy spiders of a workspace in a crawl: what they yield, how they fail, and that nobody else notices."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from config.errors import ConfigError
from config.settings import ScrapySettings
from crawler.check import check_sources
from crawler.spiders import running
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, article, rss

GOOD = """
    import scrapy

    class Article(scrapy.Item):
        url = scrapy.Field()
        title = scrapy.Field()
        date = scrapy.Field()

    class Good(scrapy.Spider):
        name = "good"
        custom_settings = {"ROBOTSTXT_OBEY": False, "USER_AGENT": "somebody else", "DOWNLOAD_DELAY": 0}

        async def start(self):
            yield scrapy.Request(self.settings["SITE"] + "list?page=1", cb_kwargs={"page": 1})

        def parse(self, response, page):
            yield {"url": "/news/1.html", "title": "One", "published": "2026-03-01"}
            yield Article(url=response.urljoin("/news/2.html"), title="Two", date="2026-03-01T10:00:00Z")
            yield response.follow("/news/3.html", meta={"article": True})
            yield response.follow("/news/4.html", callback=self.parse_article)
            yield response.follow("/closed/5.html", callback=self.parse_article)
            yield {"title": "without an address"}
            if page == 1:
                yield response.follow("list?page=2", cb_kwargs={"page": 2})

        def parse_article(self, response):
            yield response
    """
BAD = {
    "raises": """
    import scrapy

    class Raises(scrapy.Spider):
        name = "raises"

        async def start(self):
            yield scrapy.Request(self.settings["SITE"] + "list?page=1")

        def parse(self, response):
            yield {"url": "/raises/1.html"}
            response.json()["secret"]
    """,
    "unimportable": "this is no Python",
    "hangs": """
    import time
    import scrapy

    class Hangs(scrapy.Spider):
        name = "hangs"

        async def start(self):
            yield scrapy.Request(self.settings["SITE"] + "list?page=1")

        def parse(self, response):
            time.sleep(3_600)
    """,
    "dies": """
    import os
    import scrapy

    class Dies(scrapy.Spider):
        name = "dies"

        async def start(self):
            os.abort()
            yield
    """,
}


def put_spider(lab: Lab, name: str, code: str) -> None:
    """Write a spider into a workspace."""
    folder = lab.root / "spiders"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(dedent(code), encoding="utf-8")


def of_spider(name: str, site: LocalSite) -> dict[str, object]:
    """The row of an outlet whose spider it is."""
    return {"feeds": [f"spider:{name}"], "source_id": name, "site": site.url("/")}


def with_site(lab: Lab, site: LocalSite, **added: object) -> Lab:
    """A workspace whose spiders know the local server."""
    lab.scrapy = ScrapySettings.model_validate({"settings": {"SITE": site.url("/")}, **added})
    return lab


@pytest.mark.slow
def test_what_a_spider_yields_becomes_pages(site: LocalSite, lab: Callable[..., Lab]) -> None:
    """Items, requests marked as articles and responses become pages of the outlet, through robots.txt, under
    our name and into the archive; a response given back is not fetched a second time.
    """
    site.put("/robots.txt", Page(b"User-agent: *\nDisallow: /closed/", "text/plain"))
    for page in (1, 2):
        site.put(f"/list?page={page}", Page(article("List")))
    for number in range(1, 5):
        site.put(f"/news/{number}.html", Page(article(f"Story {number}")))
    room = with_site(lab(source(**of_spider("good", site))), site)
    put_spider(room, "good", GOOD)
    counts = room.crawl()
    assert room.store.pages.fetch_outcomes() == {"stored": 4}
    assert counts["polls_stored"] == 1
    assert room.page(site.url("/news/1.html")).hints["title"] == "One"
    assert room.page(site.url("/news/2.html")).hints["published"].startswith("2026-03-01T10:00")
    assert room.page(site.url("/news/4.html")).discovered_from == "spider:good"
    assert [len(site.seen(f"/news/{number}.html")) for number in (3, 4)] == [1, 1]
    assert not site.seen("/closed/5.html")
    agents = {seen.headers["user-agent"].split("/")[0] for seen in site.requests}
    assert agents == {"Drumbeat"}
    assert sorted(room.archived("spider")) == [
        site.url("/list?page=1"),
        site.url("/list?page=2"),
        site.url("/news/4.html"),
    ]
    assert len(room.archived("page")) == 4
    [poll] = room.polls()
    assert (poll.outcome, poll.unreadable, poll.new_links) == ("stored", 2, 4)
    [health] = room.store.health.all()
    assert health.condition == "well"


@pytest.mark.slow
def test_a_spider_that_fails_harms_nobody(
    site: LocalSite, lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in a callback, a file that is no Python, a name that is nowhere, a spider that hangs or dies:
    each is told as its outlet's condition with place and cause, and a healthy outlet beside it is crawled.
    """
    monkeypatch.setattr(running, "SILENT_SECONDS", 10.0)
    site.put("/list?page=1", Page(article("List")))
    links = [site.put(f"/{name}/1.html", Page(article(name))) for name in ("raises", "healthy")]
    feed = site.put("/feed.xml", Page(rss(links[1:])))
    names = [*BAD, "nowhere"]
    rows = [source(**of_spider(name, site)) for name in names]
    room = with_site(lab(*rows, source([feed], source_id="healthy")), site)
    for name, code in BAD.items():
        put_spider(room, name, code)
    counts = room.crawl()
    assert {room.page(link).fetch_outcome for link in links} == {"stored"}
    assert (counts["polls_stored"], counts["polls_spider_failed"]) == (2, 4)
    told = {health.source_id: (health.condition, health.detail) for health in room.store.health.all()}
    assert told.pop("healthy") == ("well", "")
    assert {condition for condition, _ in told.values()} == {"spider_failed"}
    details = {name: detail for name, (_, detail) in told.items()}
    assert "JSONDecodeError" in details["raises"]
    assert "parse (raises.py, line 12)" in details["raises"]
    assert "SyntaxError" in details["unimportable"]
    assert "said nothing for 10 s" in details["hangs"]
    assert "died" in details["dies"]
    assert "SyntaxError" in details["nowhere"] or "no spider is called 'nowhere'" in details["nowhere"]
    assert all("Traceback" not in detail for detail in details.values())


@pytest.mark.slow
def test_a_check_runs_the_spider_and_says_what_it_finds(site: LocalSite, lab: Callable[..., Lab]) -> None:
    """`sources check` counts what a spider finds, by the host's answers where it finds nothing."""
    room = with_site(lab(source(**of_spider("good", site))), site)
    put_spider(room, "good", GOOD)
    [row] = check_sources(workspace=room.workspace, clock=room.clock)
    assert (row.kind, row.outcome, row.status, row.condition) == ("spider", "http_404", 404, "gone")
    site.put("/list?page=1", Page(article("List")))
    [row] = check_sources(workspace=room.workspace, clock=room.clock)
    assert (row.outcome, row.entries, row.unreadable) == ("stored", 3, 1)


ADDED = """
    from scrapy import signals

    SEEN = {"opened": 0, "requests": []}

    class Count:
        @classmethod
        def from_crawler(cls, crawler):
            made = cls()
            crawler.signals.connect(made.opened, signals.spider_opened)
            return made

        def opened(self):
            SEEN["opened"] += 1

        def process_request(self, request):
            SEEN["requests"].append(request.url)
    """


def test_extensions_and_middlewares_by_path(site: LocalSite, lab: Callable[..., Lab]) -> None:
    """What the settings add to Scrapy by path takes part in every crawl, the gates after it."""
    link = site.put("/news/1.html", Page(article("Story")))
    feed = site.put("/feed.xml", Page(rss([link])))
    added = {"extensions": {"spiders.added.Count": 10}, "downloader_middlewares": {"spiders.added.Count": 10}}
    room = with_site(lab(source([feed])), site, **added)
    put_spider(room, "added", ADDED)
    room.crawl()
    from spiders.added import SEEN  # type: ignore[import-not-found]

    # once as an extension, once as a middleware
    assert {"opened": 2, "requests": [feed, site.url("/robots.txt"), link]} == SEEN


def test_settings_name_what_cannot_be_imported(site: LocalSite, lab: Callable[..., Lab]) -> None:
    """A path that leads nowhere is an error of the settings, with its key."""
    room = with_site(lab(source([site.url("/feed.xml")])), site, extensions={"nowhere.Extension": 1})
    with pytest.raises(ConfigError, match=r"scrapy\.extensions: 'nowhere\.Extension'"):
        room.crawl()
