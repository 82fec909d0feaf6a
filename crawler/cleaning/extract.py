"""From the bytes of a page to its article, or to a named reason why there is none.

Pure: nothing is fetched, read or written.

    bytes -> text -> tree -> claims (metadata.py)
                          -> blocks -> headline -> pruned tree -> region \\
                                                               -> trafilatura -> text (body.py)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from crawler.cleaning.blocks import Block, cut_blocks
from crawler.cleaning.body import choose_text, trafilatura_text
from crawler.cleaning.datetext import read_moment, read_url_day
from crawler.cleaning.drawn import drawn_text
from crawler.cleaning.guessing import guess_day
from crawler.cleaning.headline import find_headline
from crawler.cleaning.letters import fold_space, weight_of
from crawler.cleaning.markup import Element, body_of, decode, parse
from crawler.cleaning.metadata import PageClaims, decide_title, read_claims
from crawler.cleaning.others import is_list_of_stories, without_stories
from crawler.cleaning.paywall import observed_access
from crawler.cleaning.pruning import prune
from crawler.cleaning.region import find_region, score_blocks
from crawler.cleaning.shown import date_beside, is_in_text_only
from crawler.cleaning.state import state_sources
from crawler.cleaning.walls import Seen, wall_of
from storage.records import DeclaredAccess, ObservedAccess

NO_TEXT: Final = 50
"""Less text than this (as weight) is none (chosen, not measured)."""

_HTML: Final = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|article|div|table|p|h1)\b", re.IGNORECASE
)
_OTHER_XML: Final = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex|svg)\b",
    re.IGNORECASE | re.DOTALL,
)
_BINARY: Final = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", b"\x00\x00\x00")
_SNIFFED: Final = 20_000
"""Characters that tell what a document is. Decides cost only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a page gives: clean text and the page's own claims, undecided."""

    title: str
    body: str
    """A paragraph a line."""
    authors: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    """(where, language tag) as declared by header, page and feed; see `language.WEIGHTS`."""
    date_claims: dict[str, str]
    """Source to date as written, the first of each; see `dates.TRUSTED`."""
    guessed_day: date | None
    """htmldate's guess, asked only where neither a claim nor the address can be read."""
    site_names: tuple[str, ...]
    declared_access: DeclaredAccess | None
    """What the page says of who may read it; see `paywall.py`."""
    observed_access: ObservedAccess | None
    """What was seen of a paywall."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page gives no article: one of `crawler.outcomes.CLEAN_OUTCOMES`."""

    outcome: str


def extract_page(
    body: bytes,
    *,
    url: str,
    headers: Mapping[str, str] | None = None,
    hints: Mapping[str, Any] | None = None,
    latest: date | None = None,
    min_characters: int = 200,
) -> Extraction | Refusal:
    """Extract the article of a page.

    Args:
        body: as archived, without Content-Encoding.
        url: where it came from (after redirects).
        headers: of the response; names in any case.
        hints: what the feed said: `title`, `published`, `language`.
        latest: no article was published after this day; None where that is not known.
        min_characters: shorter articles are refused; characters of dense scripts count threefold.
    """
    said = _Said.of(headers or {}, hints or {})
    text = decode(body, said.content_type)
    tree = parse(text) if _is_html(body, text) else None
    if tree is None:
        return Refusal("not_html" if body.strip() else "empty")
    claims = read_claims(tree)
    blocks = cut_blocks(body_of(tree))
    headline = find_headline(blocks, [*claims.titles, said.title])
    dates = _with_shown(_date_claims(claims, said), blocks, headline)
    guessed = None if _states_day(url, dates) else _guessed_day(tree, text, blocks, url, latest or date.max)
    found = _article(tree, claims, said.title, blocks, headline)
    if (refusal := _refusal(found, claims, min_characters)) is not None:
        return refusal
    return Extraction(
        title=found.title,
        body=found.text,
        authors=claims.authors,
        languages=(*claims.languages, *said.languages),
        date_claims=dates,
        guessed_day=guessed,
        site_names=claims.site_names,
        declared_access=claims.declared_access,
        observed_access=observed_access(blocks, found.text),
    )


