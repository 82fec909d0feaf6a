"""kill -9 at any stage, then run again: nothing is lost and no row is doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.stage import (
    ANALYSIS,
    assert_same,
    kill_points,
    rows_of,
    run,
    run_and_kill,
    sample_world,
    timed,
)

AS_OF = "2026-01-21T06:00:00+00:00"
KILLS = {"crawl": 4, "clean": 3, "embed": 3}
"""How often each stage is killed; the others once."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_stage_survives_kill_9(tmp_path: Path) -> None:
    """A chain whose every stage was killed at seeded moments ends in the same rows as a chain that ran in
    peace.
    """
    with sample_world(tmp_path / "peace", AS_OF) as peace:
        settings = {path.name: path.read_text(encoding="utf-8") for path in peace.glob("*.toml")}
        seconds = {stage: timed(stage, peace, AS_OF) for stage in ("crawl", *ANALYSIS)}
        war = tmp_path / "war"
        war.mkdir()
        for name, text in settings.items():
            (war / name).write_text(text, encoding="utf-8")
        struck = 0
        for stage in ("crawl", *ANALYSIS):
            for moment in kill_points(stage, seconds[stage] * 0.9, times=KILLS.get(stage, 1)):
                struck += run_and_kill(stage, war, AS_OF, after_seconds=moment)
            run(stage, war, AS_OF)
    assert struck >= len(ANALYSIS) // 2, "the kills came too late to test anything"
    assert_same(rows_of(peace), rows_of(war))
    assert not list((war / "archive").glob("*.open"))
