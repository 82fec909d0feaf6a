"""What the outlets answer, moment by moment."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from html import escape

import pytest
from lxml import etree, html

from drumbeat.sample.generate import load_world
from drumbeat.sample.pieces import Piece
from drumbeat.sample.site import WAY_PATHS, Site
from drumbeat.sample.texts import load_books

WORLD = load_world()
PLAN = WORLD.plan
END = PLAN.at(PLAN.days + 1)
INVENTED = "everything it reports are invented"


def site_of(outlet: str) -> Site:
    """The outlet's site."""
    found = PLAN.outlet_of(outlet)
    return Site(WORLD, load_books()[found.language], found, f"http://{outlet}.localhost:18750")


def pieces_of(outlet: str) -> list[Piece]:
    """Its pieces, by visibility."""
    return [piece for piece in WORLD.pieces if piece.outlet == outlet]


@pytest.mark.parametrize("outlet", [outlet.id for outlet in PLAN.outlet])
def test_every_page_says_that_it_is_invented(outlet: str) -> None:
    """Front page, sections, articles and feeds of each outlet carry the notice."""
    site = site_of(outlet)
    paths = ["/", "/section/1", *(piece.path for piece in pieces_of(outlet)[:3])]
    for path in paths:
        answer = site.answer(path, {}, END)
        assert answer.status == 200
        text = answer.body.decode(site.outlet.charset)
        assert INVENTED in text
        assert escape(site.book.ui["copyright"]).replace("&#x27;", "&#39;") in text
    for way in site.outlet.ways:
        assert b"nvented" in site.answer(WAY_PATHS[way], {}, END).body


@pytest.mark.parametrize("outlet", [outlet.id for outlet in PLAN.outlet])
def test_articles_hold_their_text_among_boilerplate(outlet: str) -> None:
    """An article page has title and paragraphs, a menu, related links to older articles, and the page's
    direction.
    """
    site = site_of(outlet)
    piece = pieces_of(outlet)[6]
    answer = site.answer(piece.path, {}, END)
    tree = html.document_fromstring(answer.body)
    words = " ".join(tree.text_content().split())
    assert piece.title in words
    assert all(paragraph in words for paragraph in piece.paragraphs)
    assert all(other.title in words for other in pieces_of(outlet)[3:6] if other.listed)
    assert site.book.phrases.menu[0] in words
    assert tree.get("dir") == ("rtl" if piece.language == "ar" else "ltr")


def test_nothing_is_seen_before_it_is_published() -> None:
    """An article is 404 and in no listing a moment before it is visible, and there from then on."""
    site = site_of("severia-wire")
    piece = pieces_of("severia-wire")[10]
    before = piece.visible - timedelta(seconds=1)
    assert site.answer(piece.path, {}, before).status == 404
    assert site.answer(piece.path, {}, piece.visible).status == 200
    assert piece.path.encode() not in site.answer("/rss.xml", {}, before).body
    assert piece.path.encode() in site.answer("/rss.xml", {}, piece.visible).body


@pytest.mark.parametrize(("outlet", "path", "item"), [
    ("severia-wire", "/rss.xml", "item"),
    ("severia-today", "/rss.xml", "item"),
    ("kantara-news", "/atom.xml", "{http://www.w3.org/2005/Atom}entry"),
    ("northmark-service", "/news-sitemap.xml", "{http://www.sitemaps.org/schemas/sitemap/0.9}url"),
])  # fmt: skip
def test_feeds_hold_the_newest(outlet: str, path: str, item: str) -> None:
    """Feeds are XML and hold at most the newest fifteen (sitemaps thirty) articles."""
    answer = site_of(outlet).answer(path, {}, END)
    entries = list(etree.fromstring(answer.body).iter(item))
    assert len(entries) == (30 if "sitemap" in path else 15) or len(entries) == len(pieces_of(outlet))
    assert pieces_of(outlet)[-1].path in etree.tostring(entries[0], encoding="unicode")


def test_only_the_outlets_own_ways_exist() -> None:
    """An outlet with a section page has no feed."""
    site = site_of("severia-mundo")
    assert site.answer("/latest", {}, END).status == 200
    assert {site.answer(path, {}, END).status for path in ("/rss.xml", "/atom.xml", "/news-sitemap.xml")} == {
        404
    }


def test_unchanged_pages_answer_304() -> None:
    """ETag and Last-Modified of a first answer make the second one empty; the tag wins over the date."""
    site = site_of("al-wahat")
    first = site.answer("/rss.xml", {}, END)
    assert site.answer("/rss.xml", {"if-none-match": first.headers["ETag"]}, END).status == 304
    assert site.answer("/rss.xml", {"if-modified-since": first.headers["Last-Modified"]}, END).status == 304
    assert (
        site.answer(
            "/rss.xml", {"if-none-match": '"x"', "if-modified-since": first.headers["Last-Modified"]}, END
        ).status
        == 200
    )
    earlier = site.answer("/rss.xml", {}, PLAN.at(20))
    assert site.answer("/rss.xml", {"if-none-match": earlier.headers["ETag"]}, END).status == 200


def test_charset_and_compression_are_the_outlets() -> None:
    """One outlet writes windows-1251, one compresses for those who accept it."""
    today = site_of("severia-today").answer("/", {}, END)
    assert "windows-1251" in today.headers["Content-Type"]
    assert "Северия" in today.body.decode("windows-1251")
    diario = site_of("costaluz-diario")
    packed = diario.answer("/", {"accept-encoding": "gzip, br"}, END)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == diario.answer("/", {}, END).body


def test_the_outage_answers_503() -> None:
    """While the site is down everything fails, robots.txt too; afterwards the hidden articles stay out of the
    feed.
    """
    outage = PLAN.outage
    site = site_of(outage.outlet)
    down = PLAN.at(outage.first_day, 6)
    assert {site.answer(path, {}, down).status for path in ("/", "/robots.txt", "/rss.xml")} == {503}
    after = site.answer("/rss.xml", {}, PLAN.at(outage.last_day + 1, 6))
    silent = [piece for piece in pieces_of(outage.outlet) if PLAN.is_down(outage.outlet, piece.published)]
    assert after.status == 200
    assert all((piece.path.encode() in after.body) == piece.listed for piece in silent)


def test_robots_rules() -> None:
    """Most outlets forbid /private/; outlets without a robots.txt answer 404."""
    assert b"Disallow: /private/" in site_of("kantara-news").answer("/robots.txt", {}, END).body
    assert site_of("dausara-rediyo").answer("/robots.txt", {}, END).status == 404


def claims(piece: Piece) -> set[str]:
    """Every date that the page's markup states."""
    text = site_of(piece.outlet).answer(piece.path, {}, END).body.decode(PLAN.outlet_of(piece.outlet).charset)
    found = set(re.findall(r'published_time" content="([^"]+)|<time datetime="([^"]+)', text))
    dates = {date for pair in found for date in pair if date}
    for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text):
        dates |= {json.loads(block).get("datePublished")} - {None}
    return dates


def test_dates_are_stated_as_planned() -> None:
    """Regular pages state the right date or none by design; undated pages none; wrongly dated ones a wrong
    one.
    """
    for piece in WORLD.pieces:
        right = f"{piece.published:%Y-%m-%dT%H:%M:%SZ}"
        if piece.stated == piece.published:
            assert claims(piece) == ({right} if PLAN.outlet_of(piece.outlet).meta else set())
        elif piece.stated is None:
            assert claims(piece) == set()
        else:
            assert claims(piece) - {right}
