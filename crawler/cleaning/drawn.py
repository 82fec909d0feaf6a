"""The article that a page shows only once a script has drawn it: in its state, or in the updates of a live
blog.

Asked only where the page itself shows little. What the state holds is believed if it is this page's article:
it stands under the page's title, goes on where the page's few lines end, or is what the page says it is
about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crawler.cleaning.blocks import cut_blocks
from crawler.cleaning.body import region_alone
from crawler.cleaning.headline import find_headline
from crawler.cleaning.letters import weight_of
from crawler.cleaning.markup import Element, body_of
from crawler.cleaning.metadata import PageClaims
from crawler.cleaning.region import find_region, score_blocks
from crawler.cleaning.state import Source, state_tree
from storage.text import letters_of

LITTLE_TEXT: Final = 1500
"""A page that shows more than this is not asked for its state (chosen, not measured)."""
WHOLE_TEXT: Final = 250
"""... and one that shows more than this and ends with a sentence is believed to show all
(chosen, not measured)."""
LEAST_DRAWN: Final = 150
"""Shorter text of a state is a message (chosen, not measured)."""
MUCH_MORE: Final = 1.4
"""So many times what the page shows has to be in the state (chosen, not measured)."""
_CUT: Final = 5
"""Letters at the end of a cut text that may be a "read more" (chosen, not measured)."""
_BEGINNING: Final = 30
"""Letters by which a paragraph is known again (chosen, not measured)."""


def drawn_text(sources: Sequence[Source], text: str, claims: PageClaims) -> str:
    """The text that a script would show in place of `text`, the little that stands on the page; `text` where
    there is none."""
    weight = weight_of(text)
    if weight >= LITTLE_TEXT:
        return text
    least = max(LEAST_DRAWN, MUCH_MORE * weight)
    if weight_of(claims.stated_updates) >= least:
        return claims.stated_updates
    state = state_tree(sources, claims.titles) if sources else None
    drawn = "" if state is None else _article_in(state, text, claims)
    return drawn if weight_of(drawn) >= least else text


def _article_in(state: Element, text: str, claims: PageClaims) -> str:
    """The main text of a state, if it is this page's."""
    blocks = cut_blocks(body_of(state))
    headline = find_headline(blocks, list(claims.titles))
    score_blocks(blocks)
    region = find_region(blocks, 0 if headline is None else blocks.index(headline))
    if region is None:
        return ""
    drawn = "\n".join(blocks[i].text for i in region_alone(blocks, region) if blocks[i] is not headline)
    if weight_of(text) >= WHOLE_TEXT and not _goes_on(text, drawn):
        return ""
    is_titled = headline is not None and weight_of(text) < LEAST_DRAWN
    return drawn if is_titled or _belongs(drawn, text, claims) else ""


def _goes_on(text: str, drawn: str) -> bool:
    """Whether the text breaks off, and the other one has the rest of its last line."""
    last = letters_of(text.rpartition("\n")[2])[:-_CUT]
    lines = map(letters_of, drawn.splitlines())
    return len(last) > _BEGINNING and any(
        line.startswith(last) and len(line) > len(last) + 2 * _CUT for line in lines
    )


def _belongs(drawn: str, text: str, claims: PageClaims) -> bool:
    """Whether a text holds the page's own lines, or begins like its description."""
    key = letters_of(drawn)
    lines = [letters for line in text.splitlines() if len(letters := letters_of(line)) > _BEGINNING]
    shown = sum(line[:_BEGINNING] in key for line in lines)
    described = letters_of(claims.description)[:_BEGINNING]
    return bool(lines and 2 * shown >= len(lines)) or (len(described) == _BEGINNING and described in key)
