"""The text of the article: our region and trafilatura's answer, block by block.

The region says where the article stands, trafilatura (on the pruned tree) what of it is text. On the 499
pages of the tuning half of the labelled pages, a block that both take is article text in 98 of 100
characters; of those that only the region takes, 39; outside the region, 33 and less. So both have to agree -
unless trafilatura missed the region altogether (then the region alone is right in 94 of 100), or there is no
region.
"""

from __future__ import annotations

import re
from typing import Any, Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning.blocks import Block
from crawler.cleaning.letters import weight_of
from crawler.cleaning.markup import Element, names_of
from crawler.cleaning.region import LINKED_SCORE, Region
from storage.text import letters_of

# Where the numbers come from: measured with `python -m tests.benchmarks.cleaning_constants --data DIR
# --pages 60`,
# which halves and doubles each over 60 labelled pages: change of mean text F1 in points, for half and for
# double.

AGREEMENT: Final = 0.5
"""Share of the region's prose that trafilatura has to confirm before its word counts block by block.

Half 0, double -0.1 (measured).
"""
SHORT: Final = 250
"""Weight below which a result is doubted and a much longer answer of the other method taken.

Half 0, double 0 (measured).
"""
MUCH_LONGER: Final = 2.0
"""Times as long; half 0, double 0 (measured)."""
STATED_SHARE: Final = 0.7
"""A stated body shorter than this share of the text found is a summary; half 0, double 0 (measured)."""
STATED_SHOWN: Final = 0.85
"""Where the page shows this share of the stated body, its paragraphs are used (a stated body has none).

Half 0, double -0.2 (measured).
"""
PART_ONLY: Final = 2.0
"""Where trafilatura confirms so many times the region's prose outside of it, the region is a part of the text
(chosen, not measured)."""
_SHORT_BLOCK: Final = 10
"""Weight below which a block is not looked for; half 0, double 0 (measured)."""
_DESCRIPTION: Final = 40
"""Letters of the description that mark a lead; half 0, double 0 (measured)."""
_LEAST_LETTERS: Final = 4
"""Letters of a block that is looked for in a stated body; half 0, double 0 (measured)."""
_NEAR: Final = 80
"""Letters that may lie between a short line and the text before it in a stated body
(chosen, not measured)."""
_LONG_LETTERS: Final = 60
"""Letters of a block that may stand anywhere further on (chosen, not measured)."""
_CUT_END: Final = 60
"""Letters by which a stated body's end is looked for (chosen, not measured)."""
_CUT_REST: Final = 40
"""Letters of text beyond a stated body's end that show that it was cut (chosen, not measured)."""
_SENTENCE_END: Final = re.compile("[.!?…؟।۔։፡።。！？][\"»”’')\\]」』]*$")
_BEGINNING: Final = 30
_END: Final = 15
"""Letters of a block's beginning and end that trafilatura's text has to hold; half 0, double 0 (measured)."""


def trafilatura_text(tree: Element) -> str:
    """What trafilatura takes for the main text of a tree (which it may change); empty where it finds none."""
    import trafilatura

    document: Any = trafilatura.bare_extraction(tree, include_comments=False)
    return str(document.text or "") if document is not None else ""


def choose_text(
    blocks: list[Block], region: Region | None, other: str, *, description: str = "", stated: str = ""
) -> str:
    """The article's text, a paragraph a line.

    Args:
        blocks: scored blocks of the pruned page.
        region: where the article stands, if that is known.
        other: trafilatura's text of the pruned page.
        description: what the page's `<meta>` says the article is about; marks the lead.
        stated: the `articleBody` of the page's JSON-LD, without markup; believed unless it is much shorter
            than what the page shows.
    """
    text = other if region is None else _text_by_votes(blocks, region, other, description)
    said = letters_of(stated)
    if len(said) < STATED_SHARE * len(letters_of(text)) or weight_of(stated) < SHORT or _is_cut(stated, text):
        return text
    shown = _shown_of(said, blocks[0 if region is None else region.headline :])
    covered = sum(len(block.letters) for block in shown)
    return "\n".join(block.text for block in shown) if covered >= STATED_SHOWN * len(said) else stated


def _is_cut(stated: str, text: str) -> bool:
    """Whether a stated body breaks off within a sentence of the text, which goes on."""
    end = letters_of(stated[-_CUT_END:].rstrip(".…"))[-_END:]
    found = letters_of(text).rpartition(end)
    goes_on = bool(end and found[1]) and len(found[2]) > _CUT_REST
    return goes_on and (stated.endswith(("...", "…")) or not _SENTENCE_END.search(stated))


