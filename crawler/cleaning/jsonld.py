"""What a page states of itself in JSON-LD, read as it comes: with bare quotes, cut off, escaped twice.

A page may describe other articles too (related ones, a list, the updates of a live blog): `main_articles`
takes those that are called like the page, and never one that only stands in a list.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crawler.cleaning.letters import fold_space, without_references
from crawler.cleaning.markup import Element, visible
from storage.text import letters_of

Item = dict[str, Any]

_ARTICLE_TYPES: Final = re.compile(r"Article|BlogPosting|Report|LiveBlog|Review$|WebPage$", re.IGNORECASE)
_LISTS: Final = frozenset(
    ("itemlistelement", "mentions", "citation", "relatedlink", "isrelatedto", "significantlink", "about",
     "liveblogupdate", "comment", "haspart", "subjectof", "isbasedon", "recordedin")
)  # fmt: skip
"""Properties whose articles are not the page's own."""
_MAX_JSON: Final = 2_000_000
"""Characters of a script that is read: decides memory only."""
_MARK: Final = re.compile(r'\\.|["{}\[\]]', re.DOTALL)
_VALUE: Final = r'(?:["{\[]|-?\d|true\b|false\b|null\b)'
_ENDS_STRING: Final = re.compile(rf"\s*(?:[}}\]]|,\s*(?:{_VALUE}|[}}\]])|:\s*{_VALUE}|$)")
_TRAILING_COMMA: Final = re.compile(r",\s*([\]}])")
_WRAPPING: Final = re.compile(r"^\s*(?:<!--|/\*.*?\*/|(?://)?\s*<!\[CDATA\[)*\s*(?:\*/)?\s*", re.DOTALL)
_ESCAPES: Final = frozenset('"\\/bfnrtu')
_LEAST_NAME: Final = 8
"""Letters of a headline from which it tells one article from another (chosen, not measured)."""

