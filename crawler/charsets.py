"""Bytes of a feed, sitemap or robots.txt to text: the bytes decide before what is said of them.

Order of belief: byte order mark, zero bytes of UTF-16, valid UTF-8, UTF-8 but for a few bytes, the charset of
the header, the XML declaration, detection (the last as for pages, `cleaning.markup`).
"""

from __future__ import annotations

import re
from typing import Final

from crawler.cleaning.markup import decode, told_by_bytes

_DECLARED: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_SENT: Final = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_SERVER_DEFAULTS: Final = frozenset({"utf-8", "utf8", "iso-8859-1", "us-ascii", "latin1"})
"""What servers send when nobody told them; a document's own declaration is believed before it."""
_UNMARKED: Final = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_VALID_PER_FAULT: Final = 4
"""Characters beyond ASCII for each byte that is no UTF-8, from which a text is UTF-8 with faults: in another
set nearly every such byte is a fault. Chosen, not measured."""
_REPLACED: Final = "\ufffd"


def text_of(body: bytes, content_type: str = "") -> str:
    """The text of a document; what cannot be decoded becomes U+FFFD, never an error.

    Args:
        content_type: of the answer; its charset counts where the bytes leave it open.
    """
    for mark, name in _UNMARKED:
        if body.startswith(mark):
            return body.decode(name, "replace")
    told = told_by_bytes(body)
    if told is not None:
        return told
    return _nearly_utf8(body) or decode(body, f"charset={_stated(body, content_type)}")


def _nearly_utf8(body: bytes) -> str | None:
    text = body.decode("utf-8", "replace")
    faults = text.count(_REPLACED)
    beyond = sum(not character.isascii() for character in text) - faults
    return text if beyond >= faults * _VALID_PER_FAULT else None


def _stated(body: bytes, content_type: str) -> str:
    """The charset that header or document state, or nothing."""
    sent = _SENT.search(content_type)
    declared = _DECLARED.search(body[:1_024])
    own = declared[1].decode("ascii") if declared else ""
    if sent is None or (own and sent[1].lower() in _SERVER_DEFAULTS):
        return own
    return sent[1]
