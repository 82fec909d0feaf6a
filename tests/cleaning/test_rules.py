"""The rules of extraction one by one: what is taken off, what no name may take off, where the article is,
what it is called."""

from __future__ import annotations

import pytest

from crawler.cleaning.extract import Extraction, extract_page
from crawler.cleaning.metadata import without_site_name

PROSE = (
    "The council met for six hours and decided to repair the old dam before the next flood season.",
    "Engineers had warned for years that the gates no longer close, and that nobody keeps the keys.",
    "The work will cost eleven million and employ two hundred people from the villages downstream.",
    "Fishermen asked for a ladder for the eels, which have not been seen above the dam for a decade.",
)
ARTICLE = "".join(f"<p>{sentence}</p>" for sentence in PROSE)
NOISE = "<p>Readers write a great deal of text here, with full sentences, and they write it again and again, every single day.</p>"


def body(inner: str, *, title: str = "Council repairs the dam") -> str:
    """The text of a page with this inside."""
    page = f"<html><head><title>{title} | The Vale</title></head><body><div id='page'>{inner}</div></body></html>"
    found = extract_page(page.encode(), url="http://vale.example/1", min_characters=0)
    assert isinstance(found, Extraction), found
    return found.body


@pytest.mark.parametrize(
    "name",
    [
        "comments",
        "komentarze",
        "opOpinie",
        "kommentare",
        "commentaires",
        "otzyvy",
        "pinglun-list",
        "disqus_thread",
        "yorumlar",
    ],
)
def test_comments_go_however_long(name: str) -> None:
    """Comment blocks in any language go, also where they are most of the page's text."""
    assert body(
        f"<h1>Council repairs the dam</h1><div class='main'>{ARTICLE}</div><div "
        f"id='{name}'>{NOISE * 12}</div>"
    ) == "\n".join(PROSE)


@pytest.mark.parametrize(
    "name", ["comments-open", "sidebar-left", "paywall", "has-related", "share-enabled", "cookie-notice-off"]
)
def test_no_name_removes_the_article(name: str) -> None:
    """Class names lie: what holds the headline and the prose stays."""
    assert body(f"<div class='{name}'><h1>Council repairs the dam</h1>{ARTICLE}</div>") == "\n".join(PROSE)
    assert body(
        f"<h1>Council repairs the "
        f"dam</h1>{''.join(f'<p class={name!r}>{sentence}</p>' for sentence in PROSE)}"
    ) == "\n".join(PROSE)


def test_lists_of_other_articles_go_without_a_name() -> None:
    """Alike items that each begin with a headline link are teasers, whatever they are called."""
    items = "".join(
        f"<div class='x7'><a href='/{i}'>Another story about something else number "
        f"{i}</a><div>{NOISE[3:90]} and so on it goes.</div></div>"
        for i in range(5)
    )
    assert body(
        f"<h1>Council repairs the dam</h1><div class='q1'>{ARTICLE}</div><div class='q2'>{items}</div>"
    ) == "\n".join(PROSE)


def test_a_body_cut_by_boxes_stays_one() -> None:
    """Paragraphs of one make belong together across advertisements and boxes."""
    parts = "".join(
        f"<div class='chunk'><p class='t18'>{sentence}</p></div><div class='ad-slot'>Advertisement</div>"
        for sentence in PROSE
    )
    assert body(
        f"<h1>Council repairs the dam</h1><section>{parts}</section><section class='more'>{NOISE}</section>"
    ) == "\n".join(PROSE)


def test_hidden_continuation_is_text() -> None:
    """The rest of an article behind "read more" counts, a hidden dialogue does not."""
    page = f"<h1>Council repairs the dam</h1><p>{PROSE[0]}</p><p>{PROSE[1]}</p><div class='continue-content' style='display: none'>{''.join(f'<p>{s}</p>' for s in PROSE[2:])}</div>"
    assert body(page) == "\n".join(PROSE)
    dialogue = "<div style='display:none'><p>Please log in to read on.</p></div>"
    assert body(
        f"<h1>Council repairs the dam</h1>{''.join(f'<p>{s}</p>' for s in PROSE[:3])}{dialogue}"
    ) == "\n".join(PROSE[:3])


def test_the_stated_body_decides_in_doubt() -> None:
    """What the page's JSON-LD gives as the article is the article; a mere summary there is not."""
    stated = " ".join(PROSE)
    script = (
        f'<script type=\'application/ld+json\'>{{"@type": "NewsArticle", "articleBody": "{stated}"}}</script>'
    )
    inner = f"<h1>Council repairs the dam</h1>{ARTICLE}{NOISE}"
    assert body(script + inner) == "\n".join(PROSE)
    assert body(script.replace(stated, PROSE[0]) + f"<h1>Council repairs the dam</h1>{ARTICLE}") == "\n".join(
        PROSE
    )


@pytest.mark.parametrize(
    ("title", "sites", "expected"),
    [
        ("Council repairs the dam | The Vale", ("The Vale",), "Council repairs the dam"),
        ("Talks fail - minister resigns", (), "Talks fail - minister resigns"),
        ("Совет починит плотину — Долина", ("Долина",), "Совет починит плотину"),
        ("水库大坝修复工程启动_江城新闻网", (), "水库大坝修复工程启动"),
        ("The Vale", ("The Vale",), "The Vale"),
    ],
)
def test_titles_lose_the_outlet_not_the_news(title: str, sites: tuple[str, ...], expected: str) -> None:
    """The site's name goes from either end; a dash inside a headline stays."""
    assert without_site_name(title, sites) == expected


def test_the_headline_shown_is_the_title() -> None:
    """The `<h1>` that repeats the page's title is preferred to the title with its decorations."""
    page = f"<html><head><title>News: Council repairs the dam - Vale</title></head><body><h1>Council repairs the dam</h1>{ARTICLE}</body></html>"
    found = extract_page(page.encode(), url="")
    assert isinstance(found, Extraction)
    assert found.title == "Council repairs the dam"


def test_a_kicker_gets_its_colon_back() -> None:
    """Where kicker and headline stand in two lines, the page's own claim says how they are joined; other
    quotation marks change nothing."""
    h1 = "<h1><span>Floods in the vale</span><br><span>Council repairs the “old” dam</span></h1>"
    page = f'<html><head><title>Floods in the vale: Council repairs the "old" dam | Vale</title></head><body>{h1}{ARTICLE}</body></html>'
    found = extract_page(page.encode(), url="")
    assert isinstance(found, Extraction)
    assert found.title == 'Floods in the vale: Council repairs the "old" dam'
    found = extract_page(page.replace("<br>", ": ").encode(), url="")
    assert isinstance(found, Extraction)
    assert found.title == "Floods in the vale: Council repairs the “old” dam"


def test_a_page_without_headline_or_title_takes_the_feeds() -> None:
    """Where the page names nothing, the feed's title is used."""
    found = extract_page(
        f"<html><body><div>{ARTICLE}</div></body></html>".encode(), url="", hints={"title": "From the feed"}
    )
    assert isinstance(found, Extraction)
    assert found.title == "From the feed"
