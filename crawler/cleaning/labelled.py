"""Parts that a line of their own calls something else than the article: "Comments", "See also".

The part is the largest element that begins with that line. Only below prose of the article: a line above it
may be a count of comments that begins everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning.blocks import Block, ancestors
from crawler.cleaning.letters import fold_space, weight_of
from crawler.cleaning.markup import Element

LABEL_MOST: Final = 40
"""Longer lines are text (chosen, not measured)."""
BOX_MOST: Final = 400
"""A box of other articles has less unlinked text than this, as teasers have (chosen, not measured)."""
LINK_LEAST: Final = 15
"""A link this long is a headline, as in teasers (chosen, not measured)."""


def labelled_parts(blocks: Sequence[Block], headline: Block | None) -> Iterator[Element]:
    """Comments, and boxes of other articles, by the line that begins them."""
    start = blocks.index(headline) + 1 if headline is not None else 0
    prose_above = False
    for place, block in enumerate(blocks[start:], start):
        if prose_above and block.weight <= LABEL_MOST:
            yield from _part_of(blocks, place)
        prose_above = prose_above or block.is_prose


def _part_of(blocks: Sequence[Block], place: int) -> Iterator[Element]:
    """The part that a block begins by its label; none for other blocks."""
    text = blocks[place].text
    is_comments = words.COMMENTS_TEXT.search(text) is not None
    if is_comments or words.CALL_TEXT.search(text):
        part = _largest(blocks, place)
        if part is not None and (is_comments or _is_box(part)):
            yield part


def _largest(blocks: Sequence[Block], place: int) -> Element | None:
    """The largest element that begins with a block, if it holds more than that."""
    before = set(ancestors(blocks[place - 1].element)) if place else set()
    following = blocks[place + 1].element if place + 1 < len(blocks) else None
    own = [element for element in ancestors(blocks[place].element) if element not in before]
    return own[-1] if own and following is not None and own[-1] in set(ancestors(following)) else None


def _is_box(part: Element) -> bool:
    """A few lines with a headline's link among them."""
    links = [fold_space("".join(link.itertext())) for link in part.iter("a")]
    text = fold_space("".join(part.itertext()))
    linked = sum(map(weight_of, links))
    return any(weight_of(link) >= LINK_LEAST for link in links) and weight_of(text) - linked < BOX_MOST
