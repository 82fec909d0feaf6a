"""What a page says about itself: JSON-LD, `<meta>`, headings. Everything is a claim.

`extract.py` and `dates.py` decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from crawler.cleaning.jsonld import (
    Item,
    is_news,
    main_articles,
    plain_text,
    read_stated,
    stated_body,
    stated_updates,
)
from crawler.cleaning.letters import TITLE_SEPARATOR, fold_space, without_references
from crawler.cleaning.markup import Element
from crawler.cleaning.paywall import declared_access
from storage.records import DeclaredAccess
from storage.text import letters_of

_MAX_TITLE: Final = 400
"""Characters; a longer one is a paragraph. Chosen, not measured."""
_MAX_AUTHORS: Final = 10
"""More names are a list of staff. Chosen, not measured."""
_NO_NAME: Final = re.compile(r"://|@|\n")
_REST_OF_TITLE: Final = 0.6
"""The longest part is the title only if it outweighs the rest.

"Talks fail - minister resigns" stays whole. Chosen, not measured."""

_Metas = dict[str, tuple[str, ...]]

_AUTHOR_META: Final = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "sailthru.author",
    "parsely-author",
    "byl",
)
_LANGUAGE_META: Final = ("og:locale", "content-language", "language", "dc.language", "inlanguage")
_PUBLISHED_META: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "publish-date", "publish_date", "publishdate", "pubdate", "publication_date", "date.issued",
    "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date", "dc.date.created",
    "sailthru.date", "parsely-pub-date", "article.published", "article_date_original",
    "mediator_published_time", "cxenseparse:recs:publishtime", "originalpublicationdate",
    "rnews:datepublished", "date", "weibo: article:create_at", "release_date",
)  # fmt: skip

_TIMES: Final = (
    "//time[@pubdate or @itemprop='datePublished'] | //*[@itemprop='datePublished' and not(self::meta)]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageClaims:
    """What a page says about itself, as it says it."""

    titles: tuple[str, ...]
    """`og:title` and the like first, `<title>` last."""
    site_names: tuple[str, ...]
    description: str
    authors: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    """(where, tag): `html`, `meta`, `jsonld`."""
    published: tuple[tuple[str, str], ...]
    """(where, text of a date): `jsonld`, `meta`, `time`; never a date of modification."""
    stated_body: str
    """`articleBody` of the JSON-LD, markup taken out; empty where there is none."""
    stated_updates: str
    """The updates of a live blog, as its JSON-LD states them; empty where there are none."""
    declared_access: DeclaredAccess | None
    """What the JSON-LD says of who may read the article; None where it says nothing."""
    is_article: bool
    """JSON-LD or `og:type` says that this page is an article."""


def read_claims(tree: Element) -> PageClaims:
    """Collect what the page says; the tree must not have been pruned."""
    metas = _metas(tree)
    articles = main_articles(read_stated(tree), list(_titles((), metas, tree)))
    return PageClaims(
        titles=tuple(_titles(articles, metas, tree)),
        site_names=tuple(dict.fromkeys((*metas.get("og:site_name", ()), *metas.get("application-name", ())))),
        description=max(
            (*metas.get("og:description", ()), *metas.get("description", ())), key=len, default=""
        ),
        authors=_authors(articles, metas, tree),
        languages=tuple(_languages(articles, metas, tree)),
        published=tuple(_published(articles, metas, tree)),
        stated_body=stated_body(articles),
        stated_updates=stated_updates(articles),
        declared_access=declared_access(articles),
        is_article=any(map(is_news, articles)) or "article" in metas.get("og:type", ()),
    )


def _titles(articles: Sequence[Item], metas: _Metas, tree: Element) -> Iterator[str]:
    """What page, JSON-LD and window call the article.

    Of several articles the first, the others are related.
    """
    title = tree.find(".//title")
    window = "" if title is None else fold_space(title.text_content())
    named = (*metas.get("og:title", ()), window)
    headlines = [text for item in articles if (text := _headline(item, named))]
    for text in (*metas.get("og:title", ()), *headlines[:1], *metas.get("twitter:title", ()), window):
        if text:
            yield fold_space(without_references(text[:_MAX_TITLE]))


def _headline(item: Item, titles: Sequence[str]) -> str:
    """What an article is called; of a name and a headline (some state a summary there), the page's title."""
    headline, name = plain_text(item.get("headline")), plain_text(item.get("name"))
    return name if name and any(name in title for title in titles) and headline not in titles else headline


