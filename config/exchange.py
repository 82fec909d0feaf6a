"""The source directory as CSV and OPML, both ways. Pure.

    CSV    one row an address; the outlet's own columns are the same in each of its rows
    OPML   one outline an outlet with an outline an address, as feed readers have folders

What other programs write lacks country and language: the caller gives them. Outlets without an id get one
from their domain.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

from config.entries import Entry
from config.errors import ConfigError
from config.sources import SourceConfig

_PLAIN: Final = (
    "id", "name", "domain", "site", "country", "region", "listed_in", "never_tried", "delay_seconds",
    "poll_minutes", "link_pattern", "coverage_start", "coverage_end",
)  # fmt: skip
_OWNERSHIP: Final = {"ownership": "label", "ownership_list": "listed_in", "ownership_as_of": "as_of"}
_FEED: Final = {
    "feed": "url",
    "feed_kind": "kind",
    "feed_language": "language",
    "feed_listed_in": "listed_in",
}
COLUMNS: Final = (*_PLAIN, "languages", *_OWNERSHIP, *_FEED)
_NUMBERS: Final = {"delay_seconds": float, "poll_minutes": int}


def to_csv(sources: Iterable[SourceConfig]) -> str:
    """The directory as a sheet."""
    out = io.StringIO()
    sheet = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    sheet.writeheader()
    for source in sources:
        row = _flat(source)
        for feed in source.feeds:
            stated = feed.model_dump(mode="json")
            sheet.writerow({**row, **{name: stated[key] for name, key in _FEED.items()}})
    return out.getvalue()


def _flat(source: SourceConfig) -> dict[str, Any]:
    stated = source.model_dump(mode="json")
    owner = stated["ownership"] or {}
    return {
        **{name: stated[name] for name in _PLAIN},
        "languages": " ".join(source.languages),
        **{name: owner.get(key) for name, key in _OWNERSHIP.items()},
    }


def from_csv(text: str, *, country: str | None = None, languages: Sequence[str] = ()) -> list[Entry]:
    """Entries of a sheet.

    Raises:
        ConfigError: it has no column `feed`.
    """
    sheet = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    if "feed" not in (sheet.fieldnames or ()):
        raise ConfigError(f"CSV: no column `feed`; the columns are {', '.join(COLUMNS)}")
    return _gathered(
        [{name: value for name, value in row.items() if name and value} for row in sheet], country, languages
    )


def to_opml(sources: Iterable[SourceConfig]) -> str:
    """The directory as a feed reader takes it; what readers do not know are attributes of our own names."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = "Drumbeat sources"
    body = ElementTree.SubElement(root, "body")
    for source in sources:
        flat = {name: str(value) for name, value in _flat(source).items() if value not in (None, "")}
        outlet = ElementTree.SubElement(body, "outline", {"text": source.name, **flat})
        for feed in source.feeds:
            stated = {name: str(value) for name, value in feed.model_dump(mode="json").items() if value}
            url = stated.pop("url")
            ElementTree.SubElement(
                outlet, "outline", {"text": source.name, "type": "rss", "xmlUrl": url, **stated}
            )
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def from_opml(text: str, *, country: str | None = None, languages: Sequence[str] = ()) -> list[Entry]:
    """Entries of an outline, ours or a feed reader's.

    Raises:
        ConfigError: it is no OPML.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ConfigError("OPML: declares entities, which no list of feeds needs")
    try:
        root = ElementTree.fromstring(text.lstrip("\ufeff").encode())  # noqa: S314 - entities were refused
    except ElementTree.ParseError as error:
        raise ConfigError(f"OPML: not readable: {error}") from None
    return _gathered(list(_outlines(root, {})), country, languages)


def _outlines(node: ElementTree.Element, outlet: dict[str, str]) -> Iterator[dict[str, str]]:
    """A row an address, each with what its outlet's outline says."""
    for child in node:
        given = dict(child.attrib)
        if "xmlUrl" in given:
            yield _row(given, outlet or _outlet_of(given))
        else:
            yield from _outlines(child, given if "id" in given else outlet)


def _outlet_of(given: dict[str, str]) -> dict[str, str]:
    """What a feed reader's outline says of its outlet."""
    return {"name": given.get("title") or given.get("text", ""), "site": given.get("htmlUrl", "")}


def _row(given: dict[str, str], outlet: dict[str, str]) -> dict[str, str]:
    feed = {name: given[key] for name, key in _FEED.items() if key in given}
    stated = {name: value for name, value in outlet.items() if value}
    return {**stated, **feed, "feed": given["xmlUrl"]}


def _gathered(rows: Sequence[dict[str, str]], country: str | None, languages: Sequence[str]) -> list[Entry]:
    """Rows of one outlet, told by its id or else its domain, as one entry."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        domain = row.get("domain") or _domain(row.get("site") or row["feed"]) or _domain(row["feed"])
        entry = found.setdefault(row.get("id") or domain, _entry(row, domain, country, languages))
        feed = {key: row[name] for name, key in _FEED.items() if row.get(name)}
        if feed not in entry["feeds"]:
            entry["feeds"].append(feed)
    return list(found.values())


def _entry(row: dict[str, str], domain: str, country: str | None, languages: Sequence[str]) -> dict[str, Any]:
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN if name in row}
    plain |= {name: kind(plain[name]) for name, kind in _NUMBERS.items() if name in plain}
    owner = {key: row[name] for name, key in _OWNERSHIP.items() if row.get(name)}
    return {
        "id": re.sub(r"[^a-z0-9]+", "-", domain.lower()).strip("-"),
        "name": domain,
        "country": country,
        **plain,
        "domain": domain,
        "languages": (row.get("languages") or "").split() or list(languages),
        "ownership": owner or None,
        "feeds": [],
    }


def _domain(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
