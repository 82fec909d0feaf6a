"""Words of texts in any script."""

from __future__ import annotations

import pytest

from analysis.narratives.keywords import keywords_of
from analysis.narratives.words import folded, words


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Meridia understands the security concerns",
            "en",
            ["meridia", "understands", "security", "concerns"],
        ),
        ("Меридия понимает озабоченности Северии", "ru", ["меридия", "понимает", "озабоченности", "северии"]),
        (
            "毛里塔尼亚表示理解俄罗斯对安全的担忧",
            "zh",
            ["毛里塔尼亚", "表示", "理解", "俄罗斯", "安全", "担忧"],
        ),
        (
            "मौरितानिया रूस की सुरक्षा चिंताओं को समझता है",
            "hi",
            ["मौरितानिया", "रूस", "सुरक्षा", "चिंताओं", "समझता"],
        ),
        ("モーリタニアはロシアの懸念を理解", "ja", ["モーリタニア", "ロシア", "懸念", "理解"]),
        ("l'Église et la polícia", "fr", ["église", "polícia"]),
    ],
)
def test_words_of_any_script_survive(text: str, language: str, expected: list[str]) -> None:
    """Letters of every script are kept whole, stop words go."""
    assert words(text, language) == expected


def test_scripts_without_spaces_give_character_groups() -> None:
    """Thai is cut into overlapping groups of four characters with their marks."""
    assert words("รัสเซีย", "th")[0] == "รัสเ"


def test_arabic_is_normalised() -> None:
    """Marks, tatweel and the kinds of alef do not make other words."""
    assert folded("أُمّــة") == folded("امة")


def test_keywords_are_counted_within_a_language() -> None:
    """A language with few texts gets none, and the largest language does not crowd out the others."""
    tokens = [["grain", "port"]] * 9 + [["grain", "ship"]] * 3 + [["зерно", "порт"]] * 3 + [["trigo"]]
    languages = ["en"] * 12 + ["ru"] * 3 + ["es"]
    found = keywords_of(tokens, languages, [0] * 9 + [1] * 3 + [1] * 3 + [1])
    assert found[0]["en"][0] == "port"
    assert set(found[1]) == {"en", "ru"}
    assert found[1]["ru"] == ("зерно", "порт")


def test_background_texts_get_no_keywords() -> None:
    """Texts without a cluster count, but are told nothing of."""
    assert keywords_of([["a"], ["b"], ["c"]], ["en"] * 3, [-1] * 3) == {}


def test_a_keyword_is_shared() -> None:
    """A word that one text alone uses, however often, tells nothing of the narrative; a language with no
    shared word has no keywords.
    """
    tokens = [["falcon", "camel", "camel"], ["falcon", "aske"], ["falcon"], ["un"], ["deux"], ["trois"]]
    assert keywords_of(tokens, ["en"] * 3 + ["fr"] * 3, [0] * 6) == {0: {"en": ("falcon",)}}
