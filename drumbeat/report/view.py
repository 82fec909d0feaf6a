"""What the templates are given: the digest as plain JSON, its charts, and a few selections of it."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from analysis.digest.records import Digest
from analysis.plain import to_plain
from config.undetermined import UNDETERMINED
from drumbeat.shown import charts, drawing, names, words

SECTIONS = {
    "Rising": "Claims, and what is watched or pinned, told clearly more often than their own history, "
    "and what their sources put out, lead one to expect.",
    "New": "Recognised as a narrative of its own for the first time in this period; "
    "single texts of it may be older.",
    "Falling": "Told clearly less often than its own history leads one to expect, "
    "though its sources could be read.",
}
FIGURES = (
    "p: how probable so many texts or more are if nothing has changed. q: the same, allowing for all "
    "narratives tested on that day. "
    "Cumulated sum: how far a slow rise has gone."
)
DATES = (
    "Date confidence: A, independent statements agree; B, one structured statement; C, the day at best; "
    "D, none, so that the day of finding counts."
)
METHOD = (
    "A sentence here is a template filled with counts, or a quotation. Nothing is written by a model; "
    "labels are passages that stand nearest "
    "the centre of their narrative, or an analyst's words.",
    "Texts: distinct texts, a text counted once however often it is reprinted, damped per outlet and day. "
    "Expected: the narrative's own "
    "history, scaled by what the sources that could be read put out.",
    f"First: first in this corpus, within the dates that the outlets give. {DATES}",
    "Ownership is given in the words of the list named beside it; what no list states is “not listed”.",
    f"Figures of a spike. {FIGURES}",
)
"""What a reader must know of every report, in our own words."""


@lru_cache(maxsize=1)
def style() -> Markup:
    """The style sheet, as it stands in a `<style>` element."""
    text = (files("drumbeat") / "templates" / "shared" / "style.css").read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - our own file


def style_hash() -> str:
    """The style sheet's digest, as a content security policy names it."""
    return f"sha256-{b64encode(sha256(style().encode()).digest()).decode()}"


def stem(start: date, end: date) -> str:
    """A report's file name without suffix: `2026-W47` for an ISO week, `2026-11-16_2026-11-20` (last day) for
    any other period.
    """
    if words.week_name(start, end):
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start.isoformat()}_{date.fromordinal(end.toordinal() - 1).isoformat()}"


def narrative_chart(narrative: dict[str, Any], *, start: date, end: date, width: int = 520) -> charts.Chart:
    """The daily series of a narrative (`NarrativeDigest` as plain JSON) with its period and its spike."""
    spike = narrative["spike"]
    return charts.series_chart(
        narrative["series"],
        start=start,
        end=end,
        spike_day=words.as_day(spike["day"]) if spike else None,
        width=width,
    )


def report_view(digest: Digest, *, as_of: datetime) -> dict[str, Any]:
    """Everything `report.html` and `report.md` show."""
    plain = digest.to_dict()
    shown = [*plain["rising"], *plain["new"], *plain["falling"]]
    languages = {tag: number for tag, number in plain["totals"]["languages"].items() if tag != UNDETERMINED}
    return {
        "digest": plain,
        "as_of": to_plain(as_of),
        "stem": stem(digest.start, digest.end),
        "notice": names.notice(),
        "sections": SECTIONS,
        "method": METHOD,
        "narratives": shown,
        "labels": {narrative["narrative_id"]: narrative["language"] for narrative in shown},
        "top_language": max(sorted(languages), key=lambda tag: languages[tag], default=None),
        **_sources(plain["sources"]),
    }


def _sources(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Sources by how they are: those in trouble, those that are new, and who is listed where."""
    return {
        "troubled": [line for line in lines if line["status"] in ("outage", "silent")],
        "fresh": [line for line in lines if line["status"] == "new"],
        "unwell": [line for line in lines if line["status"] != "ok"],
        "well": [line for line in lines if line["status"] == "ok"],
    }


def svg_charts(view: dict[str, Any]) -> dict[int, Markup]:
    """Narrative number -> its chart as inline SVG."""
    start, end = words.as_day(view["digest"]["start"]), words.as_day(view["digest"]["end"])
    found = {}
    for narrative in view["narratives"]:
        number = narrative["narrative_id"]
        found[number] = drawing.to_svg(
            narrative_chart(narrative, start=start, end=end), element_id=f"c{number}"
        )
    return found
