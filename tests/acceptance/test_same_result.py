"""The same archive gives the same narratives, counts and report, whatever the order, the hash seed and the
number of workers.
"""

from __future__ import annotations

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from storage.store import create_store, open_store
from tests.acceptance.stage import ANALYSIS, assert_same, files_of, rows_of, run, sample_world

AS_OF = "2026-01-21T06:00:00+00:00"


def shuffled_copy(source: Path, target: Path, seed: int) -> None:
    """A workspace with the same archive whose page rows were written in another order."""
    target.mkdir()
    for path in source.glob("*.toml"):
        shutil.copy(path, target)
    shutil.copytree(source / "archive", target / "archive")
    with (
        open_store(f"sqlite:///{source / 'drumbeat.db'}") as old,
        create_store(f"sqlite:///{target / 'drumbeat.db'}") as new,
    ):
        new.sources.sync(old.sources.all())
        for row in old.sources.all():
            if row.first_crawled_at:
                new.sources.mark_first_crawled(row.source_id, row.first_crawled_at)
        pages = old.pages.to_clean("none", limit=100_000)
        random.Random(seed).shuffle(pages)
        for page in pages:
            new.pages.discover([replace(page, fetch_outcome=None)])
            new.pages.record_fetch([page])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_order_seed_and_workers_leave_no_trace(tmp_path: Path) -> None:
    """Three ways through one archive end in byte-identical narratives, counts and reports."""
    with sample_world(tmp_path / "crawled", AS_OF) as crawled:
        run("crawl", crawled, AS_OF)
    ways = {
        "plain": {"PYTHONHASHSEED": "0", "DRUMBEAT_CLEAN__WORKERS": "1", "DRUMBEAT_EMBED__WORKERS": "1"},
        "shuffled": {
            "PYTHONHASHSEED": "4711",
            "DRUMBEAT_CLEAN__WORKERS": "2",
            "DRUMBEAT_EMBED__WORKERS": "2",
        },
    }
    for seed, name in enumerate(ways):
        shuffled_copy(crawled, tmp_path / name, seed)

    def go(name: str) -> None:
        for stage in (*ANALYSIS, "report"):
            run(stage, tmp_path / name, AS_OF, **ways[name])

    with ThreadPoolExecutor() as both:
        list(both.map(go, ways))
    first, second = (tmp_path / name for name in ways)
    assert_same(rows_of(first), rows_of(second))
    assert files_of(first / "reports") == files_of(second / "reports")
    assert len(rows_of(first)["narratives"]) > 3
