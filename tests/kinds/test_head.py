"""The head: what ships, and what analysts teach it."""

from __future__ import annotations

import io

import numpy as np
import pytest

from analysis.embedding.e5 import build_name
from analysis.kinds.head import Head, Ordinary, head_for, read, shipped, text_scores, words_of
from analysis.kinds.train import Text, beginnings, both_lengths, write
from storage.records import MeanTable
from tests.storage.makers import DAY

SIZE = 16


PLAIN = Ordinary(np.array([10.0, 100.0]), np.zeros(2), np.ones(2))
"""Texts of every length score alike."""


def head(ordinary: Ordinary = PLAIN) -> Head:
    """A head that looks at the first number alone."""
    means = MeanTable(version=0, build="", made_at=DAY, means={"*": np.zeros(SIZE, np.float32)}, counts={})
    return Head(np.eye(SIZE)[0], ordinary, means, "1-made")


def rows(seed: int, count: int = 3) -> np.ndarray:
    """Vectors that chance chose."""
    given = np.random.default_rng(seed).normal(size=(count, SIZE))
    return np.asarray(given / np.linalg.norm(given, axis=1, keepdims=True))


def test_only_the_model_it_was_trained_with_has_a_head() -> None:
    """Vectors of another model say nothing to these weights."""
    assert head_for(build_name()) is shipped()
    assert head_for("openai/by-hand") is None


def test_what_ships_is_whole() -> None:
    """Weights of the model's size, means for many languages, and a version that names the weights."""
    found = shipped()
    assert found.weights.shape == (384,)
    assert {"en", "fr", "ar", "ru", "ha", "sw", "zh", "fa", "tr", "*"} <= found.means.means.keys()
    assert found.version.startswith("1-")


def test_a_score_belongs_to_its_text() -> None:
    """Whatever else is scored beside it."""
    given = rows(1, 5)
    assert head().score(given, [50] * 5)[2] == pytest.approx(float(head().score(given[2:3], [50])[0]))


def test_a_decision_moves_what_is_like_it_and_little_else() -> None:
    """The taught narrative comes half of the way; one of another direction keeps its score."""
    axes = np.eye(SIZE)
    taught = head().taught(0.67 * axes[3:4], [50], [1.0])
    moved = taught.score(np.vstack([0.67 * axes[3], axes[5], axes[0]]), [50] * 3)
    assert 0.3 < moved[0] < 0.7
    assert moved[1:].tolist() == [0.0, 1.0]
    assert taught.version == "1-made+1"


def test_without_decisions_nothing_moves() -> None:
    """The shipped weights are the shipped weights."""
    assert head().taught(np.zeros((0, SIZE)), [], []).version == "1-made"


def test_scores_of_a_text_are_one() -> None:
    """A long article does not outvote a short one."""
    assert text_scores(np.array([1.0, 5.0, 3.0]), ["b", "a", "b"]).tolist() == [2.0, 5.0]


def test_weights_come_back_as_they_were_written() -> None:
    """A head that was written is read again, but for the precision of the file."""
    file = io.BytesIO()
    write(file, head())
    file.seek(0)
    found = read(file)
    assert (found.version, found.means.means.keys()) == ("1-made", {"*"})
    assert np.allclose(found.weights, head().weights)


def test_a_text_is_compared_with_others_of_its_length() -> None:
    """What is much for a passage is ordinary for a headline; in between, in between."""
    short_scores_high = Ordinary(np.array([10.0, 90.0]), np.array([2.0, 0.0]), np.array([1.0, 0.5]))
    scores = head(short_scores_high).score(np.tile(2 * np.eye(SIZE)[0], (3, 1)), [5, 50, 200])
    assert scores.tolist() == pytest.approx([0.0, 1 / 0.75, 4.0])


def test_words_are_those_of_passages() -> None:
    """Scripts without spaces are measured against English."""
    assert words_of(["one two three", "一二三四", ""]).tolist() == [3.0, 2.0, 0.0]


def test_claims_are_trained_on_as_sentences_and_as_passages() -> None:
    """Sentences of one language and group are joined a few at a time; leftovers are not."""
    given = [Text(f"Sentence {number}.", "en", "g") for number in range(9)] + [Text("Une.", "fr", "g")]
    found = both_lengths(given)
    assert found[:10] == given
    assert {item.group for item in found} == {"g"}
    assert [item.text.count("Sentence") for item in found[10:]] == [4, 4]


def test_news_is_trained_on_as_passages_and_as_sentences() -> None:
    """The first sentence stands for what is short."""
    assert beginnings([Text("One thing. Another.", "en")]) == [Text("One thing.", "en")]
