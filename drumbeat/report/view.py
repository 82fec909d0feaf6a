"""What the templates are given: the digest as plain JSON, its charts, and a few selections of it."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from analysis.digest_records import Digest
from analysis.plain import to_plain
from drumbeat import charts
from drumbeat.report import names, words

INVENTED_NOTICE = "Invented sample world: the countries, outlets, people and claims in this document do not exist."


@lru_cache(maxsize=1)
def style() -> Markup:
    """The style sheet, as it stands in a `<style>` element."""
    text = (files("drumbeat") / "templates" / "shared" / "style.css").read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - our own file


def style_hash() -> str:
    """The style sheet's digest, as a content security policy names it."""
    return f"sha256-{b64encode(sha256(style().encode()).digest()).decode()}"


def stem(start: date, end: date) -> str:
    """A report's file name without suffix: `2026-W47` for an ISO week, `2026-11-16_2026-11-20` (last day) for any other period."""
    if words.week_name(start, end):
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start.isoformat()}_{date.fromordinal(end.toordinal() - 1).isoformat()}"


def narrative_chart(narrative: dict[str, Any], *, start: date, end: date, width: int = 520) -> charts.Chart:
    """The daily series of a narrative (`NarrativeDigest` as plain JSON) with its period and its spike."""
    spike = narrative["spike"]
    return charts.series_chart(
        narrative["series"], start=start, end=end, spike_day=words.as_day(spike["day"]) if spike else None, width=width
    )


def notice_for(codes: set[str]) -> str:
    """What must be said of evidence from these countries; empty for real ones."""
    return INVENTED_NOTICE if names.is_invented(codes) else ""


def report_view(digest: Digest, *, as_of: datetime) -> dict[str, Any]:
    """Everything `report.html` and `report.md` show."""
    plain = digest.to_dict()
    shown = [*plain["rising"], *plain["new"], *plain["falling"]]
    languages = {tag: number for tag, number in plain["totals"]["languages"].items() if tag != "und"}
    return {
        "digest": plain,
        "as_of": to_plain(as_of),
        "stem": stem(digest.start, digest.end),
        "notice": notice_for({line["outlet"]["country"] for line in plain["sources"]}),
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
        found[number] = charts.to_svg(narrative_chart(narrative, start=start, end=end), element_id=f"c{number}")
    return found
