"""A workspace with a handful of articles in several languages, embedded by the real model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.schedule import Schedule
from config.settings import EmbedSettings, Settings
from config.workspace import Workspace
from storage.archive import ArchiveWriter
from storage.ids import page_id
from storage.migrate import migrate
from storage.store import Store, open_store
from tests.storage import makers

TEXTS = {
    ("en", "wire"): (
        "Minister praises bridge",
        "The long bridge over the river opened to traffic on Monday after six years of work, the ministry "
        "said.",
    ),
    ("fr", "wire"): (
        "Le pont est ouvert",
        "Le long pont sur le fleuve a été ouvert à la circulation lundi après six ans de travaux, selon le "
        "ministère.",
    ),
    ("ar", "gazette"): (
        "افتتاح الجسر",
        "افتُتح الجسر الطويل فوق النهر أمام حركة المرور يوم الاثنين بعد ست سنوات من العمل.",
    ),
    ("ru", "gazette"): (
        "Футбол: победа в финале",
        "Футбольная команда выиграла финал кубка по пенальти в субботу вечером.",
    ),
    ("en", "gazette"): (
        "=HYPERLINK(1)",
        "Health workers vaccinated two million children against measles in a campaign that ended on Friday.",
    ),
}
ATTACK = '<script>alert(1)</script><p onclick="x()">text</p>'


def url_of(language: str, source: str) -> str:
    """The address of a text."""
    return f"https://{source}.example/{language}"


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built graph, once for the session."""
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace folder with articles, cut and embedded; copy it before writing."""
    from config.clock import FixedClock
    from config.progress import NoProgress

    root = tmp_path_factory.mktemp("filled")
    url = f"sqlite:///{root / 'drumbeat.db'}"
    migrate(url)
    workspace = Workspace(
        root=root,
        settings=Settings(embed=EmbedSettings(workers=1)),
        sources=(),
        watchlist=(),
        schedule=Schedule(),
    )
    with (
        open_store(url) as store,
        ArchiveWriter(root / "archive", max_bytes=10**7, name="crawl-1") as archive,
    ):
        store.sources.sync([makers.source("wire", country="XB"), makers.source("gazette", country="XC")])
        _store_texts(store, archive)
        from analysis.embedding.stage import embed

        run = store.runs.start("embed", now=makers.DAY, seed=0, versions={}, parameters={})
        counts = embed(
            store=store,
            workspace=workspace,
            clock=FixedClock(makers.hours(30)),
            run_id=run.run_id,
            progress=NoProgress(),
        )
        store.runs.finish(run.run_id, now=makers.DAY, state="done", counts=counts)
    return root


def _store_texts(store: Store, archive: ArchiveWriter) -> None:
    for (language, source), (title, body) in TEXTS.items():
        url = url_of(language, source)
        page = makers.page(page_id=page_id(url), url=url, source_id=source)
        store.pages.discover([page])
        place = makers.archive_page(archive, page, body=ATTACK.encode())
        archive.sync()
        store.pages.record_fetch([replace(makers.fetched(page), warc=place)])
        of = makers.article(
            article_id=page.page_id, source_id=source, url=url, title=title, body=body, language=language
        )
        store.articles.save([makers.cleaned(of)])


@pytest.fixture
def workspace(filled: Path, tmp_path: Path) -> Workspace:
    """A copy of the filled workspace."""
    shutil.copytree(filled, tmp_path / "desk")
    return Workspace(
        root=tmp_path / "desk",
        settings=Settings(embed=EmbedSettings(workers=1)),
        sources=(),
        watchlist=(),
        schedule=Schedule(),
    )


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    """Its store."""
    with open_store(workspace.database_url) as opened:
        yield opened
