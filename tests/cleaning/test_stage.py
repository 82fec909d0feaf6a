"""The cleaning stage over a real archive: every page has one outcome, a stuck one is killed, order and
workers leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import CleanSettings, Settings
from config.workspace import Workspace
from crawler.cleaning import pool
from crawler.cleaning.extract import Refusal
from crawler.cleaning.page import extract
from crawler.cleaning.stage import clean
from crawler.outcomes import CLEAN_OUTCOMES
from storage.archive import ArchiveWriter
from storage.ids import page_id
from storage.records import Article, Page
from storage.store import Store, create_store
from tests.storage import makers

TEXT = "The minister opened the long bridge over the river on Monday and praised the workers who built it in six years. "
ARABIC = "افتتح الوزير الجسر الطويل فوق النهر يوم الاثنين وأشاد بالعمال الذين بنوه خلال ست سنوات من العمل المتواصل. "


def html(title: str, text: str) -> bytes:
    """A page with an article."""
    return f"<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>".encode()


STUCK = html(
    "Endless",
    "</p></div>".join(
        f"<div><p>Sentence number {i} about the bridge and the river.</p><ul><li>item {i}</li></ul>"
        for i in range(25_000)
    ),
)
"""A real page that costs a parser far longer than the limit of these tests: about 20 CPU-seconds."""
BODIES = {
    "good": html("Bridge opens", TEXT * 6),
    "arabic": html("افتتاح الجسر", ARABIC * 6),
    "cyrillic": '<html><head><meta charset="windows-1251"><title>Мост открыт</title></head><body><article><h1>Мост открыт</h1><p>'.encode(
        "cp1251"
    )
    + (
        "Министр открыл длинный мост через реку в понедельник и похвалил рабочих, которые его построили. " * 6
    ).encode("cp1251"),
    "empty": b"  \n ",
    "pdf": b"%PDF-1.7 something",
    "short": html("Short", "Only this."),
    "lost": html("Not found", "Error 404: the page you are looking for does not exist."),
}
OUTCOMES = {
    "good": "article",
    "arabic": "article",
    "cyrillic": "article",
    "empty": "empty",
    "pdf": "not_html",
    "short": "no_text",
    "lost": "soft_404",
}


class Archive:
    """A store with pages in an archive."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store: Store = create_store(f"sqlite:///{root / 'drumbeat.db'}")
        self.store.sources.sync([makers.source("alpha")])

    def add(self, bodies: dict[str, bytes]) -> None:
        """Archive pages."""
        with ArchiveWriter(self.root / "archive", max_bytes=10**8, name=f"crawl-{len(bodies)}") as writer:
            for name, body in bodies.items():
                page = makers.page(name)
                place = makers.archive_page(writer, page, body=body)
                writer.sync()
                self.store.pages.discover([page])
                self.store.pages.record_fetch([replace(makers.fetched(page), warc=place)])

    def clean(self, again: bool = False, **settings: object) -> dict[str, int]:
        """Run the stage."""
        workspace = Workspace(
            root=self.root,
            settings=Settings(clean=CleanSettings(**settings)),
            sources=(),
            watchlist=(),
            schedule=Schedule(),  # type: ignore[arg-type]
        )
        clock = FixedClock(makers.hours(30))
        return clean(
            store=self.store,
            workspace=workspace,
            clock=clock,
            run_id="clean-1",
            progress=NoProgress(),
            again=again,
        )

    def outcome(self, name: str) -> str | None:
        """How a page ended."""
        page: Page | None = self.store.pages.get(makers.page(name).page_id)
        return page.clean_outcome if page else None

    def articles(self) -> list[Article]:
        """Everything that was cleaned."""
        return self.store.articles.between(makers.hours(-10_000), makers.hours(10_000))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive."""
    made = Archive(tmp_path)
    yield made
    made.store.close()


@pytest.fixture(autouse=True, scope="module")
def _stop_workers() -> Iterator[None]:
    yield
    for each in list(pool._pools.values()):
        each.close()
    pool._pools.clear()


@pytest.mark.slow
def test_every_page_has_one_outcome(archive: Archive) -> None:
    """Good pages in three encodings and scripts become articles, the others a named reason; the sums
    balance; nothing is done twice."""
    archive.add(BODIES)
    counts = archive.clean(workers=1)
    assert {name: archive.outcome(name) for name in BODIES} == OUTCOMES
    assert sum(counts.values()) == len(BODIES) == sum(archive.store.pages.clean_outcomes().values())
    assert set(counts) <= set(CLEAN_OUTCOMES)
    titles = {row.language: row.title for row in archive.articles()}
    assert titles == {"en": "Bridge opens", "ar": "افتتاح الجسر", "ru": "Мост открыт"}
    assert archive.clean(workers=1) == {}
    assert sum(archive.clean(workers=1, again=True).values()) == len(BODIES)
    assert archive.store.articles.count() == 3


@pytest.mark.parametrize(
    ("final", "outcome"), [("/", "soft_404"), ("/fr/", "soft_404"), ("/news/2", None), ("/?p=7", None)]
)
def test_a_front_page_in_place_of_an_article_is_none(final: str, outcome: str | None) -> None:
    """A page that is gone and leads to the site's front page is an error page, whatever stands there."""
    page = replace(makers.page("gone"), final_url=f"https://alpha.example{final}")
    found = extract(page, BODIES["good"], {}, CleanSettings())
    assert (found.outcome if isinstance(found, Refusal) else None) == outcome


@pytest.mark.slow
def test_a_stuck_page_is_killed_and_costs_only_itself(archive: Archive) -> None:
    """A page over the time limit is `timeout`; the pages beside it are cleaned."""
    archive.add({"a": BODIES["good"], "stuck": STUCK, "z": BODIES["arabic"]})
    archive.clean(workers=1, page_seconds=4.0)
    assert [archive.outcome(name) for name in ("a", "stuck", "z")] == ["article", "timeout", "article"]


@pytest.mark.slow
def test_workers_leave_no_trace(tmp_path: Path) -> None:
    """One worker and two give the same articles."""
    results = []
    for workers in (1, 2):
        (tmp_path / str(workers)).mkdir()
        made = Archive(tmp_path / str(workers))
        made.add(BODIES)
        made.clean(workers=workers)
        results.append(made.articles())
        made.store.close()
    assert results[0] == results[1]


@pytest.mark.slow
def test_a_record_that_is_gone_is_named(archive: Archive) -> None:
    """A row whose archive record is missing ends as `unreadable`, the others go on."""
    archive.add({"good": BODIES["good"]})
    lost = makers.page("elsewhere")
    archive.store.pages.discover([lost])
    archive.store.pages.record_fetch([makers.fetched(lost)])
    archive.clean(workers=1)
    assert (archive.outcome("good"), archive.outcome("elsewhere")) == ("article", "unreadable")
    assert page_id(lost.url) == lost.page_id
