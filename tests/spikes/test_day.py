"""Whole days: planted bursts are told, innocent ones are explained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.counts.series import series_of
from analysis.spikes.checks import CHECKS, Case
from analysis.spikes.detectors import baseline_end
from config.settings import SpikeSettings
from storage.records import Spike
from tests.counting.makers import at, day, narrative
from tests.spikes.makers import OUTLETS, RULES, TODAY, World, extra


def told(world: World, **values: Any) -> dict[int, Spike]:
    """Narrative -> the spike of the tested day."""
    return {item.narrative_id: item for item in world.examine(**values).spikes}


def burst(world: World | None = None, outlets: int = 7, **values: Any) -> World:
    """A quiet narrative, told by many outlets on the tested day; twenty quiet ones beside it."""
    world = world or World()
    for key in (1, *extra()):
        world.quiet(narrative_id=key)
    return world.tell(TODAY, OUTLETS[:outlets], **values)


def test_a_burst_is_alerted_on_its_first_day() -> None:
    """Seven outlets in one day, where a text every third day is usual: one alert, with everything ruled
    out.
    """
    found = told(burst())
    assert set(found) == {1}
    spike = found[1]
    assert (
        spike.decision,
        spike.window_days,
        spike.observed,
        spike.outlets,
        spike.countries,
        spike.languages,
    ) == (
        "alert",
        1,
        7.0,
        7,
        3,
        3,
    )
    assert spike.expected == pytest.approx(1 / 3, abs=0.15)
    assert spike.q_value <= 0.05
    assert all(text.startswith("ruled out:") for text in spike.checks.values())
    assert list(spike.checks) == sorted(spike.checks)


def test_a_quiet_day_is_quiet() -> None:
    """Nothing happens, nothing is told, everything is tested."""
    world = burst(outlets=0)
    assert world.examine().spikes == ()
    assert world.examine().tested == 21


def test_a_running_day_is_tested_too() -> None:
    """The burst is told before its day is over."""
    assert told(burst(), running=True)[1].decision == "alert"


def test_one_text_of_many_outlets_is_a_storm() -> None:
    """Ten reprints of one text are named a reprint storm and not alerted, once in the quiet days."""
    world = burst(outlets=10, group_id="storm")
    found = told(world)[1]
    assert (found.decision, found.checks) == (
        "suppressed",
        {"reprint_storm": "named: 10 articles of 10 outlets are one text"},
    )
    assert found.observed == 1.0
    yesterday = list(burst_yesterday().examine(TODAY - 1).spikes)
    assert [item.decision for item in yesterday] == ["suppressed"]
    assert burst_yesterday().examine(earlier=yesterday).spikes == ()


def burst_yesterday() -> World:
    """The storm a day earlier."""
    world = World()
    for key in (1, *extra()):
        world.quiet(narrative_id=key)
    return world.tell(TODAY - 1, OUTLETS, group_id="storm")


def test_own_texts_beside_a_storm_are_still_told() -> None:
    """A storm within a true burst is named, and the burst alerted for its own texts."""
    world = burst(outlets=7).tell(TODAY, [*OUTLETS[:9], *OUTLETS[:3]], group_id="storm")
    found = told(world)[1]
    assert found.decision == "alert"
    assert found.checks["reprint_storm"].startswith("named: 12 articles of 9 outlets")


def test_new_outlets_alone_do_not_make_a_spike() -> None:
    """Texts of outlets that came yesterday are explained by their coming; with enough others the burst
    stands.
    """
    new = {(outlet, number): "not_yet" for outlet in OUTLETS[4:] for number in range(TODAY - 1)}
    found = told(burst_of(World(health=new), OUTLETS[4:10]))
    assert [item.decision for item in found.values()] in ([], ["digest"])
    if found:
        assert found[1].checks["new_outlet"].startswith("named:")
    both = told(burst_of(World(health={(OUTLETS[9], n): "not_yet" for n in range(TODAY - 1)}), OUTLETS[3:10]))
    assert both[1].decision == "alert"
    assert both[1].checks["new_outlet"] == f"ruled out: it stands without the new outlets {OUTLETS[9]}"


def burst_of(world: World, outlets: tuple[str, ...]) -> World:
    """A quiet narrative of the first three outlets, then told by these."""
    for key in (1, *extra()):
        for n, number in enumerate(range(0, TODAY - 5, 3)):
            world.tell(number, [OUTLETS[n % 3]], narrative_id=key)
    return world.tell(TODAY, outlets)


def test_a_backlog_after_an_outage_is_no_spike() -> None:
    """What rests on outlets that were down until yesterday is explained by their return."""
    down = {(outlet, number): "down" for outlet in OUTLETS[3:7] for number in range(TODAY - 4, TODAY)}
    found = told(burst_of(World(health=down), OUTLETS[3:7]))
    assert found[1].decision == "digest"
    assert found[1].checks["outage_recovery"].startswith("named: it rests on outlet-03")


def test_a_machine_that_was_off_excuses_nothing_by_itself() -> None:
    """Where all outlets were not seen for three days and write as usual since, a burst is a burst."""
    down = {(outlet, number): "down" for outlet in OUTLETS for number in range(TODAY - 4, TODAY - 1)}
    found = told(burst_of(World(health=down), OUTLETS[3:9]))
    assert found[1].checks["outage_recovery"].startswith("ruled out: most outlets came back together")


def test_an_outage_inside_the_window_is_seen() -> None:
    """Of a window of three days outlets were down on the second: what they tell on the third is their
    backlog.
    """
    down = {(outlet, TODAY - 1): "down" for outlet in OUTLETS[3:7]}
    world = burst_of(World(health=down), OUTLETS[3:7])
    evidence = world.evidence()
    until = baseline_end(TODAY, RULES)
    case = Case(
        panel=evidence.panel,
        series=series_of(evidence.panel, until=until),
        narrative_id=1,
        day=TODAY,
        window_days=3,
        observed=4.0,
        expected=1.0,
        facts=evidence.facts(1, day(TODAY - 2), day(TODAY)),
        rules=RULES,
        running=None,
    )
    finding = CHECKS["outage_recovery"](case)
    assert (finding.explains, finding.text[:27]) == (True, "named: it rests on outlet-0")


def test_an_outage_is_no_fall_and_no_spike_elsewhere() -> None:
    """Half of the outlets down: nothing is told of anybody."""
    down = {(outlet, number): "down" for outlet in OUTLETS[:4] for number in range(TODAY - 6, TODAY + 1)}
    world = World(health=down)
    for key in (1, *extra()):
        world.quiet(narrative_id=key)
    assert world.examine().spikes == ()


def test_one_outlet_alone_is_no_spike() -> None:
    """Eight texts of one outlet and one each of two others are damped and named."""
    world = burst(outlets=0).tell(TODAY, [OUTLETS[0]] * 14 + [OUTLETS[1], OUTLETS[2]])
    found = told(world)
    assert [item.decision for item in found.values()] == ["digest"]
    assert found[1].checks["one_outlet"] == (
        "named: one outlet alone wrote 14 of 16 texts, and writes 10% of all that is seen"
    )


def test_too_few_outlets_are_not_told() -> None:
    """Any number of texts of one outlet is below the floor of ten outlets, which is two."""
    assert told(burst(outlets=0).tell(TODAY, [OUTLETS[0]] * 30)) == {}


def test_history_raises_no_alert() -> None:
    """A burst of texts loaded as history is explained by that."""
    found = told(burst(origin="backfill"))
    assert found[1].decision == "digest"
    assert found[1].checks["backfill"].startswith("named: 7 of 7 articles")


def test_days_before_the_first_live_one_are_not_tested() -> None:
    """Where nobody watched there is nothing to alert."""
    history = {(outlet, number): "backfill" for outlet in OUTLETS for number in range(TODAY + 1)}
    world = burst(World(health=history))
    assert world.examine().spikes == ()
    assert world.examine().tested == 0


def test_a_weekly_rhythm_is_named() -> None:
    """A narrative that six outlets tell every Monday is no news on a Monday."""
    world = burst(outlets=0)
    for week in range(8):
        world.tell(TODAY - 7 * week, OUTLETS[:6])
    assert all(
        item.decision == "digest" and item.checks["calendar"].startswith("named:")
        for item in told(world).values()
    )


def test_busy_days_are_allowed_for() -> None:
    """When everything is up three times, a narrative that is up three times is not told."""
    world = World(output=lambda outlet, number: 40 if number == TODAY else 10)
    for key in (1, *extra()):
        world.quiet(narrative_id=key, every=1, until=TODAY)
    assert told(world.tell(TODAY, OUTLETS[:4])) == {}


def test_a_sent_alert_stays_and_keeps_its_story_quiet() -> None:
    """A second run of the day leaves the alert alone; the next day the same burst goes to the digest."""
    world = burst()
    alert = told(world)[1]
    assert world.examine(earlier=[alert]).spikes == ()
    before = burst_on(TODAY - 1)
    first = list(before.examine(TODAY - 1).spikes)
    assert [item.decision for item in first] == ["alert"]
    after = before.tell(TODAY, OUTLETS[2:6]).examine(earlier=first).spikes
    assert [(item.decision, item.checks["quiet"][:15]) for item in after] == [("digest", "named: alerted ")]


def burst_on(number: int) -> World:
    """The burst on another day."""
    world = World()
    for key in (1, *extra()):
        world.quiet(narrative_id=key)
    return world.tell(number, OUTLETS[:7])


def test_a_watched_and_a_discovered_narrative_give_one_alert() -> None:
    """The same articles under two narratives are mailed under the watched one."""
    world = burst()
    world.rows[50] = world.rows[1]
    world.known(narrative(50, kind="watched"))
    found = told(world)
    assert {key: item.decision for key, item in found.items()} == {1: "digest", 50: "alert"}
    assert found[1].checks["same_story"].startswith("named: tells what narrative 50")


def test_a_watched_narrative_needs_no_past() -> None:
    """What an analyst asked for and nobody has said before is told when it is said."""
    world = burst(outlets=0)
    world.known(narrative(50, kind="watched")).tell(TODAY, OUTLETS[:4], narrative_id=50).known(
        narrative(50, kind="watched")
    )
    assert told(world)[50].decision == "alert"


def test_a_new_narrative_goes_to_the_digest_once() -> None:
    """A story of six outlets within a day is news: told in the digest, not mailed, and not told again
    tomorrow.
    """
    world = burst(outlets=0).tell(TODAY, OUTLETS[:6], narrative_id=60)
    found = told(world)
    assert (found[60].decision, found[60].detector, found[60].expected) == ("digest", "emergence", 0.0)
    assert told(world, earlier=[spike_before(found[60])]) == {}


def spike_before(spike: Spike) -> Spike:
    """The same spike a day earlier."""
    from dataclasses import replace
    from datetime import timedelta

    return replace(spike, day=spike.day - timedelta(days=1), spike_id=f"{spike.narrative_id}-earlier")


def test_a_new_narrative_is_mailed_by_its_group_alone() -> None:
    """However long it lasts, without a baseline of its own it is for the digest: what is told of it beyond
    what was told near it is asked of its daily group.
    """
    world = burst(outlets=0)
    for n, number in enumerate(range(TODAY - 8, TODAY - 2)):
        world.tell(number, OUTLETS[n : n + 1], narrative_id=60)
    world.tell(TODAY - 1, OUTLETS[:3], narrative_id=60).tell(TODAY, OUTLETS[3:8], narrative_id=60)
    assert (told(world)[60].decision, told(world)[60].detector) == ("digest", "emergence")
    world.rows[-1] = world.rows[60]
    world.known(narrative(-1))
    world.holders[-1] = 60
    assert told(world)[60].decision == "alert"


def test_a_split_is_not_new() -> None:
    """A narrative near an older one is no emergence."""
    centre = np.ones(4, dtype=np.float32) / 2
    world = burst(outlets=0).known(narrative(1, centroid=centre)).tell(TODAY, OUTLETS[:6], narrative_id=60)
    world.known(narrative(60, centroid=centre, first_seen_at=at(TODAY)))
    assert told(world) == {}


def test_a_young_twin_does_not_take_its_novelty() -> None:
    """Two new narratives that are alike: the one that is a few days older is new as well, and hides
    nothing.
    """
    centre = np.ones(4, dtype=np.float32) / 2
    young = narrative(1, centroid=centre, first_seen_at=at(TODAY - RULES.min_history_days + 1))
    world = burst(outlets=0).known(young).tell(TODAY, OUTLETS[:6], narrative_id=60)
    world.known(narrative(60, centroid=centre, first_seen_at=at(TODAY)))
    assert set(told(world)) == {60}


def test_the_budget_holds_over_the_week() -> None:
    """With the week's alerts spent, the burst goes to the digest."""
    rules = SpikeSettings(alerts_per_week=1)
    spent = [spike_before(told(burst())[1])]
    world = burst()
    world.rows[2], world.rows[1] = world.rows[1], world.rows[2]
    found = {item.narrative_id: item for item in world.examine(earlier=spent, rules=rules).spikes}
    assert found[2].decision == "digest"
    assert "budget" in found[2].checks or "same_story" in found[2].checks


def test_the_order_of_everything_does_not_show() -> None:
    """Rows and narratives in reverse give the same spikes."""
    world, mirrored = burst(), burst()
    mirrored.rows = {key: part[::-1] for key, part in reversed(mirrored.rows.items())}
    assert mirrored.examine() == world.examine()
