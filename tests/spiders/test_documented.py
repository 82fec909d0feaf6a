"""The worked example of docs/spiders.md, run as it stands there."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import ScrapySettings
from config.sources import SourceConfig
from tests.crawler.lab import Lab
from tests.crawler.server import LocalSite, Page, article

DOCUMENT = Path(__file__).parents[2] / "docs" / "spiders.md"


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_worked_example(site: LocalSite, lab: Callable[..., Lab]) -> None:
    """The example's spider and row, with the local server for its outlet, bring the articles of two months."""
    here = site.url("").removesuffix("/")
    days = {"2026-02": "2026-02-27", "2026-03": "2026-03-01", "2025-01": "2025-01-01"}
    site.put("/api/months.json", Page(json.dumps({"months": list(days)}).encode(), "application/json"))
    for month, day in days.items():
        site.put(f"/news/{day}.html", Page(article(f"Story of {day}")))
        row = {"path": f"/news/{day}.html", "headline": f"Story of {day}", "day": day}
        site.put(f"/api/{month}.json", Page(json.dumps({"articles": [row]}).encode(), "application/json"))
    [stated] = tomllib.loads(blocks("toml")[0])["source"]
    local = {"domain": "127.0.0.1", "site": f"{here}/", "allow_private_addresses": True}
    room = lab(SourceConfig.model_validate(stated | local))
    (room.root / "spiders").mkdir()
    code = blocks("python")[0].replace("https://courier.example", here)
    (room.root / "spiders" / "courier.py").write_text(code, encoding="utf-8")
    room.crawl()
    assert room.store.pages.fetch_outcomes() == {"stored": 2}
    page = room.page(f"{here}/news/2026-02-27.html")
    assert page.hints["title"] == "Story of 2026-02-27"
    assert page.hints["published"].startswith("2026-02-27")
    assert room.store.health.all()[0].condition == "well"


def test_the_settings_of_the_example_are_read() -> None:
    """Every key of the example of `[scrapy]` is a setting."""
    stated = tomllib.loads(blocks("toml")[1])["scrapy"]
    assert set(ScrapySettings.model_validate(stated).model_dump(exclude_unset=True)) == set(stated)
    assert set(stated) == set(ScrapySettings.model_fields)
