"""The tables of the findings pages, each cell a figure with its place: what is watched, told or not, and what
became of the last findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drumbeat.report import trajectories
from drumbeat.report.sentences import Part, Speaker, name
from drumbeat.shown.safe import clause, one_line

MOST_WATCHED, MOST_BECAME, MOST_NAMED = 7, 5, 3
"""Lines of each table and names of a list, so that none can crowd the others out."""
ROW_LABEL = 56
"""Graphemes of a claim in a table."""

Row = dict[str, Any]


def watched_rows(speaker: Speaker) -> Iterator[Row]:
    """A row a statement: told ones first, then by number."""
    lines = speaker.data["account"]["watched"]
    order = sorted(range(len(lines)), key=lambda n: (-lines[n]["observed"], lines[n]["narrative_id"]))
    yield from (watch_row(speaker, place) for place in order[:MOST_WATCHED])


def watch_row(speaker: Speaker, place: int) -> Row:
    """A watched statement's line of the table."""
    at, line = f"/account/watched/{place}", speaker.data["account"]["watched"][place]
    sides = (f"{at}/{side}_texts" for side in ("state", "independent", "unlisted"))
    stances = (f"{at}/{stance}" for stance in ("endorses", "reports", "refutes", "unclear"))
    return {
        "narrative_id": line["narrative_id"],
        "label": name(clause(one_line(line["label"]), ROW_LABEL)),
        "texts": speaker.figure(f"{at}/observed"),
        "expected": speaker.figure(f"{at}/expected") if line["expected"] is not None else Part("–"),
        "outlets": speaker.figure(f"{at}/outlets"),
        "sides": _slashed(speaker, sides),
        "stances": _slashed(speaker, stances),
        "last": speaker.day(f"{at}/last_told") if line["last_told"] else Part(speaker.word("never")),
    }


def _slashed(speaker: Speaker, paths: Iterator[str]) -> list[Part]:
    """`8/1/3`."""
    found: list[Part] = []
    for path in paths:
        found += [Part("/"), speaker.figure(path)] if found else [speaker.figure(path)]
    return found


def became_rows(speaker: Speaker) -> Iterator[Row]:
    """A row a finding of the period before."""
    for place, line in enumerate(speaker.data["account"]["became"][:MOST_BECAME]):
        at = f"/account/became/{place}"
        yield {
            "narrative_id": line["narrative_id"],
            "label": name(clause(one_line(line["label"]), ROW_LABEL)),
            "then": speaker.figure(f"{at}/then"),
            "now": speaker.figure(f"{at}/now"),
            "word": Part(speaker.word(trajectories.since(line["then"], line["now"]))),
            "last": speaker.day(f"{at}/last_told") if line["last_told"] else Part(speaker.word("never")),
        }


def counts_of(data: Mapping[str, Any], *, min_texts: int) -> dict[str, int]:
    """Counts that sentences say and no record holds; each is the length of a list of the data, or a
    setting.
    """
    lines = data["sources"]
    troubled = [line for line in lines if line["status"] in ("outage", "silent", "degraded")]
    return {
        "languages": len([tag for tag in data["totals"]["languages"] if tag != "und"]),
        "sources": len(lines),
        "sources_well": len([line for line in lines if line["status"] == "ok"]),
        "sources_behind": max(0, len(troubled) - MOST_NAMED),
        "watched_behind": max(0, len(data["account"]["watched"]) - MOST_WATCHED),
        "became_behind": max(0, len(data["account"]["became"]) - MOST_BECAME),
        "min_texts": min_texts,
    }
