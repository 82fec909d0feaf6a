"""A page as a sequence of text blocks: paragraphs, list items, cells, headings - what a reader sees as one
piece.

Everything `pruning.py` and `region.py` decide, they decide from these blocks: how long, how much of it is
links, sentences or fragments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from crawler.cleaning.letters import fold_space, weight_of
from crawler.cleaning.markup import Element
from storage.text import letters_of

BLOCK_TAGS: Final = frozenset((
    "p", "div", "li", "td", "th", "tr", "table", "tbody", "thead", "tfoot", "ul", "ol", "dl", "dt", "dd",
    "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "aside", "header", "footer", "main", "nav",
    "form", "fieldset", "figure", "figcaption", "blockquote", "pre", "address", "center", "hr", "body",
    "details", "summary", "caption", "noindex",
))  # fmt: skip
HEADING_TAGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SKIPPED_TAGS: Final = frozenset((
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "select",
    "option", "textarea", "button", "input", "head", "title", "video", "audio", "map", "label", "math",
))  # fmt: skip
_TRAP_TAGS: Final = ("button", "label", "noscript")
"""Skipped tags that hold whole articles on some pages."""
# Where the numbers come from: measured with `python -m tests.benchmarks.cleaning_constants --data DIR
# --pages 60`,
# which halves and doubles each over 60 labelled pages: change of mean text F1 in points, for half and for
# double.

_TRAP_CHARACTERS: Final = 600
"""Least characters in paragraphs that make a control suspect; half 0, double 0 (measured)."""
TRAP_SHARE: Final = 0.5
"""Of the page's text in paragraphs; half 0, double 0 (measured)."""
SENTENCE: Final = re.compile("[.!?…؟।۔։፡።][\"»”’')\\]]*(?:\\s|$)|[。！？，、।]")
"""The end of a sentence."""
_LINE: Final = "\x00"
"""A line break within a block; no text of a parsed page holds this character."""


@dataclass(slots=True, eq=False)
class Block:
    """A run of text between two block boundaries."""

    text: str
    """White space folded; a single `<br>` is a line break."""
    weight: int
    """Characters, dense scripts (Chinese, Japanese, Korean, Thai ...) counted threefold."""
    link_weight: int
    """Weight of the text inside links."""
    element: Element
    """The nearest enclosing block element."""
    tag: str
    score: float = 0.0
    """Filled by `region.score_blocks`: positive for text, negative for what is not."""
    _sentence: bool | None = field(default=None, init=False, repr=False)
    _letters: str | None = field(default=None, init=False, repr=False)

    @property
    def is_heading(self) -> bool:
        """Stands in `<h1>` to `<h6>`."""
        return self.tag in HEADING_TAGS

    @property
    def is_linked(self) -> bool:
        """More than half of it is links."""
        return self.link_weight > 0.5 * self.weight

    @property
    def has_sentence(self) -> bool:
        """Ends a sentence somewhere, in any script."""
        if self._sentence is None:
            self._sentence = bool(SENTENCE.search(self.text))
        return self._sentence

    @property
    def is_prose(self) -> bool:
        """A sentence of some length that is not links."""
        return self.weight >= 40 and not self.is_linked and self.has_sentence

    @property
    def letters(self) -> str:
        """Its letters and digits, folded; see `storage.text.letters_of`."""
        if self._letters is None:
            self._letters = letters_of(self.text)
        return self._letters


def ancestors(element: Element | None) -> Iterator[Element]:
    """The element itself, then its parents up to the root."""
    while element is not None:
        yield element
        element = element.getparent()


def cut_blocks(root: Element) -> list[Block]:
    """The blocks below an element in document order; scripts, forms' fields and media are left out."""
    from lxml import etree

    cutter = _Cutter(root)
    traps = _traps(root)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "end":
            cutter.leave(element, tag)
        elif tag in _SKIPPED_TAGS and element not in traps:
            cutter.skip(element)
            walk.skip_subtree()
        else:
            cutter.enter(element, tag)
    cutter.boundary(root)
    return cutter.blocks


class _Cutter:
    """Collects text until a block boundary; no recursion, pages may nest hundreds deep."""

    def __init__(self, root: Element) -> None:
        self.blocks: list[Block] = []
        self._root = root
        self._parts: list[str] = []
        self._link_weight = 0
        self._breaks = 0
        self._links_open = 0
        self._owner: Element = root
        self._owners: list[Element] = []
        self._skipped: Element = None

    def enter(self, element: Element, tag: str) -> None:
        """An element begins, and with it perhaps a block or a link."""
        if tag in BLOCK_TAGS:
            self._owners.append(self._owner)
            self.boundary(element)
        elif tag == "a":
            self._links_open += 1
        elif tag == "br":
            self._line_break()
            return
        if text := element.text:
            self._text(text)

    def skip(self, element: Element) -> None:
        """An element of which nothing is read but what follows it."""
        self._skipped = element

    def leave(self, element: Element, tag: str) -> None:
        """An element ends; what follows it belongs to the block around it."""
        if element is self._skipped:
            self._skipped = None
        elif tag in BLOCK_TAGS:
            self.boundary(self._owners.pop())
        elif tag == "a":
            self._links_open -= 1
        if (tail := element.tail) and element is not self._root:
            self._text(tail)

    def _text(self, text: str) -> None:
        self._parts.append(text)
        if self._breaks and not text.isspace():
            self._breaks = 0
        if self._links_open:
            self._link_weight += weight_of(fold_space(text))

    def _line_break(self) -> None:
        """One `<br>` ends a line, two end the block."""
        self._breaks += 1
        if self._breaks >= 2:
            self.boundary(self._owner)
        else:
            self._parts.append(_LINE)

    def boundary(self, owner: Element) -> None:
        """End the present block; the next one belongs to `owner`."""
        if self._parts:
            lines = [fold_space(line) for line in "".join(self._parts).split(_LINE)]
            if text := "\n".join(line for line in lines if line):
                weight = weight_of(text)
                linked = min(self._link_weight, weight)
                self.blocks.append(Block(text, weight, linked, self._owner, self._owner.tag))
            self._parts.clear()
        self._link_weight = self._breaks = 0
        self._owner = owner


def _traps(root: Element) -> set[Element]:
    """Controls that hold the article itself, by a forgotten end tag or for readers without JavaScript.

    They hold most of what the page has in paragraphs.
    """
    suspects = [element for element in root.iter(*_TRAP_TAGS) if element.find(".//p") is not None]
    least = max(_TRAP_CHARACTERS, TRAP_SHARE * _in_paragraphs(root)) if suspects else 0
    return {element for element in suspects if _in_paragraphs(element) >= least}


def _in_paragraphs(element: Element) -> int:
    return sum(len(text) for paragraph in element.iter("p") for text in paragraph.itertext())
