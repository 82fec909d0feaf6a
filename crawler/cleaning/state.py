"""Text that stands only in a page's state: the JSON from which a script draws the page.

Whatever framework wrote it (Next, Nuxt, Fusion, Apollo, Redux, Angular, Inertia, a script of one's own), it
is
JSON in a script or an attribute. It becomes a tree of elements, an object or a list a container, a long
string
a paragraph, so that the article in it is found as in any page: by `region.py`.

    __NEXT_DATA__, application/json     the whole script
    window.X = {...}, X: JSON.parse("...")      values that are assigned or passed
    self.__next_f.push([1, "..."])      a stream of rows, joined
    a function of JavaScript            its long strings, in their order
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from crawler.cleaning.jsonld import read_json
from crawler.cleaning.letters import fold_space, weight_of
from crawler.cleaning.markup import Element, parse, visible
from storage.text import letters_of

LEAST_SCRIPT: Final = 400
"""Characters of a script that may hold an article (chosen, not measured)."""
LEAST_TEXT: Final = 25
"""Weight of a string from which it may be text (chosen, not measured)."""
LEAST_TITLE: Final = 8
"""Weight of a title by which an article is known (chosen, not measured)."""
_MAX_DEPTH: Final = 80
"""Levels of a state that are read: decides cost only."""
_MAX_VALUES: Final = 60
"""Values of a script that are tried: decides cost only."""
_ATTRIBUTES: Final = (
    "//@data-page | //@data-props | //@data-state | //@data-initial-state | //astro-island/@props"
)
_VALUE: Final = re.compile(
    r"(?:[=(,:]|\breturn)\s*(?=[{\[]\s*[\"{\[])|JSON\.parse\(\s*(?:decodeURIComponent\(\s*)?(?=[\"'])"
)
_STRING: Final = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|`((?:[^`\\]|\\.)*+)`")
_STREAM: Final = "__next_f"
_ROW: Final = re.compile(r"^[0-9a-f]+:(?:T([0-9a-f]+),)?", re.MULTILINE)
_MARKUP: Final = re.compile(
    r"</?(?:p|br|div|h[1-6]|li|ul|section|article|blockquote|span|strong|em|a|b|i)\b[^>]*>", re.IGNORECASE
)
_CODE: Final = re.compile(r"^\s*(?:https?:|/|\.|#|[\w-]+$|[{\[(]|function\b|data:)|[{};]\s*$|=>")
_NOT_TEXT: Final = re.compile(
    r"url|href|path|slug|^id$|_id$|alt$|caption|credit|copyright|seo|meta|schema|script|css|style|class"
    r"|config|query|comment|"
    r"translation|label|i18n|locale|message|placeholder|tooltip|cookie|consent|privacy|footer|header$|menu"
    r"|navigation|error|"
    r"(?:short|seo|site)_?description|^jsonld|image|photo|video|advert|newsletter|bio$|related|recommend"
    r"|teaser|sidebar",
    re.IGNORECASE,
)
"""Names of values that are not the article's text."""
_PARAGRAPH: Final = re.compile(
    r"^(?:paragraph|p|text-?block|blockquote|quote|list-?item|li|h[2-6]|(?:sub)?head(?:ing|er)(?:-?\d)?"
    r"|text)$",
    re.IGNORECASE,
)
_TEXT_NAMES: Final = ("text", "value", "content", "children", "html", "data", "nodes", "props", "items")
"""Where rich text keeps its pieces."""


@dataclass(frozen=True, slots=True)
class Source:
    """A script, or an attribute, that may hold state."""

    kind: str
    """The type of the script, `attribute` of an attribute."""
    text: str


def state_sources(tree: Element) -> list[Source]:
    """Where the page's state may stand; to be asked before anything is taken off the tree."""
    scripts = [Source((e.get("type") or "").lower(), e.text) for e in tree.iter("script") if e.text]
    attributes = [Source("attribute", str(value)) for value in tree.xpath(_ATTRIBUTES)]
    return [
        source
        for source in (*scripts, *attributes)
        if len(source.text) >= LEAST_SCRIPT and "ld+json" not in source.kind
    ]


def state_tree(sources: Sequence[Source], titles: Sequence[str]) -> Element | None:
    """The page's state as a tree of elements; None where there is none that could hold an article.

    Args:
        titles: what the page calls the article; a string of the same letters becomes a headline.
    """
    builder = _Builder({key for key in map(letters_of, titles) if weight_of(key) >= LEAST_TITLE})
    for value in _values(sources):
        builder.add(value, 0)
    return parse(f"<html><body>{''.join(builder.parts)}</body></html>") if builder.parts else None


def _values(sources: Sequence[Source]) -> Iterator[Any]:
    """Every value of JSON in scripts and attributes."""
    stream: list[str] = []
    for source in sources:
        if source.kind == "attribute":
            yield read_json(html.unescape(source.text))
        elif "json" in source.kind:
            yield read_json(source.text.replace("&q;", '"').replace("&l;", "<").replace("&g;", ">"))
        elif _STREAM in source.text:
            stream += _literals(source.text)
        else:
            yield from _of_script(source.text)
    yield from _of_stream("".join(stream))


