"""Where new passages belong, and which narratives are merge candidates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.arrays import unit
from analysis.narratives.memory import Memory, Shapes, merge_candidates, nearer_narratives
from analysis.narratives.nearest import Centroid, centroid_of, place
from analysis.narratives.templates import is_form
from analysis.narratives.units import units_of
from storage.records import PassageRow
from tests.narratives.conftest import moment, vector_of


def around(claim: str, count: int, *, first: int = 0) -> np.ndarray:
    """Vectors of texts of one claim."""
    return np.stack([vector_of(f"{claim} text {step}") for step in range(first, first + count)]).astype(
        np.float64
    )


def row(key: str, *, outlet: str = "alpha", day: float = 0, group: str = "", text: str = "") -> PassageRow:
    """A passage."""
    return PassageRow(
        passage_id=key, article_id=key, ordinal=0, text=text or key, text_hash=text or key, language="en",
        title="T", url="u",
        source_id=outlet, country="XA", ownership="", group_id=group or key, relation="original",
        published_at=None, date_confidence="A",
        first_seen_at=moment(day), counted_at=moment(day), late=False, origin="live",
    )  # fmt: skip


def test_members_are_placed_and_strangers_wait() -> None:
    """New texts of a known claim join it; other texts do not."""
    centroid = centroid_of(1, around("claim-a", 20), floor=0.25, share=0.1)
    found = place(
        np.concatenate([around("claim-a", 10, first=50), around("other", 10)]), [centroid], margin=0.05
    )
    assert sum(item is not None for item in found[:10]) >= 8
    assert found[10:] == [None] * 10


def test_a_radius_follows_the_members() -> None:
    """A tight narrative has a high least cosine, a loose one a low one; never below the floor."""
    tight = centroid_of(1, np.repeat(around("claim-a", 1), 5, axis=0), floor=0.25, share=0.1)
    loose = centroid_of(2, around("claim-a", 20), floor=0.25, share=0.1)
    assert tight.radius == pytest.approx(1)
    assert 0.25 <= loose.radius < 0.8


def test_what_is_as_near_to_two_narratives_waits() -> None:
    """The margin keeps a passage out of both."""
    centroids = [Centroid(1, np.array([1.0, 0.0]), 0.2), Centroid(2, np.array([0.0, 1.0]), 0.2)]
    assert place(np.array([[0.71, 0.70]]), centroids, margin=0.05) == [None]
    assert place(np.array([[0.9, 0.4]]), centroids, margin=0.05)[0] is not None


def test_a_barred_narrative_is_not_taken() -> None:
    """What an analyst took out of a narrative does not come back."""
    centroids = [Centroid(1, np.array([1.0, 0.0]), 0.2)]
    assert place(np.array([[1.0, 0.0]]), centroids, margin=0.05, barred=[{1}]) == [None]


@pytest.mark.parametrize("narratives", [1, 2, 300])
def test_what_is_asked_by_codes_is_answered_as_by_all_cosines(narratives: int) -> None:
    """Passages near to their narrative, near to two and near to none: each is placed as comparing all exactly
    places it, whatever it must not join.
    """
    dice = np.random.default_rng(7)
    vectors = unit(dice.normal(size=(narratives, 384)) + 0.8 * dice.normal(size=(1, 384)))
    centroids = [
        Centroid(step, vector, radius)
        for step, (vector, radius) in enumerate(zip(vectors, dice.uniform(0.2, 0.5, narratives), strict=True))
    ]
    near = vectors[dice.integers(0, narratives, 600)] * dice.uniform(0, 0.9, 600)[:, None]
    rows = unit(near + dice.normal(size=(600, 384)) / 30).astype(np.float32)
    barred = [
        set(dice.integers(0, narratives, 2).tolist()) if step % 5 == 0 else set() for step in range(600)
    ]
    found = place(rows, centroids, margin=0.05, barred=barred)
    cosines = np.round(rows.astype(np.float64) @ vectors.astype(np.float32).astype(np.float64).T, 6)
    for step, match in enumerate(found):
        cosines[step, list(barred[step])] = -1.0
        order = np.argsort(-cosines[step], kind="stable")
        best = float(cosines[step, order[0]])
        second = float(cosines[step, order[1]]) if narratives > 1 else -1.0
        belongs = best >= centroids[order[0]].radius and best - second >= 0.05
        assert (match and match.narrative_id) == (int(order[0]) if belongs else None)
    assert any(found)
    assert not all(found)


def memory_of(**claims: str) -> Memory:
    """Narratives n1, n2 ... of ten texts of a claim each."""
    numbers = [int(name[1:]) for name in claims for _ in range(10)]
    vectors = np.concatenate(
        [around(claim, 10, first=100 * place) for place, claim in enumerate(claims.values())]
    )
    rows = [row(f"p{place:03}") for place in range(len(numbers))]
    centroids = [
        centroid_of(int(name[1:]), vectors[10 * place : 10 * place + 10], floor=0.25, share=0.1)
        for place, name in enumerate(claims)
    ]
    return Memory(rows, vectors, numbers, centroids, list(zip(rows, numbers, strict=True)))


def test_kin_say_the_same() -> None:
    """Two narratives of one claim are merge candidates, the older first; of two claims they are not."""
    assert merge_candidates(Shapes.of([memory_of(n1="claim-a", n2="claim-b", n7="claim-a")])) == {(1, 7)}


def test_a_text_in_the_wrong_place_moves() -> None:
    """A text of b that was laid to a goes to b; texts that may not move stay."""
    right = memory_of(n1="claim-a", n2="claim-b")
    vectors = right.vectors.copy()
    vectors[0] = around("claim-b", 1, first=500)[0]
    wrong = replace(right, vectors=vectors)
    shapes = Shapes.of([wrong])
    assert nearer_narratives(shapes, wrong, {item.passage_id for item in wrong.rows}) == {(1, "p000"): 2}
    assert nearer_narratives(shapes, wrong, ()) == {}


def test_reprints_and_halves_of_an_article_are_one_voice() -> None:
    """Equal texts are one text unit wherever they stand, alike texts of one copy group too; another claim of
    the article is a second text unit.
    """
    rows = [
        row("a", text="x"),
        row("b", text="x", outlet="beta"),
        row("c", group="a", text="y"),
        row("d", group="a", text="z"),
    ]
    vectors = np.concatenate(
        [np.repeat(around("claim-a", 1), 2, axis=0), around("claim-a", 1, first=5), around("claim-b", 1)]
    )
    assert units_of(rows, vectors).members == ((0, 1, 2), (3,))


def test_recurring_forms_are_known_by_their_twins() -> None:
    """The same text with other numbers on other days by the same outlet is a form; reprints by others and
    tellings are not.
    """
    same = np.repeat(around("claim-a", 1), 6, axis=0)
    assert is_form([row(f"w{n}", day=7 * n) for n in range(6)], same)
    assert not is_form([row(f"w{n}", day=n, outlet=f"outlet-{n}") for n in range(6)], same)
    assert not is_form([row(f"w{n}", day=n, group="g") for n in range(6)], same)
    assert not is_form([row(f"w{n}", day=n) for n in range(6)], around("claim-a", 6))