def _shown_of(said: str, blocks: list[Block]) -> list[Block]:
    """The blocks that stand in a stated body, in its order: a short line only where the last one ended, so
    that what the page repeats elsewhere is not taken again."""
    shown, place = [], 0
    for block in blocks:
        letters = block.letters
        at = said.find(letters, place) if len(letters) >= _LEAST_LETTERS else -1
        if at >= 0 and (at - place <= _NEAR or len(letters) >= _LONG_LETTERS):
            shown.append(block)
            place = at + len(letters)
    return shown


def _text_by_votes(blocks: list[Block], region: Region, other: str, description: str) -> str:
    confirmed = _confirmed(blocks, letters_of(other))
    region = _widened(blocks, region, confirmed)
    prose = [i for i in range(region.start, region.end) if blocks[i].score > 0]
    agreed = sum(blocks[i].weight for i in prose if confirmed[i])
    agree = agreed >= AGREEMENT * sum(blocks[i].weight for i in prose)
    within = _both(blocks, region, confirmed) if agree else region_alone(blocks, region)
    taken = [*_lead(blocks, region, confirmed, letters_of(description)), *within]
    text = "\n".join(blocks[i].text for i in _without_edges(blocks, taken))
    doubtful = agree and weight_of(text) < SHORT
    return other if doubtful and len(other) > MUCH_LONGER * len(text) else text


def _widened(blocks: list[Block], region: Region, confirmed: list[bool]) -> Region:
    """The region, or all that trafilatura confirms below the headline where the region is the lesser part of
    it: steps of a guide and parts of a list, each in a container of its own."""
    outside = [
        i
        for i in range(region.headline + 1, len(blocks))
        if confirmed[i] and blocks[i].score > 0 and not region.start <= i < region.end
    ]
    own = sum(block.weight for block in blocks[region.start : region.end] if block.score > 0)
    if sum(blocks[i].weight for i in outside) <= PART_ONLY * own:
        return region
    start, end = min(region.start, outside[0]), max(region.end, outside[-1] + 1)
    return Region(region.headline, start, end)


def _both(blocks: list[Block], region: Region, confirmed: list[bool]) -> list[int]:
    """Blocks of the region that trafilatura takes too, lists of links aside."""
    within = range(region.start, region.end)
    return [i for i in within if confirmed[i] and blocks[i].score > LINKED_SCORE]


def region_alone(blocks: list[Block], region: Region) -> list[int]:
    """Prose of the region, and the headings in it."""
    within = range(region.start, region.end)
    return [i for i in within if blocks[i].score > 0 or _is_plain_heading(blocks[i])]


def _is_plain_heading(block: Block) -> bool:
    return block.is_heading and block.score == 0


def _confirmed(blocks: list[Block], other: str) -> list[bool]:
    """For every block: does the other text hold its beginning and its end?"""
    answers = []
    for block in blocks:
        key = block.letters if block.weight >= _SHORT_BLOCK else ""
        answers.append(bool(key) and key[:_BEGINNING] in other and key[-_END:] in other)
    return answers


def _lead(blocks: list[Block], region: Region, confirmed: list[bool], description: str) -> list[int]:
    """Blocks between headline and region that belong to the article.

    The lead, and short lines that run into the text: those below which everything is confirmed.
    """
    found: list[int] = []
    adjacent = True
    linked = False
    for i in range(region.start - 1, region.headline, -1):
        block = blocks[i]
        linked = linked or block.score <= LINKED_SCORE
        adjacent = adjacent and confirmed[i]
        if block.score > 0:
            wanted = (
                confirmed[i] or _is_described(block, description) or (not linked and _is_named_lead(block))
            )
        else:
            wanted = adjacent and _is_line(block)
        if wanted:
            found.append(i)
    return found[::-1]


def _is_described(block: Block, description: str) -> bool:
    """Begins like the page's description, where that is long enough to tell."""
    return len(description) >= _DESCRIPTION and block.letters[:_DESCRIPTION] == description[:_DESCRIPTION]


def _is_named_lead(block: Block) -> bool:
    return words.is_named("lead", names_of(block.element))


def _is_line(block: Block) -> bool:
    """A short line of text: no heading, no links, no date or credit."""
    if block.is_heading or block.score <= LINKED_SCORE:
        return False
    return not words.LABEL_TEXT.search(block.text)


def _without_edges(blocks: list[Block], taken: list[int]) -> list[int]:
    """The title and date lines above the text and headings with no text after them are not text."""
    while taken and _is_plain_heading(blocks[taken[-1]]):
        taken = taken[:-1]
    while taken and _is_above_text(blocks[taken[0]]):
        taken = taken[1:]
    return taken


def _is_above_text(block: Block) -> bool:
    return block.score <= 0 and (block.tag == "h1" or bool(words.LABEL_TEXT.search(block.text)))
