"""Outlets of one house as an innocent explanation."""

from __future__ import annotations

from dataclasses import replace

from analysis.spikes.owners import largest_house, owners_of
from storage.records import Source
from tests.spikes.makers import OUTLETS, TODAY, World, extra

HOUSE = "example.org"


def _sources(*domains: str) -> list[Source]:
    blank = Source(source_id="", name="", domain="", country="XA", region="", languages=("en",))
    return [replace(blank, source_id=f"s{place}", domain=domain) for place, domain in enumerate(domains)]


def test_a_house_is_told_by_its_site() -> None:
    """What lies under another outlet's site belongs to it; a common ending is no site; one alone is no
    house.
    """
    found = owners_of(_sources("www.example.org", "arabic.example.org", "notexample.org", "example.net"))
    assert found == {"s0": HOUSE, "s1": HOUSE}
    assert owners_of(_sources("a.example.org", "a.example.org")) == dict.fromkeys(
        ("s0", "s1"), "a.example.org"
    )
    assert owners_of([]) == {}


def test_the_largest_house_is_of_several_outlets() -> None:
    """The house with most texts, of those with two outlets and more that tell anything."""
    owners = {"a": "x", "b": "x", "c": "y", "d": "y"}
    assert largest_house({"a": 1.0, "b": 2.0, "c": 9.0}, owners) == ("x", ("a", "b"))
    assert largest_house({}, owners) == ("", ())


def _told_by(owners: dict[str, str]) -> dict[str, str]:
    """The checks of eight texts of four outlets and one of a fifth, in a world of ten."""
    world = World()
    world.owners = owners
    for key in (1, *extra()):
        world.quiet(narrative_id=key)
    world.tell(TODAY, [*OUTLETS[:4], *OUTLETS[:4], OUTLETS[5]])
    return next(item.checks for item in world.examine().spikes if item.narrative_id == 1)


def test_one_house_that_tells_nearly_all_explains_a_spike() -> None:
    """Four outlets of one house write four tenths of everything and eight of nine texts."""
    found = _told_by(dict.fromkeys(OUTLETS[:4], HOUSE))
    assert found["one_owner"].startswith(f"named: 4 outlets of one house ({HOUSE}) wrote 8 of 9 texts")


def test_a_house_that_writes_nearly_everything_explains_nothing() -> None:
    """Where nine of ten outlets are one house, most of every story is its."""
    assert _told_by(dict.fromkeys(OUTLETS[:9], HOUSE))["one_owner"].startswith("ruled out: ")


def test_outlets_without_a_house_are_no_owner() -> None:
    """Nothing is known of owners: ruled out in words."""
    assert _told_by({})["one_owner"] == "ruled out: no house of several outlets wrote most of the texts"
