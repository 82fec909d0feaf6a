"""What is certainly not the article, taken off the tree before anything is extracted.

    1  by name        comment blocks; navigation, sharing, consent, advertisement; hidden parts; small forms
    2  by structure   lists whose items each begin with a headline link (teasers, related articles, comment
       threads of other pages)

Guards: nothing that holds the headline or the page's declared `articleBody` goes, and no name removes a large
share of the page's prose (class names lie: `paywall` on every paragraph, `sidebar` round the whole page).
Comments are the exception: on old Russian and Polish pages they are most of the prose, which is why
extractors that go by mass take them for the article.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning.blocks import BLOCK_TAGS, Block, ancestors
from crawler.cleaning.labelled import labelled_parts
from crawler.cleaning.letters import fold_space, weight_of
from crawler.cleaning.markup import Element, body_of, names_of
from crawler.cleaning.others import following_articles

# Where the numbers come from: measured with `python -m tests.benchmarks.cleaning_constants --data DIR
# --pages 60`,
# which halves and doubles each over 60 labelled pages: change of mean text F1 in points, for half and for
# double.

CHROME_SHARE: Final = 0.25
"""A part named like chrome stays if it holds more than this share of the page's prose.

Half 0, double 0 (measured).
"""
CHROME_SHARE_OF_BODY: Final = 0.10
"""The same for a part that is also named like an article body; half 0, double 0 (measured)."""
CONSENT_SHARE: Final = 0.6
"""The same for consent dialogues, which may be longer than the article; half 0, double 0 (measured)."""
FORM_SHARE: Final = 0.3
"""The same for forms; half 0, double 0 (measured)."""
NAVIGATION_SHARE: Final = 0.5
"""The same for `<nav>` and `<footer>`; half 0, double 0 (measured)."""
HIDDEN_SHARE: Final = 0.15
"""More hidden prose than this is the rest of an article behind "read more"; half 0, double 0 (measured)."""
UNSEEN_SHARE: Final = 0.6
"""The same where nothing unfolds it (chosen, not measured): more is an article that a script will show."""
FOLD_WEIGHT: Final = 40
"""Longer text is no control that unfolds (chosen, not measured)."""
HEADLINE_WEIGHT: Final = 15
"""A link this long, first in its item, is a headline; half 0, double 0 (measured)."""
ITEMS: Final = 3
"""So many alike items make a list; half -1.3, double 0 (measured)."""
ITEMS_WITH_HEADLINE: Final = 0.75
"""Share of the items that begin with a headline link; half 0, double 0 (measured)."""
ITEM_PROSE: Final = 900
"""An item with more unlinked text is an article, not a teaser; half 0, double 0 (measured)."""
TEASER_PROSE: Final = 400
"""A part named like a teaser has less unlinked text than this; half 0, double 0 (measured)."""
LIST_SHARE: Final = 0.9
"""A list that is nearly all of the page is the page; half 0, double 0 (measured)."""
LABEL_WEIGHT: Final = 30
"""Text before a headline link that is no more than a label; half 0, double 0 (measured)."""

_LEAF_TAGS: Final = frozenset(
    ["p", "li", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dd", "dt", "center"]
)
_ITEM_TAGS: Final = frozenset(["div", "li", "article", "section", "tr", "dl", "td", "dd", "table", "ul"])
_BODY_TAGS: Final = frozenset(("div", "section", "article", "span", "td"))
_OFF_SCREEN: Final = re.compile(
    r"(?:left|top|right|text-indent):-\d{3,}(?:px|em|rem|%)?|font-size:0(?:[;p]|$)|clip:rect\((?:0|1px)|"
    r"clip-path:inset\((?:50|100)%|(?:^|;)(?:max-)?(?:height|width):[01](?:px)?;.*overflow:hidden|"
    r"overflow:hidden;(?:.*;)?(?:max-)?(?:height|width):[01](?:px)?(?:;|$)|transform:scale\(0"
)
"""Styles that leave nothing to see."""
_DIGITS: Final = re.compile(r"\d+")


@dataclass(slots=True)
class _Part:
    """What one element holds, all its descendants counted."""

    weight: int = 0
    link_weight: int = 0
    prose: int = 0
    headlines: int = 0

    def count(self, block: Block) -> None:
        """Count a block of its own."""
        self.weight += block.weight
        self.link_weight += block.link_weight
        self.prose += block.weight if block.is_prose else 0
        self.headlines += block.weight >= HEADLINE_WEIGHT and block.link_weight >= 0.8 * block.weight

    def add(self, other: _Part) -> None:
        """Count what a child holds."""
        self.weight += other.weight
        self.link_weight += other.link_weight
        self.prose += other.prose
        self.headlines += other.headlines


_Parts = dict[Element, _Part]
"""What every element with text in it holds."""


def prune(tree: Element, blocks: list[Block], headline: Block | None) -> list[Block]:
    """Take the parts that are not the article off `tree`; returns the blocks that are left."""
    body = body_of(tree)
    kept = _kept(tree, None if headline is None else headline.element)
    parts = _measure(body, blocks)
    labelled = [element for element in labelled_parts(blocks, headline) if element not in kept]
    by_name = [
        *_named_parts(body, parts, kept, folds=_folds(blocks)),
        *following_articles(blocks, headline),
        *labelled,
    ]
    left = _outside(blocks, by_name)
    parts = _measure(body, left)
    lists = [*_teaser_lists(body, parts, kept), *_named_teasers(parts, kept)]
    for element in (*by_name, *lists):
        if element.getparent() is not None:
            element.drop_tree()
    _show(body)
    return _outside(left, lists)


def _kept(tree: Element, headline: Element | None) -> set[Element]:
    """Elements no rule may remove: the headline, the declared bodies, and all that enclose them."""
    kept = set(ancestors(headline))
    for element in tree.xpath("//*[@itemprop='articleBody']"):
        if element.tag in _BODY_TAGS:
            kept.update(ancestors(element))
    return kept


def _measure(body: Element, blocks: Iterable[Block]) -> _Parts:
    """What every element of the body holds: its own blocks, then, from the leaves up, its children's."""
    parts: _Parts = defaultdict(_Part)
    for block in blocks:
        parts[block.element].count(block)
    for element in reversed(list(body.iter())):
        if element in parts and element is not body:
            parts[element.getparent()].add(parts[element])
    return parts


