"""Who was first, who followed, and how sure that is."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from analysis.counts.observe import observe
from analysis.digest import spread
from analysis.digest.evidence import FirstMover
from analysis.digest.first_mover import first_mover
from analysis.digest.outlets import outlet_refs
from analysis.digest.spread import carried_articles
from analysis.spikes.facts import facts_of
from analysis.tellings import tellings
from storage.records import CopyGroup
from storage.records.published import published_between
from storage.records.told import NarrativeRow
from tests.counting.makers import assignment, at, day, row, source, told_rows

REFS = outlet_refs(
    [
        source("alpha", country="XA", ownership="State-controlled", ownership_list="List 2025"),
        source("beta", country="XB"),
        source("gamma", country="XB", ownership="State-controlled", ownership_list="List 2025"),
    ]
)


def text(name: str, outlet: str, hour: float, **values: Any) -> NarrativeRow:
    """An article of an outlet, by hours after day 0; `by_minute=False` states the day only."""
    country = REFS[outlet].country if outlet in REFS else "XZ"
    return row(name, 0, hour, source_id=outlet, country=country, **values)


def first(*rows: NarrativeRow, wire: str | None = None, start: Any = None) -> FirstMover:
    """The first mover of these passages."""
    found = first_mover(rows, REFS, wire_of=lambda group: wire, corpus_start=start)
    assert found is not None
    return found


def names(found: FirstMover) -> list[str]:
    """Outlets that share the first place."""
    return [item.source_id for item in found.outlets]


def test_a_clear_first() -> None:
    """An outlet half a day ahead with a trusted date is the first mover, without a doubt."""
    found = first(text("b", "beta", 20), text("a", "alpha", 7))
    assert (names(found), found.certain, found.note) == (["alpha"], True, "")
    assert found.earliest == found.latest == at(0, 7)


def test_a_tie_is_shared() -> None:
    """Two outlets within six hours share the place, the likelier first."""
    found = first(text("a", "alpha", 7), text("b", "beta", 12.5), text("c", "gamma", 14))
    assert (names(found), found.certain) == (["alpha", "beta"], False)
    assert "2 outlets lie so close" in found.note


def test_a_date_without_an_hour_is_a_day_wide() -> None:
    """A stamp of midnight may be any hour of that day: it loses to a moment of the morning, but stays a
    rival.
    """
    found = first(text("a", "alpha", 0, first_seen_at=at(1, 3)), text("b", "beta", 9))
    assert (names(found), found.certain) == (["beta", "alpha"], False)
    assert found.earliest == at(0, -14)


def test_a_day_is_the_outlets_own() -> None:
    """A day of Peking begins the evening before in UTC: an outlet of that evening is not the first for
    certain.
    """
    found = first(text("a", "alpha", 17), row("b", 1, 0, source_id="beta", first_seen_at=at(1, 9)))
    assert (names(found), found.certain) == (["alpha", "beta"], False)
    dated = text("c", "alpha", 10, date_confidence="C", first_seen_at=at(4))
    assert published_between(dated) == (at(0, -14), at(1, 12))


def test_the_original_leads_whatever_day_it_counts_at() -> None:
    """An original whose date is weak counts when it was seen, after its reprint; it is the first mover
    nevertheless.
    """
    original = row(
        "a", 1, 10, source_id="alpha", published_at=at(0, 3), date_confidence="C", first_seen_at=at(1, 10)
    )
    reprint = row("r", 1, 8, source_id="beta", group_id="a", relation="near")
    assert names(first(original, reprint, row("g", 3, source_id="gamma"))) == ["alpha"]


def test_a_time_without_a_zone_is_no_certain_first() -> None:
    """08:00 of an outlet in Denver is 15:00 in UTC: beside a text of 14:30 nobody is first for certain, and
    alone it says why.
    """
    denver = text("d", "alpha", 8, date_source="meta without zone", first_seen_at=at(0, 16))
    assert published_between(denver) == (at(0, -6), at(0, 16))
    found = first(denver, text("l", "beta", 14.5))
    assert (names(found), found.certain) == (["beta", "alpha"], False)
    alone = first(denver, text("b", "gamma", 60))
    assert (names(alone), alone.certain) == (["alpha"], False)
    assert alone.note == "the time of the first article names no time zone"


def test_an_undated_text_is_three_days_wide() -> None:
    """Without a date the article may be 72 hours older than its first sighting, and nobody is certain."""
    undated = text("a", "alpha", 10, published_at=None, date_confidence="D")
    assert published_between(undated) == (at(0, 11) - timedelta(hours=72), at(0, 11))
    found = first(undated, text("b", "beta", 40))
    assert (names(found), found.certain, found.note) == (
        ["alpha"],
        False,
        "the date of the first article has confidence D",
    )


def test_a_publication_is_never_after_its_sighting() -> None:
    """A stated time in the future is cut to the moment of the sighting."""
    assert published_between(text("a", "alpha", 10, published_at=at(3), first_seen_at=at(0, 11))) == (
        at(0, 11),
        at(0, 11),
    )


def test_reprints_do_not_come_first() -> None:
    """A reprint, an excerpt or a translation is nobody's first text, whatever its hour."""
    rows = [
        text("c", "gamma", 2, group_id="x", relation="near"),
        text("t", "beta", 3, group_id="y", relation="translation"),
        text("a", "alpha", 7),
    ]
    assert names(first(*rows)) == ["alpha"]
    assert first_mover(rows[:2], REFS, wire_of=lambda group: None, corpus_start=None) is None


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"wire": "TASS"}, "its text credits TASS"),
        ({"start": at(0, 0)}, "the corpus begins on that day"),
    ],
)
def test_doubts(change: dict[str, Any], note: str) -> None:
    """A credited agency and the edge of the corpus are said."""
    found = first(text("a", "alpha", 7), **change)
    assert (found.certain, found.note) == (False, note)


