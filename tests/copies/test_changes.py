"""Turned claims: told where one word turns a text, and not where it was only edited."""

from __future__ import annotations

import random

import pytest

from crawler.copies.changes import change_between

ENGLISH = (
    "The minister said on Friday that the bridge will be opened in June by the president and that 40 "
    "workers took part. "
    "He did not say who paid for it. The first ship is expected in the third week of the month, officials "
    "added."
)


@pytest.mark.parametrize(
    ("claim", "denial"),
    [
        ("will be opened", "will not be opened"),
        ("will be opened", "won't be opened"),
        ("is expected", "is never expected"),
        ("did not say", "did say"),
        ("He did not say", "He said"),
        ("is expected", "is unexpected"),
    ],
)
def test_english_denials(claim: str, denial: str) -> None:
    """A denial put in or taken out, also by a prefix, turns the text whichever came first."""
    other = ENGLISH.replace(claim, denial)
    assert other != ENGLISH
    assert change_between(ENGLISH, other) == change_between(other, ENGLISH) == "negated"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Власти заявили, что мост будет открыт в июне.", "Власти заявили, что мост не будет открыт в июне."),
        ("قالت الوزارة إن الجسر سوف يفتح في يونيو المقبل", "قالت الوزارة إن الجسر لن يفتح في يونيو المقبل"),
        ("این سفر در هفته آینده انجام می‌شود و هیئت", "این سفر در هفته آینده انجام نمی‌شود و هیئت"),
        ("中方将参加下个月在北京举行的会议", "中方将不参加下个月在北京举行的会议"),
        ("政府は来月から新しい制度を導入する方針だ", "政府は来月から新しい制度を導入しない方針だ"),
        ("Le pont sera ouvert au public en juin", "Le pont ne sera pas ouvert au public en juin"),
        ("El puente se abrirá al público en junio", "El puente no se abrirá al público en junio"),
        ("Bakan bu köprü ve yol haziranda açılacak dedi", "Bakan bu köprü ve yol haziranda açılmayacak dedi"),
        ("Premiér řekl že most bude otevřen v červnu", "Premiér řekl že most nebude otevřen v červnu"),
        ("Die Brücke wird im Juni eröffnet werden", "Die Brücke wird im Juni nicht eröffnet werden"),
    ],
)
def test_denials_of_other_languages(left: str, right: str) -> None:
    """By a word, a prefix, an ending or within the word."""
    assert change_between(left, right) == change_between(right, left) == "negated"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("did not", "didn't"),
        ("The minister said", "By our reporters, not for print. The minister said"),
        ("officials added.", "officials added. No more is known."),
        ("on Friday", "late on Friday"),
        ("40 workers", "forty workers"),
        ("in June", "at 10:45 in June"),
    ],
)
def test_edits_that_turn_nothing(old: str, new: str) -> None:
    """Contractions, by-lines, added sentences and other words are edits."""
    other = ENGLISH.replace(old, new)
    assert other != ENGLISH
    assert change_between(ENGLISH, other) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("中方将参加下个月在北京举行的会议", "中方将不断参加下个月在北京举行的会议"),
        (
            "Em Berlim, ruptura no AquaDom fere duas pessoas",
            "Em Berlim, ruptura do AquaDom fere duas pessoas",
        ),
        ("ў школе № 88 горада Іжэўска ў Расіі", "ў школе горада Іжэўска ў Расіі"),
        ("総統在事先未宣布之下訪問烏克蘭首都基輔", "総統在突然訪問烏克蘭首都基輔"),
    ],
)
def test_words_that_only_look_like_denials(left: str, right: str) -> None:
    """A word that begins like a denial, or is one in another language only, turns nothing."""
    assert change_between(left, right) is None


@pytest.mark.parametrize(("new", "change"), [("400", "figure"), ("1,400", "figure"), ("40.", None)])
def test_figures(new: str, change: str | None) -> None:
    """Another figure in the middle of equal words is a change; the same with other signs is not."""
    assert change_between(ENGLISH, ENGLISH.replace("40", new)) == change


def test_years_times_and_grouped_digits_decide_nothing() -> None:
    """A year, a time of day and the spelling of a number are no change of a claim."""
    text = "It was said in 2025 at 10:45 that 12,000 people had come to the square"
    assert change_between(text, text.replace("2025", "2026")) is None
    assert change_between(text, text.replace("10:45", "11:30")) is None
    assert change_between(text, text.replace("12,000", "12000")) is None


def test_a_lost_denial_is_an_accident_where_much_was_lost() -> None:
    """In a text that was shortened word by word nothing is turned."""
    dice = random.Random(4)
    words = [f"word{place}" if place % 12 else "not" for place in range(1, 600)]
    shortened = [word for word in words if dice.random() > 0.1]
    assert shortened.count("not") < words.count("not")
    assert change_between(" ".join(words), " ".join(shortened)) is None
