"""Damaged feeds and sitemaps: what is whole is read, what is not is counted, whatever the damage."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.feeds import parse_feed, parse_listing, parse_sitemap
from crawler.listings import Listing, read_date
from crawler.repair import is_sound, repaired
from storage.records import FeedKind

URL = "https://quay.example/listing"
LONG = "Ships wait at the outer pier; the pilots say that the tide decides, not the ministry. " * 50
"""The text of an entry, so that a feed is as long as real ones."""
WHOLE = re.compile(r"https://quay\.example/n/(\d+)-pier")


def entry_of(number: int, kind: str, text: str = LONG) -> str:
    """One entry with an address, a title and a text."""
    link, title = f"https://quay.example/n/{number}-pier", f"Пристань {number} — открыта"
    match kind:
        case "rss":
            about = f"<description><![CDATA[{text}]]></description>"
            return f"<item><title>{title}</title><link>{link}</link>{about}</item>"
        case "atom":
            return f'<entry><title>{title}</title><link href="{link}"/><summary>{text}</summary></entry>'
        case "rdf":
            return f'<item rdf:about="{link}"><title>{title}</title><link>{link}</link></item>'
        case _:
            return f"<url><loc>{link}</loc><news:news><news:title>{title}</news:title></news:news></url>"


FRAMES = {
    "rss": ('<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><language>ru</language>',
     "</channel></rss>"),
    "atom": ('<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ru">', "</feed>"),
    "rdf": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">',
        "</rdf:RDF>",
    ),
    "sitemap": ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="n">', "</urlset>"),
}  # fmt: skip


def read(kind: str, body: bytes) -> Listing:
    """As a poll reads it."""
    return parse_listing("sitemap" if kind == "sitemap" else "feed", body, URL)


def numbers(listing: Listing) -> list[int]:
    """Numbers of the entries whose address came out whole."""
    found = (WHOLE.fullmatch(link.link or "") for link in listing.links)
    return [int(match[1]) for match in found if match]


@settings(max_examples=120, deadline=None)
@given(
    kind=st.sampled_from(sorted(FRAMES)),
    hit=st.integers(0, 11),
    dice=st.randoms(use_true_random=False),
    damage=st.sampled_from(
        ["noise", "cut out", "bare signs", "unclosed section", "half a tag", "wrong nesting"]
    ),
)
def test_damage_costs_no_other_entry(kind: str, hit: int, dice: random.Random, damage: str) -> None:
    """Whatever happens inside one entry, every other entry is read, in order, and nothing is made up."""
    entries = [entry_of(number, kind, LONG[: dice.randrange(10, 400)]).encode() for number in range(12)]
    place = dice.randrange(8, len(entries[hit]) - 8)
    before, after = entries[hit][:place], entries[hit][place:]
    entries[hit] = {
        "noise": before + bytes(dice.randrange(256) for _ in range(30)).replace(b"<", b"") + after,
        "cut out": before[: len(before) // 2] + after[len(after) // 2 :],
        "bare signs": before + b" & < &&lang=en &nbsp; &#xD83D; \x00\x1f " + after,
        "unclosed section": before + b"<![CDATA[ " + after,
        "half a tag": before + b"<description" + after,
        "wrong nesting": before + b"</b></i><p><title>" + after,
    }[damage]
    head, tail = FRAMES[kind]
    found = read(kind, head.encode() + b"".join(entries) + tail.encode())
    others = [number for number in range(12) if number != hit]
    if damage == "cut out":
        # the cut may take the beginning of the next entry along with its own
        others = [number for number in others if number != hit + 1]
    assert [number for number in numbers(found) if number in others] == others
    titles = [link.title for link in found.links if link.link == f"https://quay.example/n/{others[0]}-pier"]
    assert titles == [f"Пристань {others[0]} — открыта"]


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(sorted(FRAMES)), share=st.floats(0.2, 0.99))
def test_what_is_cut_off_is_read_to_the_cut(kind: str, share: float) -> None:
    """Of a document that ends in the middle every whole entry is read, and no half address becomes one."""
    head, tail = FRAMES[kind]
    entries = [entry_of(number, kind) for number in range(20)]
    body = (head + "".join(entries) + tail).encode()
    cut = body[: int(len(body) * share)]
    found = read(kind, cut)
    whole = cut.decode("utf-8", "ignore").count("</item>") or sum(
        cut.count(end) for end in (b"</entry>", b"</url>")
    )
    assert numbers(found)[:whole] == list(range(whole))
    assert all((link.link or "").endswith("-pier") for link in found.links)


@pytest.mark.parametrize("kind", sorted(FRAMES))
def test_a_broken_beginning_costs_no_entry(kind: str) -> None:
    """A page's error message, a wrong declaration or a broken root in front of the entries costs none of
    them."""
    head, tail = FRAMES[kind]
    entries = "".join(entry_of(number, kind) for number in range(3))
    for broken in ("Warning: mysql_connect() & more <br>\n" + head,
     '<?xml version="1.0" encoding="utf-16"?>' + head,
                   "<?xml version='1.1' encoding='nonsense-8'?>" + head, head.replace(">", "")):  # fmt: skip
        assert numbers(read(kind, (broken + entries + tail).encode())) == [0, 1, 2], broken


def test_what_cannot_be_read_is_counted() -> None:
    """An entry without any address left counts as unreadable, with its bytes."""
    lost = "<item><title>No address & no en"
    found = parse_feed((FRAMES["rss"][0] + entry_of(1, "rss") + lost + entry_of(2, "rss")).encode(), URL)
    assert (numbers(found), found.unreadable, found.unread_bytes) == ([1, 2], 1, len(lost))
    lost = "<url><lo c>https://quay.example/n/7</loc>"
    found = parse_sitemap((FRAMES["sitemap"][0] + lost + entry_of(2, "sitemap") + "</urlset>").encode(), URL)
    assert (numbers(found), found.unreadable, found.unread_bytes) == ([2], 1, len(lost))


def test_a_sound_document_is_left_as_it_is() -> None:
    """Repairing changes nothing that was right, sections and comments included."""
    text = "<a><![CDATA[ 1 < 2 & 3 ]]><!-- & --><b>&amp;&lt;&#233;</b></a>"
    assert is_sound(text)
    assert repaired(text).replace("<!-- &amp; -->", "<!-- & -->") == text
    assert repaired("<a>1 < 2 & 3 &eacute; &copy=1 &#0;</a>") == "<a>1 &lt; 2 &amp; 3 é &amp;copy=1 </a>"


@pytest.mark.parametrize(
    ("encoding", "declared", "sent"),
    [
        ("koi8-r", "", "text/xml; charset=koi8-r"),
        ("windows-1251", "windows-1251", "text/xml"),
        ("windows-1251", "windows-1251", "text/xml; charset=utf-8"),
        ("windows-1251", "windows-1251", "application/xml; charset=ISO-8859-1"),
        ("utf-8", "windows-1251", "text/xml; charset=windows-1251"),
        ("utf-8", "utf-16", ""),
        ("utf-16-le", "utf-8", ""),
        ("utf-8-sig", "", "text/xml; charset=us-ascii"),
    ],
)
def test_bytes_decide_before_labels(encoding: str, declared: str, sent: str) -> None:
    """Titles are right whatever document and server say of a text that its bytes tell, and by what they say
    where the bytes
    do not."""
    label = f' encoding="{declared}"' if declared else ""
    text = (
        f'<?xml version="1.0"{label}?><rss version="2.0"><channel>{entry_of(3, "rss", "т")}</channel></rss>'
    )
    title = "Пристань 3 - открыта"
    body = text.replace("—", "-").encode(encoding)
    (link,) = parse_listing("feed", body, URL, content_type=sent).links
    assert link.title == title


def test_a_wrong_byte_costs_one_character() -> None:
    """UTF-8 with a faulty byte in it stays UTF-8."""
    body = (FRAMES["rss"][0] + entry_of(4, "rss") + FRAMES["rss"][1]).encode()
    (link,) = parse_feed(body.replace("ь".encode(), b"\xd1"), URL).links
    assert link.title == "Пристан\ufffd 4 — открыта"


JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "language": "sw",
    "items": [
        {"id": "https://quay.example/n/1", "title": "One", "date_published": "2026-03-02T10:00:00+03:00"},
        {"id": "2", "url": "https://quay.example/n/2", "content_text": "Two"},
        {"id": "3", "title": "Without an address"},
        "no entry at all",
    ],
}


def test_json_feeds() -> None:
    """Address, title, date and language of JSON Feed, an id that is an address included; WordPress' interface
    alike."""
    found = parse_feed(json.dumps(JSON_FEED).encode(), URL)
    assert [link.link for link in found.links] == [
        "https://quay.example/n/1",
        "https://quay.example/n/2",
        "3",
    ]
    assert (found.links[0].title, found.links[0].published) == ("One", datetime(2026, 3, 2, 7, tzinfo=UTC))
    assert (found.language, found.unreadable) == ("sw", 1)
    posts = [
        {
            "id": 7,
            "link": "https://quay.example/?p=7",
            "title": {"rendered": "Seven"},
            "date_gmt": "2026-03-02T07:00:00",
        }
    ]
    (post,) = parse_listing("feed", json.dumps(posts).encode(), URL).links
    assert (post.link, post.title) == ("https://quay.example/?p=7", "Seven")


def test_a_cut_json_feed_is_read_to_the_cut() -> None:
    """Items before the cut are read, and the rest is told."""
    whole = json.dumps(JSON_FEED).encode()
    found = parse_feed(whole[: whole.index(b'"Two"')], URL)
    assert ([link.link for link in found.links], found.unreadable) == (["https://quay.example/n/1"], 1)


@pytest.mark.parametrize(
    "text", [b"{", b"[]", b'{"items": 3}', b'{"a": {"id": 1}}', b"[" * 100_000, b'[{"title": "x"}]']
)
def test_other_json_is_no_feed(text: bytes) -> None:
    """JSON without entries is unreadable, however deep."""
    assert not parse_listing("feed", text, URL).readable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 03 Mar 2026 06:30:00 MSK", datetime(2026, 3, 3, 3, 30, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 06:30:00 EAT", datetime(2026, 3, 3, 3, 30, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 06:30:00 EST", datetime(2026, 3, 3, 11, 30, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 06:30:00 IST", datetime(2026, 3, 3, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 06:30:00 QQQ", datetime(2026, 3, 3, tzinfo=UTC)),
        ("Tue Mar 03 2026 06:30:00 GMT+0300 (MSK)", datetime(2026, 3, 3, 3, 30, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 12:15:00 AM +0000", datetime(2026, 3, 3, 0, 15, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 03:00:00 pm +0100", datetime(2026, 3, 3, 14, tzinfo=UTC)),
        ("1772521200", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("1772521200000", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("1404/12/12 10:30:00", datetime(2026, 3, 3, 10, 30, tzinfo=UTC)),
        ("1399-12-30", datetime(2021, 3, 20, tzinfo=UTC)),
        ("1404-12-30", None),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("0000-00-00 00:00:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("30 Nov -0001 00:00:00 +0000", None),
        ("Sun, 31 Dec 1899 12:00:00 GMT", None),
    ],
)  # fmt: skip
def test_dates_that_are_odd_or_none(text: str, expected: datetime | None) -> None:
    """Zones in letters, 12-hour clocks, Unix time and Persian years are read; dates that no page can have are
    none."""
    assert read_date(text) == expected
    body = (
        FRAMES["rss"][0]
        + f"<item><link>https://quay.example/n/1</link><pubDate>{text}</pubDate></item></channel></rss>"
    )
    assert parse_feed(body.encode(), URL).links[0].published == expected


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
@given(body=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_nothing_raises(kind: FeedKind, body: bytes) -> None:
    """Any bytes give a listing."""
    assert isinstance(parse_listing(kind, b"<rss><channel><item>" + body, URL), Listing)
    assert isinstance(parse_listing(kind, body, URL), Listing)