def test_a_text_that_nobody_takes_up_began_nothing() -> None:
    """A lone text four days before the others is passed over, and mentioned; where nothing is followed soon
    the earliest stands.
    """
    lone = text("s", "gamma", 1)
    found = first(lone, text("a", "alpha", 100), text("b", "beta", 130))
    assert (names(found), found.certain) == (["alpha"], False)
    assert found.note == "an earlier text, by Gamma on 2026-01-05, was not taken up within 72 hours"
    assert names(first(lone, text("a", "alpha", 100))) == ["gamma"]
    assert names(first(text("a", "alpha", 1), text("c", "alpha", 90), text("b", "beta", 100))) == ["alpha"]


def test_a_late_find_casts_a_doubt() -> None:
    """An article found late that states an earlier date is no first mover, but it is mentioned."""
    late = text("l", "beta", 60, late=True, published_at=at(0, 1))
    found = first(late, text("a", "alpha", 7))
    assert (names(found), found.note) == (["alpha"], "an article found late states an earlier date")


def carried() -> list[NarrativeRow]:
    """Alpha's text, its reprint by beta and translation by gamma, and later texts of beta's own."""
    return [
        text("a", "alpha", 7),
        text("b", "beta", 9, group_id="a", relation="near"),
        text("c", "gamma", 11, group_id="a", relation="translation", language="fr"),
        text("d", "beta", 31),
        text("e", "beta", 55),
    ]


def test_carriers() -> None:
    """Own texts, reprints and translations are told apart; the order is that of arrival, the lag counts from
    the first.
    """
    told = carried_articles(carried())
    found = spread.carriers(told, REFS, spread.roles(told))
    assert [
        (
            item.outlet.source_id,
            item.articles,
            item.own_texts,
            item.reprints,
            item.translations,
            item.lag_hours,
        )
        for item in found
    ] == [
        ("alpha", 1, 1, 0, 0, 0.0),
        ("beta", 3, 2, 1, 0, 2.0),
        ("gamma", 1, 0, 0, 1, 4.0),
    ]
    assert spread.lags(found) == (3.0, None)


def test_a_text_counts_again_after_two_weeks_as_it_does_in_the_series() -> None:
    """Printed again after 16 days it is an own text of that day: in the series, in the facts of a spike and
    in the digest.
    """
    rows = [row("a", 0), row("b", 16, group_id="a", source_id="beta"), row("c", 17, group_id="a")]
    series = observe(tellings(told_rows(rows, [assignment(name) for name in "abc"]), {1: 1}))
    assert [(item.day, item.own_texts) for item in series] == [(day(0), 1), (day(16), 1), (day(17), 0)]
    facts = facts_of(rows, day(16), day(17))
    assert (facts.own_texts, facts.own_outlets, facts.reprint_share) == (1, 1, 0.5)
    assert [item.own for item in carried_articles(rows)] == [True, True, False]


