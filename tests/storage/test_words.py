"""Words, queries and snippets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.types import storable
from storage.words import MAX_TERMS, Term, parse_query, snippet, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop, l'État!", ["don", "t", "stop", "l", "etat"]),
        ("مُحَمَّدٌ", ["محمد"]),
        ("Ёлка й", ["елка", "и"]),
        ("안전 보장", ["안전", "보장"]),
        ("安全 OK", ["安", "全", "ok"]),
        ("İstanbul ﬁve ①", ["istanbul", "five", "1"]),
        ("snake_case e-mail", ["snake", "case", "e", "mail"]),
        ("l’été l'été", ["l", "ete", "l", "ete"]),
        ("", []),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    """Lower case, no marks, compatibility forms unified, one word per character where a
    script has no spaces.
    """
    assert words(text) == expected


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("تهران و کیف", "تهران و كيف"),
        ("هيئة", "هيئه"),
        ("موسى", "موسي"),
        ("الأمن", "الـــأمن"),
        ("نمی‌توانند", "نمیتوانند"),
        ("1405", "۱۴۰۵"),
        ("١٤٤٧", "1447"),
        ("२०२६", "2026"),
        ("kızıl", "KIZIL"),
        ("İzmir", "izmir"),
        ("Dong hoi", "Đồng Hới"),
        ("zolw", "żółw"),
        ("Kobenhavn", "København"),
        ("hausa dan kasa", "Hausa ɗan ƙasa"),
        ("'yan", "ʼyan"),
        ("п'ять", "пʼять"),
        ("soft", "so\u00adft"),
        ("straße", "STRASSE"),
    ],
)
def test_spellings_of_a_word_meet(typed: str, written: str) -> None:
    """What another keyboard, another habit or another case makes of a word is found by it."""
    assert words(typed) == words(written)


@given(st.text(max_size=80))
@settings(deadline=None)
def test_folding_is_done_once(text: str) -> None:
    """Words that are folded already stay as they are: what is found can be searched for again."""
    folded = words(text)
    assert words(" ".join(folded)) == folded


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            'mali "security concerns" rus*',
            [Term(("mali",)), Term(("security", "concerns")), Term(("rus",), prefix=True)],
        ),
        ('"open phrase', [Term(("open", "phrase"))]),
        ("co-operation*", [Term(("co", "operation"), prefix=True)]),
        ('a"b c"d', [Term(("a",)), Term(("b", "c")), Term(("d",))]),
        ("* - ''", []),
    ],
)
def test_queries_are_parsed(query: str, expected: list[Term]) -> None:
    """Words, phrases and beginnings; the rest separates."""
    assert parse_query(query) == expected


@given(st.text(max_size=200))
@settings(deadline=None)
def test_terms_hold_letters_and_digits_only(query: str) -> None:
    """Nothing that an engine could read as syntax survives, and terms are bounded."""
    terms = parse_query(query)
    assert len(terms) <= MAX_TERMS
    assert all(word.isalnum() and word == word.strip() for term in terms for word in term.words)
    assert all(term.words for term in terms)


@given(st.text(max_size=500), st.text(min_size=1, max_size=20))
@settings(deadline=None)
def test_snippets_are_short(text: str, query: str) -> None:
    """Whatever text and query, a snippet is a short line."""
    found = snippet(text, parse_query(query))
    assert len(found) < 260
    assert "\n" not in found


def test_snippets_lead_to_the_original() -> None:
    """Folding that makes text longer or shorter does not shift the place, and nothing found means the
    beginning.
    """
    text = "ﬃ" * 300 + " مُحَمَّد هنا " + "x" * 300
    assert "مُحَمَّد" in snippet(text, parse_query("محمد"))
    assert snippet("one two three", parse_query("absent")) == "one two three"
    assert snippet("毛里塔尼亚理解俄罗斯的安全关切" * 30, parse_query("安全")).startswith("毛里")


@given(st.text(max_size=100) | st.just("\ud800a\x00"))
def test_storable_text_keeps_its_length(text: str) -> None:
    """Replacing what cannot be stored is one for one, so that offsets hold."""
    assert len(storable(text)) == len(text)
    storable(text).encode()
