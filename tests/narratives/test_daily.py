"""Daily groups: what is drawn, what is counted back, and what becomes a narrative."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from analysis.narratives.bursts import emerge, recent_bursts
from analysis.narratives.daily import daily_groups
from analysis.narratives.run_view import RunView, open_view
from analysis.narratives.stage import assign, refit
from config.clock import day_of
from config.settings import SpikeSettings
from config.workspace import Workspace
from storage.records import DailyGroup, Spike
from storage.store import Store
from tests.narratives.conftest import OUTLETS, at, held, moment, run, tell

RULES = SpikeSettings()
BURST_DAY = 40.0


def view_of(store: Store, workspace: Workspace, day: float = BURST_DAY) -> RunView:
    """A run's view of a day."""
    view = open_view(store=store, workspace=workspace, clock=at(day), run_id="run-1")
    assert view is not None
    return view


@pytest.fixture
def burst(store: Store) -> list[str]:
    """Eight texts of one claim within two days, two of it a month before, and other news all along."""
    for day in range(40):
        tell(store, f"news-{day}", f"Other news {day}.", outlet=OUTLETS[day % 4], day=float(day))
    for day in (5, 12):
        tell(store, f"early-{day}", f"Early word {day} of claim-burst.", outlet="beta", day=float(day))
    return [
        tell(store, f"burst-{n}", f"Word {n} of claim-burst.", outlet=OUTLETS[n % 4], day=38.5 + n / 6)
        for n in range(8)
    ]


def test_a_group_is_counted_back_by_nearness(store: Store, workspace: Workspace, burst: list[str]) -> None:
    """Most texts of the burst are in its group, and what was said as near before it is in its cells."""
    (group,) = daily_groups(view_of(store, workspace), RULES)
    assert set(group.passages) <= set(burst)
    assert len(group.passages) >= 6
    assert (group.day, group.number) == (moment(BURST_DAY).date(), 1)
    before = [cell for cell in group.cells if cell.day < group.day - timedelta(days=2)]
    assert {(cell.source_id, cell.day) for cell in before} <= {
        ("beta", moment(5).date()),
        ("beta", moment(12).date()),
    }
    today = [cell for cell in group.cells if cell not in before]
    assert sum(cell.articles for cell in today) == len(group.passages)


def test_other_news_beside_it_changes_no_group(store: Store, workspace: Workspace, burst: list[str]) -> None:
    """Forty unrelated texts more: the same group with the same cells."""
    (alone,) = daily_groups(view_of(store, workspace), RULES)
    for n in range(40):
        tell(store, f"more-{n}", f"Something else {n}.", outlet=OUTLETS[n % 4], day=37.0 + n / 20)
    groups = daily_groups(view_of(store, workspace), RULES)
    assert (alone.passages, alone.cells) in [(group.passages, group.cells) for group in groups]


def test_nothing_told_makes_no_group(store: Store, workspace: Workspace) -> None:
    """An empty span gives none."""
    assert daily_groups(view_of(store, workspace), RULES) == []


def test_the_stage_keeps_the_groups_of_its_day(store: Store, workspace: Workspace, burst: list[str]) -> None:
    """A second run puts its groups in place of the first's, those that bore a narrative apart."""
    day = moment(BURST_DAY).date()
    assert run(assign, store, workspace, BURST_DAY)["groups"] == 1
    (group,) = store.daily_groups.between(day, day + timedelta(days=1))
    store.daily_groups.bore(group, 7)
    run(assign, store, workspace, BURST_DAY)
    found = store.daily_groups.between(day, day + timedelta(days=1))
    assert [(item.number, item.narrative_id) for item in found] == [(1, 7), (2, None)]


def decided(group: DailyGroup, decision: Any = "alert", **checks: str) -> DailyGroup:
    """A group whose test came to a decision."""
    spike = Spike(
        spike_id="-1", narrative_id=-1, day=group.day, window_days=3, observed=6.0, expected=0.1,
        p_value=1e-6, q_value=1e-4, cusum=0.0, detector="emergence", outlets=4, countries=1, languages=1,
        articles=8, reprint_share=0.0, decision=decision, checks=checks, run_id="detect-1",
    )  # fmt: skip
    return group.tested(spike)


def emerged(store: Store, workspace: Workspace, **values: Any) -> dict[str, int]:
    """The stage after a test with this result."""
    (group,) = daily_groups(view_of(store, workspace), RULES)
    store.daily_groups.replace(group.day, [decided(group, **values)])
    return run(emerge, store, workspace, BURST_DAY)


def test_a_group_that_passes_becomes_a_narrative_that_day(
    store: Store, workspace: Workspace, burst: list[str]
) -> None:
    """Its passages, wherever they were, its spike and its history carry the new number; once."""
    assert emerged(store, workspace) == {"born": 1}
    (narrative,) = store.narratives.all()
    number = narrative.narrative_id
    assert {key for key, holder in held(store).items() if holder == number} <= set(burst)
    (spike,) = store.spikes.between(day_of(moment(39)), day_of(moment(42)))
    assert (spike.narrative_id, spike.decision, spike.expected) == (number, "alert", 0.1)
    (event,) = store.narratives.lineage()
    assert (event.kind, event.detail["reason"]) == ("born", "burst")
    assert store.counts.observations(moment(38).date(), moment(41).date(), narrative_id=number)
    before = asdict(narrative) | {"centroid": None}
    assert run(emerge, store, workspace, BURST_DAY) == {"born": 0}
    assert [asdict(item) | {"centroid": None} for item in store.narratives.all()] == [before]


@pytest.mark.parametrize(
    ("decision", "checks", "born"),
    [
        ("alert", {}, 1),
        ("digest", {"budget": "named: 7 alerts within seven days, the budget is 7"}, 1),
        ("digest", {"one_outlet": "named: one outlet alone"}, 0),
        ("suppressed", {}, 0),
    ],
)
def test_only_what_is_to_be_told_is_born(
    store: Store, workspace: Workspace, burst: list[str], decision: str, checks: dict[str, str], born: int
) -> None:
    """An alert, and one that the week's budget kept back; what is explained is not."""
    assert emerged(store, workspace, decision=decision, **checks) == {"born": born}


def test_a_killed_birth_is_finished_under_its_number(
    store: Store, workspace: Workspace, burst: list[str]
) -> None:
    """The narrative is there, its group and its spike do not know of it yet: the next run says so, and bears
    no second one.
    """
    emerged(store, workspace)
    (narrative,) = store.narratives.all()
    (group,) = store.daily_groups.between(moment(40).date(), moment(41).date())
    store.daily_groups.save([replace(group, narrative_id=None)])
    store.spikes.replace(group.day, [])
    run(emerge, store, workspace, BURST_DAY)
    assert [item.narrative_id for item in store.narratives.all()] == [narrative.narrative_id]
    (again,) = store.daily_groups.between(group.day, group.day + timedelta(days=1))
    assert again.narrative_id == narrative.narrative_id


def test_refits_keep_the_number_of_a_burst(store: Store, workspace: Workspace, burst: list[str]) -> None:
    """A narrative of the same claim from before takes it in at no refit of its window."""
    for n in range(12):
        tell(store, f"old-{n}", f"Old word {n} of claim-burst.", outlet=OUTLETS[n % 4], day=20.0 + n)
    run(refit, store, workspace, 34)
    emerged(store, workspace)
    number = max(item.narrative_id for item in store.narratives.all())
    assert recent_bursts(view_of(store, workspace)) == {number}
    for day in (41, 48, 55):
        run(refit, store, workspace, day)
    assert store.narratives.survivors()[number] == number
