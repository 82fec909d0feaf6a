"""Feeds, sitemaps and section pages: read, repaired, never raised."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.feeds import MAX_FEED_BYTES, parse_feed, parse_listing, parse_section, parse_sitemap
from crawler.listings import Listing, read_date
from crawler.shapes import looks_like_article
from storage.records import FeedKind
from tests.crawler.server import rss, sitemap

URL = "http://outlet.example/feeds/news.xml"


def links(listing: Listing) -> list[str | None]:
    """The addresses as written."""
    return [row.link for row in listing.links]


def test_rss() -> None:
    """Titles, links, dates in UTC, the feed's language, and the summary come out of RSS."""
    body = rss(
        [("http://outlet.example/1", "Mon, 02 Mar 2026 09:30:00 +0200")],
        language="fr",
        extra="<item><link>/2</link><description>d</description></item>",
    )
    first, second = parse_feed(body, URL).links
    assert (first.title, first.link, first.language) == (
        "Title of http://outlet.example/1",
        "http://outlet.example/1",
        "fr",
    )
    assert first.published == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert (second.link, second.published, second.summary) == ("/2", None, "d")


def test_atom_keeps_publication_and_change_apart() -> None:
    """An Atom entry's `updated` is not taken for its publication."""
    body = b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><entry><title>T</title><link href="/a"/><updated>2026-03-02T08:00:00Z</updated></entry></feed>'
    (entry,) = parse_feed(body, URL).links
    assert (entry.link, entry.published, entry.updated, entry.language) == (
        "/a",
        None,
        datetime(2026, 3, 2, 8, tzinfo=UTC),
        "ar",
    )


def test_rdf_dates_are_publications() -> None:
    """RSS 1.0 states the publication as dc:date."""
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <item rdf:about="http://outlet.example/1"><title>T</title><link>http://outlet.example/1</link><dc:date>2026-03-02T10:00:00+02:00</dc:date></item></rdf:RDF>"""
    assert parse_feed(body, URL).links[0].published == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_feed_proxies_name_the_original() -> None:
    """A feed proxy's own link and the outlet's are both kept."""
    body = b"""<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><item><link>http://proxy.example/~3/x</link>
    <feedburner:origLink>http://outlet.example/1</feedburner:origLink></item></channel></rss>"""
    (entry,) = parse_feed(body, URL).links
    assert (entry.link, entry.original) == ("http://proxy.example/~3/x", "http://outlet.example/1")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>no feed</body></html>",
        b"\xff\xfe\x00nonsense",
        b'{"version": 1}',
        bytes(range(256)) * 20,
    ],
)
def test_what_is_no_feed_is_unreadable(body: bytes) -> None:
    """Pages, nothing and noise are told from an empty feed."""
    assert not parse_feed(body, URL).readable
    assert not parse_sitemap(body, URL).readable
    assert parse_feed(b'<rss version="2.0"><channel></channel></rss>', URL).readable


def test_broken_feeds_are_repaired() -> None:
    """A line before the declaration, an unknown entity and a missing end do not lose the entries."""
    body = b'\n<?xml version="1.0"?><rss version="2.0"><channel><item><title>A &nbsp; B & C</title><link>http://outlet.example/1</link></item><item><link>http://outlet.example/2</link>'
    assert links(parse_feed(body, URL)) == ["http://outlet.example/1", "http://outlet.example/2"]


def test_halves_of_emoji_do_not_spoil_a_feed() -> None:
    """Emoji sent as two references to half a character are dropped; everything else of the feed is read."""
    body = b"<rss version='2.0'><channel><item><title>A &#55357;&#56832;&#xD83D; B &#233;</title><guid>http://outlet.example/1</guid></item>"
    (entry,) = parse_feed(body + b"</channel></rss>", URL).links
    assert (entry.title, entry.link) == ("A  B \u00e9", "http://outlet.example/1")


