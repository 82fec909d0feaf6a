"""Passages, vectors and means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from storage.errors import MissingVectors, StorageError
from storage.records import Assignment, MeanTable, SearchFilters
from storage.store import Store
from tests.storage.makers import (
    BUILD,
    DAY,
    add_articles,
    add_passages,
    article,
    group,
    hours,
    member,
    narrative,
    passage,
    source,
    unit,
)


def test_a_passage_row_knows_its_surroundings(store: Store) -> None:
    """Article, source and copy group stand beside the passage."""
    store.sources.sync([source("alpha", country="XB", ownership="Independent")])
    one, two = (
        article("1", published_at=hours(-1), late=True),
        article("2", source_id="nobody", counted_at=hours(3)),
    )
    add_articles(store, [one, two])
    store.copies.replace(
        [group(one)], [member(two, one.article_id, "near", 0.9), member(one, one.article_id)]
    )
    store.passages.save([one.article_id, two.article_id], [passage(one, 1), passage(one, 0), passage(two)])
    rows = store.passages.of_article(one.article_id)
    assert [row.ordinal for row in rows] == [0, 1]
    assert (rows[0].country, rows[0].ownership, rows[0].published_at, rows[0].late) == (
        "XB",
        "Independent",
        hours(-1),
        True,
    )
    other = store.passages.many([passage(two).passage_id, "nothing"])[0]
    assert (other.group_id, other.relation, other.country, other.ownership) == (
        one.article_id,
        "near",
        "",
        "not listed",
    )
    assert store.passages.of_articles([one.article_id, "nothing"]) == rows
    assert store.passages.window(DAY, hours(3)) == rows
    assert store.passages.leads(DAY, hours(4), limit=9) == sorted(
        [rows[0], other], key=lambda row: row.passage_id
    )
    assert store.passages.leads(DAY, hours(4), limit=1) == [other]
    assert {row.passage_id for row in store.passages.window(DAY, hours(4))} == {
        *(row.passage_id for row in rows),
        other.passage_id,
    }


def test_an_ungrouped_article_is_its_own_group(store: Store) -> None:
    """Until it is grouped, an article stands for itself."""
    add_passages(store, ["1"])
    row = store.passages.window(DAY, hours(1))[0]
    assert (row.group_id, row.relation) == (row.article_id, "original")


def test_cutting_again_replaces(store: Store) -> None:
    """The passages of an article are replaced, those of others stay."""
    add_passages(store, ["1", "2"])
    one = article("1")
    store.passages.save([one.article_id], [passage(one, 0, "First."), passage(one, 1, "Second.")])
    assert [row.text for row in store.passages.of_article(one.article_id)] == ["First.", "Second."]
    assert len(store.passages.window(DAY, hours(1))) == 3


def test_one_text_is_embedded_once(store: Store) -> None:
    """Passages with one text are one entry of work, the first stored first, until the
    build has their vector.
    """
    made = add_passages(store, ["1", "2", "3"], texts=["Same.", "Same.", "Other."])
    todo = [(one.text_hash, one.text) for one in sorted(made, key=lambda item: item.passage_id)]
    todo = list(dict.fromkeys(todo))
    assert store.passages.unembedded(BUILD) == todo
    assert store.passages.unembedded(BUILD, limit=1) == todo[:1]
    store.vectors.put(BUILD, {todo[0][0]: unit(1)})
    assert store.passages.unembedded(BUILD) == todo[1:]
    assert store.passages.unembedded("another build") == todo


def test_vectors_come_back_in_the_order_asked(store: Store) -> None:
    """Row i belongs to hash i, repeats included; half precision is kept exactly, and written twice is there
    once.
    """
    random = np.random.default_rng(7)
    vectors = {f"{number:032x}": unit(*random.normal(size=384), size=384) for number in range(1100)}
    for _ in range(2):
        store.vectors.put(BUILD, vectors)
    asked = [*sorted(vectors, reverse=True), f"{3:032x}"]
    found = store.vectors.get(BUILD, asked)
    assert found.shape == (1101, 384)
    assert found.dtype == np.float32
    assert np.array_equal(
        found, np.stack([vectors[key] for key in asked]).astype(np.float16).astype(np.float32)
    )
    assert store.vectors.count(BUILD) == 1100
    assert store.vectors.count("another build") == 0
    assert store.vectors.has(BUILD, [asked[0], "nothing"]) == {asked[0]}
    assert store.vectors.get(BUILD, []).shape == (0, 0)


def test_missing_vectors_are_named(store: Store) -> None:
    """A hash that was never embedded is an error that says which build and what to run."""
    store.vectors.put(BUILD, {"a": unit(1)})
    with pytest.raises(
        MissingVectors, match=r"1 of 2 texts have none under build test-build, the first is b"
    ):
        store.vectors.get(BUILD, ["a", "b"])
    with pytest.raises(KeyError):
        store.vectors.get("another build", ["a"])


def test_vectors_by_language_are_the_first_by_hash(store: Store) -> None:
    """At most N texts a language, each once, however many passages carry it."""
    articles = [article(str(number), language="ar" if number % 2 else "en") for number in range(6)]
    add_articles(store, articles)
    texts = ["same", "one", "same", "two", "three", "four"]
    made = [passage(of, text=text) for of, text in zip(articles, texts, strict=True)]
    store.passages.save([of.article_id for of in articles], made)
    store.vectors.put(BUILD, {one.text_hash: unit(place + 1, 1) for place, one in enumerate(made)})
    found = store.vectors.by_language(BUILD, per_language=2)
    assert {language: matrix.shape for language, matrix in found.items()} == {"ar": (2, 8), "en": (2, 8)}
    first = sorted({one.text_hash for one in made if one.language == "ar"})[:2]
    assert np.array_equal(found["ar"], store.vectors.get(BUILD, first))
    assert store.vectors.by_language("another build", per_language=2) == {}


def test_passages_are_followed_by_number(store: Store) -> None:
    """What comes after a number, in order, up to the first passage without a vector of the build."""
    made = add_passages(
        store, ["1", "2", "3"], texts=["a", "b", "c"], vectors=[unit(1), unit(0, 1), unit(1, 1)]
    )
    first = store.vectors.after(BUILD, 0, limit=2)
    rest = store.vectors.after(BUILD, first[-1].passage_no, limit=9)
    assert {row.passage_id for row in first + rest} == {one.passage_id for one in made}
    assert [row.passage_no for row in first + rest] == sorted({row.passage_no for row in first + rest})
    assert store.vectors.marks().passage_no == rest[-1].passage_no
    assert store.vectors.after("another build", 0, limit=9) == []
    add_passages(store, ["4"], texts=["d"])
    add_passages(store, ["5"], texts=["e"], vectors=[unit(1)])
    assert store.vectors.after(BUILD, rest[-1].passage_no, limit=9) == []


def test_embedded_passages_obey_filters(store: Store) -> None:
    """Time, source, country and language narrow the passages that are asked for by number."""
    store.sources.sync([source("alpha", country="XA"), source("beta", country="XB")])
    articles = [
        article("1"), article("2", source_id="beta"), article("3", language="fr"),
        article("4", counted_at=hours(9)),
    ]  # fmt: skip
    add_articles(store, articles)
    made = [passage(of) for of in articles]
    store.passages.save([of.article_id for of in articles], made)
    store.vectors.put(BUILD, {one.text_hash: unit(1, place) for place, one in enumerate(made)})
    numbers = {row.passage_no: row.passage_id for row in store.vectors.after(BUILD, 0, limit=9)}
    ids = [one.passage_id for one in made]

    def found(filters: SearchFilters) -> list[int]:
        rows = store.vectors.embedded(BUILD, [*numbers, 10**15], filters=filters)
        return sorted(ids.index(row.passage_id) + 1 for row in rows)

    assert found(SearchFilters()) == [1, 2, 3, 4]
    assert found(SearchFilters(start=hours(1))) == [4]
    assert found(SearchFilters(end=hours(9))) == [1, 2, 3]
    assert found(SearchFilters(source_ids=("beta", "gamma"))) == [2]
    assert found(SearchFilters(countries=("XA",), languages=("en",))) == [1, 4]


def test_changed_passages_are_listed(store: Store) -> None:
    """A deleted passage, and one whose article moved in time, is listed by number, whoever did it; saving the
    same again lists nothing.
    """
    made = add_passages(store, ["1", "2", "3"], texts=["a", "b", "c"], vectors=[unit(1), unit(1), unit(1)])
    number = {row.passage_id: row.passage_no for row in store.vectors.after(BUILD, 0, limit=9)}
    before = store.vectors.marks()
    add_articles(store, [article("1"), article("2", counted_at=hours(3))])
    moved = store.vectors.changes(after=before.change_no)
    assert list(moved.values()) == [number[made[1].passage_id]]
    add_articles(store, [article("3", body="Another body.")])
    gone = store.vectors.changes(after=max(moved))
    assert list(gone.values()) == [number[made[2].passage_id]]
    store.vectors.forget_changes(before=10**9)
    assert store.vectors.changes(after=0) == gone, "the last one stays, so that numbers go on counting up"


def test_unassigned_passages_wait(store: Store) -> None:
    """Embedded passages that no narrative has, of the window, by id."""
    made = add_passages(store, ["1", "2", "3"], texts=["a", "b", "c"])
    assert store.passages.unassigned(BUILD, DAY, hours(1)) == []
    store.vectors.put(BUILD, {made[0].text_hash: unit(1), made[1].text_hash: unit(1)})
    assert [row.passage_id for row in store.passages.unassigned(BUILD, DAY, hours(1))] == sorted(
        one.passage_id for one in made[:2]
    )
    taken = Assignment(
        passage_id=made[0].passage_id, narrative_id=1, similarity=1.0, method="cluster", run_id="r"
    )
    store.narratives.save([narrative(1)], [taken])
    assert [row.passage_id for row in store.passages.unassigned(BUILD, DAY, hours(1))] == [made[1].passage_id]
    assert store.passages.unassigned(BUILD, hours(1), hours(2)) == []


def test_means_are_frozen_exactly(store: Store) -> None:
    """Means come back to the last bit; the latest is the one with the highest version; a version is never
    written over.
    """
    random = np.random.default_rng(1)
    table = MeanTable(
        version=2, build=BUILD, made_at=DAY, counts={"en": 10, "*": 20},
        means={
            "en": random.normal(size=384).astype(np.float32),
            "*": random.normal(size=384).astype(np.float32),
        },
    )  # fmt: skip
    store.means.freeze(replace(table, version=1))
    store.means.freeze(table)
    latest = store.means.latest(BUILD)
    assert latest is not None
    assert (latest.version, latest.made_at, latest.counts) == (2, DAY, table.counts)
    assert sorted(latest.means) == ["*", "en"]
    assert all(np.array_equal(latest.means[key], table.means[key]) for key in table.means)
    assert store.means.get(BUILD, 3) is None
    assert store.means.latest("another build") is None
    with pytest.raises(StorageError, match="version 2 of build test-build is frozen"):
        store.means.freeze(table)
