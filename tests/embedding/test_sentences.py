"""Where sentences end."""

from __future__ import annotations

import pytest

from analysis.text.sentences import sentences


def cut(text: str) -> list[str]:
    """The sentences of a text as strings."""
    return [text[sentence.start : sentence.end] for sentence in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["He spoke on Monday.", "Nobody answered!", "Why?", "We do not know…", "The end."],
        ["Россия выделила средства.", "Конец."],
        ["ما الذي حدث؟", "لا أحد يعرف.", "یہ خبر ہے۔", "ختم."],
        ["मंत्री ने कहा।", "यह सच है॥", "समाप्त"],
        ["ሚኒስትሩ ተናገሩ።", "ማን ነው፧", "ጨረሰ"],
        ["« C'est fini. »", "Il est parti."],
        ['"It is over."', "He left."],
        ["Նախարարը խոսեց։", "Վերջ։"],
        ["រដ្ឋមន្ត្រី។", "ចប់"],
    ],
)
def test_ends_of_many_scripts(parts: list[str]) -> None:
    """Sentences joined by spaces come apart again."""
    assert cut(" ".join(parts)) == parts


def test_full_width_marks_need_no_space() -> None:
    """Chinese and Japanese sentences stand side by side; closing quotes stay with them."""
    assert cut("中国外交部说。他说：“好！”然后离开。") == ["中国外交部说。", "他说：“好！”", "然后离开。"]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Smith met Dr. Jones and J. K. Rowling in the U.S. Senate.",
        "Le 5. Mai was a date; art. 5 and No. 7 were quoted at 3.5 per cent.",
        "Бюджет составил 5 млн. руб. на 2024 г. по ул. Ленина.",
        "«Really?» he asked, etc. and so on.",
        "El Sr. Gómez y la Sra. Díaz firmaron.",
        "Das war z.B. am 3. Oktober bzw. später.",
        "The site www.example.com/a.b?c=d.e works at 10.30 today.",
    ],
)
def test_what_is_no_end(text: str) -> None:
    """Titles, initials, ordinals, decimals, addresses and quoted questions do not end a sentence."""
    assert cut(text) == [text]


def test_no_is_a_word_unless_a_number_follows() -> None:
    """A short form before numbers ends a sentence elsewhere."""
    assert cut("He said no. Nobody moved.") == ["He said no.", "Nobody moved."]


@pytest.mark.parametrize(
    "parts",
    [
        ["It opened at 3 p.m. on Jan. 5.", "They came in thousands."],
        ["The vote is on May 15.", "Nobody expects a surprise."],
        ["It ended on Sept. 30.", "The rest followed."],
        ["Los ministros de EE. UU. y de las FF. AA. hablaron.", "Nadie respondió."],
        ["Viajó a EE. UU. Donald Trump lo recibió.", "Fin."],
        ["Pope John Paul II.", "He travelled."],
        ["Johannes Paul II. und Wilhelm II. reisten.", "Ende."],
        ["Am 5. Januar kam er.", "Der 12. Tag war kalt."],
        ["On May 5. May he rest."],
    ],
)
def test_numbers_and_doubled_letters(parts: list[str]) -> None:
    """A day behind an English month ends its sentence, an ordinal does not; EE. UU. is one name, a Roman numeral alone is none."""
    assert cut(" ".join(parts)) == (["On May 5.", "May he rest."] if len(parts) == 1 else parts)


def test_line_breaks_end_paragraphs() -> None:
    """A line break ends sentence and paragraph, whatever the punctuation."""
    found = sentences("A headline without end\n\n  Then text. And more.\r\nLast")
    assert [sentence.ends_paragraph for sentence in found] == [True, False, True, True]


@pytest.mark.parametrize("text", ["", " \n\t ", "\u2028"])
def test_nothing_has_no_sentence(text: str) -> None:
    """Space alone has none."""
    assert sentences(text) == []


@pytest.mark.parametrize("marks", [".", "!?", "…", "؟", '."'])
def test_a_wall_of_marks_costs_no_more_than_its_length(marks: str) -> None:
    """A hundred thousand marks in a row, which hostile or broken pages have, are read once; tried from every mark they would take hours."""
    wall = marks * 100_000
    assert cut(f"{wall}x") == [f"{wall}x"]
    assert cut(f"{wall} Next.") == [wall, "Next."]
