"""Who is served next: fair between outlets, nobody held up by those who wait, memory bounded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from crawler import pauses, places
from crawler.places import FULL_BYTES, Places, Traffic
from tests.benchmarks.hostile import served
from tests.crawler.hostile import ARTICLES, listing_of
from tests.crawler.lab import NOW, Lab, assert_balanced, source
from tests.crawler.server import LocalSite, Page, Silent, Slow, Status, article, rss

MakeLab = Callable[..., Lab]
FAULTS = (
    "silent",
    "slowbody",
    "bomb",
    "endlesshints",
    "newlines",
    "loop",
    "reset",
    "robotsdrip",
    "robotsmany",
)
PAGE_FAULTS = ("pagesilent", "pagebomb", "pagefails")


def served_order(weights: dict[str, float], asked: list[str], most: int = 1) -> list[str]:
    """In which order outlets get the one place that there is, each asking once more as
    soon as it was served.
    """

    async def work() -> list[str]:
        given = Places(most, Traffic())
        given.rank(weights)
        order: list[str] = []

        async def one(outlet: str) -> None:
            async with given.taken(outlet):
                order.append(outlet)
                given.weigh(outlet, 1.0)
                await asyncio.sleep(0)

        async with given.taken("first"):
            tasks = [asyncio.ensure_future(one(outlet)) for outlet in asked]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        return order

    return asyncio.run(work())


def test_the_least_served_outlet_is_next() -> None:
    """What weighs on an outlet decides, then the order that was stated."""
    assert served_order({"b": 0.0, "a": 0.0, "c": 10.0}, ["c", "a", "b"]) == ["b", "a", "c"]


def test_who_waits_for_an_answer_holds_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that brings nothing gives its place to the next one, and goes on."""
    monkeypatch.setattr(places, "PATIENCE_SECONDS", 0.02)

    async def work() -> float:
        given = Places(1, Traffic())

        async def tarpit(number: int) -> None:
            async with given.taken(f"t{number}"):
                await asyncio.sleep(0.5)

        tarpits = [asyncio.ensure_future(tarpit(number)) for number in range(5)]
        await asyncio.sleep(0)
        begun = asyncio.get_running_loop().time()
        async with given.taken("well"):
            waited = asyncio.get_running_loop().time() - begun
        await asyncio.gather(*tarpits)
        return waited

    assert asyncio.run(work()) < 0.4


def test_nothing_begins_while_memory_is_full() -> None:
    """A request waits until enough of what is under way has ended."""

    async def work() -> list[str]:
        traffic = Traffic()
        given = Places(4, traffic)
        done: list[str] = []

        async def one() -> None:
            async with given.taken("a"):
                done.append("served")

        traffic.add(FULL_BYTES)
        task = asyncio.ensure_future(one())
        await asyncio.sleep(0.01)
        done.append("waited")
        traffic.release(FULL_BYTES)
        await task
        return done

    assert asyncio.run(work()) == ["waited", "served"]


