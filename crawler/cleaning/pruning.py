"""What is certainly not the article, taken off the tree before anything is extracted.

    1  by name        comment blocks; navigation, sharing, consent, advertisement; hidden parts; small forms
    2  by structure   lists whose items each begin with a headline link (teasers, related articles, comment threads of other pages)

Guards: nothing that holds the headline or the page's declared `articleBody` goes, and no name removes a large share of the page's prose
(class names lie: `paywall` on every paragraph, `sidebar` round the whole page). Comments are the exception: on old Russian and Polish pages
they are most of the prose, which is why extractors that go by mass take them for the article.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning.blocks import BLOCK_TAGS, Block, ancestors, fold_space, weight_of
from crawler.cleaning.markup import Element, body_of, names_of

CHROME_SHARE: Final = 0.25
"""A part named like chrome stays if it holds more than this share of the page's prose."""
CHROME_SHARE_OF_BODY: Final = 0.10
"""The same for a part that is also named like an article body."""
CONSENT_SHARE: Final = 0.6
FORM_SHARE: Final = 0.3
NAVIGATION_SHARE: Final = 0.5
HIDDEN_SHARE: Final = 0.15
"""More hidden prose than this is the rest of an article behind "read more"."""
HEADLINE_WEIGHT: Final = 15
"""A link this long, first in its item, is a headline."""
ITEMS: Final = 3
"""So many alike items make a list."""
ITEMS_WITH_HEADLINE: Final = 0.75
ITEM_PROSE: Final = 900
"""An item with more unlinked text is an article, not a teaser."""
TEASER_PROSE: Final = 400

_LEAF_TAGS: Final = frozenset(
    ["p", "li", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dd", "dt", "center"]
)
_ITEM_TAGS: Final = frozenset(["div", "li", "article", "section", "tr", "dl", "td", "dd", "table", "ul"])
_DIGITS: Final = re.compile(r"\d+")


@dataclass(slots=True)
class _Part:
    """What one element holds, all its descendants counted."""

    weight: int = 0
    link_weight: int = 0
    prose: int = 0
    headlines: int = 0


def prune(tree: Element, blocks: list[Block], headline: Element | None) -> list[Block]:
    """Take the parts that are not the article off `tree`; returns the blocks that are left."""
    kept = _kept(tree, headline)
    body = body_of(tree)
    by_name = _named_parts(body, _measure(blocks), kept)
    left = _outside(blocks, by_name)
    lists = _teaser_lists(body, _measure(left), kept)
    for element in (*by_name, *lists):
        if element.getparent() is not None:
            element.drop_tree()
    for element in body.iter():
        if isinstance(element.tag, str) and _is_hidden(element):
            del element.attrib[
                "style"
            ]  # found to be text: trafilatura, which goes by the style, is to see it too
    return _outside(left, lists)


def _kept(tree: Element, headline: Element | None) -> set[Element]:
    """Elements no rule may remove: the headline, the declared bodies, and all that enclose them."""
    kept = set(ancestors(headline))
    for element in tree.iter("div", "section", "article", "span", "td"):
        if element.get("itemprop") == "articleBody":
            kept.update(ancestors(element))
    return kept


def _measure(blocks: Iterable[Block]) -> dict[Element, _Part]:
    """What every element holds."""
    parts: dict[Element, _Part] = defaultdict(_Part)
    for block in blocks:
        prose = block.weight if block.is_prose else 0
        headline = block.link_weight >= 0.8 * block.weight and block.weight >= HEADLINE_WEIGHT
        for element in ancestors(block.element):
            part = parts[element]
            part.weight += block.weight
            part.link_weight += block.link_weight
            part.prose += prose
            part.headlines += headline
    return parts


def _outside(blocks: list[Block], removed: Iterable[Element]) -> list[Block]:
    """The blocks that lie in none of the removed elements."""
    gone = set(removed)
    return (
        [block for block in blocks if not any(element in gone for element in ancestors(block.element))]
        if gone
        else blocks
    )


def _named_parts(body: Element, parts: dict[Element, _Part], kept: set[Element]) -> list[Element]:
    """Elements whose tag, name or style says that they are not the article, in document order."""
    total = parts[body].prose
    found = []
    for element in body.iter():
        if element is body or element in kept or not isinstance(element.tag, str):
            continue
        share = _tolerated_share(element)
        if share is not None and parts[element].prose <= share * total:
            found.append(element)
    return found


def _tolerated_share(element: Element) -> float | None:
    """The share of the page's prose up to which this element is removed for what it is called; None: not at all."""
    tag = element.tag
    if tag in ("nav", "footer"):
        return NAVIGATION_SHARE
    if tag in ("form", "fieldset"):
        return FORM_SHARE
    if tag not in BLOCK_TAGS:
        return None
    names = names_of(element)
    if names:
        if words.COMMENTS.search(names) and not words.COMMENTS_STATE.search(names):
            return 1.0
        if tag not in _LEAF_TAGS and words.CONSENT.search(names):
            return CONSENT_SHARE
        if tag not in _LEAF_TAGS and words.CHROME.search(names):
            return CHROME_SHARE_OF_BODY if words.BODY.search(names) else CHROME_SHARE
    return HIDDEN_SHARE if _is_hidden(element) else None


def _is_hidden(element: Element) -> bool:
    return "display:none" in (element.get("style") or "").replace(" ", "")


def _teaser_lists(body: Element, parts: dict[Element, _Part], kept: set[Element]) -> list[Element]:
    """Items of lists of other articles, and parts named so that hold headline links."""
    total = parts[body].weight
    found: list[Element] = []
    for parent in list(parts):
        for items in _alike_children(parent, parts, kept):
            prose = max(parts[item].weight - parts[item].link_weight for item in items)
            size = sum(parts[item].weight for item in items)
            if (
                prose < ITEM_PROSE
                and size < 0.9 * total
                and _share_with_headline(items) >= ITEMS_WITH_HEADLINE
            ):
                found.extend(items)
    for element, part in parts.items():
        teaser = part.headlines >= 1 and part.weight - part.link_weight < TEASER_PROSE
        if (
            teaser
            and element.tag in _ITEM_TAGS
            and element not in kept
            and words.TEASERS.search(names_of(element))
        ):
            found.append(element)
    return found


def _alike_children(parent: Element, parts: dict[Element, _Part], kept: set[Element]) -> list[list[Element]]:
    """Children of one tag and one class (numbers aside) that hold text, where there are enough of them."""
    groups: dict[tuple[str, str], list[Element]] = defaultdict(list)
    for child in parent:
        if child.tag in _ITEM_TAGS and child in parts and child not in kept:
            groups[child.tag, _DIGITS.sub("", child.get("class") or "")].append(child)
    return [items for items in groups.values() if len(items) >= ITEMS]


def _share_with_headline(items: list[Element]) -> float:
    return sum(_begins_with_link(item) for item in items) / len(items)


def _begins_with_link(item: Element) -> bool:
    """The first text of the item, short labels aside, is a link as long as a headline."""
    for element in item.iter():
        if element.tag == "a":
            if weight_of(fold_space("".join(element.itertext()))) >= HEADLINE_WEIGHT:
                return True
        elif (
            isinstance(element.tag, str)
            and element.text
            and weight_of(element.text.strip()) > 2 * HEADLINE_WEIGHT
        ):
            return False
    return False
