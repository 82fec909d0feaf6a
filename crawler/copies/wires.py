"""The agency that a text credits, by the words agencies are credited with (data in `agencies.toml`)."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from storage.text import is_unspaced

EDGE_CHARACTERS = 200
"""A credit stands in the dateline or in the last line; a name in the middle is only mentioned. Chosen, not
measured."""


def credited_agency(text: str) -> str | None:
    """The agency credited at the beginning or the end of a text, the earliest mention first; None if there is
    none."""
    edges = (
        text if len(text) <= 2 * EDGE_CHARACTERS else f"{text[:EDGE_CHARACTERS]}\n{text[-EDGE_CHARACTERS:]}"
    )
    found = _pattern().search(edges)
    return _agencies()[found.group(0)] if found else None


@lru_cache(maxsize=1)
def _agencies() -> dict[str, str]:
    data = tomllib.loads((Path(__file__).parent / "agencies.toml").read_text(encoding="utf-8"))
    return {word: name for name, words in data["agencies"].items() for word in words}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Longest first; what is before a word is looked at once, not for each of them."""
    words = sorted(_agencies(), key=lambda word: (-len(word), word))
    spaced = "|".join(re.escape(word) for word in words if not is_unspaced(word[0]))
    unspaced = "|".join(re.escape(word) for word in words if is_unspaced(word[0]))
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)|(?:{unspaced})")
