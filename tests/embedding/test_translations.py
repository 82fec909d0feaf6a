"""Probable translations: the pure decision, the grouping, the stage."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.arrays import Vectors, unit_rows
from analysis.embedding.choose import build_of, settings_of
from analysis.embedding.means import make_table
from analysis.embedding.stage import embed
from analysis.translations import candidates, stage
from analysis.translations.alignment import (
    Lead,
    aligned,
    numbers,
    numbers_differ,
    translation_scores,
)
from analysis.translations.candidates import PASSAGES, DayTexts, candidate_pairs
from analysis.translations.groups import connected, joined_group
from analysis.translations.stage import join_translations
from config.clock import FixedClock
from config.progress import NoProgress
from config.workspace import Workspace
from storage.records import Article, CopyMember
from storage.store import Store
from tests.embedding.texts import BRIDGE, OTHER
from tests.storage.makers import DAY, add_articles, article, group, hours, member, source, unit

WEEK_SECONDS = timedelta(days=7).total_seconds()
OWN_WORDS = {
    "fr": "Au marché, les vendeuses d'oignons parlent surtout du nouveau pont. « Mes clients viennent de l'autre rive », dit l'une d'elles.\n\n"
    "Le ministre des travaux, lui, promet déjà un second ouvrage avant 2031, plus au sud, près des "
    "carrières.",
    "ru": "Паромщики теряют работу: с понедельника через реку ходят по новому мосту. Профсоюз требует 15 месячных окладов каждому.\n\n"
    "Власти обещают переобучить экипажи и оставить два судна на время паводка.",
}
"""The same event, told independently."""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2,840 and 3.5", "2 840 et 3,5"),
        ("٢٨٤٠ ٣٫٥", "2840 35"),
        ("in 2024 300 men", "2024, then 300"),
        ("007", "7"),
        ("०", "0"),
    ],
)
def test_figures_are_read_in_every_script(one: str, other: str) -> None:
    """Separators, digits and leading zeros make no difference."""
    assert numbers(one) == numbers(other)


def test_figures_differ_where_none_is_shared() -> None:
    """Two sets without a common figure differ; one figure alone says nothing."""
    assert numbers_differ(frozenset({"1", "2"}), frozenset({"3", "4"}))
    assert not numbers_differ(frozenset({"1"}), frozenset({"3", "4"}))


def lead(vectors: Vectors, *, length: int = 600, figures: str = "") -> Lead:
    """A text of sentences of ten words."""
    return Lead(vectors.astype(np.float16), (60,) * len(vectors), length, frozenset(figures.split()))


def score(left: Vectors, right: Vectors) -> float:
    """Alignment score of two texts, whatever it is."""
    (found,) = translation_scores([(lead(left), lead(right))], least_score=0.0)
    assert found is not None
    return found


def test_alignment_keeps_the_order() -> None:
    """The same sentences in order score 1, backwards a third, half of them half."""
    vectors = np.eye(6, dtype=np.float32)[:3]
    assert score(vectors, vectors) == 1
    assert score(vectors, vectors[::-1]) == pytest.approx(1 / 3, abs=1e-4)
    assert score(vectors, vectors[:1]) == 0.5


@given(seed=st.integers(0, 10_000))
def test_alignment_is_the_best_of_all_in_order(seed: int) -> None:
    """Many pairs at once score what every order-keeping pairing of each, tried out, scores at best."""
    dice = np.random.default_rng(seed)
    left, right = (unit_rows(dice.normal(size=(12, 5)).astype(np.float32)).reshape(3, 4, 5) for _ in range(2))
    lengths = dice.integers(1, 9, size=(2, 3, 4)).astype(float)
    found = aligned(left, lengths[0], right, lengths[1])
    for place in range(3):
        gains = left[place] @ right[place].T * np.minimum.outer(lengths[0, place], lengths[1, place])
        best = max(
            sum(gains[row, column] for row, column in zip(rows, columns, strict=True))
            for size in range(5)
            for rows in combinations(range(4), size)
            for columns in combinations(range(4), size)
        )
        assert found[place] == pytest.approx(2 * best / lengths[:, place].sum(), abs=1e-3)


def test_a_pair_counts_from_the_least_score_on() -> None:
    """Whatever figures both share, but not where they share none of theirs."""

    def found(cosine: float, one: str, other: str) -> float | None:
        left, right = (
            np.eye(2, dtype=np.float32)[:1],
            np.array([[cosine, np.sqrt(1 - cosine**2)]], np.float32),
        )
        return translation_scores([(lead(left, figures=one), lead(right, figures=other))], least_score=0.43)[
            0
        ]

    assert found(0.42, "2840 312", "2840 312") is None
    assert found(0.44, "2840 312", "") is not None
    assert found(0.9, "2840 312", "7 8") is None


def test_texts_of_unlike_length_are_no_translations() -> None:
    """However well the leads align, one text must not be twice as long as the other."""
    vectors = np.eye(3, dtype=np.float32)
    pairs = [(lead(vectors), lead(vectors, length=length)) for length in (301, 299, 1199, 1201)]
    assert [item is not None for item in translation_scores(pairs, least_score=0.4)] == [
        True,
        False,
        True,
        False,
    ]


def day_of(rows: list[tuple[str, str, float, Vectors]], asked: str | None = None) -> DayTexts:
    """Texts as (id, language, days after the first, vectors of passages).

    Asked about are all, or ids with a letter.
    """
    passages = np.zeros((len(rows), PASSAGES, rows[0][3].shape[1]), np.float16)
    for place, row in enumerate(rows):
        passages[place, : len(row[3])] = row[3]
    return DayTexts(
        ids=tuple(row[0] for row in rows),
        languages=np.array([row[1] for row in rows]),
        seconds=np.array([row[2] * 86_400 for row in rows]),
        whole=unit_rows(np.stack([row[3].sum(axis=0) for row in rows]).astype(np.float32)),
        passages=passages,
        counts=np.array([len(row[3]) for row in rows]),
        asked=np.array([asked is None or asked in row[0] for row in rows]),
    )


def pairs_of(texts: DayTexts) -> list[tuple[str, str]]:
    """Candidates within one day's texts."""
    return candidate_pairs(texts, texts, window_seconds=WEEK_SECONDS)


