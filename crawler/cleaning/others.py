"""Other articles on the page of one: the next article below it, and lists of stories.

A page that goes on with the next article has it in an element of its own, like the first and after it. A page
that is a list shows under each linked headline a few words of the story.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from crawler.cleaning.blocks import HEADING_TAGS, Block, ancestors
from crawler.cleaning.letters import weight_of
from crawler.cleaning.markup import Element
from storage.text import letters_of

ENOUGH_PROSE: Final = 250
"""Weight of prose with the headline from which it is a whole article, and what follows may be the next (c:
chosen, not measured)."""
FIRST_BLOCKS: Final = 3
"""A heading among so many blocks begins an element (chosen, not measured)."""
LIST_ITEMS: Final = 4
"""So many stories make a list (chosen, not measured)."""
LIST_SHARE: Final = 0.7
"""Share of the text that stands right under linked headlines, from which it is a list
(chosen, not measured)."""
HEADLINE_LEAST: Final = 12
"""Weight of a linked line that may be a story's headline (chosen, not measured)."""
BETWEEN: Final = 60
"""Weight of a line between headline and story: a date, a section (chosen, not measured)."""


def following_articles(blocks: Sequence[Block], headline: Block | None) -> list[Element]:
    """Elements that hold articles after the one that the headline stands over.

    Those are `<article>` elements where the first is one; where it is none, siblings of the same make that
    begin
    with an `<h1>` as it does.
    """
    if headline is None:
        return []
    after = blocks[blocks.index(headline) + 1 :]
    enclosing = list(ancestors(headline.element))
    own = _first_with_prose((e for e in enclosing if e.tag == "article"), after)
    if own is not None:
        return _articles_after(own, after, enclosing)
    return _alike_after(_first_with_prose(enclosing[1:], after), after) if headline.tag == "h1" else []


def _first_with_prose(elements: Iterable[Element], blocks: Sequence[Block]) -> Element | None:
    return next((element for element in elements if _prose_in(element, blocks) >= ENOUGH_PROSE), None)


def _articles_after(own: Element, after: Sequence[Block], enclosing: Container[Element]) -> list[Element]:
    """The further `<article>` elements."""
    inside = set(own.iter())
    others = dict.fromkeys(_article_of(block, enclosing) for block in after if block.element not in inside)
    least = _prose_in(own, after)
    return [e for e in others if e is not None and _is_whole_article(e, after, least)]


def _alike_after(own: Element | None, after: Sequence[Block]) -> list[Element]:
    """The siblings behind an element that are made like it and begin with an `<h1>`."""
    if own is None:
        return []
    make = own.tag, own.get("class")
    alike = [e for e in own.itersiblings() if (e.tag, e.get("class")) == make and e.tag != "h1"]
    return [e for e in alike if _begins_with_heading(e, after, ("h1",))]


def _article_of(block: Block, enclosing: Container[Element]) -> Element | None:
    """The outermost `<article>` round a block, those that enclose the headline aside."""
    outer = reversed(list(ancestors(block.element)))
    return next((e for e in outer if e.tag == "article" and e not in enclosing), None)


def _is_whole_article(element: Element, blocks: Sequence[Block], own: int) -> bool:
    """Whether an `<article>` is another one: it begins like the first, with an `<h1>`, or with a lesser
    heading
    where it is not much longer than the first, which might be a lead only."""
    if _begins_with_heading(element, blocks, ("h1",)):
        return True
    return _begins_with_heading(element, blocks, HEADING_TAGS) and _prose_in(element, blocks) <= 2 * own


def _begins_with_heading(element: Element, blocks: Iterable[Block], tags: Container[str]) -> bool:
    """Whether one of the first blocks of an element is a heading of its own, and no link."""
    inside = set(element.iter())
    first = islice((block for block in blocks if block.element in inside), FIRST_BLOCKS)
    return any(block.tag in tags and not block.is_linked for block in first)


def _prose_in(element: Element, blocks: Iterable[Block]) -> int:
    inside = set(element.iter())
    return sum(block.weight for block in blocks if block.is_prose and block.element in inside)


def is_list_of_stories(blocks: Sequence[Block], text: str) -> bool:
    """Whether a text is what stands under the linked headlines of many stories.

    Args:
        blocks: of the whole page, nothing taken off.
    """
    lines = {key for key in map(letters_of, text.splitlines()) if key}
    total = sum(block.weight for block in blocks if block.letters in lines)
    teasers = [teaser for run in _runs(blocks, lines) if len(run) >= LIST_ITEMS for teaser in run]
    return sum(teaser.weight for teaser in teasers) >= LIST_SHARE * total if teasers else False


def without_stories(blocks: Sequence[Block], text: str) -> str:
    """The text without what stands under a list of linked headlines after it, if enough is left."""
    lines = text.splitlines()
    keys = [letters_of(line) for line in lines]
    gone = _teasers(blocks, frozenset(filter(None, keys)))
    first = next((place for place, key in enumerate(keys) if key in gone), len(keys))
    is_end = all(key in gone or weight_of(key) < BETWEEN for key in keys[first:])
    before = "\n".join(lines[:first])
    return before if is_end and weight_of(before) >= ENOUGH_PROSE else text


def _teasers(blocks: Sequence[Block], lines: Container[str]) -> set[str]:
    """The letters of what stands under the headlines of a list."""
    runs = (run for run in _runs(blocks, lines) if len(run) >= LIST_ITEMS)
    return {teaser.letters for run in runs for teaser in run}


def _runs(blocks: Sequence[Block], lines: Container[str]) -> Iterator[list[Block]]:
    """Runs of stories: a linked headline, one paragraph of the text under it, the next headline."""
    run: list[Block] = []
    under = 0
    for block in (block for block in blocks if block.weight > BETWEEN or _is_story_link(block)):
        if _is_story_link(block):
            under = 1
        elif block.letters in lines and under == 1:
            run.append(block)
            under = 2
        else:
            yield run[:-1] if under == 2 else run
            run, under = [], 0
    yield run


def _is_story_link(block: Block) -> bool:
    is_headline = block.tag in HEADING_TAGS or not block.has_sentence
    return is_headline and block.weight >= HEADLINE_LEAST and block.link_weight >= 0.8 * block.weight
