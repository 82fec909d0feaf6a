"""Bytes of a page to a tree: the right character set, then a forgiving parser.

The order of belief: valid UTF-8 (a text in another set practically never is), byte order mark, HTTP header,
`<meta>`, detection. A declared set is believed only where it decodes nearly all of the page.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, Final

from crawler.cleaning.charset import detect, is_faulty, is_implausible

Element = Any
"""An element of lxml, which ships no types."""

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"))
_BOMS_16: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META_CHARSET: Final = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE
)
_HEADER_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_INVALID: Final = re.compile("[\u00ad\u200b\u2060\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_INVALID_REFERENCE: Final = re.compile(
    r"&(?:shy|ZeroWidthSpace|NoBreak|#0*(?:173|8203|8288)|#x0*(?:ad|200b|2060));", re.IGNORECASE
)
"""The same characters as references: hyphenation for the eye, which would break words for search and
comparison."""
_NEVER_SENT: Final = frozenset({"utf-8", "utf-7", "unicode-escape", "raw-unicode-escape", "punycode"})
"""Declarations that help nobody: UTF-8 was tried, the others rewrite text that is plain."""
_WESTERN: Final = frozenset({"cp1252", "iso8859-1", "iso8859-15"})
"""Sets that decode any bytes whatever, so that a page in one of them by its own word may be in another."""
_GAPS: Final = 0.1
"""Share of the characters beyond ASCII that may be damaged in a page of UTF-8 (chosen, not measured)."""
_EARLY_END: Final = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page; what cannot be decoded becomes U+FFFD, never an error."""
    told = told_by_bytes(body)
    if told is not None:
        return told
    for name in _declared(body, content_type):
        text = _try(body, name)
        if text is not None and not (codecs.lookup(name).name in _WESTERN and is_implausible(body)):
            return text
    return _detect(body)


def told_by_bytes(body: bytes) -> str | None:
    """The text where the bytes tell its encoding, by a byte order mark or as valid UTF-8; None where they do
    not.
    """
    for mark, encoding in (*_BOMS, *_BOMS_16):
        if body.startswith(mark):
            return body.decode(encoding, "replace").lstrip("\ufeff")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def parse(text: str) -> Element | None:
    """The tree of a page without comments and processing instructions; None where nothing can be parsed.

    What follows an early end of the document belongs to it, as browsers show it (HTML Standard, "after
    body"),
    and no depth is too deep.
    """
    from lxml import etree, html

    parser = html.HTMLParser(
        encoding="utf-8",
        collect_ids=False,
        default_doctype=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    # one class for every element: lxml.html would ask Python for the class each time an element is touched
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    try:
        tree = html.document_fromstring(_EARLY_END.sub("", visible(text)).encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    return tree if len(tree) else None


def visible(text: str) -> str:
    """The text without control characters, soft hyphens and other marks that nobody sees, written as such or
    as references."""
    return _INVALID_REFERENCE.sub("", _INVALID.sub("", text))


def body_of(tree: Element) -> Element:
    """The `<body>`, or the whole tree of a page without one."""
    body = tree.find(".//body")
    return tree if body is None else body


def names_of(element: Element) -> str:
    """The id and class of an element, in one string."""
    identifier, classes = element.get("id"), element.get("class")
    return f"{identifier} {classes}" if identifier and classes else identifier or classes or ""


def _declared(body: bytes, content_type: str) -> list[str]:
    """Character sets that header and page name, by their names in Python."""
    from w3lib.encoding import resolve_encoding

    found = []
    if header := _HEADER_CHARSET.search(content_type):
        found.append(header.group(1))
    if meta := _META_CHARSET.search(body[:8192]):
        found.append(meta.group(1).decode("ascii"))
    resolved = [resolve_encoding(name) for name in found]
    return [name for name in resolved if name and codecs.lookup(name).name not in _NEVER_SENT]


def _try(body: bytes, name: str) -> str | None:
    """The text in a declared character set, unless too much of the page does not fit it."""
    try:
        text = body.decode(name, "replace")
    except (LookupError, UnicodeError):
        # A codec of Python's that is no character set of pages (base64, idna), or that cannot step over
        # damage.
        return None
    return None if is_faulty(text) else text


def _detect(body: bytes) -> str:
    """A guess from the bytes.

    UTF-8 with gaps where nothing fits (a cut or damaged UTF-8 page is the usual case).
    """
    text = body.decode("utf-8", "replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    if text.count("\ufffd") <= _GAPS * beyond:
        return text
    encoding = detect(body)
    return text if encoding is None else body.decode(encoding, "replace")
