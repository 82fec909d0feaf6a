"""The sentence that states the claim: which texts can, which are borne out, and when a label stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from analysis.arrays import Floats, Matrix
from analysis.narratives.claim_sentence import (
    Said,
    can_state,
    languages_in_order,
    rubric_of,
    share_of,
    stated,
)
from analysis.narratives.labels import ranked, standing_titles
from storage.records import PassageRow
from tests.narratives.conftest import vector_of
from tests.narratives.test_nearest import row


def told(key: str, title: str, text: str, language: str = "en", outlet: str = "alpha") -> PassageRow:
    """A passage that begins an article."""
    return replace(row(key, outlet=outlet, text=text), title=title, language=language, ordinal=0)


def read(said: Sequence[Said]) -> tuple[Matrix, Floats]:
    """Vectors by hand, and nothing that asserts more than another."""
    return np.stack([vector_of(item.text) for item in said]).astype(np.float64), np.zeros(len(said))


def label_of(rows: Sequence[PassageRow], readers: Sequence[str] = ("en",)) -> str | None:
    """The sentence that states what rows claim; their vectors are those of their texts."""
    vectors = np.stack([vector_of(item.text) for item in rows]).astype(np.float64)
    standing = standing_titles((item.source_id, item.title, item.group_id) for item in rows)
    found = stated(rows, ranked(vectors, rows), vectors, readers=readers, standing=standing, read=read)
    return found.said.text if found else None


LAB = [told(f"p{step}", f"Title {step}", f"Text {step} of claim-lab", "fr") for step in range(8)]


def test_a_question_and_a_rubric_name_nothing() -> None:
    """What states the claim is a headline or a lead that asks nothing and stands under no rubric."""
    asks = [
        replace(item, title=f"Commentary: Who profits from claim-lab {step}?")
        for step, item in enumerate(LAB)
    ]
    found = label_of(asks)
    assert found is not None
    assert found.startswith("Text ")


def test_the_reader_s_language_comes_first_where_it_is_borne_out() -> None:
    """An English member names the narrative for an English reader; a stray in English does not."""
    member = told("p9", "The plain truth of claim-lab is out", "Nine says it of claim-lab", "en")
    stray = told("p9", "A load of onions arrived", "Onions came to the harbour", "en")
    assert label_of([*LAB, member]) in (member.title, member.text)
    found = label_of([*LAB, stray])
    assert found is not None
    assert "claim-lab" in found


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("The grain is a gift of friends.", True),
        ("Is the grain a gift of friends?", False),
        ("هل القمح هدية من الأصدقاء؟", False),
        ("谷物是朋友的礼物吗？", False),
        ("Grain", False),
        ("and then he said: “it is a gift", False),
        ('He said "it is a gift" of friends', True),
        ("word " * 50, False),
    ],
)
def test_what_can_state_a_claim(text: str, can: bool) -> None:
    """A sentence of a statement's length that asks nothing and holds its quotations whole, in any script."""
    assert can_state(text) is can


def test_languages_go_by_the_reader_then_by_number() -> None:
    """What the reader reads, English, French, then what most texts are in."""
    assert languages_in_order(["ru", "ar", "ru", "en", "fr"], ["ar"]) == ["ar", "en", "fr", "ru"]
    assert languages_in_order(["ru", "ar", "ar"], ["en"]) == ["ar", "ru"]


def test_a_rubric_is_what_stands_before_a_colon() -> None:
    """Only what an outlet sets over several articles counts as one (`standing_titles`)."""
    assert rubric_of("Commentary: Who profits") == "Commentary"
    assert rubric_of("Nothing stands before it") == ""


@pytest.mark.parametrize("count", [6, 60, 600])
def test_a_claim_s_own_sentence_is_borne_out_at_any_size(count: int) -> None:
    """Half of the members and more bear out a sentence of their claim, few one of another."""
    vectors = np.stack([vector_of(f"Text {step} of claim-lab") for step in range(count)]).astype(np.float64)
    centre = vectors.sum(axis=0) / np.linalg.norm(vectors.sum(axis=0))
    assert share_of(vectors, centre) >= 0.5
    assert share_of(vectors, vector_of("Text of claim-grain").astype(np.float64)) <= 0.1


def alike(said: Sequence[Said]) -> tuple[Matrix, Floats]:
    """Vectors of one claim, whatever words it has."""
    return np.stack([vector_of("Text of claim-lab")] * len(said)).astype(np.float64), np.zeros(len(said))


@pytest.mark.parametrize(
    "longer",
    [
        "ACCRA, 5 May (Wire) - The envoy said on Monday that the germ was made in a laboratory of theirs.",
        "The germ was made in a laboratory of theirs, the envoy said on Monday after talks in Accra.",
        "Deputies rose on Thursday when the speaker read out a letter, " + "and so on, " * 8 + "to the end.",
    ],
)
def test_what_can_be_read_at_a_glance_comes_first(longer: str) -> None:
    """Of sentences as near to the centre the shortest names the narrative, without dateline and speaker."""
    rows = [told(f"q{step}", "Claim-lab?", f"Text {step} of claim-lab", "fr") for step in range(6)]
    plain = told("q8", "The germ was made in a laboratory of theirs.", "Text 8 of claim-lab")
    rows += [plain, told("q9", "Claim-lab?", longer)]
    vectors = np.stack([vector_of(item.text) for item in rows]).astype(np.float64)
    order = sorted(range(len(rows)), key=lambda place: rows[place] is plain)
    found = stated(rows, order, vectors, readers=["en"], read=alike)
    assert found is not None
    assert found.said.text.rstrip(".") == "The germ was made in a laboratory of theirs"
