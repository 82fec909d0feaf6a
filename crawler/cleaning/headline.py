"""The block that is the article's headline.

    1  what repeats most of a title that the page states, headings before other lines
    2  the only `<h1>`, where nothing repeats a title, or only a line or a lesser heading repeats a small part

Never what shows the way to the article instead of naming it: breadcrumbs, menus, links in lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning.blocks import Block, ancestors
from crawler.cleaning.letters import TITLE_SEPARATOR, weight_of
from crawler.cleaning.markup import Element, names_of
from storage.text import letters_of

# Where "measured" stands: `python -m tests.benchmarks.cleaning_constants --data DIR --pages 60`, which halves
# and doubles each over 60 labelled pages: change of mean text F1 in points, for half and for double.

HEADLINE_LEAST: Final = 8
"""Shorter blocks repeat no title; half 0, double 0 (measured)."""
HEADLINE_MOST: Final = 400
"""Longer blocks are no headline; half 0, double 0 (measured)."""
TITLE_SHARE: Final = 0.6
"""A block that repeats less of the title gives way to the only `<h1>` (chosen on the title figures of the
html sets: 0.895 to 0.909 of 649, measured)."""
TOP_RANK: Final = 3.0
"""How much more than any line an `<h1>` counts that repeats a title (chosen, not measured) ..."""
HEADING_RANK: Final = 1.5
"""... a lesser heading (chosen, not measured) ..."""
END_RANK: Final = 0.1
"""... and what stands at a title's end, as names of sites do (chosen, not measured)."""

_EDGE_TAGS: Final = frozenset(("nav", "footer", "aside"))


def find_headline(blocks: Sequence[Block], titles: Sequence[str]) -> Block | None:
    """The block that names the article; None where none does.

    Args:
        titles: that the page and its feed state, the window's included.
    """
    keys = [key for key in map(letters_of, titles) if key]
    ends = {letters_of(TITLE_SEPARATOR.split(title)[-1]) for title in titles} - set(keys)
    best = _most_like(blocks, keys, ends)
    only = _only_top(blocks, ends)
    if best is None or only is None:
        return best or only
    return best if best.tag == "h1" or _is_most(best, keys) else only


def _most_like(blocks: Sequence[Block], keys: list[str], ends: set[str]) -> Block | None:
    """The first block that repeats most of a title and shows no way to other pages."""
    ranked = [(rank, block) for block in blocks if (rank := _likeness(block, keys, ends)) > 0]
    ranked.sort(key=lambda pair: -pair[0])
    return next((block for _, block in ranked if not _shows_the_way(block)), None)


def _likeness(block: Block, keys: list[str], ends: set[str]) -> float:
    """How much of a title a block repeats; nothing if it is no part of one."""
    if not HEADLINE_LEAST <= block.weight <= HEADLINE_MOST:
        return 0.0
    key = block.letters
    if weight_of(key) < HEADLINE_LEAST or not any(key in title for title in keys):
        return 0.0
    rank = TOP_RANK if block.tag == "h1" else HEADING_RANK if block.is_heading else 1.0
    return len(key) * rank * (END_RANK if key in ends else 1.0)


def _only_top(blocks: Sequence[Block], ends: set[str]) -> Block | None:
    """The only `<h1>` of the page that is no site's name; links, and what stands at the page's edge, only
    where there is no other."""
    tops = [block for block in blocks if block.tag == "h1" and block.letters not in ends]
    plain = [block for block in tops if not block.is_linked and not _is_at_the_edge(block)] or tops
    return plain[0] if len(plain) == 1 else None


def _is_at_the_edge(block: Block) -> bool:
    return any(
        element.tag in _EDGE_TAGS or words.is_named("unseen", names_of(element))
        for element in ancestors(block.element)
    )


def _is_most(block: Block, keys: list[str]) -> bool:
    """Whether a block is a title, or most of the longest one."""
    return block.letters in keys or len(block.letters) >= TITLE_SHARE * max(map(len, keys))


def _shows_the_way(block: Block) -> bool:
    """Whether a block lies in a menu or a breadcrumb, or is a link and no heading.

    An `<h1>` that a breadcrumb or a part for screen readers holds is often the page's only one.
    """
    if block.tag == "h1":
        return False
    if block.is_linked and not block.is_heading:
        return True
    return any(
        element.tag in _EDGE_TAGS or (words.is_named("way", names_of(element)) and _is_bare(element))
        for element in ancestors(block.element)
    )


def _is_bare(element: Element) -> bool:
    """Whether an element has no paragraph in it; class names of a whole page may speak of its menu."""
    return element.find(".//p") is None
