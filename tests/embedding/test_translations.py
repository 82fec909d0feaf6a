"""Probable translations: the pure decision, the grouping, the stage."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.embedding.stage import embed
from analysis.translations.alignment import (
    Text,
    alignment,
    best_pairs,
    candidates,
    is_translation,
    numbers,
    numbers_agree,
    numbers_differ,
)
from analysis.translations.groups import connected, joined_group
from analysis.translations.stage import STAGE, asked_since, join_translations
from config.clock import FixedClock
from config.progress import NoProgress
from config.workspace import Workspace
from storage.records import Article, CopyMember
from storage.store import Store
from tests.embedding.texts import BRIDGE, OTHER
from tests.storage.makers import DAY, add_articles, article, group, hours, member, source, unit

WEEK = timedelta(days=7)
OWN_WORDS = {
    "fr": "Au marché, les vendeuses d'oignons parlent surtout du nouveau pont. « Mes clients viennent de l'autre rive », dit l'une d'elles.\n\n"
    "Le ministre des travaux, lui, promet déjà un second ouvrage avant 2031, plus au sud, près des carrières.",
    "ru": "Паромщики теряют работу: с понедельника через реку ходят по новому мосту. Профсоюз требует 15 месячных окладов каждому.\n\n"
    "Власти обещают переобучить экипажи и оставить два судна на время паводка.",
}
"""The same event, told independently."""


def text(
    name: str, language: str, vector: np.ndarray[tuple[int], np.dtype[np.float32]], **values: object
) -> Text:
    """A text of the makers' day."""
    given = {"at": DAY, "length": 600, "numbers": frozenset[str]()}
    return Text(**{"text_id": name, "language": language, "vector": vector, **given, **values})  # type: ignore[arg-type]


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


def test_figures_agree_or_differ() -> None:
    """Most must be shared, and more than one small digit; two sets without a common figure differ."""
    assert numbers_agree(frozenset({"12", "7"}), frozenset({"12", "7"}))
    assert not numbers_agree(frozenset({"7"}), frozenset({"7"}))
    assert not numbers_agree(frozenset(), frozenset())
    assert not numbers_agree(frozenset({"384", "75"}), frozenset({"384", "16000", "75"}))
    assert numbers_differ(frozenset({"1", "2"}), frozenset({"3", "4"}))
    assert not numbers_differ(frozenset({"1"}), frozenset({"3", "4"}))


def test_alignment_keeps_the_order() -> None:
    """The same sentences in order score 1, backwards a third, half of them half."""
    vectors = np.eye(6, dtype=np.float32)[:3]
    assert alignment(vectors, [60] * 3, vectors, [60] * 3) == pytest.approx(1)
    assert alignment(vectors, [60] * 3, vectors[::-1], [60] * 3) == pytest.approx(1 / 3)
    assert alignment(vectors, [60] * 3, vectors[:1], [60]) == pytest.approx(0.5)


def test_the_middle_ground_needs_figures() -> None:
    """A middling score counts only where the figures agree, a high one always."""
    one, same = (text(name, "en", unit(1), numbers=frozenset({"2840", "312"})) for name in "ab")
    none = text("c", "fr", unit(1))
    assert is_translation(0.3, one, same, sure_score=0.43)
    assert not is_translation(0.3, one, none, sure_score=0.43)
    assert is_translation(0.43, one, none, sure_score=0.43)
    assert not is_translation(0.2, one, same, sure_score=0.43)


def test_candidates_are_near_in_meaning_time_and_length() -> None:
    """Another language, within the window, of like length, without contradicting figures."""
    near = unit(1, 0.2)
    texts = [
        text("a", "en", unit(1)),
        text("b", "fr", near),
        text("same-language", "en", near),
        text("far", "ru", unit(0, 1)),
        text("late", "ru", near, at=DAY + timedelta(days=8)),
        text("long", "ar", near, length=1300),
        text("figures", "es", near, numbers=frozenset({"1", "2"})),
    ]
    texts[0] = replace(texts[0], numbers=frozenset({"3", "4"}))
    everyone = frozenset(item.text_id for item in texts)
    found = {(left.text_id, right.text_id) for left, right in candidates(texts, everyone, window=WEEK)}
    assert ("a", "b") in found
    assert not [pair for pair in found if "a" in pair and pair != ("a", "b")]
    assert candidates(texts, frozenset({"far"}), window=WEEK) == []
    assert candidates([], frozenset(), window=WEEK) == []


