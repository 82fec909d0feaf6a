"""Feeds and sitemaps: every file answered, with the entries that an XML parse of the same bytes finds."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from crawler.feeds import parse_listing
from crawler.listings import Listing
from storage.records import FeedKind
from tests.quality.data import Row, read_rows, tar_members, write_rows
from tests.quality.metrics import folded, from_counts, mean
from tests.quality.result import Floor, Result

LOCATION = "https://feeds.example/"


def read_all(data: Path, folder: str, kind: FeedKind) -> list[tuple[Row, Listing]]:
    """(truth row, what the crawler reads) of every file."""
    files = dict(tar_members(sorted((data / folder).glob("*.tar.gz"))))
    return [
        (row, parse_listing(kind, files[row["file"]], LOCATION))
        for row in read_rows(data / folder / "index.jsonl.gz")
    ]


def measure_feeds(data: Path, out: Path) -> Result:
    """Counts of entries, titles and links in order."""
    read = read_all(data, "feeds", "feed")
    rows = [
        {"id": row["id"], "entries": [{"title": link.title, "link": link.link} for link in listing.links]}
        for row, listing in read
    ]
    write_rows(out / "feeds.jsonl", rows)
    truth = [row for row, _ in read]
    entries = {row["id"]: row["entries"] for row in rows}
    figures = feed_figures(truth, entries)
    return Result(
        figures,
        [
            Floor(name, figures[name], least)
            for name, least in (("counts", 0.99), ("titles", 0.99), ("links", 0.99))
        ],
    )


def feed_figures(truth: list[Row], entries: dict[str, list[Any]]) -> dict[str, float]:
    """Share of files with the right number of entries, of titles and of links that are
    equal at their place.
    """
    counts, titles, links = [], [], []
    for row in truth:
        found = entries[row["id"]]
        if "n_entries" in row:
            counts.append(float(len(found) == row["n_entries"]))
        for place, entry in enumerate(row.get("entries", [])):
            here = found[place] if place < len(found) else {}
            if entry["title"]:
                titles.append(float(_plain(entry["title"]) == _plain(here.get("title"))))
            if entry["link"]:
                links.append(float(entry["link"] == here.get("link")))
    return {"files": len(truth), "counts": mean(counts), "titles": mean(titles), "links": mean(links)}


def measure_sitemaps(data: Path, out: Path) -> Result:
    """Addresses found in well-formed files."""
    read = read_all(data, "sitemaps", "sitemap")
    rows = []
    for row, listing in read:
        found = [link.link for link in listing.links] + [child.url for child in listing.children]
        rows.append(
            {
                "id": row["id"],
                "locs": found,
                "news": [{"title": link.title} for link in listing.links if link.title],
            }
        )
    write_rows(out / "sitemaps.jsonl", rows)
    both = [
        (set(row["locs"]), set(answer["locs"]))
        for (row, _), answer in zip(read, rows, strict=True)
        if row["well_formed"]
    ]
    right = sum(len(true & answer) for true, answer in both)
    scores = from_counts(
        right,
        sum(len(answer - true) for true, answer in both),
        sum(len(true - answer) for true, answer in both),
    )
    figures = {
        "files": len(rows),
        "equal": mean(float(true == answer) for true, answer in both),
        "loc_f1": scores.f1,
    }
    return Result(figures, [Floor("loc_f1", scores.f1, 0.99)])


def _plain(text: str | None) -> str:
    return folded(re.sub(r"<[^>]+>", "", html.unescape(html.unescape(text or ""))))
