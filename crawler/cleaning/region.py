"""Where the article stands on the page: the container that holds most prose after the headline.

Scores run up the tree and fade by the level, so that the closest common container of the paragraphs wins (the
idea of Arc90's Readability), with three additions that pages of many languages need: containers before the
headline count less; a container grows into its parent while what it gains is prose of the same make;
paragraphs that look exactly like the article's own extend it (bodies cut by advertisements).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning.blocks import Block, ancestors
from crawler.cleaning.markup import Element, names_of

# Where the numbers come from: measured with `python -m tests.benchmarks.cleaning_constants --data DIR
# --pages 60`,
# which halves and doubles each over 60 labelled pages: change of mean text F1 in points, for half and for
# double.

FADE: Final = 0.6
"""What of a score reaches the next container up; half 0, double -1.2 (measured)."""
BEFORE_HEADLINE: Final = 0.3
"""Factor for containers that end before the headline; half 0, double 0 (measured)."""
NOISE_FACTOR: Final = 0.3
"""What of a negative score a container is charged; half 0, double 0 (measured)."""
MAX_BLOCK_SCORE: Final = 1000.0
"""Most that one block counts; half 0, double 0 (measured)."""
LINKED_SCORE: Final = -12.0
"""Of links, and less the longer they are; half +0.2, double 0 (measured)."""
LEGAL_SCORE: Final = -20.0
"""Of copyright notices and calls to share; half 0, double 0 (measured)."""
FRAGMENT_SCORE: Final = -8.0
"""Of short pieces without a sentence; half 0, double +0.2 (measured)."""
CALL_WEIGHT: Final = 90
"""A longer line that begins like "Read also" is text; half 0, double 0 (measured)."""
LINE_WEIGHT: Final = 90
"""A line this long without a sentence is half believed; half +0.1, double 0 (measured)."""
SENTENCE_WEIGHT: Final = 25
"""Least unlinked weight of a sentence that is text; half 0, double +0.1 (measured)."""
HEADING_PROSE: Final = 70
"""Weight from which a heading with a sentence is text; half 0, double 0 (measured)."""
ALL_LINKS: Final = 0.95
"""Share of links up to which a paragraph with a sentence is a fragment only; half +0.1, double 0
(measured)."""
LINKS_COUNTED: Final = 60
"""Weight of links up to which more of them is worse; half 0, double 0 (measured)."""
LINK_COST: Final = 0.3
"""Cost of one of them; half 0, double 0 (measured)."""
CAPTION_MOST: Final = 400
"""Longer blocks are no captions, whatever they are called; half 0, double 0 (measured)."""
META_MOST: Final = 150
"""Longer blocks are no by-lines; half 0, double 0 (measured)."""
GROWTH_PROSE: Final = 0.65
"""Share of what a larger container adds that has to be prose; half -0.1, double +0.2 (measured)."""
GROWTH_ALIKE: Final = 0.6
"""... and share of that prose which has to look like the article's; half 0, double +0.2 (measured)."""
ALIKE_SHARE: Final = 0.3
"""A make of paragraph is the article's own if so much of the text has it; half 0, double 0 (measured)."""

_PARAGRAPH_TAGS: Final = frozenset(("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"))


@dataclass(frozen=True, slots=True)
class Region:
    """The article's place: `blocks[start:end]`, the headline's block before it (or 0)."""

    headline: int
    start: int
    end: int


def score_blocks(blocks: list[Block]) -> None:
    """Give every block its score: its unlinked length if it reads like prose, less than nothing otherwise."""
    siblings: dict[Element, int] = defaultdict(int)
    for block in blocks:
        siblings[block.element.getparent()] += 1
    for block in blocks:
        block.score = _score(block, alone=siblings[block.element.getparent()] <= 2)


def _score(block: Block, *, alone: bool) -> float:
    """Less than nothing for what is not text, in order of certainty; else what reads like prose."""
    if _is_label(block, alone=alone):
        return FRAGMENT_SCORE
    if block.weight < CALL_WEIGHT and words.CALL_TEXT.search(block.text):
        return LEGAL_SCORE
    if block.is_heading and not _is_paragraph_like(block):
        return LINKED_SCORE if block.is_linked else 0.0
    if block.is_linked:
        return _score_of_links(block)
    return LEGAL_SCORE if words.LEGAL_TEXT.search(block.text) else _score_of_prose(block)


def _is_paragraph_like(block: Block) -> bool:
    """A lesser heading that holds a sentence of some length: text in a heading's clothes."""
    unlinked = block.weight - block.link_weight
    return block.tag != "h1" and unlinked >= HEADING_PROSE and block.has_sentence


def _score_of_links(block: Block) -> float:
    """A paragraph that is not all links may be text; a list of links is worse the longer it is."""
    if block.tag == "p" and block.has_sentence and block.link_weight < ALL_LINKS * block.weight:
        return FRAGMENT_SCORE
    return LINKED_SCORE - min(block.link_weight, LINKS_COUNTED) * LINK_COST


