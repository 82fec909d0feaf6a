"""The headline that names a narrative."""

from __future__ import annotations

from dataclasses import replace

from analysis.narratives.labels import UNTITLED, label, standing_titles
from storage.records import PassageRow
from tests.narratives.test_nearest import row


def titled(
    key: str, title: str, language: str = "fr", *, outlet: str = "alpha", text: str = ""
) -> PassageRow:
    """A passage of an article with a title."""
    return replace(row(key, outlet=outlet, text=text), title=title, language=language)


def named(rows: list[PassageRow], *, present: str = "", readers: tuple[str, ...] = ("en",)) -> str:
    """The label of rows given in the order of their nearness."""
    return label(
        rows,
        range(len(rows)),
        readers=readers,
        present=present,
        standing=standing_titles((row.source_id, row.title, row.group_id) for row in rows),
    )


def test_a_stray_in_the_readers_language_names_nothing() -> None:
    """The only English text of a French narrative, and its least central, is not what it is about."""
    rows = [titled(f"p{step}", f"Blé {step}") for step in range(9)] + [titled("p9", "A load of onions", "en")]
    assert named(rows) == "Blé 0"
    assert named(rows, present="A load of onions") == "Blé 0"
    assert named([rows[9], *rows[:9]]) == "A load of onions"


def test_what_an_outlet_sets_over_everything_is_no_headline() -> None:
    """A rubric, or the outlet's own name, gives way to a headline; where there is nothing
    else, to the text.
    """
    rubric = [titled(f"p{step}", "Actualités", text=f"Le blé arrive au port {step}.") for step in range(3)]
    assert named([*rubric, titled("p3", "Le blé arrive", outlet="beta")]) == "Le blé arrive"
    assert named(rubric) == "Le blé arrive au port 0."
    assert (
        named([titled(f"p{step}", "Le blé arrive", outlet=f"o{step}") for step in range(3)])
        == "Le blé arrive"
    )


def test_a_headline_goes_before_an_untitled_text() -> None:
    """The most central passage may have no title; then the next one's names the narrative, on one line."""
    assert named([titled("p0", " ", text="Text"), titled("p1", "Grain\n  arrives ")]) == "Grain arrives"


def test_without_titles_the_text_begins_the_label() -> None:
    """Whole words in scripts with spaces, a cut in others; never empty."""
    found = named([titled("p0", "", text="grain arrives " * 20)])
    assert found == "grain arrives " * 5 + "grain…"
    assert len(named([titled("p0", "", "zh", text="粮" * 200)])) == UNTITLED + 1
