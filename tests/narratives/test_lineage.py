"""Identity: who owns, joins, is born, merges, splits. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analysis.narratives.lineage import Birth, Cluster, Decision, Rules, TextUnit, Waiting, Window, decide
from tests.narratives.conftest import moment

RULES = Rules(min_passages=4, min_outlets=2, next_id=10, at="2026-03-09T06:00:00+00:00")
NEXT = replace(RULES, at="2026-03-16T06:00:00+00:00")


def units(*held: int | None, **values: Any) -> list[TextUnit]:
    """Text units of two passages in two outlets each, held by narratives."""
    given = {"passages": 2, "outlets": frozenset({"alpha", "beta"}), "founds": True, **values}
    return [
        TextUnit(first_at=moment(place), first_id=f"p{place:02}", narrative_id=number, **given)
        for place, number in enumerate(held)
    ]


def decided(
    seen: Sequence[TextUnit], *clusters: Sequence[int], rules: Rules = RULES, **values: Any
) -> Decision:
    """The decision on some clusters."""
    known = {unit.narrative_id for unit in seen if unit.narrative_id is not None}
    found = [item if isinstance(item, Cluster) else Cluster(tuple(item)) for item in clusters]
    return decide(Window(units=seen, clusters=found, known=known, **values), rules)


def test_a_cluster_joins_who_owns_it() -> None:
    """Free text units of a cluster join the narrative that holds half of it."""
    assert decided(units(1, 1, None, None), [0, 1, 2, 3]).joins == {2: 1, 3: 1}


def test_a_cluster_that_nobody_owns_is_born() -> None:
    """One known text unit in five is no claim on the cluster; that text unit stays where it is."""
    found = decided(units(1, None, None, None, None, 1, 1), [0, 1, 2, 3, 4])
    assert found.births == (Birth(10, (1, 2, 3, 4)),)
    assert found.joins == {}


def test_numbers_are_given_by_first_appearance() -> None:
    """The cluster that began first gets the smaller number, in whatever order clusters come."""
    found = decided(units(*[None] * 6), [3, 4, 5], [0, 1, 2])
    assert {birth.units[0]: birth.narrative_id for birth in found.births} == {0: 10, 3: 11}


def test_a_birth_needs_passages_outlets_and_a_known_language() -> None:
    """Too few passages, one outlet, languages without a mean, or a recurring form found nothing."""
    assert decided(units(None, passages=3), [0]).births == ()
    assert decided(units(None, None, outlets=frozenset({"alpha"})), [0, 1]).births == ()
    assert decided(units(None, None, founds=False), [0, 1]).births == ()
    assert decided(units(None, None), Cluster((0, 1), form=True)).births == ()


def test_a_merge_needs_two_refits() -> None:
    """Two narratives in one cluster wait; seen again, the younger goes into the older; seen no more, nothing
    waits.
    """
    seen = units(1, 1, 2, 2)
    first = decided(seen, [0, 1, 2, 3])
    assert first.merges == {}
    assert first.waiting == (Waiting("merge", 1, 2, RULES.at),)
    second = decided(seen, [0, 1, 2, 3], rules=NEXT, waiting=first.waiting)
    assert second.merges == {2: 1}
    assert second.waiting == ()
    assert decided(seen, [0, 1], [2, 3], rules=NEXT, waiting=first.waiting).waiting == ()


def test_the_same_refit_again_confirms_nothing() -> None:
    """A refit that was killed and runs again is no second sight."""
    seen = units(1, 1, 2, 2)
    first = decided(seen, [0, 1, 2, 3])
    assert decided(seen, [0, 1, 2, 3], waiting=first.waiting).merges == {}
    soon = replace(RULES, at="2026-03-09T09:00:00+00:00")
    again = decided(seen, [0, 1, 2, 3], rules=soon, waiting=first.waiting)
    assert (again.merges, again.waiting) == ({}, first.waiting)


def test_what_is_merged_owns_what_its_parts_hold() -> None:
    """Two parts of a claim hold a third of its cluster each: at their merge, what is new there joins them and
    founds no third part.
    """
    seen = units(1, 1, 2, 2, None, None)
    found = decided(seen, [0, 1, 2, 3, 4, 5], rules=NEXT, waiting=[Waiting("merge", 1, 2, RULES.at)])
    assert (found.merges, found.births, found.joins) == ({2: 1}, (), {4: 1, 5: 1})


def test_kin_merge_and_chains_end_at_the_oldest() -> None:
    """3 into 2 and 2 into 1 lead both to 1."""
    waiting = [Waiting("merge", 1, 2, RULES.at), Waiting("merge", 2, 3, RULES.at)]
    found = decided(
        units(1, 2, 3), [0], [1], [2], rules=NEXT, merge_candidates=[(1, 2), (2, 3)], waiting=waiting
    )
    assert found.merges == {2: 1, 3: 1}


def test_pinned_narratives_neither_merge_nor_split() -> None:
    """An analyst's pin outlasts every refit."""
    assert decided(units(1, 1, 2, 2), [0, 1, 2, 3], immune={2}).waiting == ()
    assert decided(units(1, 1, 1, 1), [0, 1], [2, 3], immune={1}).waiting == ()


def test_a_split_needs_two_refits_and_unlike_parts() -> None:
    """Of two unlike clusters of one narrative the larger keeps the number, the other is split off with its
    text units.
    """
    seen = units(1, 1, 1, 1, 1)
    first = decided(seen, [0, 1, 2], [3, 4])
    assert first.waiting == (Waiting("split", 1, 0, RULES.at),)
    second = decided(seen, [0, 1, 2], [3, 4], rules=NEXT, waiting=first.waiting)
    assert second.births == (Birth(10, (3, 4), split_from=1),)
    assert decided(seen, [0, 1, 2], [3, 4], likeness=lambda one, other: 0.9).waiting == ()


def test_forms_are_told() -> None:
    """A narrative whose cluster turned out to be a recurring form is named."""
    assert decided(units(1, 1, 1), Cluster((0, 1, 2), form=True)).forms == {1}
    assert decided(units(1, 1, 1), [0, 1, 2]).cleared == {1}


def test_a_small_form_does_not_speak_for_a_narrative() -> None:
    """Weather that strayed into a narrative does not put it to rest, nor clear it."""
    found = decided(units(1, 1, 1, 1, 1), [0, 1, 2], Cluster((3, 4), form=True), immune={1})
    assert (found.forms, found.cleared) == (frozenset(), frozenset())


def test_the_order_of_clusters_leaves_no_trace() -> None:
    """Joins, births and merges are the same for every order of clusters."""
    seen = units(1, 1, None, 2, 2, None, None, None, 3, 3, 1, None)
    clusters = [[0, 1, 2], [3, 4, 5], [6, 7], [8, 9, 10], [11]]
    outcomes = set()
    for seed in range(6):
        shuffled = random.Random(seed).sample(clusters, len(clusters))
        found = decided(seen, *shuffled)
        outcomes.add(
            (
                tuple(sorted(found.joins.items())),
                tuple(sorted((b.narrative_id, b.units) for b in found.births)),
                found.waiting,
            )
        )
    assert len(outcomes) == 1
