"""Read section pages: the links of an HTML page that lead to articles.

What tells an article's link, besides its address (shapes.py): a headline as its words, a heading around it, a
date near it, and a layout that comes again with other headlines. One of these alone is not enough;
`link_pattern` of a source overrides them all. What addresses of an outlet turned out to be, when their pages
were cleaned, is learnt.

    anchors --> one `Candidate` an address, what menus and footers hold left out
            --> layouts that repeat --> evidence of each --> listing
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from crawler.listings import UNREADABLE, FoundLink, Listing
from crawler.shapes import Habits, is_media, looks_like_article, looks_like_list, shape_of
from crawler.stamps import find_day
from crawler.urls import canonical, is_front_page

MAX_LINKS = 1_000
"""Of one section page. Chosen, not measured."""
_SHORTEST_TITLE = 12
"""Characters; shorter anchors are buttons. Chosen, not measured."""
_HEADLINE_WEIGHT: Final = 24
"""Characters of a headline, those of dense scripts threefold; names of sections are shorter. Chosen, not
measured."""
_HEADLINE_WORDS: Final = 3
_LAYOUT_TIMES: Final = 3
"""Addresses in one layout from which it repeats. Chosen, not measured."""
_LAYOUT_SHARE: Final = 0.6
"""Share of them with a headline. Chosen, not measured."""
_NEAR: Final = 600
"""Characters of the block around a link in which a date is looked for. Chosen, not measured."""
_CLIMB: Final = 5
"""Elements that are climbed from a link to its block. Chosen, not measured."""
_ASIDE_TAGS: Final = frozenset({"nav", "footer", "form", "noscript", "button", "select"})
_ASIDE_NAMES: Final = re.compile(
    r"(?:[^\W_]+[_-])*"
    r"(?:nav|navbar|navigation|menu|footer|breadcrumbs?|fil-ariane|pagination|pager|social|share|sharing|"
    r"tag-?cloud|cookies?|consent|newsletter|toolbar|topbar|login|languages?|comments?)"
    r"(?:[_-](?:container|wrapper|wrap|inner|area|main|top|bottom|links?|list|item|bar|menu|icons?|buttons?)"
    r")*",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 60
"""Characters of a class that are looked at. Chosen, not measured."""
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = frozenset({"article", "li", "tr", "section"})
_DENSE: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


@dataclass(slots=True)
class Candidate:
    """An address of a page, and what speaks for it."""

    link: str
    title: str = ""
    in_heading: bool = False
    dated: bool = False
    layouts: set[str] = field(default_factory=set)

    @property
    def has_headline(self) -> bool:
        """Whether its words are as long as a headline's."""
        dense = _DENSE.search(self.title) is not None
        return weight_of(self.title) >= _HEADLINE_WEIGHT and (
            dense or len(self.title.split()) >= _HEADLINE_WORDS
        )


def weight_of(text: str) -> int:
    """Characters of a text, those of dense scripts threefold."""
    return len(text) + 2 * len(_DENSE.findall(text))


def parse_section(
    body: bytes, url: str, link_pattern: str | None = None, habits: Habits | None = None
) -> Listing:
    """Links of a page in its order, each once, with the anchor's text as title.

    Args:
        body: the page, decompressed.
        url: where it came from.
        link_pattern: regular expression that an article's address must match; without it, links are told by
            what speaks for them.
        habits: what addresses of this outlet turned out to be.
    """
    tree = _tree(body)
    if tree is None:
        return UNREADABLE
    if link_pattern:
        wanted = re.compile(link_pattern)
        chosen = [row for row in _candidates(_anchors(tree, url), url) if wanted.search(row.link)]
    else:
        found = _candidates(_anchors(tree, url, aside=False), url)
        chosen = _articles(list(found), habits or Habits())
    return Listing(
        links=tuple(FoundLink(link=row.link, title=row.title or None) for row in chosen[:MAX_LINKS]),
        language=tree.get("lang") or None,
    )


def _articles(candidates: list[Candidate], habits: Habits) -> list[Candidate]:
    """Those of which enough speaks for an article."""
    possible = [row for row in candidates if _may_be_article(row.link, habits)]
    repeated = _repeated(possible)
    strong = {row.link for row in possible if _is_article(row, repeated)}
    told = _usual_shapes(strong) | habits.articles
    return [row for row in possible if row.link in strong or _fits(row, told, repeated)]


def _usual_shapes(links: Iterable[str]) -> set[str]:
    """Shapes that several articles' addresses have: others of them are articles too, whose words are few."""
    shapes = Counter(shape_of(link) for link in links)
    # everything that lies in the root has this one
    return {shape for shape, count in shapes.items() if count >= _LAYOUT_TIMES and shape != "/*"}


def _may_be_article(link: str, habits: Habits) -> bool:
    if (shape := shape_of(link)) in habits.articles | habits.others:
        return shape in habits.articles
    return not (is_media(link) or looks_like_list(link) or (is_front_page(link) and "?" not in link))


