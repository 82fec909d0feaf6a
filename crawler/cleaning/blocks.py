"""A page as a sequence of text blocks: paragraphs, list items, cells, headings - what a reader sees as one piece.

Everything `pruning.py` and `region.py` decide, they decide from these blocks: how long, how much of it is links, sentences or fragments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crawler.cleaning.markup import Element

BLOCK_TAGS: Final = frozenset(
    [
        "p",
        "div",
        "li",
        "td",
        "th",
        "tr",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "aside",
        "header",
        "footer",
        "main",
        "nav",
        "form",
        "fieldset",
        "figure",
        "figcaption",
        "blockquote",
        "pre",
        "address",
        "center",
        "hr",
        "body",
        "details",
        "summary",
        "caption",
        "noindex",
    ]
)
HEADING_TAGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SKIPPED_TAGS: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "select",
        "option",
        "textarea",
        "button",
        "input",
        "head",
        "title",
        "video",
        "audio",
        "map",
        "label",
        "math",
    ]
)
_TRAP_TAGS: Final = ("button", "label", "noscript")
"""Skipped tags that hold whole articles on some pages."""
_TRAP_CHARACTERS: Final = 600
TRAP_SHARE: Final = 0.5
"""Of the page's text in paragraphs."""
_DENSE: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_SENTENCE: Final = re.compile("[.!?…؟।۔։፡።][\"»”’')\\]]*(?:\\s|$)|[。！？，、।]")
_SPACE: Final = re.compile(r"\s+")
_LINE: Final = "\x00"


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
        return bool(_SENTENCE.search(self.text))

    @property
    def is_prose(self) -> bool:
        """A sentence of some length that is not links."""
        return self.weight >= 40 and not self.is_linked and self.has_sentence


def weight_of(text: str) -> int:
    """Length of a text, with the letters of dense scripts counted threefold."""
    return len(text) if text.isascii() else len(text) + 2 * len(_DENSE.findall(text))


def fold_space(text: str) -> str:
    """White space runs to one blank, none at the ends."""
    return _SPACE.sub(" ", text).strip()


def ancestors(element: Element | None) -> Iterator[Element]:
    """The element itself, then its parents up to the root."""
    while element is not None:
        yield element
        element = element.getparent()


class _Cutter:
    """Collects text until a block boundary; no recursion, pages may nest hundreds deep."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._link_weight = 0
        self._breaks = 0
        self._owner: Element = None
        self.links_open = 0

    def text(self, text: str | None) -> None:
        """Text in the present block."""
        if not text:
            return
        self._parts.append(text)
        stripped = fold_space(text)
        if stripped:
            self._breaks = 0
            if self.links_open:
                self._link_weight += weight_of(stripped)

    def line_break(self) -> None:
        """One `<br>` ends a line, two end the block."""
        self._breaks += 1
        if self._breaks >= 2:
            self.boundary(self._owner)
        else:
            self._parts.append(_LINE)

    def boundary(self, owner: Element) -> Element:
        """End the present block; the next one belongs to `owner`. Returns the owner until now."""
        lines = [fold_space(line) for line in "".join(self._parts).split(_LINE)]
        text = "\n".join(line for line in lines if line)
        if text:
            weight = weight_of(text)
            self.blocks.append(
                Block(text, weight, min(self._link_weight, weight), self._owner, self._owner.tag)
            )
        self._parts.clear()
        self._link_weight = self._breaks = 0
        former, self._owner = self._owner, owner
        return former


def _traps(root: Element) -> set[Element]:
    """Controls that hold the article itself, by a forgotten end tag or for readers without JavaScript: most of what the page has in paragraphs."""
    suspects = [element for element in root.iter(*_TRAP_TAGS) if element.find(".//p") is not None]
    least = max(_TRAP_CHARACTERS, TRAP_SHARE * _in_paragraphs(root)) if suspects else 0
    return {element for element in suspects if _in_paragraphs(element) >= least}


def _in_paragraphs(element: Element) -> int:
    return sum(len(text) for paragraph in element.iter("p") for text in paragraph.itertext())


def cut_blocks(root: Element) -> list[Block]:
    """The blocks below an element in document order; scripts, forms' fields and media are left out."""
    cutter = _Cutter()
    cutter.boundary(root)
    traps = _traps(root)
    stack: list[tuple[Element, Element, bool]] = [(root, root, False)]
    while stack:
        element, owner, leaving = stack.pop()
        tag = element.tag
        if leaving:
            if tag in BLOCK_TAGS:
                cutter.boundary(owner)
            cutter.links_open -= tag == "a"
        elif isinstance(tag, str) and tag != "br" and (tag not in _SKIPPED_TAGS or element in traps):
            former = cutter.boundary(element) if tag in BLOCK_TAGS else owner
            cutter.links_open += tag == "a"
            cutter.text(element.text)
            stack.append((element, former, True))
            stack.extend((child, element, False) for child in reversed(element))
            continue
        elif tag == "br":
            cutter.line_break()
        if element is not root:
            cutter.text(element.tail)
    cutter.boundary(root)
    return cutter.blocks
