"""Folding of text, and between which moments something was published."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records.published import EAST, UNDATED, WEST, published_between
from storage.text import (
    for_comparing,
    for_keywords,
    for_names,
    for_searching,
    letters_of,
    mostly_unspaced,
    searched_pieces,
    spaced_letters,
)
from tests.storage.makers import article, hours

SAME_TEXT = [
    ("می‌شود كه عميق", "ميشود که عمیق"),
    ("الـمـدرسة مُحَمَّدٌ ١٢", "المدرسه محمد 12"),
    ("آموزش ۱۴۰۳", "اموزش 1403"),
    ("ہے اور یہ", "هي اور يه"),
    ("Всё ещё", "Все еще"),
    ("Ђоковић и Његош живе", "Đoković i Njegoš žive"),
    ("CAFÉ ﬁn Ⅳ", "cafe fin iv"),
    ("İSTANBUL ışık", "istanbul isik"),
    ("so\u00adft e\u200bnd", "soft end"),
    ("ｶﾞｽ", "ガス"),
]


@pytest.mark.parametrize(("left", "right"), SAME_TEXT)
def test_spellings_of_one_text_compare_equal(left: str, right: str) -> None:
    """Keyboards, half-spaces, vowel signs, digits, accents and Serbian alphabets leave no trace."""
    assert for_comparing(left) == for_comparing(right)


@pytest.mark.parametrize(
    ("left", "right"), [("की", "का"), ("ガス", "カス"), ("เสื้อ", "เสือ"), ("ক্ষ", "কষ"), ("bar", "car")]
)
def test_other_words_compare_different(left: str, right: str) -> None:
    """Vowel signs and voicing that make other words stay."""
    assert for_comparing(left) != for_comparing(right)


@given(st.text(max_size=100))
@settings(deadline=None)
def test_folding_twice_is_folding_once(text: str) -> None:
    """What is folded stays as it is, and words stand one space apart."""
    once = for_comparing(text)
    assert for_comparing(once) == once
    assert once == " ".join(once.split())
    assert letters_of(text) == spaced_letters(text).replace(" ", "")
    assert "".join(searched_pieces(text)) == for_searching(text)


def test_each_need_keeps_what_it_shows() -> None:
    """Names keep their signs, keywords their accents, abbreviations their capitals."""
    assert for_names("Côte d’Ivoire") == "cote d'ivoire"
    assert for_names("ÉU", keep_case=True) == "EU"
    assert for_keywords("État أمن") == "état امن"
    assert spaced_letters("Don't  STOP!") == "don t stop"


def test_scripts_without_spaces_are_told() -> None:
    """Chinese, Japanese and Thai are; Korean, Tibetan and Latin are not."""
    assert all(map(mostly_unspaced, ("新华社电", "これはテスト", "ประเทศไทย")))
    assert not any(map(mostly_unspaced, ("안전 보장", "བོད་སྐད", "Latin 新", "")))


def test_a_date_is_an_interval() -> None:
    """A moment is exact, a day is one of any zone, an undated page lies before it was seen, nothing lies
    after."""
    row = article("1", published_at=hours(30), first_seen_at=hours(40), date_confidence="A")
    assert published_between(row) == (hours(30), hours(30))
    day = (hours(24) - EAST, hours(40))
    assert published_between(replace(row, published_at=hours(24))) == day
    assert published_between(replace(row, date_confidence="C")) == day
    seen_later = replace(row, date_confidence="C", first_seen_at=hours(90))
    assert published_between(seen_later) == (hours(24) - EAST, hours(48) + WEST)
    assert published_between(replace(row, date_confidence="D")) == (hours(40) - UNDATED, hours(40))
    assert published_between(replace(row, published_at=hours(50))) == (hours(40), hours(40))