def test_lags_need_company() -> None:
    """No followers, no median; quartiles from four followers on."""
    rows = [text(f"a{n}", f"o{n}", 2.0 * n) for n in range(6)]
    found = spread.carriers(carried_articles(rows), REFS, {})
    assert spread.lags(found) == (6.0, (4.0, 8.0))
    assert spread.lags(found[:1]) == (None, None)


def test_roles() -> None:
    """Originators write on the first day; amplifiers join before the peak within the first articles; the rest
    follow.
    """
    rows = [row("a", 0, source_id="alpha"), row("b", 1, source_id="beta"), row("b2", 2, source_id="beta")]
    rows += [row(f"p{n}", 5, 5 + n, source_id=f"o{n}") for n in range(9)]
    found = spread.roles(carried_articles(rows))
    assert (found["alpha"], found["beta"], found["o3"]) == ("originator", "amplifier", "follower")
    assert spread.roles([]) == {}


def test_shares_and_attention() -> None:
    """Shares name the list of an ownership label; attention is the unweighted mean of a country's outlets."""
    told = carried_articles(carried())
    ownership = spread.by_ownership(told, REFS)
    assert [(item.key, item.listed_in, item.outlets, item.articles) for item in ownership] == [
        ("not listed", None, 1, 3),
        ("State-controlled", "List 2025", 2, 2),
    ]
    output = {"alpha": 100, "beta": 300, "gamma": 0}
    countries = {key: ref.country for key, ref in REFS.items()}
    attention = spread.country_attention(told, output, countries)
    overall = 5 / 400
    assert attention["XA"] == pytest.approx((1 + 50 * overall) / 150, abs=1e-6)
    assert attention["XB"] == pytest.approx((3 + 50 * overall) / 350, abs=1e-6)
    by_country = spread.by_country(told, output, countries)
    assert [(item.key, item.articles, item.own_texts) for item in by_country] == [("XB", 4, 2), ("XA", 1, 1)]
    assert [item.key for item in spread.by_language(told)] == ["en", "fr"]


def test_copies() -> None:
    """A text with its reprints and translations is one line; texts told once are none."""
    group = CopyGroup(
        group_id="a",
        first_article_id="a",
        first_source_id="alpha",
        first_at=at(0, 7),
        first_at_latest=at(0, 7),
        wire="TASS",
        size=3,
        outlets=3,
    )
    (found,) = spread.copy_lines(carried_articles(carried()), {"a": group}, REFS)
    assert (found.articles, found.outlets, found.reprints, found.excerpts, found.translations) == (
        3,
        3,
        1,
        0,
        1,
    )
    assert (found.first_outlet.source_id, found.wire) == ("alpha", "TASS")


def test_the_first_printing_may_lie_before_the_period() -> None:
    """Of a text that was first printed earlier every printing of the period is a reprint, and its first
    outlet is named.
    """
    group = CopyGroup(
        group_id="a",
        first_article_id="a",
        first_source_id="alpha",
        first_at=at(0, 7),
        first_at_latest=at(0, 7),
        size=3,
        outlets=3,
    )
    (found,) = spread.copy_lines(carried_articles(carried())[1:], {"a": group}, REFS)
    assert (found.first_outlet.source_id, found.first_at, found.articles) == ("alpha", at(0, 7), 2)
    assert (found.reprints, found.translations) == (1, 1)


def test_an_unknown_outlet_is_shown_by_its_id() -> None:
    """A source that left the directory keeps its texts."""
    assert names(first(text("a", "gone", 7))) == ["gone"]


def test_nothing_told() -> None:
    """No articles, no carriers, no shares."""
    assert spread.carriers([], REFS, {}) == spread.by_language([]) == spread.copy_lines([], {}, REFS) == ()


def test_order_does_not_show() -> None:
    """Shuffled passages give the same first mover and carriers."""
    rows, dice = carried(), random.Random(5)
    told = carried_articles(rows)
    expected = (spread.carriers(told, REFS, spread.roles(told)), first(*rows))
    for _ in range(4):
        dice.shuffle(rows)
        told = carried_articles(rows)
        assert (spread.carriers(told, REFS, spread.roles(told)), first(*rows)) == expected
