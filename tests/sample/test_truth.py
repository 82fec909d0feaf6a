"""The committed truth table."""

from __future__ import annotations

from drumbeat.sample.generate import load_world
from drumbeat.sample.truth import FILE, load_truth, truth_json


def test_the_committed_table_is_what_the_generator_makes() -> None:
    """`python -m drumbeat.sample.make_truth` would change nothing."""
    assert FILE.read_text(encoding="utf-8") == truth_json(load_world())


def test_it_says_that_all_is_invented() -> None:
    """The file names itself as invented in its first lines."""
    assert "EVERYTHING IN IT IS INVENTED" in FILE.read_text(encoding="utf-8")[:400]


def test_it_reads_back() -> None:
    """Articles, first movers, spikes, outage, newcomer and storm come back as they were planned."""
    truth, world = load_truth(), load_world()
    plan = world.plan
    assert [
        (article.outlet, article.path, article.published, article.visible) for article in truth.articles
    ] == [(piece.outlet, piece.path, piece.published, piece.visible) for piece in world.pieces]
    assert truth.first_movers == {narrative.id: narrative.first_mover for narrative in plan.narrative}
    assert [(spike.narrative, plan.day_of(plan.at(0).replace(year=spike.first_day.year, month=spike.first_day.month, day=spike.first_day.day)))
            for spike in truth.spikes] == [(n.id, n.spike.first_day) for n in plan.narrative if n.spike]  # fmt: skip
    assert truth.outage[0] == plan.outage.outlet
    assert truth.newcomer[0] == plan.newcomer.outlet
    assert len(truth.storm) >= 14
