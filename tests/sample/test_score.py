"""Scoring against the truth table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from drumbeat.sample.generate import load_world
from drumbeat.sample.score import Findings, FoundAlert, bcubed, score
from drumbeat.sample.truth import Truth, load_truth, truth_of

TRUTH: Truth = load_truth()
NUMBERS = {narrative: number for number, narrative in enumerate(TRUTH.first_movers, 1)}


def perfect() -> Findings:
    """What a perfect run would have found."""
    listed = [row for row in TRUTH.articles if row.listed]
    articles = {(row.outlet, row.path): NUMBERS.get(row.narrative or "") for row in listed}
    return Findings(
        articles=articles,
        members={
            number: [place for place, found in articles.items() if found == number]
            for number in NUMBERS.values()
        },
        first_movers={NUMBERS[narrative]: outlet for narrative, outlet in TRUTH.first_movers.items()},
        alerts=[
            FoundAlert(
                narrative=NUMBERS[spike.narrative],
                at=datetime.combine(spike.first_day, time(6), UTC) + timedelta(days=1),
            )
            for spike in TRUTH.spikes
        ],
        storms=[TRUTH.storm[0]],
        claims=list(NUMBERS.values()),
    )


def test_what_is_shown_as_a_claim_is_judged_apart() -> None:
    """A planted narrative that is no claim is lost, one of ordinary news that is a claim is charged."""
    full = score(TRUTH, perfect())
    assert (full.claims_kept, full.others_shown, full.shown_f1) == (8, 0, 1.0)
    fewer = score(TRUTH, replace(perfect(), claims=list(NUMBERS.values())[1:]))
    assert (fewer.claims_kept, fewer.others_shown) == (7, 0)
    assert fewer.shown_recall < 1.0 == fewer.shown_precision
    found = perfect()
    junk = {place: 99 if number is None else number for place, number in found.articles.items()}
    members = {**found.members, 99: [place for place, number in junk.items() if number == 99]}
    claims = [*NUMBERS.values(), 99]
    worse = score(TRUTH, replace(found, articles=junk, members=members, claims=claims))
    assert (worse.claims_kept, worse.others_shown) == (8, 1)
    assert worse.shown_precision < 1.0


def test_a_perfect_run_scores_full() -> None:
    """Everything found gives F1 1, all first movers, both spikes in time, nothing else."""
    result = score(TRUTH, perfect())
    assert result.f1 == 1.0
    assert result.first_movers_right == 8
    assert all(spike.in_time for spike in result.spikes)
    assert (result.other_alerts, result.outage_alerts, result.newcomer_alerts) == ((), 0, 0)
    assert result.storm_named
    assert all(
        row.recall == row.purity == 1.0 and row.languages_found == row.languages for row in result.narratives
    )


def test_nothing_found_scores_nothing() -> None:
    """An empty workspace is judged without an error."""
    result = score(TRUTH, Findings(articles={}, members={}, first_movers={}, alerts=[], storms=[], claims=[]))
    assert result.f1 == 0.0
    assert result.first_movers_right == 0
    assert not any(spike.in_time for spike in result.spikes)
    assert not result.storm_named


def test_unassigned_articles_stand_alone() -> None:
    """Articles without a narrative cost recall, not precision."""
    found = perfect()
    result = score(TRUTH, replace(found, articles=dict.fromkeys(found.articles)))
    assert result.precision == 1.0
    assert result.recall < 0.05
    assert all(row.found_as is None for row in result.narratives)


def test_a_merged_pair_costs_precision() -> None:
    """Two narratives found as one halve the purity of the smaller."""
    found = perfect()
    result = score(
        TRUTH,
        replace(
            found, articles={place: 1 if number == 2 else number for place, number in found.articles.items()}
        ),
    )
    assert result.recall == 1.0
    assert result.precision < 1.0
    assert {row.narrative for row in result.narratives if row.purity < 1} == {"n1", "n2"}


def test_alerts_of_other_things_are_counted() -> None:
    """An alert outside the spikes is another alert; in the days of the outage or the newcomer it is laid to
    them.
    """
    found = perfect()
    outage = datetime.combine(TRUTH.outage[1], time(6), UTC)
    added = datetime.combine(TRUTH.newcomer[1], time(6), UTC) + timedelta(days=1)
    extra = [FoundAlert(narrative=3, at=outage), FoundAlert(narrative=99, at=added)]
    result = score(TRUTH, replace(found, alerts=[*found.alerts, *extra]))
    assert len(result.other_alerts) == 2
    assert (result.outage_alerts, result.newcomer_alerts) == (1, 1)


def test_a_watched_narrative_may_alert_too() -> None:
    """An alert of the watched narrative that holds the same articles belongs to the spike."""
    found = perfect()
    watched = 77
    alerts = [
        replace(alert, narrative=watched) if alert.narrative == NUMBERS["n1"] else alert
        for alert in found.alerts
    ]
    result = score(
        TRUTH, replace(found, alerts=alerts, members={**found.members, watched: found.members[NUMBERS["n1"]]})
    )
    assert all(spike.in_time for spike in result.spikes)
    assert result.other_alerts == ()


@pytest.mark.parametrize(("days", "in_time"), [(0, True), (1, True), (2, False)])
def test_late_alerts_are_late(days: int, in_time: bool) -> None:
    """An alert two days after the first day of a spike is too late."""
    found = perfect()
    first = TRUTH.spikes[0]
    late = FoundAlert(
        narrative=NUMBERS[first.narrative],
        at=datetime.combine(first.first_day, time(6), UTC) + timedelta(days=days),
    )
    result = score(TRUTH, replace(found, alerts=[late]))
    assert result.spikes[0].in_time is in_time


def test_bcubed_by_hand() -> None:
    """Three items, two of one kind, in one cluster: precision 5/9, recall 1."""
    places = [("a", "1"), ("a", "2"), ("b", "1")]
    precision, recall = bcubed(dict.fromkeys(places, 1), dict(zip(places, "xxy", strict=True)))
    assert precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)
    assert recall == 1.0


def test_junk_in_narratives_is_charged() -> None:
    """Ordinary news put into a planted narrative leaves the planted figure and lowers
    that of all articles.
    """
    found = perfect()
    background = [place for place, number in found.articles.items() if number is None]
    junk = {**found.articles, **dict.fromkeys(background, 1)}
    clean, dirty = score(TRUTH, found), score(TRUTH, replace(found, articles=junk))
    assert dirty.f1 == clean.f1 == 1.0
    assert clean.whole_precision == 1.0
    assert dirty.whole_precision < 0.6 < clean.whole_f1


def test_other_seeds_are_other_worlds_of_one_plan() -> None:
    """Another seed tells the same narratives in another order; its truth table is its own and a perfect run
    of it exists.
    """
    other = truth_of(load_world(7))
    assert other.first_movers.keys() == TRUTH.first_movers.keys()
    assert [(row.outlet, row.path) for row in other.articles] != [
        (row.outlet, row.path) for row in TRUTH.articles
    ]
    assert truth_of(load_world()) == TRUTH
