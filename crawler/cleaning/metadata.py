"""What a page says about itself: JSON-LD, `<meta>`, headings. Everything is a claim.

`extract.py` and `dates.py` decide.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from crawler.cleaning.letters import fold_space
from crawler.cleaning.markup import Element, visible
from storage.text import letters_of

_ARTICLE_TYPES: Final = re.compile(r"Article|BlogPosting|Report|LiveBlog|Review$|WebPage$", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]+>")
_TRAILING_COMMA: Final = re.compile(r",\s*([\]}])")
_SEPARATOR: Final = re.compile(r"\s+[|–—·•»«›:/-]+\s+|\s*[|»｜_＿]\s*|\s*::\s*|\s+[-–—]+\s*|\s*[-–—]+\s+")
_MAX_JSON: Final = 2_000_000
_MAX_TITLE: Final = 400
_MAX_AUTHORS: Final = 10
_NO_NAME: Final = re.compile(r"://|@|\n")
_REST_OF_TITLE: Final = 0.6
"""The longest part is the title only if it outweighs the rest.

"Talks fail - minister resigns" stays whole.
"""

_Item = dict[str, Any]
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


def read_claims(tree: Element) -> PageClaims:
    """Collect what the page says; the tree must not have been pruned."""
    metas = _metas(tree)
    articles = [item for item in _json_ld(tree) if _is_article(item)]
    stated = [_text(item.get("articleBody")) for item in articles]
    return PageClaims(
        titles=tuple(_titles(articles, metas, tree)),
        site_names=tuple(dict.fromkeys((*metas.get("og:site_name", ()), *metas.get("application-name", ())))),
        description=max(
            (*metas.get("og:description", ()), *metas.get("description", ())), key=len, default=""
        ),
        authors=_authors(articles, metas, tree),
        languages=tuple(_languages(articles, metas, tree)),
        published=tuple(_published(articles, metas, tree)),
        stated_body=max(stated, key=len, default=""),
    )


def _titles(articles: list[_Item], metas: _Metas, tree: Element) -> Iterator[str]:
    """What page, JSON-LD and window call the article.

    Of several articles the first, the others are related.
    """
    title = tree.find(".//title")
    headlines = [headline for item in articles if (headline := _text(item.get("headline")))]
    window = "" if title is None else fold_space(title.text_content())
    for text in (*metas.get("og:title", ()), *headlines[:1], *metas.get("twitter:title", ()), window):
        if text:
            yield text[:_MAX_TITLE]


def decide_title(claims: PageClaims, headline: str, hint: str) -> str:
    """The article's title: the headline shown, else the page's claim without the site's name, else what the
    feed called it."""
    if headline:
        return _punctuated(headline, claims)[:_MAX_TITLE]
    for title in claims.titles:
        without = without_site_name(title, claims.site_names)
        if without:
            return without
    return fold_space(hint)[:_MAX_TITLE]


def _punctuated(headline: str, claims: PageClaims) -> str:
    """The headline as shown, or as a claim of the same letters writes it, where the line break after a kicker
    was its only colon."""
    key = letters_of(headline)
    written = (
        form for title in claims.titles for form in (title, without_site_name(title, claims.site_names))
    )
    return max([headline, *(form for form in written if letters_of(form) == key)], key=_signs)


def _signs(text: str) -> int:
    return sum(not (character.isalnum() or character.isspace()) for character in text)


def without_site_name(title: str, site_names: tuple[str, ...]) -> str:
    """A title without the outlet's name or sections at either end (`Minister resigns | News | The Daily`)."""
    parts = _unnamed([part for part in _SEPARATOR.split(title) if part.strip()], site_names)
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


def _json_ld(tree: Element) -> Iterator[dict[str, Any]]:
    """Every object in the page's JSON-LD, nested ones included."""
    for script in tree.iter("script"):
        if (
            "ld+json" not in (script.get("type") or "").lower()
            or not script.text
            or len(script.text) > _MAX_JSON
        ):
            continue
        text = script.text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            try:
                data = json.loads(_TRAILING_COMMA.sub(r"\1", text), strict=False)
            except (ValueError, RecursionError):
                continue
        yield from _objects(data)


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    stack = [data]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))


def _is_article(item: dict[str, Any]) -> bool:
    kinds = item.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE_TYPES.search(kind)
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def _text(value: Any) -> str:
    """A JSON value as plain text; markup and entities taken out."""
    if isinstance(value, list):
        value = "\n".join(item for item in value if isinstance(item, str))
    if not isinstance(value, str):
        return ""
    lines = (fold_space(line) for line in _TAG.sub(" ", html.unescape(visible(value))).splitlines())
    return "\n".join(line for line in lines if line)


def _authors(articles: list[_Item], metas: _Metas, tree: Element) -> tuple[str, ...]:
    """Names by the best source that has any: JSON-LD, `<meta>`, links and marks of authors."""
    for names in (_stated_authors(articles), _meta_authors(metas), _marked_authors(tree)):
        found = list(names)
        if any(found):
            return tuple(dict.fromkeys(name for name in found if _is_name(name)))[:_MAX_AUTHORS]
    return ()


def _stated_authors(articles: list[_Item]) -> Iterator[str]:
    for item in articles:
        authors = item.get("author")
        for author in authors if isinstance(authors, list) else [authors]:
            yield _text(author.get("name") if isinstance(author, dict) else author)


def _meta_authors(metas: _Metas) -> Iterator[str]:
    return (value for name in _AUTHOR_META for value in metas.get(name, ()))


def _marked_authors(tree: Element) -> Iterator[str]:
    marked = tree.xpath("//a[@rel='author'] | //*[@itemprop='author']")
    return (fold_space(element.text_content()) for element in marked[:_MAX_AUTHORS])


def _is_name(text: str) -> bool:
    return 2 <= len(text) <= 80 and not _NO_NAME.search(text)


def _languages(articles: list[_Item], metas: _Metas, tree: Element) -> Iterator[tuple[str, str]]:
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


def _published(articles: list[_Item], metas: _Metas, tree: Element) -> Iterator[tuple[str, str]]:
    for item in articles:
        value = item.get("datePublished")
        if isinstance(value, str) and value.strip():
            yield "jsonld", value.strip()
    for name in _PUBLISHED_META:
        for value in metas.get(name, ())[:1]:
            yield "meta", value
    for element in tree.xpath(_TIMES)[:3]:
        value = element.get("datetime") or element.get("content") or element.text_content()
        if value and value.strip():
            yield "time", fold_space(value)[:80]
