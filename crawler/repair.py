"""Damaged XML read as far as it can be: characters first, then entry by entry.

    text --repaired--> stray `&`, names of HTML's characters, control characters, a wrong declaration
         --salvage---> each <item> or <entry> by itself; what cannot be read is counted

A document is cut at the beginnings of its entries, not by the parser, so that damage in one entry, or before
them all, costs no other. Nothing is expanded and nothing is loaded.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.entities import html5
from typing import Any, Final
from xml.parsers import expat

MAX_DEPTH: Final = 200
"""Elements in each other; more is an attack. Chosen, not measured."""

_PROLOGUE: Final = re.compile(
    r"\s*<\?xml[^>]*\?>|\s*<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_OPEN_SECTION: Final = "<![CDATA["
_CLOSE_SECTION: Final = "]]>"
_NEXT_ENTRY: Final = re.compile(r"</(?:[\w.-]+:)?(item|entry)\s*>\s*<(?:[\w.-]+:)?\1[\s>]")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE: Final = re.compile(
    r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}));|([A-Za-z][A-Za-z0-9]{1,31};))?"
)
_BARE_ANGLE: Final = re.compile(r"<(?![A-Za-z/!?_])")
_OF_XML: Final = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_ENTRY: Final = r"<(?!(?:image|video|media):)(?:[\w.-]+:)?({})(?=[\s>/])"
OF_FEEDS: Final = re.compile(_ENTRY.format("item|entry"))
OF_SITEMAPS: Final = re.compile(_ENTRY.format("url|sitemap"))
_END: Final = r"</(?:[\w.-]+:)?{}\s*>"
_WHOLE_ELEMENTS: Final = re.compile(r".*(?:</[\w.:-]+\s*>|/>)", re.DOTALL)
_PREFIX: Final = re.compile(r"(?<=[<\s/])([A-Za-z_][\w.-]*):[A-Za-z_]")
_NAMESPACE: Final = re.compile(r"xmlns:([\w.-]+)\s*=\s*[\"']([^\"'<>&]+)[\"']")
_ADDRESS: Final = re.compile(r"<(?:[\w.-]+:)?(?:link|guid|id|loc|origLink)[\s>]|rdf:about\s*=")
_LANGUAGE: Final = re.compile(r"<language>\s*([\w-]{2,20})\s*<|xml:lang\s*=\s*[\"']([\w-]{2,20})[\"']")
_KNOWN_NAMESPACES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """What is left of a damaged feed."""

    text: str
    """A sound document with the entries that can be read, in their order."""
    entries: int
    unreadable: int
    """Entries that begin and cannot be read, or lie beyond the limit."""
    unread_bytes: int


def is_sound(text: str) -> bool:
    """Whether the strict parser will get through: well-formed, names bound, not nested beyond reason."""
    depth = 0

    def opened(_name: str, _attributes: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError("nested too deep")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    checker = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    checker.StartElementHandler, checker.EndElementHandler = opened, closed
    try:
        checker.Parse(text.encode("utf-8", "replace"), True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def hides_entries(text: str) -> bool:
    """Whether a section of text without its end goes on to that of another entry: well-formed, and one entry
    less."""
    sections = _around_sections(text)[1::2]
    return any(_NEXT_ENTRY.search(section) for section in sections)


def repaired(text: str) -> str:
    """The text with every character that no XML may hold made one that it may, and without its prologue."""
    text = _ILLEGAL.sub("", text)
    begin = text.find("<")
    text = text[begin:] if begin > 0 else text
    while (prologue := _PROLOGUE.match(text)) is not None:
        text = text[prologue.end() :]
    parts = _around_sections(text)
    # what stands between sections has even places
    parts[::2] = [_BARE_ANGLE.sub("&lt;", _REFERENCE.sub(_reference, part)) for part in parts[::2]]
    return "".join(parts)


def _around_sections(text: str) -> list[str]:
    """The text in parts, sections of plain text (CDATA) at odd places; one that does not end is none."""
    parts: list[str] = []
    done = 0
    while (begin := text.find(_OPEN_SECTION, done)) >= 0:
        end = text.find(_CLOSE_SECTION, begin)
        if end < 0:
            break
        parts += [text[done:begin], text[begin : end + len(_CLOSE_SECTION)]]
        done = end + len(_CLOSE_SECTION)
    return [*parts, text[done:]]


def _reference(match: re.Match[str]) -> str:
    """A reference that XML knows; half a character, or none at all, goes."""
    hexadecimal, decimal, name = match.groups()
    if hexadecimal or decimal:
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return match[0] if _is_character(code) else ""
    if name in _OF_XML:
        return match[0]
    return html.escape(html5[name]) if name in html5 else f"&amp;{match[0][1:]}"


def _is_character(code: int) -> bool:
    if code < 0x20:
        return code in (0x9, 0xA, 0xD)
    return not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF) and code <= sys.maxunicode


def salvage(text: str, most: int, begin_of: re.Pattern[str] = OF_FEEDS) -> Salvage | None:
    """A sound document of the entries that can be read; None where no entry begins anywhere.

    Args:
        text: decoded, whatever is wrong with it.
        most: entries that are read; the others count as unreadable.
        begin_of: what an entry begins with; its first group names the element.
    """
    text = _without_comments(text)
    begins = list(begin_of.finditer(text))
    if not begins:
        return None
    head = text[: begins[0].start()]
    spaces = _namespaces(head, text)
    kept: list[str] = []
    lost: list[str] = []
    for raw, name in _cut_at(begins, text):
        entry = _entry(raw, name, spaces) if len(kept) < most else None
        if entry is None:
            lost.append(raw)
        else:
            kept.append(entry)
    return Salvage(
        text=_document(begins[0][1], head, spaces, kept),
        entries=len(kept),
        unreadable=len(lost),
        unread_bytes=sum(len(raw.encode("utf-8", "replace")) for raw in lost),
    )


def _cut_at(begins: Sequence[re.Match[str]], text: str) -> Iterator[tuple[str, str]]:
    """The text of each entry, to the beginning of the next, and the name of its element."""
    ends = [*(begin.start() for begin in begins[1:]), len(text)]
    for begin, end in zip(begins, ends, strict=True):
        yield text[begin.start() : end], begin[1]


def _without_comments(text: str) -> str:
    """The text without comments; one that does not end before the next begins is none."""
    first, *parts = text.split("<!--")
    rest = (part[end + len("-->") :] if (end := part.find("-->")) >= 0 else f"<!--{part}" for part in parts)
    return first + "".join(rest)


def _namespaces(head: str, text: str) -> str:
    """Every prefix of the document bound: as it says, as it is usual, or to nothing known."""
    said = dict(_NAMESPACE.findall(head))
    used = sorted(set(_PREFIX.findall(text)) - {"xml", "xmlns"})
    bound = {
        prefix: said.get(prefix) or _KNOWN_NAMESPACES.get(prefix, f"urn:unknown:{prefix}") for prefix in used
    }
    return " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in bound.items())


def _entry(raw: str, name: str, spaces: str) -> str | None:
    """One entry as sound XML, or None where it has no address that could be read."""
    ends = [end.end() for end in re.finditer(_END.format(name), raw)]
    # Without an end it was cut off: its last element may be half an address.
    whole = raw[: ends[-1]] if ends else _cut(raw, name)
    mended = repaired(whole)
    if not is_sound(_wrapped(mended, spaces)):
        mended = _forced(mended, spaces)
    return mended if _ADDRESS.search(mended) else None


def _cut(raw: str, name: str) -> str:
    found = _WHOLE_ELEMENTS.match(raw)
    return f"{found[0]}</{name}>" if found else ""


def _wrapped(entry: str, spaces: str) -> str:
    return f"<entries {spaces}>{entry}</entries>"


def _forced(entry: str, spaces: str) -> str:
    """What a parser that repairs makes of an entry."""
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(_wrapped(entry, spaces).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    found = (
        "" if root is None or not len(root) else etree.tostring(root[0], encoding="unicode", with_tail=False)
    )
    return found if is_sound(_wrapped(found, spaces)) else ""


def _document(name: str, head: str, spaces: str, entries: list[str]) -> str:
    """The entries in a frame of the format that they come from."""
    said = _LANGUAGE.search(head)
    language = (said[1] or said[2]) if said else ""
    inside = "".join(entries)
    if name == "entry":
        tag = f' xml:lang="{language}"' if language else ""
        return f'<feed xmlns="http://www.w3.org/2005/Atom"{tag} {spaces}>{inside}</feed>'
    if name in ("url", "sitemap"):
        return f"<urlset {spaces}>{inside}</urlset>"
    told = f"<language>{language}</language>" if language else ""
    return f'<rss version="2.0" {spaces}><channel>{told}{inside}</channel></rss>'