def _score_of_prose(block: Block) -> float:
    unlinked = block.weight - block.link_weight
    if block.has_sentence and unlinked >= SENTENCE_WEIGHT:
        return min(float(unlinked), MAX_BLOCK_SCORE)
    return unlinked * 0.5 if unlinked >= LINE_WEIGHT else FRAGMENT_SCORE


def _is_label(block: Block, *, alone: bool) -> bool:
    """A caption, a by-line, a date line: by its name and its length."""
    if block.tag == "figcaption":
        return True
    if block.weight >= CAPTION_MOST:
        return False
    names = names_of(block.element)
    if words.is_named("caption", names) or (block.weight < META_MOST and words.is_named("meta", names)):
        return True
    parent = block.element.getparent()
    return alone and parent is not None and words.is_named("image", f"{names} {names_of(parent)}")


def find_region(blocks: list[Block], headline: int) -> Region | None:
    """The article's place among scored blocks; None where nothing reads like prose."""
    containers = _Containers(blocks, headline)
    best = containers.best()
    if best is None:
        return None
    start, end = containers.grown(best)
    start, end = _extended(blocks, start, end, headline)
    return Region(headline, start, end)


class _Containers:
    """Scores and extents of the elements that enclose the blocks."""

    def __init__(self, blocks: list[Block], headline: int) -> None:
        self._blocks = blocks
        self._headline = headline
        self._scores: dict[Element, float] = defaultdict(float)
        self._first: dict[Element, int] = {}
        self._last: dict[Element, int] = {}
        for position, block in enumerate(blocks):
            self._add(position, block)

    def _add(self, position: int, block: Block) -> None:
        noise = NOISE_FACTOR * block.score if block.score <= LINKED_SCORE else 0.0
        gain = block.score if block.score > 0 else noise
        start = block.element.getparent() if block.tag in _PARAGRAPH_TAGS else block.element
        for element in ancestors(start):
            if element.tag in ("body", "html"):
                break
            self._scores[element] += gain
            self._first.setdefault(element, position)
            self._last[element] = position
            gain *= FADE

    def best(self) -> Element | None:
        """The container with the highest score, the first of equals; None where none has any."""
        worth = {
            e: score * (BEFORE_HEADLINE if self._last[e] < self._headline else 1.0)
            for e, score in self._scores.items()
        }
        if not worth:
            return None
        best = max(worth, key=lambda element: (worth[element], -self._first[element]))
        return best if worth[best] > 0 else None

    def grown(self, container: Element) -> tuple[int, int]:
        """First block and end of the container, or of the parents it grew into."""
        while (
            (parent := container.getparent()) is not None
            and parent in self._scores
            and self._worth_growing(container, parent)
        ):
            container = parent
        return self._first[container], self._last[container] + 1

    def _worth_growing(self, container: Element, parent: Element) -> bool:
        """Whether what the parent adds is prose, and prose that looks like the article's."""
        own, added = self._own_and_added(container, parent)
        makes = {_make(block) for block in own if block.score > 0}
        prose = [block for block in added if block.score > 0]
        size = sum(block.weight for block in added if not (block.is_heading and block.link_weight == 0))
        gained = sum(block.score for block in prose)
        alike = sum(block.score for block in prose if _make(block) in makes)
        return size == 0 or (gained >= GROWTH_PROSE * size and alike >= GROWTH_ALIKE * gained)

    def _own_and_added(self, container: Element, parent: Element) -> tuple[list[Block], list[Block]]:
        """The blocks of a container, and those that its parent has beside them, from the headline on."""
        first, end = self._first[container], self._last[container] + 1
        start, last = max(self._first[parent], self._headline), self._last[parent] + 1
        before = self._blocks[start : min(first, last)] if start < first else []
        return self._blocks[first:end], [*before, *self._blocks[max(end, start) : last]]


def _make(block: Block) -> tuple[str, str]:
    return block.tag, block.element.get("class") or ""


def _extended(blocks: list[Block], start: int, end: int, headline: int) -> tuple[int, int]:
    """The region with every paragraph after the headline that is made like the article's own."""
    own = _own_makes(blocks[start:end])
    after = range(headline + 1, len(blocks)) if own else ()
    alike = [i for i in after if blocks[i].score > 0 and _full_make(blocks[i]) in own]
    return (min(start, alike[0]), max(end, alike[-1] + 1)) if alike else (start, end)


def _own_makes(blocks: list[Block]) -> set[tuple[str, ...]]:
    """Tag, class and parent of most of the text, where a class tells them apart from any others."""
    makes: dict[tuple[str, ...], int] = defaultdict(int)
    for block in blocks:
        if block.score > 0:
            makes[_full_make(block)] += block.weight
    least = ALIKE_SHARE * sum(makes.values())
    return {make for make, weight in makes.items() if weight >= least and (make[1] or make[3])}


def _full_make(block: Block) -> tuple[str, ...]:
    parent = block.element.getparent()
    outer = ("", "") if parent is None else (str(parent.tag), parent.get("class") or "")
    return (*_make(block), *outer)