def _of_script(text: str) -> Iterator[Any]:
    """Values that a script assigns or passes; its long strings where it has none that can be read."""
    found, place = 0, 0
    for _ in range(_MAX_VALUES):
        match = _VALUE.search(text, place)
        if match is None:
            break
        value, place = _value_at(text, match)
        if value is not None:
            found += 1
            yield value
    if not found:
        yield [literal for literal in _literals(text) if weight_of(literal) >= LEAST_TITLE]


def _value_at(text: str, match: re.Match[str]) -> tuple[Any, int]:
    """The value behind a match and where it ends."""
    if "JSON" in match[0]:
        literal = _STRING.match(text, match.end())
        if literal is None:
            return None, match.end()
        inner = _unescaped(next(part for part in literal.groups() if part is not None))
        return read_json(unquote(inner) if inner.startswith("%") else inner), literal.end()
    try:
        return _DECODER.raw_decode(text, match.end())
    except (ValueError, RecursionError):
        return None, match.end()


_DECODER: Final = json.JSONDecoder(strict=False)


def _literals(text: str) -> Iterator[str]:
    for match in _STRING.finditer(text):
        yield _unescaped(next(part for part in match.groups() if part is not None))


def _unescaped(literal: str) -> str:
    """What a string of JavaScript stands for."""
    plain = literal.replace("\\'", "'").replace("\\`", "`").replace("\n", "\\n")
    try:
        return str(json.loads(f'"{plain}"', strict=False))
    except ValueError:
        return ""


def _of_stream(stream: str) -> Iterator[Any]:
    """Rows `1a:{...}`, `2:[...]` and `3:T4f2,text` of what React sends in pieces."""
    rows = list(_ROW.finditer(stream))
    texts = []
    for row in rows:
        if row[1]:
            texts.append(stream[row.end() : row.end() + int(row[1], 16)])
        elif stream[row.end() : row.end() + 1] in ("{", "["):
            yield _value_at(stream, row)[0]
    yield texts


class _Builder:
    """Writes values as elements."""

    def __init__(self, titles: set[str]) -> None:
        self.parts: list[str] = []
        self._titles = titles
        self._seen: set[str] = set()

    def add(self, value: Any, depth: int) -> None:
        """Write one value."""
        if isinstance(value, str):
            self._add_text(value)
        elif depth < _MAX_DEPTH and isinstance(value, dict):
            self._add_object(value, depth)
        elif depth < _MAX_DEPTH and isinstance(value, list):
            self._add_list(value, depth)

    def _add_object(self, value: dict[str, Any], depth: int) -> None:
        kind = value.get("type") or value.get("nodeType") or value.get("tagName") or value.get("_type") or ""
        if isinstance(kind, str) and _PARAGRAPH.match(kind):
            self._add_paragraph(value, kind)
            return
        self.parts.append("<div>")
        for name, part in value.items():
            if not _NOT_TEXT.search(name):
                self.add(part, depth + 1)
        self.parts.append("</div>")

    def _add_list(self, value: list[Any], depth: int) -> None:
        is_element = len(value) == 4 and value[0] == "$" and isinstance(value[1], str)
        if is_element and _PARAGRAPH.match(value[1]):
            self._add_paragraph(value[3], value[1])
            return
        self.parts.append("<div>")
        for part in value[3:] if is_element else value:
            self.add(part, depth + 1)
        self.parts.append("</div>")

    def _add_paragraph(self, value: Any, kind: str) -> None:
        """Rich text: the pieces of one paragraph."""
        tag = "h2" if kind[:1].lower() in ("h", "s") else "p"
        text = "".join(_pieces(value, 0))
        if _MARKUP.search(text):
            self.parts.append(text)
        elif fold_space(text):
            self.parts.append(f"<{tag}>{html.escape(fold_space(text))}</{tag}>")

    def _add_text(self, value: str) -> None:
        text = visible(value)
        key = letters_of(text[:600])
        if key in self._titles:
            self.parts.append(f"<h1>{html.escape(fold_space(text))}</h1>")
        elif weight_of(text) >= LEAST_TEXT and not _CODE.search(text[:200]) and key not in self._seen:
            self._seen.add(key)
            self.parts.append(_as_markup(text))


def _as_markup(text: str) -> str:
    if not _MARKUP.search(text) and "&lt;" in text:
        text = html.unescape(text)
    if _MARKUP.search(text):
        return f"<div>{text}</div>"
    paragraphs = (fold_space(line) for line in text.splitlines())
    return "".join(f"<p>{html.escape(line)}</p>" for line in paragraphs if line)


def _pieces(value: Any, depth: int) -> Iterator[str]:
    """The strings of rich text in their order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < _MAX_DEPTH:
        for part in value[3:] if value[:1] == ["$"] else value:
            yield from _pieces(part, depth + 1)
    elif isinstance(value, dict) and depth < _MAX_DEPTH:
        for name in _TEXT_NAMES:
            yield from _pieces(value.get(name), depth + 1)
