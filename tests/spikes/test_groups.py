"""Daily groups among the tests of a day: found at once, in one family, and explained like narratives."""

from __future__ import annotations

from storage.records import Spike
from tests.spikes.makers import OUTLETS, TODAY, World, extra

GROUP = -1


def world_of(world: World | None = None) -> World:
    """Twenty quiet narratives."""
    world = world or World()
    for key in extra():
        world.quiet(narrative_id=key)
    return world


def found(world: World, number: int = TODAY) -> Spike:
    """What the test of the group came to."""
    return world.examine(number).groups[GROUP]


def test_a_group_without_a_history_is_found_at_once() -> None:
    """Six outlets within two days, nothing near it before: an alert, and no narrative's spike."""
    world = world_of().tell(TODAY - 1, OUTLETS[:3], narrative_id=GROUP)
    world.tell(TODAY, OUTLETS[3:6], narrative_id=GROUP)
    spike = found(world)
    assert (spike.decision, spike.detector, spike.outlets) == ("alert", "emergence", 6)
    assert 0 < spike.expected < 0.2
    assert spike.q_value <= 0.05
    assert all(text.startswith("ruled out:") for text in spike.checks.values())
    result = world.examine()
    assert (result.spikes, result.tested) == ((), 20)


def test_what_is_told_every_week_is_expected() -> None:
    """As many texts on every third day before: tested, and nothing asked for."""
    world = world_of()
    for number in range(0, TODAY + 1, 3):
        world.tell(number, OUTLETS[:4], narrative_id=GROUP)
    world.tell(TODAY, OUTLETS[4:6], narrative_id=GROUP)
    spike = found(world)
    assert (spike.decision, spike.q_value) == ("suppressed", 1.0)
    assert spike.expected > 2


def test_three_texts_are_too_few() -> None:
    """A radius holds four of the five texts of `spikes.group_texts`; three are not told, however rare."""
    assert found(world_of().tell(TODAY, OUTLETS[:4], narrative_id=GROUP)).decision == "alert"
    assert found(world_of().tell(TODAY, OUTLETS[:3], narrative_id=GROUP)).decision == "suppressed"


def test_nothing_is_new_in_the_first_weeks() -> None:
    """After a week of watching everything has its first text: the group is not tested."""
    history = {(outlet, number): "backfill" for outlet in OUTLETS for number in range(TODAY - 8)}
    world = world_of(World(health=history)).tell(TODAY, OUTLETS[:6], narrative_id=GROUP)
    assert GROUP not in world.examine().groups


def test_a_young_narrative_is_told_by_its_group() -> None:
    """The narrative that holds most of the group, born two days ago, gets the spike; one with a baseline of
    its own does not.
    """
    world = world_of().tell(TODAY - 1, OUTLETS[:3], narrative_id=GROUP)
    world.tell(TODAY, OUTLETS[3:6], narrative_id=GROUP).tell(TODAY, OUTLETS[:2], narrative_id=40)
    world.holders[GROUP] = 40
    (spike,) = world.examine().spikes
    assert (spike.spike_id, spike.decision, spike.detector) == (
        f"40-{spike.day.isoformat()}",
        "alert",
        "emergence",
    )
    assert found(world).checks == {"narrative": "named: narrative 40 tells it and was tested for it"}
    world.holders[GROUP] = 2
    assert found(world).decision == "alert"


def two_outlets() -> World:
    """Only two outlets are watched, and the first writes three times as much as the second."""
    unwatched = {(outlet, number): "not_yet" for outlet in OUTLETS[2:] for number in range(TODAY + 1)}
    world = World(health=unwatched, output=lambda outlet, number: 60 if outlet == OUTLETS[0] else 20)
    for n, key in enumerate(extra()):
        for number in range(n % 5, TODAY - 5, 5):
            world.tell(number, [OUTLETS[n % 2]], narrative_id=key)
    return world


def test_a_small_desk_gets_alarms_too() -> None:
    """Six texts in a day by the outlet that writes three quarters of everything: an alert. As many by the
    other: that outlet's matter.
    """
    large = found(two_outlets().tell(TODAY, [OUTLETS[0]] * 6, narrative_id=GROUP))
    assert large.decision == "alert"
    assert large.checks["one_outlet"].startswith("ruled out: one outlet alone wrote 6 of 6 texts")
    small = found(two_outlets().tell(TODAY, [OUTLETS[1]] * 6, narrative_id=GROUP))
    assert small.decision == "digest"
    assert small.checks["one_outlet"].startswith("named: one outlet alone wrote 6 of 6 texts")


def test_what_bore_a_narrative_stays_as_it_was_decided() -> None:
    """A spike that only the budget kept back, of a group that is not tested again, survives the day's second
    test.
    """
    world = world_of()
    kept = found(world_of().tell(TODAY, OUTLETS[:6], narrative_id=GROUP))
    budget = {"budget": "named: 7 alerts within seven days, the budget is 7"}
    spike = Spike(**{**_fields(kept), "narrative_id": 50, "decision": "digest", "checks": budget})
    assert world.examine(earlier=[spike]).spikes == (spike,)


def _fields(spike: Spike) -> dict[str, object]:
    return {name: getattr(spike, name) for name in Spike.__dataclass_fields__}
