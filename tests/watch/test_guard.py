"""Required entities."""

from __future__ import annotations

import pytest

from analysis.watch.guard import Guard, fold


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("Mauritanie", "LA MAURITANIE a répondu"),
        ("Côte d'Ivoire", "en cote d'ivoire"),
        ("Росси", "по словам России"),
        ("Niger", "l'Niger"),
        ("موريتانيا", "وقالت لموريتانيا"),
        ("روسيا", "روســيا"),
        ("ميريديا", "مِيرِيديا"),
        ("俄罗斯", "对俄罗斯的关切"),
        ("EU", "the EU's envoy"),
    ],
)
def test_a_spelling_is_found_in_every_dress(spelling: str, text: str) -> None:
    """Case, accents, vowel signs, lengthening, endings and Arabic prefixes do not hide a name."""
    assert Guard([[spelling]]).lets(text)


@pytest.mark.parametrize(("spelling", "text"), [("Oman", "a woman of Rome"), ("EU", "Europe and the feud"), ("Niger", "Algeria")])
def test_a_part_of_another_word_is_no_name(spelling: str, text: str) -> None:
    """A name begins its word, and a short one is the whole word."""
    assert not Guard([[spelling]]).lets(text)


def test_every_group_must_be_named_somewhere() -> None:
    """One group in the title and one in the passage will do; one alone will not; no groups let all through."""
    guard = Guard([["Meridia", "Méridie"], ["Severia"]])
    assert guard.lets("Visit to Méridie", "The envoy of Severia arrived.")
    assert not guard.lets("Visit to Méridie", "The envoy arrived.")
    assert Guard([]).lets("anything")


def test_marks_are_no_wildcards() -> None:
    """A spelling is taken by its letters, whatever they mean elsewhere."""
    assert not Guard([["U.A.E"]]).lets("UxAxE")
    assert fold("Ÿ") == "y"
