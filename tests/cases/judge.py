"""Whether what came out is right.

What a case says in fields decides first: `expect` (what `got` must hold, also in part) and, of a page, `must`
and `must_not`. The rest of `right`
is prose; what its usual turns say can be checked, and what says nothing that can be checked leaves the case
undecided (None).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Row = dict[str, Any]
Verdict = bool | None

_CYRILLIC = re.compile(r"[А-яЁё]")
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)Z")
_NUMBERS = {"one": 1, "two": 2, "three": 3}


def ok(row: Row, got: Any, seen: Any) -> Verdict:
    """True, False, or None where nothing that can be checked is said.

    Args:
        got: what came out, as it is written.
        seen: what the door shows the judge beyond it: all addresses of a listing, the text of a page.
    """
    if "expect" in row:
        return _holds(row["expect"], got)
    judge = _JUDGES.get(row["door"])
    verdicts = [verdict for verdict in judge(row, got, seen) if verdict is not None] if judge else []
    return all(verdicts) if verdicts else None


def _holds(expected: Any, got: Any) -> bool:
    """Whether `got` has everything that is expected, and may have more."""
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(_holds(value, got.get(name)) for name, value in expected.items())
    if isinstance(expected, list):
        return isinstance(got, list) and len(expected) == len(got) and all(map(_holds, expected, got))
    return bool(expected == got)


def _listing(row: Row, got: Row, urls: list[str]) -> Iterator[Verdict]:
    right: str = row["right"]
    first: Row = got.get("first", {})
    yield _count(right, got)
    yield from _address(right, first, urls)
    yield from _published(right, first)
    if found := re.search(r'title "([^"]+)"', right):
        yield first.get("title") == found[1]
    if "Cyrillic" in right:
        yield len(_CYRILLIC.findall(first.get("title", ""))) > 0 or "titles" in right
    if "leads to another domain" in right:
        yield bool(got.get("leads_to")) or got["pages"] > 0
    yield from _children(right, got)


def _count(right: str, got: Row) -> Verdict:
    """`one page`, `3 pages`, `all 40 entries`."""
    found = re.search(r"\b(\d+|one|two|three) (?:page|entr)", right)
    return None if found is None else got["pages"] == _number(found[1])


def _number(text: str) -> int:
    return _NUMBERS.get(text) or int(text)


def _address(right: str, first: Row, urls: list[str]) -> Iterator[Verdict]:
    if found := re.match(r"https?://\S+", right):
        yield first.get("url") == found[0]
    if found := re.search(r"newest: (\d+)", right):
        yield any(re.search(rf"\b{found[1]}\b", url) for url in urls)
    if found := re.search(r"pages, (\S+\?\S+)", right):
        yield any(url.endswith(found[1]) for url in urls)
    if right.startswith("the address within"):
        yield bool(urls)


def _published(right: str, first: Row) -> Iterator[Verdict]:
    stated = first.get("published")
    if "without a date" in right:
        yield stated is None
    if found := re.search(r"published (\d\d:\d\d)Z", right):
        unknown_allowed = "no claim" in right
        yield (stated is None and unknown_allowed) or (stated or "")[11:16] == found[1]
    if found := re.search(r"dated (\d{4}-\d\d-\d\d).*else undated", right):
        yield stated is None or stated.startswith(found[1])


def _children(right: str, got: Row) -> Iterator[Verdict]:
    polled = got.get("children_polled", [])
    if found := re.search(r"(\S+\.xml) \(or all in turn\)", right):
        yield found[1] in polled
    if re.search(r"\b(?:some|the) child is polled", right):
        yield bool(polled)


def _page(row: Row, got: Row, text: str) -> Iterator[Verdict]:
    must, must_not = row.get("must", []), row.get("must_not", [])
    if must or must_not:
        yield all(part in text for part in must) and not any(part in text for part in must_not)
    if must_not and not must and row["right"].startswith("refused"):
        yield "refused" in got
    if not must and not must_not:
        yield from _page_prose(row["right"], got)


def _page_prose(right: str, got: Row) -> Iterator[Verdict]:
    if found := re.search(r'title "([^"]+)"', right):
        yield got.get("title") == found[1]
    stated = got.get("published_at", "")
    if found := _STAMP.match(right):
        yield stated.startswith(f"{found[1]} {found[2]}")
    if found := re.match(r"the day (\d{4}-\d\d-\d\d)", right):
        yield stated.startswith(found[1])
    if right.startswith("none"):
        yield stated == "None"


_STORED = ("stored", "the target is fetched", "the page is found", "policy to decide", "one page")


def _http(row: Row, got: Row, _seen: Any) -> Iterator[Verdict]:
    right: str = row["right"]
    if right.startswith(_STORED):
        yield len(got["articles"]) == 1
    if right.startswith("not stored as an article"):
        yield not got["articles"]
    if "both versions archived" in right:
        pages = [record["url"] for record in got["archived"] if record["kind"] == "page"]
        yield any(pages.count(url) == 2 for url in pages)


def _language(row: Row, got: str, _seen: Any) -> Iterator[Verdict]:
    if found := re.match(r"[a-z]{2,3}\b", row["right"]):
        yield got.split()[0] == found[0]


def _words(_row: Row, _got: str, same: bool) -> Iterator[Verdict]:
    yield same


def _watch(row: Row, got: list[bool], _seen: Any) -> Iterator[Verdict]:
    if row["right"].startswith("found"):
        yield all(got)
    if row["right"].startswith("not found"):
        yield not any(got)


def _copies(row: Row, got: Row, _seen: Any) -> Iterator[Verdict]:
    if found := re.match(r"(one|two|three|\d+) groups?\b", row["right"]):
        yield got["groups"] == _number(found[1])
    if "marked as changed" in row["right"]:
        yield got["groups"] > 1 or any(link["kind"] == "negated" for link in got["links"])


def _mail(row: Row, got: str, _seen: Any) -> Iterator[Verdict]:
    yield got == row["right"]


def _scheduler(row: Row, got: Row, _seen: Any) -> Iterator[Verdict]:
    if "within the interval" in row["right"]:
        yield got["longest_wait_minutes"] <= got["interval_minutes"]


_JUDGES: dict[str, Callable[[Row, Any, Any], Iterator[Verdict]]] = {
    "listing": _listing,
    "page": _page,
    "http": _http,
    "language": _language,
    "words": _words,
    "watch": _watch,
    "copies": _copies,
    "mail": _mail,
    "scheduler": _scheduler,
}
