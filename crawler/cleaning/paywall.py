"""Whether an article is behind a paywall, as two facts: what the page declares, and what was observed.

    declared    `isAccessibleForFree` of the page's JSON-LD, and of the parts it names; an outlet's habit,
    which
                is often wrong either way
    observed    the text breaks off or is short, and right behind it the page asks to subscribe or to log in

Neither is derived from the other. Both are None where nothing is said or seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from crawler.cleaning.blocks import Block
from crawler.cleaning.jsonld import Item
from crawler.cleaning.letters import weight_of
from crawler.cleaning.wallwords import LOGIN
from storage.records import DeclaredAccess, ObservedAccess

TEASER_MOST: Final = 2500
"""Longer text before a demand to subscribe is no teaser, unless it breaks off (chosen, not measured)."""
BEHIND: Final = 8
"""Blocks behind the text in which the demand stands (chosen, not measured)."""
DEMAND_MOST: Final = 400
"""A longer block is no demand (chosen, not measured)."""


def declared_access(articles: Iterable[Item]) -> DeclaredAccess | None:
    """What the page's own articles say: `free`, `paid`, or `part` where only named parts are closed."""
    items = list(articles)
    wholes = {_truth(item.get("isAccessibleForFree")) for item in items} - {None}
    parts = {part for item in items for part in _parts(item)}
    if False in parts and (False not in wholes or True in parts):
        return "part"
    return None if not wholes else "paid" if False in wholes else "free"


def _parts(item: Item) -> Iterator[bool | None]:
    parts = item.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        if isinstance(part, dict):
            yield _truth(part.get("isAccessibleForFree"))


def _truth(value: Any) -> bool | None:
    """True or false as JSON-LD writes it: a truth value, or its name."""
    if isinstance(value, bool):
        return value
    name = value.strip().rpartition("/")[2].lower() if isinstance(value, str) else ""
    return {"true": True, "false": False}.get(name)


def observed_access(blocks: Sequence[Block], text: str) -> ObservedAccess | None:
    """`teaser` where the text is short or breaks off before a demand to subscribe; None where nothing is
    seen.

    Args:
        blocks: of the whole page.
    """
    if weight_of(text) >= TEASER_MOST and not text.endswith(("…", "...")):
        return None
    behind = (block for block in _behind(blocks, text) if block.weight <= DEMAND_MOST)
    return "teaser" if any(LOGIN.search(block.text) for block in behind) else None


def _behind(blocks: Sequence[Block], text: str) -> Sequence[Block]:
    """The last block of a text, and those behind it."""
    lines = frozenset(text.split("\n"))
    places = (place for place in reversed(range(len(blocks))) if blocks[place].text in lines)
    last = next(places, len(blocks))
    return blocks[last : last + 1 + BEHIND]