def _outside(blocks: list[Block], removed: Iterable[Element]) -> list[Block]:
    """The blocks that lie in none of the removed elements."""
    gone: set[Element] = set()
    for element in removed:
        if element not in gone:
            gone.update(element.iter())
    return [block for block in blocks if block.element not in gone] if gone else blocks


def _named_parts(body: Element, parts: _Parts, kept: set[Element], *, folds: bool) -> list[Element]:
    """Elements whose tag, name or style says that they are not the article, in document order."""
    total = parts[body].prose
    found = []
    for element in body.iter(*BLOCK_TAGS):
        if element is body or element in kept:
            continue
        share = _tolerated_share(element, folds=folds)
        prose = parts[element].prose if element in parts else 0
        if share is not None and prose <= share * total:
            found.append(element)
    return found


def _tolerated_share(element: Element, *, folds: bool) -> float | None:
    """The share of the page's prose up to which this element is removed for what it is called.

    None: it is not removed at all.
    """
    share = _share_of_tag(element.tag)
    if share is None and (names := names_of(element)):
        share = _share_of_names(names, leaf=element.tag in _LEAF_TAGS)
    return _share_of_hidden(element, folds=folds) if share is None else share


def _share_of_tag(tag: str) -> float | None:
    if tag in ("nav", "footer"):
        return NAVIGATION_SHARE
    return FORM_SHARE if tag in ("form", "fieldset") else None


def _share_of_names(names: str, *, leaf: bool) -> float | None:
    if words.is_named("comments", names) and not words.is_named("comments_state", names):
        return 1.0
    if leaf:
        return None
    if words.is_named("consent", names):
        return CONSENT_SHARE
    if words.is_named("chrome", names):
        return CHROME_SHARE_OF_BODY if words.is_named("body", names) else CHROME_SHARE
    return None


def _share_of_hidden(element: Element, *, folds: bool) -> float | None:
    """The share up to which an element that nobody sees is removed; None for one that is seen.

    What is only folded away may be the rest of the article, if the page has something that unfolds it.
    """
    style = element.get("style")
    style = style.replace(" ", "").lower() if style else ""
    if (style and _OFF_SCREEN.search(style)) or words.is_named("unseen", names_of(element)):
        return UNSEEN_SHARE
    if "display:none" in style or "visibility:hidden" in style or element.get("hidden") is not None:
        return HIDDEN_SHARE if folds or words.is_named("fold", names_of(element)) else UNSEEN_SHARE
    return None


def _folds(blocks: Iterable[Block]) -> bool:
    """Whether the page has a control that unfolds the rest of a text."""
    return any(block.weight <= FOLD_WEIGHT and words.FOLD_TEXT.search(block.text) for block in blocks)


def _show(body: Element) -> None:
    """Take the style off what was hidden and is left: trafilatura goes by it, and it was found to be text."""
    for element in body.xpath("descendant-or-self::*[contains(@style, 'display')]"):
        if "display:none" in element.get("style").replace(" ", ""):
            del element.attrib["style"]


def _teaser_lists(body: Element, parts: _Parts, kept: set[Element]) -> list[Element]:
    """Items of lists of other articles."""
    most = LIST_SHARE * parts[body].weight
    found: list[Element] = []
    for items in _alike_siblings(parts, kept):
        unlinked = max(parts[item].weight - parts[item].link_weight for item in items)
        size = sum(parts[item].weight for item in items)
        if unlinked < ITEM_PROSE and size < most and _share_with_headline(items) >= ITEMS_WITH_HEADLINE:
            found.extend(items)
    return found


def _named_teasers(parts: _Parts, kept: set[Element]) -> Iterator[Element]:
    """Parts that are named like teasers and hold headline links."""
    for element, part in parts.items():
        is_item = element.tag in _ITEM_TAGS and element not in kept
        is_teaser = is_item and part.headlines and part.weight - part.link_weight < TEASER_PROSE
        if is_teaser and words.is_named("teasers", names_of(element)):
            yield element


def _alike_siblings(parts: _Parts, kept: set[Element]) -> Iterator[list[Element]]:
    """Siblings of one tag and one class (numbers aside) that hold text, where there are enough of them."""
    groups: dict[tuple[Element, str, str], list[Element]] = defaultdict(list)
    for element in parts:
        if element.tag in _ITEM_TAGS and element not in kept:
            make = _DIGITS.sub("", element.get("class") or "")
            groups[element.getparent(), element.tag, make].append(element)
    return (items for items in groups.values() if len(items) >= ITEMS)


def _share_with_headline(items: list[Element]) -> float:
    return sum(_begins_with_link(item) for item in items) / len(items)


def _begins_with_link(item: Element) -> bool:
    """The first text of the item, short labels aside, is a link as long as a headline."""
    for element in item.iter():
        if element.tag == "a":
            if weight_of(fold_space("".join(element.itertext()))) >= HEADLINE_WEIGHT:
                return True
        elif element.text and weight_of(element.text.strip()) > LABEL_WEIGHT:
            return False
    return False