def test_candidates_are_near_in_meaning_and_time() -> None:
    """Another language, within the window, and near.

    Two texts of several passages also passage by passage.
    """
    far, near = unit(0, 1)[None], unit(1, 0.2)[None]
    two, turned = np.stack([unit(1), unit(0, 1)]), np.stack([unit(0, 1), unit(1)])
    texts = day_of(
        [
            ("a", "en", 0, unit(1)[None]),
            ("b", "fr", 0, near),
            ("same-language", "en", 0, near),
            ("far", "ru", 0, far),
            ("late", "ru", 8, near),
            ("two", "es", 20, two),
            ("turned", "pt", 20, turned),
            ("same", "it", 20, two),
        ]
    )
    assert pairs_of(texts) == [
        ("a", "b"),
        ("b", "same-language"),
        ("same", "turned"),
        ("same", "two"),
        ("turned", "two"),
    ]
    backwards = np.stack([unit(1), unit(1, 0.1), unit(0, 1)])
    unlike = day_of([("x", "en", 0, backwards), ("y", "fr", 0, -backwards + 2 * unit(0, 0, 1))])
    assert pairs_of(unlike) == []


def test_only_pairs_that_somebody_asks_about_are_found() -> None:
    """One of the two at least must be new."""
    near = unit(1, 0.2)[None]
    texts = day_of(
        [("new-1", "en", 0, near), ("old-1", "fr", 0, near), ("old-2", "ru", 0, near)], asked="new"
    )
    assert pairs_of(texts) == [("new-1", "old-1"), ("new-1", "old-2")]


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 1000), rows=st.sampled_from([1, 3, 7, 512]), others=st.sampled_from([0, 40]))
def test_a_pair_rests_on_its_two_texts_alone(seed: int, rows: int, others: int) -> None:
    """Whatever the order, the chunks, and what other texts are there, the same pairs are candidates."""
    dice = np.random.default_rng(seed)

    def drawn(name: str, count: int) -> list[tuple[str, str, float, Vectors]]:
        return [
            (
                f"{name}{number:02d}",
                str(dice.choice(["en", "fr", "ru"])),
                float(dice.integers(12)),
                unit_rows(dice.normal(size=(dice.integers(1, 5), 6)).astype(np.float32)),
            )
            for number in range(count)
        ]

    texts = drawn("t", 20)
    alone = pairs_of(day_of(texts))
    mixed = texts + drawn("other", others)
    dice.shuffle(mixed)  # type: ignore[arg-type]  # a list is shuffled in place
    half = len(mixed) // 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "_ROWS", rows)
        patch.setattr(candidates, "_PAIRS", rows)
        days = [day_of(mixed[:half]), day_of(mixed[half:])]
        found = {
            pair
            for one, other in ((days[0], days[0]), (days[0], days[1]), (days[1], days[1]))
            for pair in candidate_pairs(one, other, window_seconds=WEEK_SECONDS)
        }
    assert sorted(pair for pair in found if "other" not in pair[0] + pair[1]) == alone


