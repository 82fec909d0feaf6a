"""Parts that a line of their own calls comments or other articles."""

from __future__ import annotations

import pytest

from crawler.cleaning.extract import Extraction, extract_page

PROSE = [
    f"The council met for {n} hours and decided to repair the old dam before the flood." for n in range(2, 8)
]
ARTICLE = "".join(f"<p>{line}</p>" for line in PROSE)
SAID = "I have lived below this dam for years, and nobody has ever asked me what I think of it."


def body(inner: str) -> str:
    """The text of a page with this inside."""
    page = (
        "<html><head><title>Council repairs the dam</title></head><body><div class='q'>"
        f"<h1>Council repairs the dam</h1>{inner}</div></body></html>"
    )
    found = extract_page(page.encode(), url="http://vale.example/1", min_characters=0)
    assert isinstance(found, Extraction), found
    return found.body


@pytest.mark.parametrize(
    "label",
    ["Comments", "12 comments", "Wybrane komentarze", "Комментарии (3)", "Commentaires", "评论", "Yorumlar"],
)
def test_comments_go_by_the_line_that_begins_them(label: str) -> None:
    """The part is unnamed; what follows it is the article again."""
    said = "".join(f"<dl><dt>Name {n}</dt><dd><p>{SAID} ({n})</p></dd></dl>" for n in range(4))
    part = f"<div class='z'><div><h3>{label}</h3></div>{said}</div>"
    assert body(f"<div class='m'>{ARTICLE}{part}{ARTICLE}</div>") == "\n".join(PROSE * 2)


def test_a_count_of_comments_above_the_text_begins_nothing() -> None:
    """The element that begins with it may be the article's own."""
    assert body(f"<div class='m'><p>Comments</p>{ARTICLE}</div>") == "\n".join(PROSE)


@pytest.mark.parametrize("label", ["See also", "Zobacz też", "Lire aussi", "Читайте также:"])
def test_a_box_of_another_article_goes_by_its_label(label: str) -> None:
    """One teaser with a sentence, in the midst of the text, without a telling name."""
    teaser = f"<div><a href='/2'>The mill burns for the third time</a></div><p>{SAID}</p>"
    box = f"<div class='z'><div>{label}</div><div>{teaser}</div></div>"
    assert body(f"<div class='m'>{ARTICLE}{box}{ARTICLE}</div>") == "\n".join(PROSE * 2)


def test_a_notice_that_forbids_copies_is_no_text() -> None:
    """In Polish as in other languages."""
    notice = (
        "Żaden utwór zamieszczony w serwisie nie może być powielany i rozpowszechniany w jakikolwiek sposób."
    )
    assert body(f"<div class='m'>{ARTICLE}<p>{notice}</p></div>") == "\n".join(PROSE)
