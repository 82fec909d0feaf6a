"""Passages: runs of whole sentences with exact offsets."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.text.passages import FRAGMENT_CHARACTERS, cut, measure, spans, unread_characters
from storage.ids import text_hash
from tests.storage.makers import article

WORDS = [
    "minister",
    "U.S.",
    "2,840",
    "мост",
    "г.",
    "جسر",
    "الوزير،",
    "पुल",
    "ድልድይ",
    "大桥通车",
    "です",
    "สะพานยาว",
    "e\u0301te\u0301",
    "👍🏽",
    "www.a-b.example/" + "x" * 40,
]
MARKS = [
    ". ",
    "! ",
    "? ",
    "؟ ",
    "۔ ",
    "। ",
    "። ",
    "。",
    "！",
    ", ",
    "; ",
    "، ",
    "\n",
    "\n\n",
    " ",
    "  ",
    "\u3000",
    "… ",
    '." ',
]
news = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(MARKS)), max_size=400).map(
    lambda pairs: "".join(word + mark for word, mark in pairs)
)
anything = st.one_of(news, st.text(max_size=600))


@given(text=anything, words=st.sampled_from([1, 7, 30, 100]))
def test_passages_hold_the_whole_text_once_and_stay_within_the_limit(text: str, words: int) -> None:
    """Between passages lies only space, none overlaps, none begins or ends with space, none measures more
    than the limit.
    """
    position = 0
    for start, end in spans(text, words=words):
        assert not text[position:start].strip()
        assert position <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert 0 < measure(text[start:end]) <= words * 6
        position = end
    assert not text[position:].strip()


@given(text=news)
def test_short_sentences_are_never_torn(text: str) -> None:
    """With room enough a text of one paragraph and less than the limit is one passage."""
    line = " ".join(text.split())
    if line and measure(line) <= 6 * 1000:
        assert spans(line, words=1000) == [(0, len(line))]


def test_offsets_and_ids() -> None:
    """Each passage quotes its article by exact offsets and is named by article and ordinal."""
    body = "\n\n".join(
        f"Paragraph {n} says that the minister of works spoke for {n} hours about the bridge. " * 3
        for n in range(12)
    )
    of = article(body=body, language="en")
    passages = cut(of, words=100)
    assert len(passages) > 3
    for ordinal, passage in enumerate(passages):
        assert passage.text == body[passage.start : passage.end]
        assert (passage.ordinal, passage.passage_id) == (ordinal, f"{of.article_id}:{ordinal:03d}")
        assert (passage.text_hash, passage.language, passage.article_id) == (
            text_hash(passage.text),
            "en",
            of.article_id,
        )


def test_passages_end_with_paragraphs_where_they_can() -> None:
    """Paragraphs of forty words go two by two, not torn in the middle."""
    paragraph = " ".join(["word"] * 19) + ". " + " ".join(["word"] * 19) + " end."
    text = "\n".join([paragraph] * 6)
    assert [text[start:end].count("\n") for start, end in spans(text, words=100)] == [1, 1, 1]


def test_fragments_join_their_neighbours() -> None:
    """A by-line alone makes no passage, wherever it stands."""
    sentence = "The long bridge over the river opened to traffic on Monday after six years of work."
    for text in (f"AGENCY\n{sentence}", f"{sentence}\nAGENCY", f"{sentence}\nAGENCY\n{sentence}"):
        assert all(end - start >= FRAGMENT_CHARACTERS for start, end in spans(text, words=20))


def test_long_sentences_are_cut_at_a_clause() -> None:
    """A sentence of 150 words with one comma near its middle is cut there."""
    left, right = " ".join(["alpha"] * 70) + ",", " ".join(["omega"] * 80)
    text = f"{left} {right}."
    assert [text[start:end] for start, end in spans(text, words=100)] == [left, f"{right}."]


def test_scripts_without_spaces_count_by_characters() -> None:
    """Two Han or Kana characters, six Thai ones, are a word."""
    assert measure("大桥通车") == measure("two words") == measure("สะพานยาวข้าม") == 12


def test_cuts_do_not_part_a_letter_from_its_marks() -> None:
    """Where only characters can be parted, combining marks stay with their letter."""
    text = "กำ" * 2000
    for start, _ in spans(text, words=100):
        assert text[start] == "ก"


def test_no_words_is_an_error() -> None:
    """A limit of nothing is refused."""
    with pytest.raises(ValueError, match="positive"):
        spans("text", words=0)


def test_of_a_very_long_article_the_beginning_is_cut() -> None:
    """At most so many passages, in order; how much is behind them is told."""
    sentence = "The minister spoke of the bridge for an hour and nobody in the hall understood a word of it. "
    long = article(body=sentence * 400)
    whole, some = cut(long, words=100), cut(long, words=100, most=20)
    assert (len(some), some[0].start) == (20, 0)
    assert all(one.end <= other.start for one, other in pairwise(some))
    assert unread_characters(long, [passage.end for passage in whole]) == 0
    assert (
        unread_characters(long, [passage.end for passage in some])
        == len(long.body[some[-1].end :].strip())
        > 10_000
    )


@pytest.mark.parametrize(
    "text", [". " * 300_000, "word " * 1_500_000, "a" * 3_000_000, "\n" * 3_000_000 + "x"]
)
def test_no_text_takes_long_to_cut(text: str) -> None:
    """Megabytes of full stops, of one line, of one word: what is behind the limit costs nothing."""
    began = time.process_time()
    assert len(cut(article(body=text), words=100, most=200)) <= 200
    assert time.process_time() - began < 15
