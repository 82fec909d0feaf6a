"""Generated workspaces are like real ones, the same for a seed, and usable by every stage."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from config.clock import FixedClock
from config.load import load_workspace
from config.progress import NoProgress
from drumbeat.stages import run_stage
from storage.store import open_store
from tests.benchmarks.desk.__main__ import main
from tests.benchmarks.desk.build import add_day, build, lengthened
from tests.benchmarks.desk.likeness import centred, generated, percentiles
from tests.benchmarks.desk.plan import Plan, Shape

SHAPE = Shape(articles=180, per_day=60, sources=40)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace."""
    folder = tmp_path_factory.mktemp("desk") / "workspace"
    build(SHAPE, folder)
    return folder


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What a query finds in the workspace's database."""
    with sqlite3.connect(folder / "drumbeat.db") as connection:
        return connection.execute(query).fetchall()


def test_a_desk_has_the_asked_shape(made: Path) -> None:
    """About the asked number of articles, a fifth of them copies, 40 of 100 passages in narratives, a vector
    for each text.
    """
    (articles,), (passages,) = (
        rows(made, f"SELECT count(*) FROM {name}")[0] for name in ("articles", "passages")
    )
    assert 0.7 * SHAPE.articles < int(str(articles)) < 1.2 * SHAPE.articles
    assert 5 < int(str(passages)) / int(str(articles)) < 11
    copies = rows(made, "SELECT count(*) FROM copy_members WHERE relation <> 'original'")[0][0]
    assert 0.05 < int(str(copies)) / int(str(articles)) < 0.35
    told = rows(made, "SELECT count(*) FROM assignments")[0][0]
    assert 0.3 < int(str(told)) / int(str(passages)) < 0.5
    bare = "SELECT count(*) FROM passages p LEFT JOIN vectors v ON v.text_hash = p.text_hash WHERE v.vector IS NULL"
    assert rows(made, bare) == [(0,)]


def test_passages_stand_where_they_say(made: Path) -> None:
    """Every passage is the stretch of its article's body that its offsets name."""
    query = 'SELECT a.body, p.start, p."end", p.text FROM passages p JOIN articles a ON a.article_id = p.article_id'
    assert all(str(body)[start:end] == text for body, start, end, text in rows(made, query))  # type: ignore[misc]


def test_a_seed_gives_one_desk(made: Path, tmp_path: Path) -> None:
    """The same shape gives the same rows, another seed gives others."""
    build(SHAPE, tmp_path / "again")
    build(Shape(articles=60, per_day=60, sources=40, seed=2), tmp_path / "other")
    query = "SELECT p.text, v.vector FROM passages p JOIN vectors v ON v.text_hash = p.text_hash ORDER BY p.passage_no LIMIT 300"
    assert rows(made, query) == rows(tmp_path / "again", query)
    assert rows(made, query) != rows(tmp_path / "other", query)


def test_nothing_points_nowhere(made: Path) -> None:
    """Foreign keys hold although they rested while rows were written."""
    assert rows(made, "PRAGMA foreign_key_check") == []
    assert rows(made, "PRAGMA integrity_check") == [("ok",)]


def test_a_copy_follows_its_original() -> None:
    """Copies appear within two days of their original, in another outlet of the same language."""
    plan = Plan(SHAPE)
    for day in range(SHAPE.days):
        for original in plan.originals(day):
            for copy in original.copies:
                assert 0 < copy.delay_minutes <= 2 * 1440
                assert copy.outlet != original.outlet
                assert plan.outlets[copy.outlet].language == plan.outlets[original.outlet].language


@pytest.mark.slow
def test_a_day_can_be_added_and_processed(made: Path, tmp_path: Path) -> None:
    """A further day waits for processing, and the stages take it without a model."""
    import shutil

    folder = tmp_path / "more"
    shutil.copytree(made, folder)
    added = add_day(folder, 60)
    assert rows(folder, "SELECT count(*) FROM articles WHERE NOT is_cut")[0][0] == added["articles"] > 30
    workspace = load_workspace(folder)
    from datetime import datetime

    clock = FixedClock(datetime.fromisoformat(added["as_of"]))
    with open_store(workspace.database_url) as store:
        counts = {
            stage: run_stage(stage, workspace=workspace, store=store, clock=clock, progress=NoProgress())
            for stage in ("copies", "embed", "assign", "count", "detect")
        }
    assert counts["embed"]["articles"] == added["articles"]
    assert counts["embed"]["embedded"] == 0
    assert (
        rows(folder, "SELECT count(*) FROM copy_members")[0][0]
        == rows(folder, "SELECT count(*) FROM articles")[0][0]
    )


def test_the_command_refuses_what_is_in_the_way(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that exists is left alone, and a day is added only to what the command made."""
    assert main(["--articles", "10", "--out", str(made)]) == 2
    assert main(["--add-day", "10", "--out", str(made.parent)]) == 2
    assert "there already" in capsys.readouterr().err


def test_the_manifest_says_what_was_made(made: Path) -> None:
    """`desk.json` keeps the shape, the size and the cost."""
    manifest = json.loads((made / "desk.json").read_text(encoding="utf-8"))
    assert manifest["shape"]["per_day"] == 60
    assert {
        "articles",
        "passages",
        "narratives",
        "cpu_seconds",
        "peak_mb",
        "disk_mb",
        "as_of",
    } <= manifest.keys()


def test_generated_vectors_lie_as_near_as_real_ones() -> None:
    """The nearest passage of another article is as near as among 3,544 real passages (`desk.likeness`): 0.25
    and 0.31 in the median.
    """
    vectors, languages, articles = generated(2_000)
    found = percentiles(centred(vectors, languages), articles)
    real = {"nearest_of_500": (0.186, 0.246, 0.491), "nearest_of_2000": (0.221, 0.291, 0.588)}
    for name, expected in real.items():
        assert np.allclose(np.array(found[name])[[0, 2, 4]], expected, atol=0.09), name


def test_a_longer_past_is_another_one(tmp_path: Path) -> None:
    """Worlds laid before the first have as many articles, fewer passages, and no text, id or day of another;
    the database stays whole.
    """
    folder = tmp_path / "workspace"
    build(Shape(articles=90, per_day=30, sources=20), folder)
    before = rows(folder, "SELECT count(*), count(DISTINCT substr(counted_at, 1, 10)) FROM articles")[0]
    made = lengthened(folder, worlds=3, passages=2)
    after = rows(folder, "SELECT count(*), count(DISTINCT substr(counted_at, 1, 10)) FROM articles")[0]
    assert after == tuple(3 * int(str(value)) for value in before)
    assert made["articles"] == after[0]
    (texts,), (distinct,) = (
        rows(
            folder,
            f"SELECT count({what}) FROM passages WHERE article_id IN (SELECT group_id FROM copy_members)",
        )[0]
        for what in ("*", "DISTINCT text_hash")
    )
    assert int(str(distinct)) > 0.97 * int(str(texts))
    assert rows(folder, "PRAGMA integrity_check") == [("ok",)]
    assert rows(folder, "PRAGMA foreign_key_check") == []
    stray = 'SELECT count(*) FROM passages p JOIN articles a USING (article_id) WHERE substr(a.body, p.start + 1, p."end" - p.start) <> p.text'
    assert rows(folder, stray) == [(0,)]
    unheld = "SELECT count(*) FROM passages WHERE text_hash NOT IN (SELECT text_hash FROM vectors)"
    assert rows(folder, unheld) == [(0,)]