def _guessed_day(tree: Element, text: str, blocks: Sequence[Block], url: str, latest: date) -> date | None:
    """The day that a page shows without saying what it is; one that only a sentence names is none."""
    guessed = guess_day(tree, url, latest)
    return None if guessed is None or is_in_text_only(guessed, blocks, text) else guessed


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for the article."""

    title: str
    text: str
    blocks: list[Block]
    """Of the whole page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What others say of a page: the server that sent it, the feed that named it."""

    content_type: str
    title: str
    published: str
    languages: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, headers: Mapping[str, str], hints: Mapping[str, Any]) -> _Said:
        """Read headers, whose names may be in any case, and a feed's hints."""
        sent = {name.lower(): value for name, value in headers.items()}
        tags = (("header", sent.get("content-language")), ("feed", hints.get("language")))
        return cls(
            content_type=sent.get("content-type", ""),
            title=str(hints.get("title") or ""),
            published=str(hints.get("published") or ""),
            languages=tuple((where, str(tag)) for where, tag in tags if tag),
        )


def _states_day(url: str, dates: Mapping[str, str]) -> bool:
    """Whether a claim or the address can be read: then nothing has to be guessed."""
    return read_url_day(url) is not None or any(read_moment(text) is not None for text in dates.values())


def _with_shown(dates: dict[str, str], blocks: list[Block], headline: Block | None) -> dict[str, str]:
    """The dates with the one beside the headline: where others are stated, its day only, which tells the day
    where the outlet is."""
    beside = date_beside(blocks, headline)
    if beside is None:
        return dates
    where, text = beside
    if not _states_day("", dates):
        return {**dates, where: text}
    moment = read_moment(text)
    return dates if moment is None else {**dates, "shown": moment.local_day.isoformat()}


def _is_html(body: bytes, text: str) -> bool:
    """Is it a web page, whatever it was called?"""
    beginning = text[:_SNIFFED]
    if body.startswith(_BINARY) or _OTHER_XML.match(beginning[:2000]):
        return False
    if beginning.lstrip()[:1] in ("{", "["):  # JSON may quote markup
        return "<html" in beginning.lower()
    return bool(_HTML.search(beginning))


def _article(
    tree: Element, claims: PageClaims, hint: str, blocks: list[Block], headline: Block | None
) -> _Found:
    """Title and text; the tree is pruned on the way."""
    sources = state_sources(tree)
    left = prune(tree, blocks, headline)
    score_blocks(left)
    position = left.index(headline) if headline in left else 0
    region = find_region(left, position)
    other = trafilatura_text(tree)
    text = choose_text(left, region, other, description=claims.description, stated=claims.stated_body)
    text = drawn_text(sources, text, claims)
    text = text if claims.is_article else without_stories(blocks, text)
    shown = "" if headline is None else fold_space(headline.text)
    return _Found(decide_title(claims, shown, hint), text, blocks)


def _refusal(found: _Found, claims: PageClaims, min_characters: int) -> Refusal | None:
    wall = wall_of(Seen(title=found.title, titles=claims.titles, text=found.text))
    if wall is not None:
        return Refusal(wall)
    weight = weight_of(found.text)
    if weight < NO_TEXT:
        return Refusal("no_text")
    if not claims.is_article and is_list_of_stories(found.blocks, found.text):
        return Refusal("section")
    return Refusal("too_short") if weight < min_characters else None


def _date_claims(claims: PageClaims, said: _Said) -> dict[str, str]:
    found: dict[str, str] = {}
    for source, text in claims.published:
        if text:
            found.setdefault(source, text)
    return {**found, "feed": said.published} if said.published else found
