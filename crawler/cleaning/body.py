"""The text of the article: our region and trafilatura's answer, block by block.

The region says where the article stands, trafilatura (on the pruned tree) what of it is text. On the 499 pages of the tuning half of the
labelled pages, a block that both take is article text in 98 of 100 characters; of those that only the region takes, 39; outside the region,
33 and less. So both have to agree - unless trafilatura missed the region altogether (then the region alone is right in 94 of 100), or there
is no region.
"""

from __future__ import annotations

from typing import Any, Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning.blocks import Block
from crawler.cleaning.letters import weight_of
from crawler.cleaning.markup import Element, names_of
from crawler.cleaning.region import LINKED_SCORE, Region
from storage.text import letters_of

AGREEMENT: Final = 0.5
"""Share of the region's prose that trafilatura has to confirm before its word counts block by block."""
SHORT: Final = 250
"""Weight below which a result is doubted and a much longer answer of the other method taken."""
MUCH_LONGER: Final = 2.0
STATED_SHARE: Final = 0.7
"""A stated body shorter than this share of the text found is a summary."""
STATED_SHOWN: Final = 0.85
"""Where the page shows this share of the stated body, its paragraphs are used (a stated body has none)."""
_SHORT_BLOCK: Final = 10
_DESCRIPTION: Final = 40


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
        stated: the `articleBody` of the page's JSON-LD, without markup; believed unless it is much shorter than what the page shows.
    """
    text = _text_by_votes(blocks, region, other, description)
    said = letters_of(stated)
    if len(said) < STATED_SHARE * len(letters_of(text)) or weight_of(stated) < SHORT:
        return text
    start = region.headline if region is not None else 0
    keys = [(block, block.letters) for block in blocks[start:]]
    shown = [(block.text, len(key)) for block, key in keys if len(key) >= 4 and key in said]
    if sum(length for _, length in shown) >= STATED_SHOWN * len(said):
        return "\n".join(text for text, _ in shown)
    return stated


def _text_by_votes(blocks: list[Block], region: Region | None, other: str, description: str) -> str:
    if region is None:
        return other
    confirmed = _confirmed(blocks, letters_of(other))
    within = range(region.start, region.end)
    prose = sum(blocks[i].weight for i in within if blocks[i].score > 0)
    agreed = sum(blocks[i].weight for i in within if blocks[i].score > 0 and confirmed[i])
    if agreed < AGREEMENT * prose:
        taken = [i for i in within if blocks[i].score > 0 or (blocks[i].is_heading and blocks[i].score == 0)]
    else:
        taken = [i for i in within if confirmed[i] and blocks[i].score > LINKED_SCORE]
    taken = [*_lead(blocks, region, confirmed, letters_of(description)), *taken]
    text = "\n".join(blocks[i].text for i in _without_edges(blocks, taken))
    doubtful = weight_of(text) < SHORT and agreed >= AGREEMENT * prose
    return other if doubtful and len(other) > MUCH_LONGER * len(text) else text


def _confirmed(blocks: list[Block], other: str) -> list[bool]:
    """For every block: does the other text hold its beginning and its end?"""
    answers = []
    for block in blocks:
        key = block.letters if block.weight >= _SHORT_BLOCK else ""
        answers.append(bool(key) and key[:30] in other and key[-15:] in other)
    return answers


def _lead(blocks: list[Block], region: Region, confirmed: list[bool], description: str) -> list[int]:
    """Blocks between headline and region that belong to the article: the lead, and short lines that run into the text."""
    found: list[int] = []
    adjacent = True
    linked = False
    for i in range(region.start - 1, region.headline, -1):
        block = blocks[i]
        linked = linked or block.score <= LINKED_SCORE
        adjacent = adjacent and confirmed[i]
        if block.score > 0:
            described = (
                len(description) >= _DESCRIPTION
                and block.letters[:_DESCRIPTION] == description[:_DESCRIPTION]
            )
            named = not linked and words.is_named("lead", names_of(block.element))
            wanted = confirmed[i] or described or named
        else:
            wanted = (
                adjacent
                and not block.is_heading
                and block.score > LINKED_SCORE
                and not words.LABEL_TEXT.search(block.text)
            )
        if wanted:
            found.append(i)
    return found[::-1]


def _without_edges(blocks: list[Block], taken: list[int]) -> list[int]:
    """The title and date lines above the text and headings with no text after them are not text."""
    while taken and blocks[taken[-1]].is_heading and blocks[taken[-1]].score == 0:
        taken = taken[:-1]
    while taken and _is_above_text(blocks[taken[0]]):
        taken = taken[1:]
    return taken


def _is_above_text(block: Block) -> bool:
    return block.score <= 0 and (block.tag == "h1" or bool(words.LABEL_TEXT.search(block.text)))
