"""Whatever a page, a feed or a header claims: each reader answers or abstains, and none costs the page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.answers import Answer
from crawler.challenges import is_challenge
from crawler.cleaning.dates import TRUSTED, count_at, decide_date
from crawler.cleaning.datetext import read_moment, read_url_day
from crawler.cleaning.extract import Extraction, extract_page
from crawler.cleaning.jsonld import plain_text, read_json
from crawler.cleaning.language import normalise_tag
from crawler.cleaning.markup import parse
from crawler.cleaning.metadata import decide_title, read_claims, without_site_name
from crawler.listings import read_date
from crawler.rhythm import hinted_minutes
from crawler.waiting import LONGEST_WAIT, retry_after

SEEN = datetime(2026, 3, 9, 12, tzinfo=UTC)
TEXT = "".join(
    f"<p>The council met for six hours and spoke of the old dam, which is number {n}.</p>" for n in range(9)
)
_NUMBER = st.integers(-(10**20), 10**20).map(str) | st.sampled_from(
    ["0", "00", "0000", "9999", "60", "-1", "1e9", "\u0663"]
)
_MARK = st.sampled_from(
    [*"-:/.TZ+ ,", " GMT", "+99:99", "-24:00", "+14:00", " am", " PM", " BST", "\u200e", "\x00"]
)
_MONTH = st.sampled_from(
    ["Mar", "March", "mars", "\u043c\u0430\u0440\u0442\u0430", "\u0645\u0627\u0631\u0633", "Monday", "Feb"]
)
DATES = st.lists(_NUMBER | _MARK | _MONTH, max_size=14).map("".join) | st.text(max_size=60)
"""Texts that look like dates, most of them impossible."""
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.integers() | DATES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "@value", "name", "url", "text"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
KEYS = [
    "@type",
    "headline",
    "datePublished",
    "dateModified",
    "author",
    "inLanguage",
    "articleBody",
    "publisher",
]
KEYS += ["isAccessibleForFree", "hasPart", "liveBlogUpdate", "mainEntityOfPage", "@graph", "image", "name"]
NAMES = [
    "article:published_time",
    "og:title",
    "og:locale",
    "og:site_name",
    "author",
    "date",
    "keywords",
    "parsely-pub-date",
]
NAMES += [
    "DC.date.issued",
    "article:modified_time",
    "language",
    "content-language",
    "twitter:title",
    "robots",
]


@settings(deadline=None)
@given(DATES)
@example("2026-11-27T04:00:00+99:99")
@example("9" * 5_000)
@example("31 Feb 2026 25:61")
@example("1000000000000")
@example("Fri, 27 Nov 2026 04:00:00 +0300")
@example("2026-11-27")
def test_dates(text: str) -> None:
    """In pages, listings, addresses and headers: a moment with its zone, or none."""
    moment = read_moment(text)
    assert moment is None or moment.at.tzinfo is not None
    found = read_date(text)
    assert found is None or found.tzinfo is not None
    read_url_day(f"http://o.example/{text}")
    wait = retry_after(text, SEEN)
    assert wait is None or wait <= LONGEST_WAIT
    hint = hinted_minutes(None, {"Cache-Control": f"max-age={text}", "Expires": text}.items(), SEEN)
    assert hint is None or 0 < hint <= 24 * 60


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(TRUSTED)), DATES), st.text(max_size=40))
def test_a_decision_of_the_date(claims: dict[str, str], path: str) -> None:
    """Any claims: a decision, never later than the article was seen, with every claim kept."""
    url = f"http://o.example/{path}"
    decision = decide_date(claims, url, first_seen_at=SEEN, fetched_at=SEEN)
    assert claims.items() <= decision.claims.items()
    for origin in ("live", "backfill"):
        count_at(decision, first_seen_at=SEEN, origin=origin)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6))
def test_what_json_states(stated: dict[str, object]) -> None:
    """Any value under any name of JSON-LD: read, and the page is an article still."""
    text = json.dumps(stated)
    assert read_json(text) is not None
    plain_text(stated)
    head = f"<head><script type='application/ld+json'>{text}</script></head>"
    page = f"<html>{head}<body><article>{TEXT}</article>"
    assert isinstance(extract_page(page.encode("utf-8", "replace"), url="http://o.example/1"), Extraction)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=30) | DATES), max_size=6),
    st.text(max_size=20),
)
def test_what_elements_state(stated: list[tuple[str, str]], language: str) -> None:
    """Any value of any meta element and any language of the page: read, and the page is an article still."""
    metas = "".join(
        f'<meta {kind}="{name}" content="{escape(value)}">'
        for name, value in stated
        for kind in ("name", "property")
    )
    head = f"<head>{metas}<title>A dam</title></head>"
    page = f'<html lang="{escape(language)}">{head}<body><article>{TEXT}</article>'
    tree = parse(page.replace("\x00", ""))
    if tree is not None:
        claims = read_claims(tree)
        decide_title(claims, "", language)
    assert isinstance(extract_page(page.encode("utf-8", "replace"), url="http://o.example/1"), Extraction)


@settings(deadline=None)
@given(st.text(max_size=50), st.lists(st.text(max_size=20), max_size=3))
def test_titles_and_language_tags(text: str, names: list[str]) -> None:
    """A title without its site's name is a part of it; a tag is one or none."""
    assert without_site_name(text, tuple(names)) is not None
    tag = normalise_tag(text)
    assert tag is None or tag == tag.strip()


@settings(deadline=None)
@given(
    st.binary(max_size=200),
    st.integers(0, 999),
    st.dictionaries(st.sampled_from(["cf-mitigated", "server"]), st.text(max_size=9)),
)
def test_challenges(body: bytes, status: int, headers: dict[str, str]) -> None:
    """Any answer: a challenge or none."""
    answer = Answer(
        url="http://o.example/", final_url="http://o.example/", kind="page", fetched_at=SEEN, status=status,
        headers=tuple(headers.items()), body=body,
    )  # fmt: skip
    assert is_challenge(answer) in (True, False)


@pytest.mark.parametrize("where", ["2026-11-27T04:00:00+99:99", "\ud800", "-001-13-45T9", "9" * 100_000])
def test_an_odd_date_costs_only_itself(where: str) -> None:
    """The page is an article, and its claim is kept as it was written or left out."""
    head = f'<head><meta property="article:published_time" content="{where}"><title>A dam</title></head>'
    page = f"<html>{head}<body><article>{TEXT}</article>".encode("utf-8", "replace")
    assert isinstance(extract_page(page, url="http://o.example/1"), Extraction)
