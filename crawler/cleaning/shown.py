"""The date that a page shows with its headline, for pages that state none.

    time      a `<time>` element beside the headline: it keeps its hour and its zone
    shown     a short line beside the headline that names one day, in any of the languages that `stamps.py`
    reads

Failing both, the one day of lines that say "published", anywhere on the page.

Beside the headline is: a few blocks before it, or after it until the text has begun, or a heading such as
"Read also" comes. Dates in lists of other articles, in comments and in the text are not the page's; nor is
one that is called an update.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning.blocks import SENTENCE, Block, ancestors
from crawler.cleaning.datetext import read_moment
from crawler.cleaning.letters import fold_space
from crawler.cleaning.markup import Element, names_of
from crawler.stamps import find_day

BEFORE: Final = 4
"""Blocks before the headline that belong to it (chosen, not measured)."""
AFTER: Final = 12
"""Blocks after it, if the text does not begin sooner (chosen, not measured)."""
PROSE: Final = 250
"""Weight of prose with which the text has begun; less may be the lead, above the date
(chosen, not measured)."""
_DATELINE: Final = re.compile(r"^\W*\d|^.{0,60}?\d{4}\)?\s*[—–(-]")
"""A paragraph that begins with the day, or with place and day before a dash."""
_ORDINAL: Final = re.compile(r"\d\.")
"""A full stop that ends no sentence."""
LINE: Final = 160
"""A longer block is text that names a date (chosen, not measured)."""
DATE_MOST: Final = 30
"""A shorter line is a date and little else (chosen, not measured)."""
SAID: Final = 300
"""The same for one that begins by saying when the page was published (chosen, not measured)."""


def date_beside(blocks: Sequence[Block], headline: Block | None) -> tuple[str, str] | None:
    """(where, date as written) of the date shown beside the headline; None where there is none."""
    near = [] if headline is None else list(_beside(blocks, blocks.index(headline)))
    stamp, line = _of_elements(near), _of_lines(near)
    if stamp is None or line is None:
        return stamp or line or _said(blocks)
    moment = read_moment(stamp[1])
    is_later = moment is not None and (moment.local_day - date.fromisoformat(line[1])).days > 1
    return line if is_later else stamp


def is_in_text_only(day: date, blocks: Sequence[Block], page: str) -> bool:
    """Whether a day is named in the page's paragraphs and nowhere else.

    Args:
        page: the page's markup; a day that stands in it as machines write days was not read in a sentence.
    """
    if any(day.strftime(form) in page for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%m/%Y")):
        return False
    naming = [block for block in blocks if _names(block, day)]
    return bool(naming) and all(_is_text(block) for block in naming)


def _is_text(block: Block) -> bool:
    """Whether a block is a paragraph, and no dateline or copyright notice."""
    return block.is_prose and not _DATELINE.search(block.text) and not words.LEGAL_TEXT.search(block.text)


def _names(block: Block, day: date) -> bool:
    if str(day.year) not in block.text:
        return False
    return any(find_day(part) == day for part in words.SENTENCES.split(block.text))


def _beside(blocks: Sequence[Block], place: int) -> Iterator[Block]:
    """The blocks beside the headline, those after it first."""
    prose = 0
    for block in blocks[place : place + 1 + AFTER]:
        if block.is_heading and words.CALL_TEXT.search(block.text):
            break
        prose += block.weight if block.is_prose else 0
        yield block
        if prose >= PROSE:
            break
    yield from reversed(blocks[max(0, place - BEFORE) : place])


def _of_elements(near: Sequence[Block]) -> tuple[str, str] | None:
    """The earliest of the `<time>` elements: the others are updates."""
    stamps = [text for element in dict.fromkeys(_times(near)) if (text := _stamp_of(element))]
    read = [(moment.at, text) for text in stamps if (moment := read_moment(text)) is not None]
    return ("time", min(read)[1]) if read else None


def _times(near: Sequence[Block]) -> Iterator[Element]:
    for block in near:
        if not _is_foreign(block.element):
            yield from block.element.iter("time")


def _stamp_of(element: Element) -> str:
    names = f"{names_of(element)} {element.get('itemprop') or ''}"
    if words.is_named("update", names):
        return ""
    return fold_space(element.get("datetime") or element.text_content())[:80]


def _of_lines(near: Sequence[Block]) -> tuple[str, str] | None:
    """The first line that is a date and neither the value of another label nor said of a picture."""
    for label, block in zip([None, *near], near, strict=False):
        if not _is_line(block) or _is_foreign(block.element) or _is_labelled_otherwise(label, block):
            continue
        day = find_day(block.text)
        if day is not None and not _is_of_a_picture(block):
            return "shown", day.isoformat()
    return None


def _is_labelled_otherwise(label: Block | None, block: Block) -> bool:
    """Whether a block is what the label before it names: "Joined" in the cell beside."""
    is_value = label is not None and block.tag in ("dd", "td") and label.tag in ("dt", "th", "td")
    return is_value and label is not None and words.OTHER_DATE_TEXT.search(label.text) is not None


def _is_of_a_picture(block: Block) -> bool:
    """Whether a line is said of a picture: in a figure, or more than a date in a part that is named so."""
    near = [part for part in (block.element, block.element.getparent()) if part is not None]
    if any(part.tag in ("figure", "figcaption") for part in near):
        return True
    return block.weight > DATE_MOST and any(words.is_named("picture", names_of(part)) for part in near)


def _said(blocks: Sequence[Block]) -> tuple[str, str] | None:
    """The one day of the lines that say when the page was published, above or below its text."""
    lines = [block for block in blocks if block.weight <= SAID and words.PUBLISHED_TEXT.search(block.text)]
    days = {find_day(block.text) for block in lines if not _is_foreign(block.element)} - {None}
    day = days.pop() if len(days) == 1 else None
    return None if day is None else ("shown", day.isoformat())


def _is_line(block: Block) -> bool:
    """A short line that may name the page's date, and no other one."""
    other = words.UPDATE_TEXT.search(block.text) or words.OTHER_DATE_TEXT.search(block.text)
    is_text = block.is_prose and SENTENCE.search(_ORDINAL.sub("", block.text)) is not None
    return block.weight <= LINE and not is_text and not other


def _is_foreign(element: Element) -> bool:
    """Whether an element lies in a list of other articles, in comments or at the edge of the page."""
    for enclosing in ancestors(element):
        names = names_of(enclosing)
        if enclosing.tag in ("aside", "footer", "nav") or words.is_named("comments", names):
            return True
        if enclosing.tag in ("li", "div", "section") and words.is_named("teasers", names):
            return True
    return False