def test_entities_are_not_expanded_and_files_not_read(tmp_path: Path) -> None:
    """A billion laughs and a local file in an entity come to nothing, in feeds and sitemaps."""
    secret = tmp_path / "secret"
    secret.write_text("swordfish")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
    for entity in ("&l8;", "&file;"):
        feed = parse_feed(
            f'{head}<rss version="2.0"><channel><item><title>{entity}</title></item></channel></rss>'.encode(),
            URL,
        )
        tree = parse_sitemap(
            f"{head}<urlset><url><loc>http://outlet.example/{entity}</loc></url></urlset>".encode(), URL
        )
        said = "".join(str(row) for row in (*feed.links, *tree.links))
        assert "swordfish" not in said
        assert len(said) < 10_000


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel><item><title>&#xD800;</title>",
        b"<rss><channel><item><title>&#99999999999999;</title>",
        b"<rss><channel><item><title>&#xD800</title>",
        b"<?xml version='1.0' encoding='\xfe'?><rss/>",
        b"<?xml version='1.0' encoding='punycode'?><rss/>",
        b'<urlset xmlns="http://a&#55296;"><url><loc>',
    ],
)
def test_what_parsers_choke_on_costs_one_document(body: bytes, kind: FeedKind) -> None:
    """References to no character, ends without beginnings, encodings that are none: unreadable or read in
    part, never an exception."""
    listing = parse_listing(kind, body, URL)
    assert all(entry.link is None for entry in listing.links)


@pytest.mark.parametrize(
    "body",
    [
        b'<rss version="2.0">' + b"<a " * 500_000,
        b"<urlset>" + b"<url>" * 200_000,
        rss(["x"] * 2) + b" " * MAX_FEED_BYTES,
    ],
)
def test_hostile_documents_are_bounded(body: bytes) -> None:
    """Documents made to take for ever (feedparser needs minutes for some) are read in part, within
    seconds."""
    began = time.process_time()
    parse_feed(body, URL)
    parse_sitemap(body, URL)
    assert time.process_time() - began < 15


def test_news_sitemap() -> None:
    """Title, publication and language of the news extension; images' titles and addresses are not taken for
    the page's."""
    body = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="x">
    <url><loc> http://outlet.example/1 </loc><image:image><image:loc>http://outlet.example/i.jpg</image:loc><image:title>Picture</image:title></image:image>
    <n:news><n:publication><n:name>O</n:name><n:language>sw</n:language></n:publication><n:publication_date>2026-03-02</n:publication_date><n:title>T</n:title></n:news></url>
    </urlset>"""
    (entry,) = parse_sitemap(body, URL).links
    assert (entry.link, entry.title, entry.language, entry.published) == (
        "http://outlet.example/1",
        "T",
        "sw",
        datetime(2026, 3, 2, tzinfo=UTC),
    )


def test_sitemap_index_and_other_shapes() -> None:
    """An index names children; gzip, plain text and wrong namespaces are read; a gzip bomb is not."""
    index = parse_sitemap(
        b"<sitemapindex><sitemap><loc>http://o.example/s1.xml</loc><lastmod>2026-03</lastmod></sitemap></sitemapindex>",
        URL,
    )
    assert [(child.url, child.updated) for child in index.children] == [
        ("http://o.example/s1.xml", datetime(2026, 3, 1, tzinfo=UTC))
    ]
    assert links(parse_sitemap(gzip.compress(sitemap(["http://o.example/1"])), URL)) == ["http://o.example/1"]
    assert links(parse_sitemap(b"\xef\xbb\xbfhttp://o.example/1\nhttp://o.example/2\n", URL)) == [
        "http://o.example/1",
        "http://o.example/2",
    ]
    parts = gzip.compress(b"http://o.example/1\n") + gzip.compress(b"http://o.example/2\n")
    assert links(parse_sitemap(parts, URL)) == ["http://o.example/1", "http://o.example/2"]
    assert not parse_sitemap(gzip.compress(bytes(60 * 1024 * 1024)), URL).readable
    assert not parse_sitemap(gzip.compress(bytes(30 * 1024 * 1024)) * 2, URL).readable
    assert not parse_sitemap(gzip.compress(b"x")[:8] + b"broken", URL).readable


def test_documents_are_read_as_what_they_are() -> None:
    """A sitemap behind a feed's address is read as a sitemap, and the other way round."""
    assert links(parse_listing("feed", sitemap(["http://o.example/1"]), URL)) == ["http://o.example/1"]
    assert links(parse_listing("sitemap", rss(["http://o.example/1"]), URL)) == ["http://o.example/1"]


