"""What the templates are given: the digest as plain JSON, its charts, and a few selections of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from analysis.digest.records import Account, Digest
from analysis.plain import to_plain
from config.undetermined import UNDETERMINED
from drumbeat.report import findings, tables
from drumbeat.report.editions import Edition
from drumbeat.report.sentences import Speaker
from drumbeat.report.trajectories import WORDS_EXPLAINED
from drumbeat.shown import charts, drawing, names, words
from drumbeat.shown.language import Reader, say, speaking

NO_ACCOUNT = Account(watched=(), became=(), sides=(), compared=0, claims_told=0, claims_thin=0, statements=0)

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
    "Rising: told clearly more often than its own history, and what its sources put out, lead one to expect. "
    "New: recognised as a narrative of its own for the first time in this period; single texts of it may be "
    "older. Falling: told clearly less often, though its sources could be read.",
    "First: first in this corpus, within the dates that the outlets give.",
    DATES,
    "Ownership is given in the words of the list named beside it; what no list states is “not listed”.",
    FIGURES,
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


def report_view(
    digest: Digest,
    *,
    as_of: datetime,
    account: Account | None = None,
    min_texts: int = 0,
    edition: Edition | None = None,
) -> dict[str, Any]:
    """Everything that a report shows, in every form.

    Args:
        account: what a weekly report says beside its digest; None: nothing is watched and nothing was found
            in the period before.
        min_texts: distinct texts that a narrative needed to be listed.
        edition: for whom, in which language, with which note.
    """
    for_whom = edition or Edition()
    with speaking(for_whom.language, digest.zone):
        return _prepared(digest, as_of, account, min_texts, for_whom)


def spoken(view: Mapping[str, Any]) -> AbstractContextManager[Reader]:
    """Whatever is said inside is said in the language and by the clock of a report's readers."""
    return speaking(view["edition"].language, view["digest"]["zone"])


def _prepared(
    digest: Digest, as_of: datetime, account: Account | None, min_texts: int, for_whom: Edition
) -> dict[str, Any]:
    plain = _without(digest.to_dict(), for_whom.dropped)
    plain["account"] = (account or NO_ACCOUNT).to_dict()
    plain["counts"] = tables.counts_of(plain, min_texts=min_texts)
    shown = [*plain["rising"], *plain["new"], *plain["falling"]]
    languages = {tag: number for tag, number in plain["totals"]["languages"].items() if tag != UNDETERMINED}
    return {
        "digest": plain,
        "edition": for_whom,
        "front": findings.front_of(plain),
        "watch_rows": watch_rows(plain),
        "word": Speaker(plain).word,
        "as_of": to_plain(as_of),
        "stem": stem(digest.start, digest.end) + (f".{for_whom.name}" if for_whom.name else ""),
        "notice": names.notice(),
        "method": tuple(map(say, (*METHOD, *WORDS_EXPLAINED))),
        "narratives": shown,
        "labels": {narrative["narrative_id"]: narrative["language"] for narrative in shown},
        "spikes": spike_groups(plain),
        "top_language": max(sorted(languages), key=lambda tag: languages[tag], default=None),
        **_sources(plain["sources"]),
    }


def _without(plain: dict[str, Any], dropped: Collection[int]) -> dict[str, Any]:
    """The digest without the items that an analyst dropped from this edition."""
    for section in ("rising", "new", "falling"):
        plain[section] = [item for item in plain[section] if item["narrative_id"] not in dropped]
    return plain


def watch_rows(plain: dict[str, Any]) -> list[dict[str, Any]]:
    """Every watched statement, for the annex; none where the front has them all."""
    speaker, lines = Speaker(plain), plain["account"]["watched"]
    if not plain["counts"]["watched_behind"]:
        return []
    return [tables.watch_row(speaker, place) for place in range(len(lines))]


def spike_groups(plain: dict[str, Any]) -> list[dict[str, Any]]:
    """The spikes of the period, those of one claim together: the strongest with its checks, the others as
    days.
    """
    items = [*plain["rising"], *plain["new"], *plain["falling"]]
    into = {key: item["narrative_id"] for item in items for key in item["folded"]}
    groups: dict[int, list[dict[str, Any]]] = {}
    for spike in plain["spikes"]:
        groups.setdefault(into.get(spike["narrative_id"], spike["narrative_id"]), []).append(spike)
    return [
        {
            "strongest": min(spikes, key=_rank),
            "days": sorted({spike["day"] for spike in spikes}),
            "all": spikes,
        }
        for spikes in groups.values()
    ]


def _rank(spike: dict[str, Any]) -> tuple[int, float, str]:
    return ("alert", "digest", "suppressed").index(spike["decision"]), spike["p_value"], spike["day"]


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
