"""Make the shipped source directory: `python -m config.make_directory --outlets outlets.jsonl.gz`.

Takes the domains of `data/selection.txt` and copies what public lists state of them - addresses, country,
languages, ownership -
each with the list it stands in. Nothing is inferred: an outlet whose country no list states is left out and
named, a language
that no list states is `und`, an ownership label that no list gives is absent. No address was tried, so every
row says `verified = false`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from config.undetermined import UNDETERMINED

DATA = Path(__file__).parent / "data"
OWNERSHIP_LIST = "ASD-at-GMF/state-media-profiles"
OWNERSHIP_AS_OF = date(2023, 8, 24)
"""Date of the list's snapshot that carries State Media Monitor's classes."""
PREFERRED = ("flairNLP/fundus", "koala73/worldmonitor", "yavuz/news-feed-list-of-countries")
"""Lists whose addresses were maintained or tried most recently, best first."""
NEVER_FETCHED = re.compile(r"comment|podcast|video|photo|sport|/tag/", re.IGNORECASE)
FEEDS_PER_SOURCE = 3
UNNAMED = "unnamed-repository"
"""Statements of files that nobody can look up again are not used."""
HEAD = (
    "# {region}: facts copied from the lists named in each row; no address was tried. "
    "Made by `python -m config.make_directory`.\n\n"
)
KINDS = {"rss": "feed", "atom": "feed", "news_sitemap": "news_sitemap", "sitemap": "sitemap"}


def selection(text: str) -> Iterator[tuple[str, str]]:
    """(region, domain) pairs of the selection file."""
    for line in text.splitlines():
        if line.startswith("["):
            region, _, domains = line[1:].partition("]")
            for domain in domains.split():
                yield region, domain


def feeds_of(outlet: Mapping[str, Any]) -> list[dict[str, str]]:
    """The best few addresses of an outlet on its own domain, most trusted list first."""
    usable = sorted(filter(_is_usable, outlet["feeds"]), key=_rank)
    return [
        {"url": feed["url"], "kind": KINDS[feed["kind"]], "listed_in": _named(feed["seen_in"])[0]}
        for feed in usable[:FEEDS_PER_SOURCE]
    ]


def _is_usable(feed: Mapping[str, Any]) -> bool:
    on_its_domain = not feed.get("off_domain")
    return on_its_domain and not NEVER_FETCHED.search(feed["url"]) and bool(_named(feed["seen_in"]))


def _rank(feed: Mapping[str, Any]) -> tuple[int, int, int, str]:
    lists = " ".join(feed["seen_in"])
    trust = next((place for place, name in enumerate(PREFERRED) if name in lists), len(PREFERRED))
    return trust, feed["kind"] == "sitemap", -len(feed["seen_in"]), feed["url"]


def _named(lists: list[str]) -> list[str]:
    return sorted(name for name in lists if not name.startswith(UNNAMED))


def ownership_of(outlet: Mapping[str, Any]) -> dict[str, str] | None:
    """State Media Monitor's class in the words of the list, or None."""
    for row in outlet.get("ownership", []):
        seen_in = row["seen_in"] if isinstance(row["seen_in"], str) else row["seen_in"][0]
        if OWNERSHIP_LIST in seen_in:
            return {"label": row["label"].split(" (media company")[0], "listed_in": seen_in}
    return None


def quote(value: object) -> str:
    """A TOML string or array: those are JSON too."""
    return json.dumps(value, ensure_ascii=False)


def source_toml(outlet: Mapping[str, Any], region: str) -> str:
    """One [[source]] entry."""
    stated = {
        "id": re.sub(r"[^a-z0-9]+", "-", outlet["domain"]),
        "name": outlet["name"] or outlet["domain"],
        "domain": outlet["domain"],
        "country": outlet["country"],
        "region": region,
        "languages": outlet["languages"] or [UNDETERMINED],
    }
    lines = [
        "[[source]]",
        *_entries(stated),
        "verified = false",
        *_entries({"listed_in": _named(outlet["lists"])[0]}),
    ]
    if ownership := ownership_of(outlet):
        label = ", ".join([*_entries(ownership), f"as_of = {OWNERSHIP_AS_OF.isoformat()}"])
        lines.append(f"ownership = {{ {label} }}")
    for feed in feeds_of(outlet):
        lines += ["", "[[source.feeds]]", *_entries(feed)]
    return "\n".join(lines) + "\n"


def _entries(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {quote(value)}" for key, value in values.items()]


def refusal(outlet: Mapping[str, Any] | None) -> str | None:
    """Why an outlet cannot be shipped, or None."""
    if outlet is None:
        return "no list names it"
    if not outlet["country"]:
        return "no list states its country"
    return None if feeds_of(outlet) else "no named list gives an address on its own domain"


def main(arguments: list[str] | None = None) -> int:
    """Write one file per region into `config/data/sources`; say what was left out and why."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outlets", type=Path, required=True, help="outlets.jsonl.gz, one outlet a line")
    options = parser.parse_args(arguments)
    with gzip.open(options.outlets, "rt", encoding="utf-8") as lines:
        outlets = {row["domain"]: row for row in map(json.loads, lines)}
    regions = entries_by_region(outlets)
    for region, entries in regions.items():
        text = HEAD.format(region=region) + "\n".join(entries)
        (DATA / "sources" / f"{region}.toml").write_text(text, encoding="utf-8")
    sys.stderr.write(f"{sum(map(len, regions.values()))} outlets in {len(regions)} files\n")
    return 0


def entries_by_region(outlets: Mapping[str, Any]) -> dict[str, list[str]]:
    """Entries of the selected outlets, by region; those that cannot be shipped are named on standard
    error."""
    regions: dict[str, list[str]] = {}
    for region, domain in selection((DATA / "selection.txt").read_text(encoding="utf-8")):
        outlet = outlets.get(domain)
        if outlet is None or refusal(outlet):
            sys.stderr.write(f"left out: {domain}: {refusal(outlet)}\n")
            continue
        regions.setdefault(region, []).append(source_toml(outlet, region))
    return regions


if __name__ == "__main__":
    sys.exit(main())
