"""Blocks of passages against all statements at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.arrays import Vectors, unit_rows
from analysis.watch.guard import Guard
from analysis.watch.matching import Matcher
from analysis.watch.scores import Background
from analysis.watch.statements import Prepared
from config.watchlist import StatementConfig


def statement(vectors: Vectors, threshold: float) -> Prepared:
    """A statement of these texts, watched everywhere."""
    return Prepared(
        config=StatementConfig(
            id="claim", label="s", statements=tuple(f"text {n}" for n in range(len(vectors)))
        ),
        statement_hash="",
        threshold=threshold,
        by_sentences=False,
        query=None,
        guard=Guard([]),
        vectors=vectors,
        counters=vectors[:0],
        countries=frozenset(),
        languages=frozenset(),
        rejected=frozenset(),
    )


def test_z_and_cosine_are_those_of_one_text() -> None:
    """A passage is nearer to one text and stands out more for another: both numbers are the other's."""
    texts = np.eye(3, dtype=np.float32)[:2]
    passage = unit_rows(np.array([[0.6, 0.4, 0.69]], np.float32))[0]
    ordinary = Background({}, np.array([[0.3, 0.2], [0.0, 0.1]]))
    found = Matcher([statement(texts, 2.0)], ordinary).standing(0, passage, "en")
    assert found is not None
    assert (found.z, found.cosine) == (round(float(passage[1]) / 0.1, 3), round(float(passage[1]), 4))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), size=st.sampled_from([1, 7, 64]))
def test_blocks_decide_nothing(seed: int, size: int) -> None:
    """Compared in blocks of any size, passages stand where they stand alone, and no pair over its threshold
    is missed.
    """
    dice = np.random.default_rng(seed)
    vectors = unit_rows(dice.normal(size=(64, 6)).astype(np.float32))
    languages = [str(tag) for tag in dice.choice(["en", "fr", "xx"], 64)]
    watched = [
        statement(unit_rows(dice.normal(size=(count, 6)).astype(np.float32)), 1.0) for count in (1, 3, 2)
    ]
    scale = np.stack([dice.normal(0, 0.1, 6), dice.uniform(0.2, 0.5, 6)], axis=1)
    matcher = Matcher(watched, Background({"en": scale, "fr": scale[::-1]}, scale))
    found = {
        (start + passage, item)
        for start in range(0, 64, size)
        for passage, item in matcher.near(vectors[start : start + size], languages[start : start + size])
        if matcher.standing(item, vectors[start + passage], languages[start + passage]) is not None
    }
    alone = {
        (passage, item)
        for passage in range(64)
        for item in range(3)
        if matcher.standing(item, vectors[passage], languages[passage]) is not None
    }
    assert found == alone
