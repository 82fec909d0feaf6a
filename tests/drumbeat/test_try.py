"""`drumbeat try`: every stage shown, nothing stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.embedding.choose import build_of
from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import Settings
from config.watchlist import StatementConfig
from config.workspace import Workspace
from drumbeat.stages import run_stage
from drumbeat.try_url import try_page
from storage.store import Store
from tests.crawler.lab import crawl_settings
from tests.crawler.reactor import ensure_reactor
from tests.crawler.server import LocalSite, Page, Status, article
from tests.storage import makers


def test_a_page_goes_through_every_stage(tmp_path: Path) -> None:
    """Fetching, cleaning, date, language and passages are shown; the workspace stays empty."""
    ensure_reactor()
    workspace = Workspace(
        root=tmp_path,
        settings=Settings(crawl=crawl_settings(allow_private_addresses=True)),
        sources=(),
        watchlist=(),
        schedule=Schedule(),
    )
    text = (
        "The minister opened the long bridge over the river on Monday and praised the workers who built it. "
        * 8
    )
    with LocalSite() as site:
        site.put("/a.html", Page(article("Bridge opens", text)))
        site.put("/gone.html", Status(404))
        stages = try_page(site.url("/a.html"), workspace=workspace, clock=FixedClock(makers.DAY))
        gone = try_page(site.url("/gone.html"), workspace=workspace, clock=FixedClock(makers.DAY))
    assert stages["outcome"]["is"] == "stored"
    assert stages["clean"]["title"] == "Bridge opens"
    assert stages["language"]["is"] == "en"
    assert stages["passages"]
    assert gone["outcome"]["is"] == "http_404"
    assert "clean" not in gone
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_meaning_is_tried_too(store: Store, workspace: Workspace) -> None:
    """With a store: vectors, the nearest narratives with their cosines, and why a watched statement is met or
    not; nothing is written.
    """
    ensure_reactor()
    text = "A new bridge over the river was opened on Monday. " * 3
    watched = StatementConfig(
        id="bridge", label="Bridge", statements=("A new bridge over the river was opened.",)
    )
    trying = replace(
        workspace,
        settings=workspace.settings.model_copy(
            update={"crawl": crawl_settings(allow_private_addresses=True)}
        ),
        watchlist=(watched,),
    )
    clock = FixedClock(makers.hours(40))
    table = store.means.latest(build_of(trying.settings.embed))
    assert table is not None
    centroid = store.vectors.after(table.build, 0, limit=1)[0].vector
    known = makers.narrative(
        1, label="Bridges", build=table.build, mean_version=table.version, centroid=centroid
    )
    store.narratives.save([known])
    run_stage("watch", workspace=trying, store=store, clock=clock, progress=NoProgress())
    before = (store.vectors.count(table.build), store.articles.count(), len(store.watch.hits()))
    with LocalSite() as site:
        site.put("/a.html", Page(article("Bridge opens", text * 3)))
        stages = try_page(site.url("/a.html"), workspace=trying, clock=clock, store=store)
    assert stages["vectors"]["passages"] == len(stages["passages"])
    assert "Bridges" in str(stages["narratives"]["passage 0, narrative 1"])
    assert "similarity" in str(stages["watch bridge"]["passage 0"])
    assert (store.vectors.count(table.build), store.articles.count(), len(store.watch.hits())) == before