@given(links=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=12))
def test_connected_parts_do_not_depend_on_order(links: list[tuple[str, str]]) -> None:
    """Parts are disjoint, sorted, two or more each, and the same for links in another order or direction."""
    parts = connected(links)
    assert connected([(right, left) for left, right in links[::-1]]) == parts
    assert all(len(part) > 1 and part == sorted(part) for part in parts)
    members = [item for part in parts for item in part]
    assert len(members) == len(set(members))
    assert all(
        any(left in part and right in part for part in parts) for left, right in links if left != right
    )


def test_the_earliest_text_stays_the_original() -> None:
    """Other originals become translations, their copies stay copies; outlets and wire are those of all."""
    first, second, copy = (
        article(name, source_id=outlet, counted_at=hours(at))
        for name, outlet, at in (("1", "x", 0), ("2", "y", 1), ("3", "x", 2))
    )
    groups = [group(second, wire="AFP", size=2), group(first)]
    members = [
        member(second, second.article_id),
        member(copy, second.article_id, "near", 0.9),
        member(first, first.article_id),
    ]
    joined, moved = joined_group(
        groups,
        members,
        {first.article_id: "x", second.article_id: "y", copy.article_id: "x"},
        {second.article_id: 0.5},
    )
    assert (joined.group_id, joined.size, joined.outlets, joined.wire) == (first.article_id, 3, 2, "AFP")
    assert {item.article_id: (item.group_id, item.relation, item.containment) for item in moved} == {
        first.article_id: (first.article_id, "original", 1.0),
        second.article_id: (first.article_id, "translation", 0.5),
        copy.article_id: (first.article_id, "near", 0.9),
    }


def grouped(store: Store, articles: list[Article]) -> None:
    """Articles, each its own copy group."""
    store.sources.sync([source()])
    add_articles(store, articles)
    store.copies.replace(
        [group(item) for item in articles], [member(item, item.article_id) for item in articles]
    )


def run(store: Store, workspace: Workspace, clock: FixedClock) -> dict[str, int]:
    """Embed, then join."""
    embed(store=store, workspace=workspace, clock=clock, run_id="e", progress=NoProgress())
    return join_translations(store=store, workspace=workspace, clock=clock, run_id="t", progress=NoProgress())


def world() -> list[Article]:
    """One text in six languages, another in six, and two independent reports on the first event."""
    made = [
        article(f"b-{tag}", body=body, language=tag, counted_at=hours(place))
        for place, (tag, body) in enumerate(BRIDGE.items())
    ]
    made += [
        article(f"o-{tag}", body=body, language=tag, counted_at=hours(place))
        for place, (tag, body) in enumerate(OTHER.items())
    ]
    return made + [
        article(f"own-{tag}", body=body, language=tag, counted_at=hours(9)) for tag, body in OWN_WORDS.items()
    ]


def members_of(store: Store, name: str) -> dict[str, CopyMember]:
    """Members of the group that an article of `world` leads or is in, by article id."""
    of = store.copies.of([article(name).article_id])[article(name).article_id]
    return {item.article_id: item for item in store.copies.members([of.group_id])}


def test_translations_join_and_own_reports_do_not(
    store: Store, workspace: Workspace, clock: FixedClock
) -> None:
    """Short translations in six languages become one group that the earliest leads.

    The same event in other words stays apart.
    """
    grouped(store, world())
    clock.advance(timedelta(days=1))
    counts = run(store, workspace, clock)
    bridge = members_of(store, "b-en")
    assert set(bridge) == {article(f"b-{tag}").article_id for tag in BRIDGE}
    assert bridge[article("b-en").article_id].relation == "original"
    assert {item.relation for key, item in bridge.items() if key != article("b-en").article_id} == {
        "translation"
    }
    assert all(len(members_of(store, f"own-{tag}")) == 1 for tag in OWN_WORDS)
    assert counts["asked"] == 14
    led = store.copies.group(article("b-en").article_id)
    assert led is not None
    assert led.size == 6