def decide_title(claims: PageClaims, headline: str, hint: str) -> str:
    """The article's title: the headline shown, else the page's claim without the site's name, else what the
    feed called it."""
    if headline:
        return _punctuated(without_references(headline), claims)[:_MAX_TITLE]
    for title in claims.titles:
        without = without_site_name(title, claims.site_names)
        if without:
            return without
    return fold_space(without_references(hint))[:_MAX_TITLE]


def _punctuated(headline: str, claims: PageClaims) -> str:
    """The headline as shown, or as a claim of the same letters writes it, where the line break after a kicker
    was its only colon."""
    key = letters_of(headline)
    written = (
        form for title in claims.titles for form in (title, without_site_name(title, claims.site_names))
    )
    return max([headline, *(form for form in written if letters_of(form) == key)], key=_signs)


def _signs(text: str) -> tuple[int, int]:
    """How many signs a form has, then how many words: markup may have lost a colon, or the blank after it."""
    return sum(not (character.isalnum() or character.isspace()) for character in text), len(text.split())


def without_site_name(title: str, site_names: tuple[str, ...]) -> str:
    """A title without the outlet's name or sections at either end (`Minister resigns | News | The Daily`)."""
    parts = _unnamed([part for part in TITLE_SEPARATOR.split(title) if part.strip()], site_names)
    if not parts:
        return fold_space(title)
    longest = max(parts, key=len)
    rest = sum(len(part) for part in parts) - len(longest)
    if rest <= _REST_OF_TITLE * len(longest):
        return fold_space(longest)
    start, end = title.find(parts[0]), title.rfind(parts[-1]) + len(parts[-1])
    return fold_space(title[start:end])


def _unnamed(parts: list[str], site_names: tuple[str, ...]) -> list[str]:
    """The parts of a title that are not the site's name; a title that is nothing else keeps it."""
    sites = {letters_of(name) for name in site_names}
    return [part for part in parts if letters_of(part) not in sites] if len(parts) > 1 else parts


def _metas(tree: Element) -> dict[str, tuple[str, ...]]:
    """`<meta>` contents by their lower-case name, property, itemprop or http-equiv."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = fold_space(element.get("content") or "")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and content:
                found.setdefault(name.strip().lower(), []).append(content)
    return {name: tuple(values) for name, values in found.items()}


def _authors(articles: list[Item], metas: _Metas, tree: Element) -> tuple[str, ...]:
    """Names by the best source that has any: JSON-LD, `<meta>`, links and marks of authors."""
    for names in (_stated_authors(articles), _meta_authors(metas), _marked_authors(tree)):
        found = list(names)
        if any(found):
            return tuple(dict.fromkeys(name for name in found if _is_name(name)))[:_MAX_AUTHORS]
    return ()


def _stated_authors(articles: list[Item]) -> Iterator[str]:
    for item in articles:
        authors = item.get("author")
        for author in authors if isinstance(authors, list) else [authors]:
            yield plain_text(author.get("name") if isinstance(author, dict) else author)


def _meta_authors(metas: _Metas) -> Iterator[str]:
    return (value for name in _AUTHOR_META for value in metas.get(name, ()))


def _marked_authors(tree: Element) -> Iterator[str]:
    marked = tree.xpath("//a[@rel='author'] | //*[@itemprop='author']")
    return (fold_space(element.text_content()) for element in marked[:_MAX_AUTHORS])


def _is_name(text: str) -> bool:
    return 2 <= len(text) <= 80 and not _NO_NAME.search(text)


def _languages(articles: list[Item], metas: _Metas, tree: Element) -> Iterator[tuple[str, str]]:
    root = tree if tree.tag == "html" else tree.find(".//html")
    if root is not None:
        tag = (
            root.get("lang") or root.get("xml:lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
        )
        if tag:
            yield "html", tag
    for name in _LANGUAGE_META:
        for value in metas.get(name, ())[:1]:
            yield "meta", value
    for item in articles:
        language = item.get("inLanguage")
        if isinstance(language, str):
            yield "jsonld", language


def _published(articles: list[Item], metas: _Metas, tree: Element) -> Iterator[tuple[str, str]]:
    stated = (item.get("datePublished") for item in articles)
    yield from (("jsonld", str(value).strip()) for value in stated if isinstance(value, str | int))
    yield from (("meta", value) for name in _PUBLISHED_META for value in metas.get(name, ())[:1])
    for element in tree.xpath(_TIMES)[:3]:
        value = element.get("datetime") or element.get("content") or element.text_content() or ""
        yield "time", fold_space(value)[:80]
