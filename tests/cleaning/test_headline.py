"""The headline: what names the article, and what only shows the way to it."""

from __future__ import annotations

import pytest

from crawler.cleaning.extract import Extraction, extract_page

PROSE = (
    "The council met for six hours and decided to repair the old dam before the next flood season.",
    "Engineers had warned for years that the gates no longer close, and that nobody keeps the keys.",
    "The work will cost eleven million and employ two hundred people from the villages downstream.",
)
ARTICLE = "".join(f"<p>{sentence}</p>" for sentence in PROSE)
SHOWN = "The Vale pays eleven million to repair its old dam"


def title(inner: str, *, window: str = "Repairs - The Vale", head: str = "") -> str:
    """The title of a page with this inside."""
    page = f"<html><head><title>{window}</title>{head}</head><body><div id='page'>{inner}</div></body></html>"
    found = extract_page(page.encode(), url="http://vale.example/1", min_characters=0)
    assert isinstance(found, Extraction), found
    return found.title


@pytest.mark.parametrize(
    "way",
    [
        "<ol class='breadcrumb'><li><a href='/'>Home</a></li><li class='active'>{}</li></ol>",
        "<nav id='crumbs'><ul><li>{}</li></ul></nav>",
        "<div id='page-trail'><span>You are here</span><div>{}</div></div>",
        "<ul class='main-menu'><li>{}</li><li>Sports in the valley</li></ul>",
        "<ul><li><a href='/repairs'>{}</a></li><li><a href='/sports'>Sports</a></li></ul>",
    ],
)
def test_what_shows_the_way_is_no_headline(way: str) -> None:
    """A breadcrumb, a menu or a link may repeat the window's title; the `<h1>` names the article."""
    menu = way.format("Repairs of the dam")
    assert title(f"{menu}<h1>{SHOWN}</h1>{ARTICLE}", window="Repairs of the dam - The Vale") == SHOWN
    cut = way.format("The Vale pays eleven million…")
    assert title(f"{cut}<h1>{SHOWN}</h1>{ARTICLE}", window=f"The Vale - {SHOWN}") == SHOWN


@pytest.mark.parametrize(
    "other",
    [
        "<section><h1><a href='/more'>More from the valley</a></h1></section>",
        "<footer><h1>About this site</h1></footer>",
        "<h1 class='visually-hidden'>Navigation and service</h1>",
        "<aside><h1>Our partners</h1></aside>",
    ],
)
def test_an_h1_at_the_edge_does_not_count(other: str) -> None:
    """Links, unseen headings and those of edges leave the article's `<h1>` the only one."""
    assert title(f"<h1>{SHOWN}</h1>{ARTICLE}{other}", window="Dam: what it costs - The Vale") == SHOWN


def test_a_subheading_with_a_part_of_the_title_gives_way() -> None:
    """The only `<h1>` wins, though it writes the title otherwise; not against a heading that is a title."""
    window = f"{SHOWN} before the next flood - The Vale"
    shown = f"{SHOWN} befor the next flood"
    assert title(f"<h1>{shown}</h1>{ARTICLE}<h2>Its old dam</h2>{ARTICLE}", window=window) == shown
    stated = f"<meta property='og:title' content='{SHOWN}'>"
    long = f"{SHOWN} - {SHOWN} - All news of the valley, every day"
    assert title(f"<h1>Valley news</h1><h3>{SHOWN}</h3>{ARTICLE}", window=long, head=stated) == SHOWN


def test_a_kicker_keeps_the_blank_behind_its_colon() -> None:
    """Where markup alone parts kicker and headline, the page's own claim says how they are written."""
    stated = f"<meta property='og:title' content='Flood: {SHOWN} - The Vale'>"
    shown = f"<h1><span>Flood:</span><span>{SHOWN}</span></h1>"
    assert title(f"{shown}{ARTICLE}", head=stated, window=f"Flood: {SHOWN}") == f"Flood: {SHOWN}"
