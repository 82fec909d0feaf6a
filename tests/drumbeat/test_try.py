"""`drumbeat try`: every stage shown, nothing stored."""

from __future__ import annotations

from pathlib import Path

from config.clock import FixedClock
from config.schedule import Schedule
from config.settings import Settings
from config.workspace import Workspace
from drumbeat.try_url import try_page
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