def _is_article(row: Candidate, repeated: set[str]) -> bool:
    """A headline with one more sign, or two signs and an article's address."""
    looks = looks_like_article(row.link)
    signs = row.in_heading + row.dated + bool(row.layouts & repeated)
    if row.has_headline:
        return looks or signs > 0
    return looks and (signs > 0 or bool(row.title))


def _fits(row: Candidate, told: set[str], repeated: set[str]) -> bool:
    return shape_of(row.link) in told and bool(row.layouts & repeated) and bool(row.title)


def _repeated(candidates: Iterable[Candidate]) -> set[str]:
    """Layouts that hold several addresses, most of them with a headline."""
    holding: defaultdict[str, list[bool]] = defaultdict(list)
    for row in candidates:
        for layout in row.layouts:
            holding[layout].append(row.has_headline)
    return {
        layout
        for layout, headlines in holding.items()
        if len(headlines) >= _LAYOUT_TIMES and sum(headlines) >= len(headlines) * _LAYOUT_SHARE
    }


def _candidates(anchors: Iterator[tuple[Any, str]], url: str) -> Iterator[Candidate]:
    """One for each address, in the page's order."""
    here = canonical(url)
    found: dict[str, Candidate] = {}
    dated: dict[Any, bool] = {}
    for anchor, link in anchors:
        if link == here:
            continue
        row = found.setdefault(link, Candidate(link))
        title = _title_of(anchor)
        row.title = max(row.title, title, key=len)
        row.in_heading = row.in_heading or _in_heading(anchor)
        row.dated = row.dated or _date_near(anchor, dated)
        if title:
            row.layouts.add(_layout_of(anchor))
    yield from found.values()


def _tree(body: bytes) -> Any:
    from lxml import etree, html

    if b"<" not in body:
        return None
    try:
        # What is valid UTF-8 is UTF-8, whether or not the page says so; for the rest lxml looks at what the
        # page says.
        body.decode()
        parser = html.HTMLParser(encoding="utf-8")
    except UnicodeDecodeError:
        parser = html.HTMLParser()
    try:
        return html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _anchors(tree: Any, url: str, *, aside: bool = True) -> Iterator[tuple[Any, str]]:
    """Anchors with their canonical address; with `aside`, those of menus and footers too."""
    base = next((canonical(found, url) for found in tree.xpath("//base/@href")), None) or url
    beside = set() if aside else _beside(tree)
    for anchor in tree.iter("a"):
        link = canonical(anchor.get("href") or "", base)
        if link is not None and anchor not in beside:
            yield anchor, link


def _beside(tree: Any) -> set[Any]:
    """The anchors in what stands beside the news: menus, footers, forms."""
    return {
        anchor
        for element in tree.iter()
        if isinstance(element.tag, str) and _is_aside(element)
        for anchor in element.iter("a")
    }


def _is_aside(element: Any) -> bool:
    if element.tag in _ASIDE_TAGS or element.get("role") in ("navigation", "contentinfo", "search", "menu"):
        return True
    if element.tag in ("html", "body", "main", "article"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return any(_ASIDE_NAMES.fullmatch(name[:_LONGEST_NAME]) for name in names)


def _title_of(anchor: Any) -> str:
    """The words of a link: its text, or what a picture in it stands for."""
    text = " ".join(anchor.text_content().split())
    if weight_of(text) < _SHORTEST_TITLE:
        said = [anchor.get("title"), anchor.get("aria-label"), *anchor.xpath(".//img/@alt")]
        text = max((" ".join((words or "").split()) for words in said), key=len, default="")
    return text if weight_of(text) >= _SHORTEST_TITLE else ""


def _in_heading(anchor: Any) -> bool:
    above = (element.tag for element, _ in zip(anchor.iterancestors(), range(3), strict=False))
    return any(tag in _HEADINGS for tag in above) or any(child.tag in _HEADINGS for child in anchor.iter())


def _date_near(anchor: Any, known: dict[Any, bool]) -> bool:
    """Whether the block of a link names a day.

    Args:
        known: answers for blocks that were asked before; they are kept there.
    """
    block = _block_of(anchor)
    if block is None:
        return False
    if block not in known:
        known[block] = _names_day(block)
    return known[block]


def _names_day(block: Any) -> bool:
    text = block.text_content()
    if len(text) > 2 * _NEAR:
        # the whole list, not the block of one article
        return False
    return next(block.iter("time"), None) is not None or find_day(text[:_NEAR]) is not None


def _block_of(anchor: Any) -> Any:
    """The smallest element around a link that is a block of its own."""
    for element, _ in zip(anchor.iterancestors(), range(_CLIMB), strict=False):
        if element.tag in _BLOCKS or (element.tag == "div" and element.get("class")):
            return element
    return None


def _layout_of(anchor: Any) -> str:
    """Tags and classes of a link and of what is around it."""
    around = [anchor, *(element for element, _ in zip(anchor.iterancestors(), range(3), strict=False))]
    return " < ".join(f"{element.tag}.{_first_class(element)}" for element in around)


def _first_class(element: Any) -> str:
    # numbers tell apart what is alike (`post-123`)
    names: list[str] = (element.get("class") or "").split()
    return next((name for name in names if not any(character.isdigit() for character in name)), "")
