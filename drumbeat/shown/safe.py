"""How text from outlets may leave the house: the escaping rules, in one place.

Titles, quotes and addresses come from outlets and are hostile. HTML is escaped by Jinja's autoescape; what
that does not cover stands here: addresses, mail headers, spreadsheet cells, Markdown, writing direction,
length.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal
from urllib.parse import quote, urlsplit

from analysis.plain import direction_of
from config.undetermined import UNDETERMINED

Direction = Literal["ltr", "rtl", "auto"]

_BIDI = "\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides, isolates: they reorder the text around them."""
_CLAUSE = re.compile(r"\s*(?:[,;:،؛，、；：](?=\s|[^\x00-\x7f])|\s[—–-]\s)")
"""Where a clause ends, in any script."""
_UNSEEN = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls (tab and line feed apart), bidi controls, byte order marks, annotation marks, lone surrogates, tag
characters.
"""
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACE = re.compile(r"\s+")
_MARKDOWN = re.compile(r"([\\`*_\[\]#|!~>@]|:(?=//)|(?<=www)\.|^[-+=])", re.IGNORECASE)
"""Markup anywhere in a line, what makes a bare address a link, list and heading marks at the beginning."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_FORMULA = "=+-@\t\r\n＝＋－＠"
_HOST = re.compile(r"[^\s/?#@\\<>\"'`]+")
_ISOLATE, _POP = "\u2068", "\u2069"


def visible(text: str) -> str:
    """The text without characters that nobody sees but machines obey; its line breaks become line feeds."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """`visible` text on one line, runs of white space as one space."""
    return _SPACE.sub(" ", visible(text)).strip()


def safe_url(url: object) -> str | None:
    """The address if it is http(s) with a host, no credentials and no white space or controls; else None.

    Bidi controls are percent-encoded, so that an address cannot be shown in another order than it is
    followed.
    """
    if not isinstance(url, str):
        return None
    text = url.strip()
    if re.search(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\\]", text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
        return None
    return re.sub(f"[{_BIDI}\u200e\u200f\u061c\ufeff\"'<>`]", lambda match: quote(match[0], safe=""), text)


def header_text(text: str, limit: int = 160) -> str:
    """Text for a mail header: one line without controls or bidi controls, so that it can neither end the
    header nor reorder it.
    """
    return shorten(one_line(text), limit)


def csv_cell(value: object) -> object:
    """A cell that a spreadsheet shows and never runs: text that begins like a formula gets an apostrophe;
    numbers stay numbers.
    """
    if not isinstance(value, str):
        return value
    text = visible(value)
    first = text.lstrip(" \u00a0\u200b\u200e\u200f")[:1]
    return f"'{text}" if first and (first in _FORMULA or text[0] in _FORMULA) else text


def markdown_text(text: str) -> str:
    """One line of Markdown that shows the text as it is: no markup, no HTML, no link made of it."""
    line = one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", _MARKDOWN.sub(r"\\\1", line))


def markdown_url(url: object) -> str | None:
    """A safe address that can stand between the round brackets of a Markdown link, or None."""
    address = safe_url(url)
    return None if address is None else re.sub(r"[()\[\]|^]", lambda match: f"%{ord(match[0]):02X}", address)


def isolate(text: str) -> str:
    """One line of plain text that keeps its direction to itself."""
    return keep_direction(one_line(text))


def keep_direction(line: str) -> str:
    """A line that is clean already; if it holds right-to-left letters, between FIRST STRONG ISOLATE and POP
    DIRECTIONAL ISOLATE.
    """
    backwards = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in line)
    return f"{_ISOLATE}{line}{_POP}" if backwards else line


def language_tag(language: str | None) -> str:
    """A value for HTML's `lang`: the tag if it is well formed, else empty, which HTML reads as unknown."""
    return language if language and language != UNDETERMINED and _LANGUAGE.fullmatch(language) else ""


def direction(language: str | None) -> Direction:
    """A value for HTML's `dir`: by language; `auto` where the language is not known."""
    tag = language_tag(language)
    if not tag:
        return "auto"
    return direction_of(tag)


def clause(text: str, limit: int) -> str:
    """At most `limit` graphemes, cut where a clause ends in the second half, else at a word: what names a
    narrative must not stop in the middle of a thought.
    """
    short = shorten(text, limit)
    if short == text:
        return text
    ends = [found.start() for found in _CLAUSE.finditer(short)]
    last = max((end for end in ends if end * 2 >= len(short)), default=None)
    return short if last is None else short[:last] + "…"


def shorten(text: str, limit: int) -> str:
    """At most `limit` graphemes, cut at a word where one ends in the second half, marked with an ellipsis.

    A grapheme may carry any number of combining marks, so that the code points are limited too (8 a
    grapheme).
    """
    import regex  # type: ignore[import-untyped]  # ships no types

    graphemes = regex.findall(r"\X", text[: limit * 8])
    if len(graphemes) <= limit and len(text) <= limit * 8:
        return text
    kept = "".join(graphemes[: max(limit - 1, 0)])
    word = re.match(r"(?s)(.*\S)\s+\S*$", kept)
    if word and len(word[1]) * 2 >= len(kept):
        kept = word[1]
    return kept.rstrip(" \n\t,;:،؛") + "…"
