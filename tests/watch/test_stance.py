"""Endorse, refute, report."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.text.attribution import is_attributed
from analysis.watch.stance import stance_of

SENTENCES = ["It rained all day.", "The country understands the concerns."]


def stance(pro: list[float], against: list[float], sentences: list[str] = SENTENCES) -> str:
    """The stance of two sentences with these cosines."""
    counters = np.array([against]) if against else np.zeros((0, len(pro)))
    return stance_of(sentences, np.array([pro]), counters, language="en", margin=0.03)


def test_the_best_sentence_decides() -> None:
    """Only the sentence nearest to either side is asked, and its margin decides."""
    assert stance([0.1, 0.6], [0.3, 0.4]) == "endorses"
    assert stance([0.1, 0.6], [0.3, 0.7]) == "refutes"
    assert stance([0.1, 0.6], [0.0, 0.61]) == "unclear"


def test_one_margin_refutes() -> None:
    """A counter-statement that is nearer by a little more than the margin refutes.

    Within the margin it is unclear, and a question always is.
    """
    assert stance([0.1, 0.6], [0.3, 0.64]) == "refutes"
    assert stance([0.1, 0.6], [0.3, 0.62]) == "unclear"
    assert stance([0.1, 0.6], [0.3, 0.1], ["It rained.", "Does he understand?"]) == "unclear"


def test_words_of_attribution_make_a_report() -> None:
    """An endorsement that somebody else utters is a report; a refutation stays one."""
    quoted = ["It rained all day.", "The minister said that he understands the concerns."]
    assert stance([0.1, 0.6], [0.1, 0.3], quoted) == "reports"
    assert stance([0.1, 0.3], [0.1, 0.6], quoted) == "refutes"


def test_without_counter_statements_nothing_is_refuted() -> None:
    """A statement alone can only be endorsed or reported."""
    assert stance([0.1, 0.6], []) == "endorses"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "According to the ministry, it works."),
        ("fr", "« C'est fini », a déclaré le ministre."),
        ("ar", "وأكد الوزير أن بلاده تتفهم ذلك."),
        ("ru", "Об этом заявила официальный представитель."),
        ("es", "El ministro afirmó que es cierto."),
        ("pt-BR", "O ministro disse que é verdade."),
        ("ha", "Ministan ya ce sun fahimta."),
        ("zh", "外交部发言人毛宁表示，中国理解这一关切。"),
        ("zh", "总统说这是合理的。"),
    ],
)
def test_attribution_is_known_in_several_languages(language: str, sentence: str) -> None:
    """A cue of each language is found, whatever the variant of the tag."""
    assert is_attributed(sentence, language)


def test_no_cue_no_attribution() -> None:
    """Neither a plain sentence nor a language without a list is attributed; a cue inside a word is none."""
    assert not is_attributed("The essays were long.", "en")
    assert not is_attributed("The minister said so.", "xx")
    assert not is_attributed("这部小说的数据和名称都很清楚。", "zh")
