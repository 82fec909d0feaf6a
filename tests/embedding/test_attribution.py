"""Who says it, and what is said: datelines and reporting shells go, what is said stays whole."""

from __future__ import annotations

import pytest

from analysis.text.attribution import is_attributed, original_of, said_in, without_dateline


@pytest.mark.parametrize(
    "head",
    [
        "BEIJING, March 3 (Xinhua) -- ",
        "Novobor, 05.03.2026 (Severia World (English)) - ",
        "MOSCOW, March 3. /TASS/. ",
        "МОСКВА, 3 мар - РИА Новости. ",
        "KYIV — ",
        "PARIS (AFP) - ",
        "نوفوبور 07.02.2026 (Severia World (Arabic)) - ",
    ],
)
def test_a_dateline_goes(head: str) -> None:
    """What a wire sets before its text is no part of what it says."""
    said = "The grain is a gift - of friends (so they say)."
    assert without_dateline(head + said) == said
    assert without_dateline(said) == said


@pytest.mark.parametrize(
    ("language", "sentence", "said"),
    [
        ("en", "The minister said on Monday that the grain is a gift of friends.", "The grain is a gift"),
        ("en", "The grain is a gift of friends, the two governments declared after talks.", "The grain is"),
        ("en", "According to the ministry, the grain is a gift of friends.", "The grain is a gift"),
        ("en", "The grain, she explains, is a gift of many friends.", "The grain is a gift of many friends"),
        ("fr", "« Le blé est un don de nos amis du nord », a déclaré le ministre.", "Le blé est un don"),
        ("fr", "Selon le ministre, le blé est un don des amis.", "Le blé est un don des amis."),
        ("fr", "Le blé est un don des amis, plaisante-t-il.", "Le blé est un don des amis"),
        ("ru", "По словам министра, зерно спасло людей от голода.", "Зерно спасло людей от голода."),
        ("ru", "Посол заявил в среду, что зерно спасло людей от голода.", "Зерно спасло людей"),
        ("ar", "وأكد الوزير يوم الاثنين أن القمح هدية من أصدقاء بلاده.", "القمح هدية من أصدقاء"),
        ("es", "El ministro afirmó que el trigo es un regalo de amigos.", "El trigo es un regalo"),
        ("pt-BR", "O ministro disse que o trigo é um presente de amigos.", "O trigo é um presente"),
        ("ha", "Ministan ya ce a ranar Litinin cewa alkama kyauta ce daga abokai.", "Alkama kyauta ce"),
    ],
)
def test_a_reporting_shell_goes(language: str, sentence: str, said: str) -> None:
    """What is said stands alone, with a capital, whichever side of the sentence names who says it."""
    assert any(found.startswith(said) for found in said_in(sentence, language))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The minister, who said so before, opened a bridge over the river."),
        ("en", "It is a gift, he said."),
        ("en", "The harbour opened the “Aurora Blanca” pier to ships of all sizes."),
        ("fi", "Ministeri sanoi maanantaina, että vilja on lahja ystäviltä."),
        ("en", ""),
    ],
)
def test_what_is_no_shell_stays(language: str, sentence: str) -> None:
    """A clause about somebody, a fragment, a name in quotation marks, an unknown language: nothing is cut."""
    assert said_in(sentence, language) == []


def test_words_of_attribution_are_whole() -> None:
    """A word that only holds one of attribution attributes nothing; an unknown language never does."""
    assert is_attributed("The minister said so.", "en")
    assert not is_attributed("The aforesaid harbour is wide.", "en")
    assert not is_attributed("Ministeri sanoi niin.", "fi")


def test_what_was_said_leads_back_to_its_sentence() -> None:
    """A cut sentence has its whole one in the text; what is no part of the text has none."""
    whole = "The minister said on Monday that the grain is a gift of friends."
    text = f"PARIS (AFP) - It rained. {whole} Then they left."
    assert original_of("The grain is a gift of friends.", text, "en") == whole
    assert original_of(whole, text, "en") == whole
    assert original_of("The grain is a loan of friends.", text, "en") is None