def test_a_second_run_changes_nothing(
    store: Store, workspace: Workspace, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again under another version, the stage finds the same pairs and dissolves no group."""
    grouped(store, world())
    clock.advance(timedelta(days=1))
    first = run(store, workspace, clock)
    before = members_of(store, "b-en")
    monkeypatch.setattr(stage, "PAIR_VERSION", "another")
    again = run(store, workspace, clock)
    assert again["joined"] == 0 < first["joined"]
    assert again["translations"] == first["translations"]
    assert members_of(store, "b-en") == before


def test_groups_do_not_depend_on_order(
    store: Store, workspace: Workspace, clock: FixedClock, tmp_path: Path
) -> None:
    """Articles stored in another order end in the same groups with the same scores."""
    from storage.store import create_store

    clock.advance(timedelta(days=1))
    grouped(store, world())
    run(store, workspace, clock)
    with create_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        shuffled = world()
        random.Random(5).shuffle(shuffled)
        grouped(other, shuffled)
        run(other, workspace, clock)
        assert members_of(other, "b-en") == members_of(store, "b-en")
        assert members_of(other, "o-fr") == members_of(store, "o-fr")


def test_one_language_needs_no_model(store: Store, workspace: Workspace, clock: FixedClock) -> None:
    """Nothing to compare, nothing done; an empty store neither."""
    assert set(
        join_translations(
            store=store, workspace=workspace, clock=clock, run_id="t", progress=NoProgress()
        ).values()
    ) == {0}
    grouped(store, [article("1"), article("2")])
    found = run(store, workspace, clock)
    assert (found["candidates"], found["translations"], found["joined"]) == (0, 0, 0)


def test_only_what_is_new_is_asked_about(store: Store, workspace: Workspace, clock: FixedClock) -> None:
    """After the first run nothing is asked; then an article that came since, however old it is.

    A new source opens nothing else.
    """
    grouped(store, world())
    clock.advance(timedelta(days=1))
    assert run(store, workspace, clock)["asked"] == 14
    assert run(store, workspace, clock)["asked"] == 0
    store.sources.sync([source(), source("beta")])
    store.sources.mark_first_crawled("beta", clock.now() + timedelta(hours=1))
    late = article(
        "late", body=BRIDGE["fr"].replace("lundi", "mardi"), language="fr", counted_at=hours(-24 * 5)
    )
    grouped(store, [replace(late, source_id="beta")])
    clock.advance(timedelta(days=30))
    counts = run(store, workspace, clock)
    assert counts["asked"] == 1
    assert article("b-en").article_id in members_of(store, "late")


def test_an_article_without_a_group_waits(store: Store, workspace: Workspace, clock: FixedClock) -> None:
    """Nothing is passed over: what the copies stage has not seen yet is asked about later."""
    grouped(store, world()[:1])
    add_articles(store, world()[1:2])
    assert run(store, workspace, clock)["asked"] < 2
    grouped(store, world()[1:2])
    run(store, workspace, clock)
    assert len(members_of(store, "b-en")) == 2


def test_unrelated_texts_change_no_group(
    store: Store, workspace: Workspace, clock: FixedClock, tmp_path: Path
) -> None:
    """A story that comes after other texts ends in the group that it makes alone, by the
    same frozen means.
    """
    from storage.store import create_store

    clock.advance(timedelta(days=1))
    frozen = make_table({}, build=build_of(settings_of(workspace)), version=1, made_at=DAY)
    store.means.freeze(frozen)
    bridge = [
        item for item in world() if item.article_id in {article(f"b-{tag}").article_id for tag in BRIDGE}
    ]
    grouped(store, bridge)
    run(store, workspace, clock)
    with create_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        other.means.freeze(frozen)
        grouped(other, [item for item in world() if item not in bridge])
        run(other, workspace, clock)
        grouped(other, bridge)
        run(other, workspace, clock)
        assert members_of(other, "b-en") == members_of(store, "b-en")