def test_a_much_better_match_leaves_no_room() -> None:
    """Of two French texts only the better one remains, unless they are nearly as good."""
    texts = [text("a", "en", unit(1)), text("good", "fr", unit(1, 0.1)), text("worse", "fr", unit(1, 1))]
    assert [pair[1].text_id for pair in candidates(texts, frozenset({"a"}), window=WEEK)] == ["good"]
    assert best_pairs(
        {("a", "b"): 0.8, ("a", "c"): 0.5, ("a", "d"): 0.75}, {"a": "en", "b": "fr", "c": "fr", "d": "fr"}
    ) == [
        ("a", "b"),
        ("a", "d"),
    ]


@given(seed=st.integers(0, 1000))
def test_candidates_do_not_depend_on_order(seed: int) -> None:
    """Shuffled texts give the same pairs in the same order."""
    dice = random.Random(seed)
    drawn = np.random.default_rng(seed).normal(size=(12, 3)).astype(np.float32)
    texts = [
        text(
            f"{number:02d}",
            dice.choice(["en", "fr", "ru"]),
            unit(*drawn[number], size=3),
            at=DAY + timedelta(days=dice.randrange(12)),
        )
        for number in range(12)
    ]
    asked = frozenset(f"{number:02d}" for number in range(0, 12, 2))
    expected = [(left.text_id, right.text_id) for left, right in candidates(texts, asked, window=WEEK)]
    dice.shuffle(texts)
    assert [
        (left.text_id, right.text_id) for left, right in candidates(texts, asked, window=WEEK)
    ] == expected


def test_blocks_find_what_one_block_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """History that does not fit into one block gives the same pairs."""
    drawn = np.random.default_rng(1).normal(size=(60, 3)).astype(np.float32)
    texts = [
        text(f"{n:02d}", "enfrru"[n % 3 * 2 :][:2], unit(*drawn[n], size=3), at=DAY + timedelta(days=n // 3))
        for n in range(60)
    ]
    everyone = frozenset(item.text_id for item in texts)
    whole = candidates(texts, everyone, window=WEEK)
    monkeypatch.setattr("analysis.translations.alignment.BLOCK", 7)
    assert [(a.text_id, b.text_id) for a, b in candidates(texts, everyone, window=WEEK)] == [
        (a.text_id, b.text_id) for a, b in whole
    ]
    assert whole


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
    """Short translations in six languages become one group that the earliest leads; the same event in other words stays apart."""
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


def test_a_second_run_changes_nothing(store: Store, workspace: Workspace, clock: FixedClock) -> None:
    """Asked again, the stage finds the same pairs and dissolves no group."""
    grouped(store, world())
    clock.advance(timedelta(days=1))
    first = run(store, workspace, clock)
    before = members_of(store, "b-en")
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
    assert set(run(store, workspace, clock).values()) == {0}


def test_only_news_since_the_last_run_is_asked_about(
    store: Store, workspace: Workspace, clock: FixedClock
) -> None:
    """A copy window before the last run; everything at first; a new source's history too."""
    assert asked_since(store, workspace, clock.now()).year == 1970
    opened = store.runs.start(STAGE, now=clock.now(), seed=0, versions={}, parameters={})
    store.runs.finish(opened.run_id, now=clock.now(), state="done", counts={})
    assert asked_since(store, workspace, DAY + timedelta(days=30)) == DAY - WEEK
    store.sources.sync([source()])
    store.sources.mark_first_crawled("alpha", DAY + timedelta(days=1))
    assert asked_since(store, workspace, DAY + timedelta(days=30)) == DAY - WEEK - timedelta(
        days=workspace.settings.crawl.backfill_days
    )