def test_who_is_called_off_takes_no_place() -> None:
    """Waiting, or at the very moment of being served: the place is there for others."""

    async def work() -> bool:
        given = Places(1, Traffic())
        async with given.taken("a"):
            waiting = asyncio.ensure_future(given.taken("b").__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            late = asyncio.ensure_future(given.taken("c").__aenter__())
            await asyncio.sleep(0)
        late.cancel()
        await asyncio.gather(waiting, late, return_exceptions=True)
        async with asyncio.timeout(0.1), given.taken("d"):
            return waiting.cancelled()

    assert asyncio.run(work())


def test_hostile_outlets_beside_healthy_ones(lab: MakeLab) -> None:
    """A dozen outlets with faults of every layer: the healthy ones are crawled whole, and early."""
    with served() as well, served() as ill:
        faults = [(name, *listing_of(name, ill)) for name in (*FAULTS, *PAGE_FAULTS)]
        healthy = [(f"healthy{n}", *listing_of(f"healthy{n}", well)) for n in range(3)]
        rows = [
            source([{"url": url, "kind": kind}], source_id=f"a-{name}", domain=f"{name}.localhost")
            for name, url, kind in faults + healthy
        ]
        made = lab(*rows, timeout_seconds=2.0, source_seconds=8.0)
        assert_balanced(made.crawl())
    stored = [
        made.store.pages.by_url(f"http://healthy{n}.localhost:{well}/a/{k}-story.html")
        for n in range(3)
        for k in range(ARTICLES)
    ]
    assert all(page is not None and page.fetch_outcome == "stored" for page in stored)


def test_a_crawl_has_an_end(site: LocalSite, lab: MakeLab) -> None:
    """When the time of a crawl is over, everything that is left waits for the next one, which serves it."""
    links = [site.put(f"/news/{n}.html", Slow(Page(article(f"S {n}")), 0.3)) for n in range(40)]
    made = lab(source([site.put("/feed.xml", Page(rss(links)))]), crawl_seconds=3.0)
    begun = time.monotonic()
    first = made.crawl()
    assert time.monotonic() - begun < 10
    assert first["postponed"] > 0
    assert first["stored"] + first["postponed"] == 40
    made.settings = made.settings.model_copy(update={"crawl_seconds": 60.0})
    assert made.crawl()["stored"] == first["postponed"]


def test_a_host_that_times_out_again_and_again_is_left_alone(site: LocalSite, lab: MakeLab) -> None:
    """After three time-outs in a row no further page is asked for, in the next crawl neither, until the pause
    is over; another host goes on.
    """
    links = [site.put(f"/news/{n}.html", Silent()) for n in range(8)]
    other = f"http://other.localhost:{site.port}"
    site.put("/ok.xml", Page(rss([f"{other}/ok.html"])), host="other.localhost")
    site.put("/ok.html", Page(article("Fine")), host="other.localhost")
    rows = [
        source([site.put("/feed.xml", Page(rss(links)))]),
        source([f"{other}/ok.xml"], source_id="other", domain="other.localhost"),
    ]
    made = lab(*rows, timeout_seconds=0.3)
    counts = made.crawl()
    assert (counts["waiting"], counts["postponed"], counts["stored"]) == (3, 5, 1)
    assert_balanced(counts)
    assert sum(len(site.seen(f"/news/{n}.html")) for n in range(8)) == 3
    [pause] = made.store.health.pauses(NOW)
    assert (pause.host, pause.until) == ("127.0.0.1", NOW + pauses.PAUSE_AFTER_TIMEOUTS)
    made.later(minutes=29)
    assert made.crawl(only=["outlet"])["tried"] == 0
    made.later(minutes=2)
    assert made.crawl()["tried"] == 3
    assert made.store.health.pauses(made.clock.now())


def test_retry_after_holds_for_the_host_s_other_pages_in_the_next_crawl(
    site: LocalSite, lab: MakeLab
) -> None:
    """A page of a host that asked for two hours, found only afterwards, waits for them too."""
    site.put("/news/1.html", Status(503, {"Retry-After": "7200"}))
    site.put("/news/2.html", Page(article("Two")))
    feeds = f"http://feeds.paper.localhost:{site.port}"
    pages = f"http://www.paper.localhost:{site.port}"
    site.put("/feed.xml", Page(rss([f"{pages}/news/1.html"])))
    made = lab(source([f"{feeds}/feed.xml"], domain="paper.localhost", poll_minutes=10))
    made.crawl()
    site.put("/feed.xml", Page(rss([f"{pages}/news/1.html", f"{pages}/news/2.html"])))
    made.later(minutes=30)
    counts = made.crawl()
    assert (counts["found"], counts["tried"], counts["postponed"]) == (1, 0, 1)
    assert not site.seen("/news/2.html")
    site.put("/news/1.html", Page(article("One")))
    made.later(hours=2)
    assert made.crawl()["stored"] == 2


def test_an_outlet_s_share_of_a_day(site: LocalSite, lab: MakeLab) -> None:
    """Pages and bytes of one outlet in 24 hours are bounded; the next day goes on."""
    links = [site.put(f"/news/{n}.html", Page(article(f"S {n}"))) for n in range(6)]
    made = lab(source([site.put("/feed.xml", Page(rss(links)))]), max_pages_per_source_day=4)
    assert made.crawl()["stored"] == 4
    made.later(hours=2)
    assert made.crawl()["tried"] == 0
    made.later(hours=23)
    assert made.crawl()["stored"] == 2
    size = len(article("S 0"))
    few = lab(source([site.url("/feed.xml")]), max_bytes_per_source_day=2 * size + 1)
    assert few.crawl()["stored"] == 3


def test_a_long_robots_txt_is_asked_elsewhere(site: LocalSite, lab: MakeLab) -> None:
    """Twenty thousand rules with wildcards are obeyed, and hold nobody up."""
    rules = b"User-agent: *\n" + b"".join(b"Disallow: /*x%d*y*z$\n" % n for n in range(20_000))
    site.put("/robots.txt", Page(rules + b"Disallow: /news/1.html\nCrawl-delay: 0.01\n", "text/plain"))
    links = [site.put(f"/news/{n}.html", Page(article(f"S {n}"))) for n in range(3)]
    counts = lab(source([site.put("/feed.xml", Page(rss(links)))])).crawl()
    assert (counts["stored"], counts["robots_denied"]) == (2, 1)
