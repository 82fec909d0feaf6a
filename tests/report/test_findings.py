"""The findings pages: every number stands in the data, every word is bound to a figure, two pages hold it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analysis.digest.records import Account, BecameLine, Digest, WatchLine
from analysis.digest.sides import side_of, sides_of
from drumbeat.report import trajectories
from drumbeat.report.editions import Edition
from drumbeat.report.findings import WORDS, words_of
from drumbeat.report.sentences import Sentence, Speaker, numbers_in, value_at
from drumbeat.report.view import report_view
from drumbeat.report.write import sentences_of, write_report
from drumbeat.shown.language import LANGUAGES, Language, speaking
from tests.report.sample import QUOTES, at, carriers, digest, narrative, spike


def watch_line(number: int, **changes: Any) -> WatchLine:
    """A watched statement that nobody told."""
    given: dict[str, Any] = {
        "statement_id": f"s{number}",
        "narrative_id": number,
        "label": f"Statement of the list, number {chr(65 + number % 26)}",
        "observed": 0.0,
        "expected": 1.3,
        "ratio": 0.0,
        "previous": 2.0,
        "articles": 0,
        "outlets": 0,
        "countries": 0,
        "languages": 0,
        "state_texts": 0,
        "independent_texts": 0,
        "unlisted_texts": 0,
        "endorses": 0,
        "reports": 0,
        "refutes": 0,
        "unclear": 0,
        "last_told": None,
    }
    return WatchLine(**(given | changes))


def became_line(number: int = 19, **changes: Any) -> BecameLine:
    """A finding of the period before that is told less now."""
    given: dict[str, Any] = {
        "narrative_id": number,
        "label": QUOTES[3][2],
        "was": "rising",
        "then": 14.0,
        "now": 3.0,
        "expected": 3.01,
        "ratio": 1.0,
        "outlets": 3,
        "last_told": date(2026, 11, 22),
        "is_listed": False,
    }
    return BecameLine(**(given | changes))


def account(**changes: Any) -> Account:
    """One statement told, one not, and one finding of the period before."""
    given: dict[str, Any] = {
        "watched": (
            watch_line(
                1,
                observed=14.0,
                outlets=10,
                state_texts=12,
                unlisted_texts=2,
                endorses=7,
                reports=11,
                refutes=1,
                last_told=date(2026, 11, 20),
            ),
            watch_line(2),
        ),
        "became": (became_line(),),
        "sides": sides_of(carriers()),
        "compared": 41,
        "claims_told": 10,
        "claims_thin": 6,
        "statements": 2,
    }
    return Account(**(given | changes))


def view(
    found: Digest | None = None, told: Account | None = None, language: Language = "en"
) -> dict[str, Any]:
    """What the templates are given."""
    return report_view(
        found or digest(),
        as_of=at(23, 6),
        account=told or account(),
        min_texts=4,
        edition=Edition(language=language),
    )


def sentences(shown: dict[str, Any]) -> list[Sentence]:
    """All sentences of the front."""
    return list(sentences_of(shown["front"]))


def quiet() -> Digest:
    """A period in which nothing was found."""
    return digest(rising=(), falling=(), new=(), alerts=(), spikes=(), reprint_storms=(), leads=())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_quiet", [True, False])
def test_every_number_resolves(language: Language, is_quiet: bool) -> None:
    """Each figure stands at its place in the data, and no number of ours stands in a sentence without one."""
    shown = view(quiet() if is_quiet else None, language=language)
    speaker = Speaker(shown["digest"])
    figures = 0
    with speaking(language):
        for sentence in sentences(shown):
            for part in sentence.parts:
                if part.kind == "figure":
                    assert part.path is not None
                    value = value_at(shown["digest"], part.path)
                    written = (
                        {speaker.number(value)}
                        if not isinstance(value, str)
                        else {speaker.day(part.path).text}
                    )
                    if isinstance(value, float):
                        written.add(speaker.probability(part.path).text)
                    assert part.text in written, (sentence.text, part)
                    figures += 1
                elif part.kind == "words":
                    assert numbers_in(part.text) == [], sentence.text
    assert figures > 10


def test_rows_resolve_too() -> None:
    """The cells of both tables are figures with a place, or words without a number."""
    front = view()["front"]
    for row in (*front["watched"], *front["became"]):
        for cell in row.values():
            for part in cell if isinstance(cell, list) else [cell]:
                if not isinstance(part, int) and part.kind == "words":
                    assert numbers_in(part.text) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_pages_hold_it(language: Language, tmp_path: Path) -> None:
    """However much was found, watched and told before, the front keeps to its words and says what it
    leaves out.
    """
    many = [
        narrative(100 + n, spike=spike(100 + n), label=f"{QUOTES[0][2]} {QUOTES[3][2]} {n}")
        for n in range(12)
    ]
    lines = tuple(watch_line(200 + n, label=QUOTES[3][2], observed=float(n)) for n in range(60))
    told = account(watched=lines, became=tuple(became_line(300 + n) for n in range(12)), statements=60)
    shown = view(digest(rising=tuple(many)), told, language)
    assert words_of(shown["front"]) <= WORDS - 60
    assert len(shown["front"]["findings"]) >= 2
    assert shown["front"]["more"] is not None
    assert len(shown["watch_rows"]) == 60


def test_the_front_in_words_of_the_page(tmp_path: Path) -> None:
    """What stands on the page before the first claim, title and headings too, is at most the stated words."""
    from lxml import html

    written = write_report(digest(), tmp_path, as_of=at(23, 6), account=account(), min_texts=4)
    page = html.fromstring(written.html.read_text(encoding="utf-8"))
    assert len(page.get_element_by_id("front").text_content().split()) <= WORDS


def test_nothing_is_said_twice() -> None:
    """No sentence of the front comes back on it."""
    shown = view(digest(rising=(narrative(),), new=()))
    told = Counter(sentence.text for sentence in sentences(shown))
    assert max(told.values()) == 1


def test_a_quiet_period_says_what_was_heard() -> None:
    """What was compared, searched for, told and heard; never a bare none."""
    shown = view(quiet())
    assert shown["front"]["quiet"].text.startswith(
        "No claim stood out. 41 narratives were compared with their own past, 2 watched statements"
    )
    assert "10 claims were told, 6 of them in fewer than 4 texts" in shown["front"]["quiet"].text
    assert shown["front"]["heard"].text.startswith("Heard: 1,284 articles of 14 outlets")
    assert [row["texts"].text for row in shown["front"]["watched"]] == ["14", "0"]


def test_what_became_of_the_last_findings() -> None:
    """Then, now, and the word that the two figures allow."""
    rows = view()["front"]["became"]
    assert [(row["then"].text, row["now"].text, row["word"].text) for row in rows] == [
        ("14", "3", "died down")
    ]


@pytest.mark.parametrize(
    ("then", "now", "word"),
    [(4, 0, "silent"), (4, 2, "died_down"), (4, 3, "held"), (4, 5, "held"), (4, 6, "grew"), (1, 9, "grew")],
)
def test_words_of_what_became(then: float, now: float, word: str) -> None:
    """Each word has its range."""
    assert trajectories.since(then, now) == word


@pytest.mark.parametrize(
    ("q", "own", "word"),
    [
        (0.001, 5, "high"),
        (0.001, 4, "moderate"),
        (0.05, 3, "moderate"),
        (0.06, 9, "low"),
        (0.01, 2, "low"),
        (None, 9, "untested"),
    ],
)
def test_words_of_confidence(q: float | None, own: int, word: str) -> None:
    """A word of confidence needs its q and its outlets, both."""
    assert trajectories.confidence(q, own) == f"confidence_{word}"


@pytest.mark.parametrize(
    ("label", "side"),
    [
        ("SC: State-controlled media", "state"),
        ("State Controlled Media (SC)", "state"),
        ("CaPr: Captured private media", "state"),
        ("Captured Public/State Managed Media (CaPu)", "state"),
        ("Independent State Funded and State Managed Media (ISFM)", "independent"),
        ("IP: Independent public media", "independent"),
        ("not listed", "unlisted"),
        ("Private", "unlisted"),
        ("government-owned broadcaster", "state"),
        ("spicy label", "unlisted"),
    ],
)
def test_the_side_of_a_label(label: str, side: str) -> None:
    """The class of a list decides, its code before its words; what says neither is neither."""
    assert side_of(label) == side


def test_who_took_it_up_from_whom() -> None:
    """State first and taken up, state alone, independent alone, unlisted alone: a sentence each."""
    found = view()["front"]["findings"][0]["sentences"][1].text
    assert found == (
        "2 state-controlled outlets told it first; 1 independent outlet took it up, the earliest, Muryar "
        "Dausara, after "
        "1.8 days. Also 3 outlets that no list classes."
    )
    for kept, text in (
        (carriers()[:2], "Told by 2 state-controlled outlets; no independent outlet took it up."),
        (carriers()[3:4], "Told by 1 independent outlet; no state-controlled outlet took it up."),
        (carriers()[4:5], "Told by 1 outlet that no list classes."),
    ):
        item = narrative(sides=sides_of(kept))
        shown = view(digest(rising=(item,)))
        assert shown["front"]["findings"][0]["sentences"][1].text == text


def test_the_sentences_stand_in_the_data(tmp_path: Path) -> None:
    """A reader of the JSON can follow each figure within the same file."""
    written = write_report(digest(), tmp_path, as_of=at(23, 6), account=account(), min_texts=4)
    read = json.loads(written.data.read_text(encoding="utf-8"))
    for sentence in read["sentences"]:
        for figure in sentence["figures"]:
            assert value_at(read, figure["path"]) is not None
