"""The escaping rules hold for any text, not only for the examples one thinks of."""

from __future__ import annotations

import csv
import io
import unicodedata
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumbeat.shown import safe

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TRICKS = [
    "\r",
    "\n",
    "\x00",
    "\u2028",
    "\u202e",
    "\ud800",
    "=",
    "+1",
    "-",
    "@",
    "\t",
    "<script>",
    "](",
    "`",
    "|",
    "'",
    '"',
    "&",
    "\U000e0041",
    "é",
    "مرحبا",
]
hostile = st.one_of(
    st.text(), st.lists(st.sampled_from(TRICKS) | st.text(max_size=5), max_size=12).map("".join)
)


@given(hostile)
def test_visible_keeps_no_controls(text: str) -> None:
    """Nothing that machines obey and people do not see is left, and what is left can be written as UTF-8."""
    shown = safe.visible(text)
    assert not set(shown) & set(BIDI)
    assert all(unicodedata.category(c) not in {"Cc", "Cs"} or c in "\n\t" for c in shown)
    shown.encode()


@given(hostile)
def test_header_text_is_one_header(text: str) -> None:
    """Any text becomes the value of exactly one mail header and comes back as it was put in."""
    value = safe.header_text(text)
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = value
    message["X-After"] = "untouched"
    back = message_from_bytes(message.as_bytes(), policy=policy.SMTP)
    assert back.keys() == ["Subject", "X-After"]
    assert back["X-After"] == "untouched"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a?b=c#d",
        "http://example.org",
        "https://xn--e1afmkfd.xn--p1ai/x",
        "https://пример.рф/путь",
        "http://127.0.0.1:8080/x",
        "http://[::1]/x",
    ],
)
def test_good_addresses_pass(url: str) -> None:
    """An http(s) address with a host is kept as it is."""
    assert safe.safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//example.org", "/relative", "ftp://example.org", "https://", "http://a b", "https://bank.example@evil.example/",
     "https://example.org\r\nX: y", "https:\\\\evil.example", "http://[", "java\tscript:alert(1)",
     "mailto:a@b.c", "", None, 3, "https://example.org/\x00", "file:///etc/passwd"],
)  # fmt: skip
def test_other_addresses_are_refused(url: object) -> None:
    """Whatever is not a plain http(s) address is no link."""
    assert safe.safe_url(url) is None


@given(hostile)
def test_safe_url_is_http_or_nothing(text: str) -> None:
    """No text, alone or behind a good beginning, comes through as another scheme or with a way out of an
    attribute.
    """
    for candidate in (text, f"https://example.org/{text}"):
        url = safe.safe_url(candidate)
        if url is not None:
            assert urlsplit(url).scheme in {"http", "https"}
            assert not set(url) & set(BIDI + "\r\n\t <>\"'`")


@given(hostile)
def test_csv_cell_is_no_formula(text: str) -> None:
    """A cell, read back, never begins as a formula does, and numbers stay numbers."""
    stream = io.StringIO()
    csv.writer(stream).writerow([safe.csv_cell(text), 1.5])
    row = next(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert not row[0].lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert row[1] == "1.5"


def test_csv_cell_marks_formulas() -> None:
    """The classic attacks get an apostrophe; ordinary text, signs inside it and numbers stay."""
    assert safe.csv_cell('=HYPERLINK("http://x")') == '\'=HYPERLINK("http://x")'
    assert safe.csv_cell("  @SUM(1)") == "'  @SUM(1)"
    assert safe.csv_cell("\x00=1") == "'=1"
    assert safe.csv_cell("a=b") == "a=b"
    assert safe.csv_cell(-3) == -3


@given(hostile)
def test_markdown_text_has_no_markup(text: str) -> None:
    """Every character that Markdown or HTML reads as markup is escaped, on one line."""
    line = safe.markdown_text(text)
    assert "\n" not in line
    assert "<" not in line
    bare = line.replace("\\\\", "")
    for character in "`*_[]#|!~>@":
        assert bare.count(character) == bare.count(f"\\{character}")


def test_markdown_url_keeps_its_brackets() -> None:
    """Brackets in an address cannot end the link."""
    assert safe.markdown_url("https://example.org/a_(b)") == "https://example.org/a_%28b%29"
    assert safe.markdown_url("javascript:alert(1)") is None


@given(hostile)
def test_isolate_is_balanced(text: str) -> None:
    """An isolated line opens and closes one isolate around the whole of it, or needs none."""
    line = safe.isolate(text)
    assert "\n" not in line
    if set(line) & set(BIDI):
        assert line.count("\u2068") == line.count("\u2069") == 1
        assert line[0] == "\u2068" and line[-1] == "\u2069"


def test_isolate_is_for_right_to_left() -> None:
    """Arabic and Hebrew are isolated, Russian and Hausa stay as they are."""
    assert safe.isolate("سلام (a)") == "\u2068سلام (a)\u2069"
    assert safe.isolate("שלום") == "\u2068שלום\u2069"
    assert safe.isolate("Привет") == "Привет"


@pytest.mark.parametrize(
    ("language", "tag", "way"),
    [
        ("ar", "ar", "rtl"),
        ("fa-AF", "fa-AF", "rtl"),
        ("AR", "AR", "rtl"),
        ("ru", "ru", "ltr"),
        ("ha", "ha", "ltr"),
        ("und", "", "auto"),
        (None, "", "auto"),
        ('x" onload="', "", "auto"),
    ],
)
def test_language_and_direction(language: str | None, tag: str, way: str) -> None:
    """A known language gives its tag and direction; an unknown or broken one leaves both to the browser."""
    assert safe.language_tag(language) == tag
    assert safe.direction(language) == way


@given(hostile, st.integers(min_value=1, max_value=40))
def test_shorten_is_short(text: str, limit: int) -> None:
    """The limit holds for graphemes, the beginning is kept, and short text is untouched."""
    import regex

    short = safe.shorten(text, limit)
    assert len(regex.findall(r"\X", short)) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_shorten_at_words_and_graphemes() -> None:
    """Words stay whole where one ends near; an emoji family, a flag and a combining mark are never cut."""
    assert safe.shorten("one two three four", 12) == "one two…"
    assert safe.shorten("👨‍👩‍👧🇲🇷e\u0301x", 3) == "👨‍👩‍👧🇲🇷…"
    assert len(safe.shorten("a" + "\u0301" * 10_000, 10)) <= 81