_MARKED_UP: Final = re.compile(r"[<&\\]")
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([nrt])|([\"'/\\]))")
_UNSEEN: Final = re.compile(r"<(script|style|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAK: Final = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|blockquote|tr|table|section|article|figure|figcaption)\b[^>]*>",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"</?[A-Za-z][^>]*>")


@dataclass(frozen=True, slots=True)
class Stated:
    """An object of the page's JSON-LD."""

    item: Item
    is_listed: bool
    """It stands in a list of other articles."""


def read_stated(tree: Element) -> list[Stated]:
    """Every object in the page's JSON-LD, nested ones included, in the page's order."""
    found: list[Stated] = []
    for script in tree.iter("script"):
        kind = (script.get("type") or "").lower()
        if "ld+json" in kind and script.text and len(script.text) <= _MAX_JSON:
            found.extend(_objects(read_json(script.text)))
    return found


def read_json(text: str) -> Any:
    """JSON as pages write it, damage repaired where that can be done; None where it cannot be read."""
    text = _WRAPPING.sub("", text).rstrip().removesuffix("-->")
    if text.startswith(("{&quot;", "[{&quot;")):
        text = html.unescape(text)
    for mend in (str, _without_trailing_commas, _repaired):
        try:
            return _DECODER.raw_decode(mend(text))[0]
        except (ValueError, RecursionError):
            continue
    return None


_DECODER: Final = json.JSONDecoder(strict=False)


def _without_trailing_commas(text: str) -> str:
    return _TRAILING_COMMA.sub(r"\1", text)


def _repaired(text: str) -> str:
    """The text with bare quotes and unknown escapes inside of strings escaped, and what is open at its end
    closed."""
    pieces: list[str] = []
    closing: list[str] = []
    inside, last = False, 0
    for match in _MARK.finditer(text):
        sign = match[0]
        if sign == '"':
            inside, is_bare = _after_quote(text, match.end(), inside=inside)
        else:
            is_bare = sign[0] == "\\" and sign[1] not in _ESCAPES
            _note_bracket(closing, sign if not inside else "")
        if is_bare:
            pieces += (text[last : match.start()], "\\")
            last = match.start()
    pieces += (text[last:], '"' if inside else "", *reversed(closing))
    return _without_trailing_commas("".join(pieces))


def _after_quote(text: str, end: int, *, inside: bool) -> tuple[bool, bool]:
    """(inside of a string from here on, the quote is text) for a quote that ends at `end`."""
    is_bare = inside and not _ENDS_STRING.match(text, end)
    return (True, is_bare) if not inside or is_bare else (False, False)


def _note_bracket(closing: list[str], sign: str) -> None:
    """Remember what closes an opened bracket; forget what was closed."""
    if sign in ("{", "["):
        closing.append("}" if sign == "{" else "]")
    elif sign and closing and closing[-1] == sign:
        closing.pop()


def _objects(data: Any) -> Iterator[Stated]:
    stack = [(data, False)]
    while stack:
        value, is_listed = stack.pop()
        if isinstance(value, dict):
            yield Stated(value, is_listed)
            inner = [(part, is_listed or str(name).lower() in _LISTS) for name, part in value.items()]
            stack.extend(reversed(inner))
        elif isinstance(value, list):
            stack.extend((part, is_listed) for part in reversed(value))


def main_articles(stated: Iterable[Stated], titles: Sequence[str]) -> list[Item]:
    """The articles that the page is about: those called like it, and unnamed ones beside them; where none is
    called like it, those that stand in no list.

    Args:
        titles: of the page, by other sources.
    """
    articles = [found for found in stated if _is_article(found.item)]
    named = _called(articles, titles)
    own = [found for found in articles if not found.is_listed]
    if any(not found.is_listed for found in named):
        own = list(filter(_is_unnamed, own))
    return [found.item for found in (*named, *own)]


def _called(articles: Iterable[Stated], titles: Sequence[str]) -> list[Stated]:
    """The articles that are called like the page."""
    keys = [key for key in map(letters_of, titles) if len(key) >= _LEAST_NAME]
    return [found for found in articles if is_news(found.item) and _is_called(found.item, keys)]


def _is_unnamed(found: Stated) -> bool:
    return _is_page(found.item) or not plain_text(found.item.get("headline"))


def _is_called(item: Item, keys: list[str]) -> bool:
    names = (plain_text(item.get(name)) for name in ("headline", "name", "alternativeHeadline"))
    own = [key for key in map(letters_of, names) if len(key) >= _LEAST_NAME]
    return any(one in other or other in one for one in own for other in keys)


def _is_article(item: Item) -> bool:
    return any(_ARTICLE_TYPES.search(kind) for kind in _kinds(item))


def is_news(item: Item) -> bool:
    """Whether an object is an article, and no mere page that may hold one."""
    return _is_article(item) and not _is_page(item)


def _is_page(item: Item) -> bool:
    return all(kind.endswith("WebPage") for kind in _kinds(item))


def _kinds(item: Item) -> list[str]:
    kinds = item.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def stated_body(articles: Iterable[Item]) -> str:
    """The longest `articleBody`; empty where there is none."""
    return max((plain_text(item.get("articleBody")) for item in articles), key=len, default="")


def stated_updates(articles: Iterable[Item]) -> str:
    """The updates of a live blog, one after the other; empty where there are none."""
    return max((_updates(item.get("liveBlogUpdate")) for item in articles), key=len, default="")


def _updates(updates: Any) -> str:
    parts = [part for part in (updates if isinstance(updates, list) else [updates]) if isinstance(part, dict)]
    lines: list[str] = []
    for part in parts:
        headline, body = plain_text(part.get("headline")), plain_text(part.get("articleBody"))
        lines += [headline] if headline and letters_of(headline) not in letters_of(body) else []
        lines += [body] if body else []
    return "\n".join(lines)


def plain_text(value: Any) -> str:
    """A JSON value as plain text, a paragraph a line: markup and entities taken out, however often they were
    escaped."""
    if isinstance(value, list):
        value = "\n".join(item for item in value if isinstance(item, str))
    if not isinstance(value, str):
        return ""
    text = visible(value)
    if _MARKED_UP.search(text):
        text = _without_markup(text)
    lines = (fold_space(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _without_markup(text: str) -> str:
    text = _ESCAPED.sub(_unescaped, without_references(text))
    return visible(_TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub("", text))))


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return "\n" if match[2] else match[3]
