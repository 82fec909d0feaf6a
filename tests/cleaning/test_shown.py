"""Dates as pages show them: beside the headline, in any form, and never those of something else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cleaning.dates import DateDecision, decide_date
from crawler.cleaning.datetext import read_moment
from crawler.cleaning.extract import Extraction, extract_page

SEEN = datetime(2026, 3, 9, 12, tzinfo=UTC)
LINE = (
    "The council met for six hours and decided to repair the old dam before the next flood season, number "
    "{n}."
)
TEXT = "".join(f"<p>{LINE.format(n=n)}</p>" for n in range(6))


def decided(
    inner: str, *, head: str = "", url: str = "https://vale.example/dam", language: str = ""
) -> DateDecision:
    """What is decided for a page with this between headline and end."""
    title = "<title>Council repairs the old dam</title>"
    raw = (
        f"<html><head>{title}{head}</head><body><main><h1>Council repairs the old "
        f"dam</h1>{inner}</main></body></html>"
    )
    found = extract_page(raw.encode(), url=url, latest=SEEN.date())
    assert isinstance(found, Extraction), found
    return decide_date(
        found.date_claims, url, first_seen_at=SEEN, fetched_at=SEEN,
        guess=lambda: found.guessed_day, languages=(language,) if language else (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-03-01T21:30:00+05:00", datetime(2026, 3, 1, 16, 30, tzinfo=UTC)),
        ("2026-03-01T21:30Z", datetime(2026, 3, 1, 21, 30, tzinfo=UTC)),
        ("2026-03-02T01:10:00-03:00", datetime(2026, 3, 2, 4, 10, tzinfo=UTC)),
    ],
)
def test_a_time_element_keeps_hour_and_zone(stamp: str, at: datetime) -> None:
    """What `<time datetime>` says beside the headline is a structured claim, to the minute."""
    found = decided(f"<div><time datetime='{stamp}'>Sunday</time></div>{TEXT}")
    assert (found.published_at, found.source, found.confidence) == (at, "time", "B")


def test_an_update_is_not_the_publication() -> None:
    """Of two times beside the headline the earlier counts, and one that is called an update not at all."""
    first, later = "2026-03-01T10:00:00Z", "2026-03-05T10:00:00Z"
    both = f"<time datetime='{later}'>5 March</time> <time datetime='{first}'>1 March</time>"
    assert decided(f"<p>{both}</p>{TEXT}").day == date(2026, 3, 1)
    named = f"<time class='updated' datetime='{first}'>1 March</time> <time datetime='{later}'>5 March</time>"
    assert decided(f"<p>{named}</p>{TEXT}").day == date(2026, 3, 5)


@pytest.mark.parametrize(
    "place", ["<aside>{}</aside>", "<div class='related-posts'>{}</div>", "<div id='comments'>{}</div>"]
)
def test_the_time_of_something_else_is_not_the_pages(place: str) -> None:
    """A time in a list of other articles or in comments is no claim."""
    foreign = place.format("<p><time datetime='2025-05-05T10:00:00Z'>5 May</time></p>")
    assert decided(f"{foreign}{TEXT}").source not in ("time", "shown")


LINES = [
    ("Опубликовано: 3 марта 2026, 14:05", "ru"),
    ("نُشر في 3 مارس 2026", "ar"),
    ("3. März 2026 | Von der Redaktion", "de"),
    ("Publié le 3 mars 2026 à 08h15", "fr"),
    ("3 de março de 2026", "pt"),
    ("2026年3月3日 09:20 来源：江城日报", "zh"),
    ("3 marca 2026, Wieści znad Doliny", "pl"),
    ("3 Mart 2026 Salı", "tr"),
    ("Machi 3, 2026", "sw"),
    ("March 3, 2026 by Ann Reeve", "en"),
    ("3 Μαρτίου 2026", "el"),
]


@pytest.mark.parametrize(("line", "language"), LINES)
@pytest.mark.parametrize(
    "lead", ["", "<p>A short lead stands first, and says what the article is about.</p>"]
)
def test_a_date_in_words_beside_the_headline_is_read(line: str, language: str, lead: str) -> None:
    """A short line that names one day gives the day, in many languages, above or below a lead."""
    found = decided(f"{lead}<div class='x'>{line}</div>{TEXT}", language=language)
    assert (found.day, found.precision, found.confidence) == (date(2026, 3, 3), "day", "C")


@pytest.mark.parametrize(
    "sentence",
    [
        "On 14 February 2019 the old dam was closed for the first time in its history.",
        "The gates were last repaired in the flood of 3 June 2011, as the council says.",
        "Die Schleuse wurde am 14. Februar 2019 nach langem Streit geschlossen.",
        "Плотину закрыли 14 февраля 2019 года после долгих споров.",
    ],
)
def test_a_date_in_the_text_is_not_that_of_the_article(sentence: str) -> None:
    """A day that only a sentence of the text names is the day of what is told."""
    for place in (f"<p>{sentence}</p>{TEXT}", f"{TEXT}<p>{sentence}</p>"):
        assert decided(place).source == "none"


def test_a_dateline_is_that_of_the_article() -> None:
    """The day before the dash of an agency's dateline is the article's."""
    line = (
        "<p>HARBOUR TOWN, 3 March 2026 (AB) - The council met for six hours and will repair the old dam.</p>"
    )
    assert decided(line + TEXT).day == date(2026, 3, 3)


def test_the_line_shown_tells_the_day_where_the_outlet_is() -> None:
    """A stamp in UTC around midnight has the day that the page shows; one of another day changes nothing."""
    head = "<meta property='article:published_time' content='2026-03-03T23:40:00Z'>"
    assert decided(f"<div>4 March 2026</div>{TEXT}", head=head).day == date(2026, 3, 4)
    assert decided(f"<div>9 March 2025</div>{TEXT}", head=head).day == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1772434800", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("1772434800000", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("/Date(1772434800000+0300)/", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("Mon Mar 02 2026 10:00:00 GMT+0300 (Moscow Standard Time)", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("Mon Mar 02 2026 02:00:00 GMT-0500", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("Mon Mar 02 2026 12:30:00 UTC+0530 (India Standard Time)", datetime(2026, 3, 2, 7, tzinfo=UTC)),
    ],
)
def test_what_programs_write_is_read(text: str, at: datetime) -> None:
    """Counts of seconds or milliseconds, and what JavaScript and .NET call a date, are read with their
    zone."""
    moment = read_moment(text)
    assert moment is not None
    assert (moment.at, moment.precision) == (at, "second")


@given(st.text(max_size=60) | st.integers().map(str) | st.datetimes().map(str))
def test_any_date_is_read_or_left(text: str) -> None:
    """A claim is a moment or none; nothing raises."""
    moment = read_moment(text)
    assert moment is None or moment.at.tzinfo is UTC


@given(st.text(max_size=60), st.text(max_size=60))
def test_an_odd_date_costs_no_page(stamp: str, line: str) -> None:
    """Whatever stands where a date should be, the article is found, and no day after the one on which it was
    seen is decided.
    """
    safe = [text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;") for text in (stamp, line)]
    decision = decided(f"<time datetime='{safe[0]}'>x</time><div>{safe[1]}</div>{TEXT}")
    assert decision.published_at is None or decision.published_at <= SEEN


@pytest.mark.parametrize(
    "line",
    [
        "Dieser Beitrag wurde am Montag, 2. März 2026 um 14:48 von Hanna veröffentlicht.",
        "Published on 2 March 2026 in Valley life, no comments",
        "Datum: 02.03.2026",
        "Publié le 2 mars 2026 par la rédaction",
        "Опубликовано 2 марта 2026, раздел Долина",
        "This entry was written by Hanna on 2 March 2026.",
    ],
)
def test_a_line_that_says_published_counts_wherever_it_stands(line: str) -> None:
    """Below the text too, if all such lines name one day."""
    assert decided(f"{TEXT}<div>{line}</div>").day == date(2026, 3, 2)
    other = "<div>Published on 4 March 2026</div>"
    assert decided(f"{TEXT}<div>{line}</div>{other}").source != "shown"


@pytest.mark.parametrize(
    "other",
    [
        "<dl><dt>Joined</dt><dd>May 11, 2017</dd></dl>",
        "<table><tr><td>Member since</td><td>11 May 2017</td></tr></table>",
        "<figure><p>The dam on 11 May 2017</p></figure>",
        "<div class='picbox'><p>The dam in its last winter, 11 May 2017</p></div>",
    ],
)
def test_the_day_of_something_else_is_not_the_pages(other: str) -> None:
    """What another label names, and what is said of a picture, is no date of the article."""
    stamp = "<time datetime='2026-03-02T10:00:00Z'>a week ago</time>"
    assert decided(f"{other}{TEXT}").source != "shown"
    assert decided(f"<p>{stamp}</p>{other}{TEXT}").day == date(2026, 3, 2)
    assert decided(f"{other}{TEXT}<p>Date: 2 March 2026</p>").day == date(2026, 3, 2)


def test_dates_below_a_heading_of_other_articles_are_theirs() -> None:
    """Where the text is short, the next thing beside the headline may be other articles."""
    boxes = "".join(f"<div><h3>Story {n}</h3><time>July {n}, 2025</time></div>" for n in (12, 13))
    short = f"<p>{LINE.format(n=1)}</p>"
    assert decided(f"<div>2 March 2026</div>{short}<h2>Read also</h2>{boxes}{TEXT}").day == date(2026, 3, 2)
