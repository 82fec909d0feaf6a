"""How long a text is, whatever its script and spacing: what the cleaning weighs."""

from __future__ import annotations

import html
import re
from typing import Final

_DENSE: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
"""Letters of scripts that say as much in one of them as others do in three."""

TITLE_SEPARATOR: Final = re.compile(
    r"\s+[|–—·•»«›:/-]+\s+|\s*[|»｜_＿]\s*|\s*::\s*|\s+[-–—]+\s*|\s*[-–—]+\s+"
)
"""What parts a headline from the names of section and site in a page's title."""


def weight_of(text: str) -> int:
    """Length of a text, with the letters of dense scripts counted threefold."""
    return len(text) if text.isascii() else len(text) + 2 * len(_DENSE.findall(text))


def fold_space(text: str) -> str:
    """White space runs to one blank, none at the ends."""
    return " ".join(text.split())


_REFERENCE: Final = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8});")
_LAYERS: Final = 3
"""So many times a text may have been escaped (chosen, not measured)."""


def without_references(text: str) -> str:
    """The text without character references, however often they were escaped (`&amp;quot;`)."""
    for _ in range(_LAYERS):
        if not _REFERENCE.search(text):
            break
        text = html.unescape(text)
    return text
