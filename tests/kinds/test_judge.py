"""The kind of a narrative by its facts."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.kinds.judge import CLAIM, Facts, evidence, judge, told_within
from analysis.kinds.rows import own_rows

WEEKS = list(range(0, 84, 7))
DAYS = [3] * 12


def facts(score: float | None, days: list[int] = WEEKS, **given: object) -> Facts:
    """A narrative of texts that all score the same."""
    scores = None if score is None else np.full(len(days), score)
    values = {"outlets": 4, "one_event": 0.0, "is_form": False, **given}
    return Facts(scores, days, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (facts(1.0), "claim"),
        (facts(1.0, DAYS), "claim"),
        (facts(0.0), "subject"),
        (facts(-1.0), "subject"),
        (facts(0.0, DAYS), "event"),
        (facts(1.0, is_form=True), "form"),
        (facts(None), None),
        (facts(None, DAYS), "event"),
    ],
)
def test_the_kind(given: Facts, kind: str | None) -> None:
    """Texts that assert make a claim, whenever they are told; others an event or a subject."""
    assert judge(given).kind == kind


def test_few_texts_must_be_clearer() -> None:
    """A mean that makes a claim of many texts makes none of a few: it may be chance."""
    assert judge(facts(0.5, list(range(0, 210, 7)))).kind == "claim"
    assert judge(facts(0.5, [0, 20, 40])).kind == "subject"


def test_one_event_must_be_clearer() -> None:
    """What most texts tell as one event needs more to be a claim."""
    score = CLAIM * 2.2
    assert judge(facts(score)).kind == "claim"
    assert judge(facts(score, one_event=0.9)).kind == "subject"


def test_a_claim_stays_one_in_a_quiet_month() -> None:
    """What was a claim needs less to stay one, and not nothing."""
    assert judge(facts(0.3)).kind == "subject"
    assert judge(facts(0.3, was_claim=True)).kind == "claim"
    assert judge(facts(0.0, was_claim=True)).kind == "subject"


def test_the_grade_says_how_clearly() -> None:
    """The grade grows with the evidence, and is a half where a claim begins."""
    grades = [judge(facts(score)).grade for score in (-1.0, 0.0, 0.4, 1.0, 3.0)]
    assert grades == sorted(grades)
    at_the_edge = judge(facts(CLAIM * 2))
    assert at_the_edge.grade == pytest.approx(0.5)
    assert at_the_edge.reasons["evidence"] == pytest.approx(CLAIM)


def test_evidence_of_nothing_is_nothing() -> None:
    """No texts, no evidence; no head, nobody knows."""
    assert evidence(np.zeros(0)) == 0.0
    assert evidence(None) is None
    assert told_within([], 7) == 0.0


def test_own_rows_are_many_and_of_both_sides() -> None:
    """As many claims as news in each genre and language, no sentence twice, and of four states forty rows in
    each of six languages.
    """
    rows = own_rows()
    assert len({row.text for row in rows}) == len(rows)
    cells: dict[tuple[str, str], list[bool]] = {}
    for row in rows:
        cells.setdefault((row.genre, row.language), []).append(row.is_claim)
    assert all(sum(found) * 2 == len(found) for found in cells.values())
    full: dict[str, int] = {}
    for (genre, _), found in cells.items():
        full[genre] = full.get(genre, 0) + (len(found) >= 40)
    assert sum(languages >= 6 for languages in full.values()) >= 4