def test_section_pages() -> None:
    """Links that look like articles, each once, resolved against <base>, with the longest anchor text; a
    pattern overrides the looks."""
    body = """<html lang="fr"><base href="/fr/"><a href="2026/03/02/un-titre.html"><img></a><a
    href="/fr/2026/03/02/un-titre.html#c">Un titre assez long</a>
    <a href="/contact">Contact</a><a href="javascript:x()">x</a><a
    href="/fr/video-de-la-semaine-en-images">Vidéo de la semaine</a></html>""".encode()
    listing = parse_section(body, "http://outlet.example/section")
    assert [(row.link, row.title) for row in listing.links] == [
        ("http://outlet.example/fr/2026/03/02/un-titre.html", "Un titre assez long"),
        ("http://outlet.example/fr/video-de-la-semaine-en-images", "Vidéo de la semaine"),
    ]
    assert listing.language == "fr"
    assert links(parse_section(body, URL, r"/contact$")) == ["http://outlet.example/contact"]
    assert not parse_section(b"no markup", URL).readable


@pytest.mark.parametrize(
    ("path", "article"),
    [
        ("/2026/03/02/title", True),
        ("/news/12345", True),
        ("/world/a-long-enough-slug", True),
        ("/a-b.html", True),
        ("/", False),
        ("/world", False),
        ("/tag/mali", False),
        ("/2026/photo-1234.jpg", False),
        ("/about-us", False),
    ],
)
def test_looks_of_articles(path: str, article: bool) -> None:
    """Dates, numbers, slugs and titled files make an article's address."""
    assert looks_like_article(f"http://outlet.example{path}") is article


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T08:00:00+02:00", datetime(2026, 3, 2, 6, tzinfo=UTC)),
        ("2026-03-02T08:00:00", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 08:00:00 GMT", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-03", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(text: str | None, expected: datetime | None) -> None:
    """Every spelling that sitemaps use, in UTC; nonsense is None."""
    assert read_date(text) == expected


@pytest.mark.quality
@pytest.mark.skipif(not os.environ.get("DRUMBEAT_DATA"), reason="needs the data folder: set DRUMBEAT_DATA")
def test_every_feed_and_sitemap_of_the_data_is_read_right() -> None:
    """All files answered, and counts, titles and links of 1,054 feeds and 22 sitemaps equal to an XML parse
    of the same bytes."""
    data = Path(os.environ["DRUMBEAT_DATA"])
    for row, body in _files(data / "feeds"):
        found = parse_feed(body, URL)
        if "n_entries" in row:
            assert len(found.links) == row["n_entries"], row["id"]
        for wanted, entry in zip(row.get("entries", []), found.links, strict=False):
            assert not wanted["link"] or wanted["link"] == entry.link, row["id"]
    for row, body in _files(data / "sitemaps"):
        listing = parse_sitemap(body, URL)
        if row["well_formed"]:
            assert {*links(listing), *(child.url for child in listing.children)} == set(row["locs"]), row[
                "id"
            ]


def _files(folder: Path) -> list[tuple[dict[str, Any], bytes]]:
    rows = [
        json.loads(line) for line in gzip.decompress((folder / "index.jsonl.gz").read_bytes()).splitlines()
    ]
    with tarfile.open(folder / "files.tar.gz") as packed:
        bodies = {
            Path(member.name).name: packed.extractfile(member).read() for member in packed if member.isfile()
        }  # type: ignore[union-attr]
    return [(row, bodies[Path(row["file"]).name]) for row in rows]
