"""What is different between two texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.differences import MOST_PAIRS, changed_words, difference, shortened


def told(before: str, after: str) -> list[tuple[str, str]]:
    """The pieces as kind and text."""
    return [(piece.kind, piece.text) for piece in difference(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("a b c", "a x c", [("same", "a"), ("removed", "b"), ("added", "x"), ("same", "c")]),
        ("one\ntwo", "one\ntwo", [("same", "one two")]),
        ("one\ntwo", "one", [("same", "one"), ("removed", "two")]),
        ("", "new", [("added", "new")]),
        (
            "国防部否认",
            "国防部承认",
            [("same", "国 防 部"), ("removed", "否"), ("added", "承"), ("same", "认")],
        ),
        ("", "", []),
    ],
)
def test_words_that_changed(before: str, after: str, pieces: list[tuple[str, str]]) -> None:
    """What was taken out and what was put in, by words, or by signs where words are not divided."""
    assert told(before, after) == pieces


words = st.lists(st.sampled_from(["a", "b", "c", "\n", "дом", "家"]), max_size=30).map(" ".join)


@given(words, words)
def test_each_text_is_in_its_pieces(before: str, after: str) -> None:
    """Without what was added the pieces are the first text, without what was removed the second."""
    pieces = difference(before, after)
    assert [w for p in pieces if p.kind != "added" for w in p.text.split()] == before.split()
    assert [w for p in pieces if p.kind != "removed" for w in p.text.split()] == after.split()
    added, removed = changed_words(pieces)
    assert len(after.split()) - len(before.split()) == added - removed


def test_very_long_texts_differ_as_a_whole() -> None:
    """Where words cannot be compared in time, the run of lines is told as changed."""
    many = int(MOST_PAIRS**0.5) + 1
    before, after = " ".join(["x"] * many), " ".join(["x"] * (many - 1) + ["y"])
    assert [piece.kind for piece in difference(f"same\n{before}", f"same\n{after}")] == [
        "same",
        "removed",
        "added",
    ]


def test_what_is_the_same_is_shortened() -> None:
    """Only the words around a change are shown."""
    before = " ".join(map(str, range(100)))
    pieces = shortened(difference(before, before.replace("50", "fifty")), around=2)
    assert [piece.text for piece in pieces] == ["… 48 49", "50", "fifty", "51 52 …"]
