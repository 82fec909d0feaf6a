"""Pages to articles: text, title, date and language by the cleaning stage's own functions, with trafilatura
alone beside them.

The page's outlet is not known to the directory and no feed is there, so nothing but address and bytes helps.
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from config.settings import CleanSettings
from crawler.cleaning.dates import decide_date
from crawler.cleaning.extract import Refusal
from crawler.cleaning.page import extract, make_article
from storage.records import Page
from tests.quality.data import Row, html_sets, pages_of, write_rows
from tests.quality.metrics import folded, from_counts, mean, same_day, text_overlap
from tests.quality.result import Floor, Result
from tests.quality.workers import each

LATEST = datetime(2026, 12, 31, tzinfo=UTC)
"""When a page was fetched whose source does not say."""
LANGUAGE_PAGES = 10
"""A language with fewer pages is shown, but is no floor: one page would decide."""

Job = tuple[Row, bytes]
Answer = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """One page: the truth, our answer and, where the page has a reference text, trafilatura's."""

    truth: Row
    own: Answer
    alone: Answer | None


def measure(data: Path, out: Path) -> Result:
    """Every page of every set."""
    jobs = [(name, job) for name in html_sets(data) for job in pages_of(data, name)]
    answers = each(judge, [job for _, job in jobs], "extraction")
    write_rows(out / "extraction.jsonl", [answer.own for answer in answers])
    write_rows(out / "extraction-trafilatura.jsonl", [answer.alone for answer in answers if answer.alone])
    by_set: defaultdict[str, list[Judged]] = defaultdict(list)
    for (name, _), answer in zip(jobs, answers, strict=True):
        by_set[name].append(answer)
    languages, floors = against_baseline(answers)
    figures = {
        "all": page_figures(answers),
        "outcomes": dict(Counter(answer.own["outcome"] or "" for answer in answers).most_common()),
        "sets": {name: page_figures(found) for name, found in sorted(by_set.items())},
        "languages": languages,
    }
    return Result(figures, floors)


def judge(job: Job) -> Judged:
    """Our answer and the baseline's for one page."""
    truth, raw = job
    return Judged(truth, own_answer(truth, raw), baseline_answer(truth, raw) if truth.get("text") else None)


def own_answer(truth: Row, raw: bytes) -> Answer:
    """What the cleaning stage makes of a page."""
    page, settings = _page(truth), CleanSettings()
    try:
        found = extract(page, raw, {}, settings)
    except Exception:  # noqa: BLE001 - border: as in the cleaning pool, whatever a hostile page does to a parser costs only that page
        found = Refusal("crashed")
    if isinstance(found, Refusal):
        return {
            "id": truth["id"],
            "text": "",
            "title": None,
            "date": None,
            "lang": None,
            "outcome": found.outcome,
        }
    article = make_article(page, found, languages=(), settings=settings)
    # the article's moment is UTC; the day as the outlet wrote it is what the truth states
    day = decide_date(
        found.date_claims,
        page.url,
        first_seen_at=page.discovered_at,
        fetched_at=page.discovered_at,
        guess=lambda: found.guessed_day,
    ).day
    date = day.isoformat() if day else None
    return {
        "id": truth["id"],
        "text": article.body,
        "title": article.title,
        "date": date,
        "lang": article.language,
        "outcome": "article",
    }


def baseline_answer(truth: Row, raw: bytes) -> Answer:
    """What trafilatura gives with its defaults."""
    import trafilatura

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names of time zones that dateutil does not know
            found: Any = trafilatura.bare_extraction(
                raw, url=truth.get("url"), with_metadata=True, include_comments=False
            )
    except Exception:  # noqa: BLE001 - border: an error of the baseline is an empty answer
        found = None
    fields = found.as_dict() if found is not None else {}
    return {
        "id": truth["id"],
        **{name: fields.get(name) for name in ("text", "title", "date")},
        "lang": fields.get("language"),
    }


def against_baseline(answers: Iterable[Judged]) -> tuple[dict[str, Any], list[Floor]]:
    """Text F1 by language, ours and trafilatura's, and the floors that follow."""
    own: defaultdict[str, list[float]] = defaultdict(list)
    alone: defaultdict[str, list[float]] = defaultdict(list)
    for answer in answers:
        if answer.alone is not None:
            language = language_of(answer.truth)
            own[language].append(text_f1(answer.truth, answer.own))
            alone[language].append(text_f1(answer.truth, answer.alone))
    figures = {
        name: {"pages": len(own[name]), "text_f1": mean(own[name]), "trafilatura": mean(alone[name])}
        for name in sorted(own)
    }
    floors = [
        Floor(f"text_f1 {name}", row["text_f1"], row["trafilatura"])
        for name, row in figures.items()
        if row["pages"] >= LANGUAGE_PAGES
    ]
    return figures, floors


def with_floors(figures: dict[str, Any], predictions: Path, data: Path) -> Result:
    """The figures of the main job with trafilatura alone as their floor."""
    jobs = [job for name in html_sets(data) for job in pages_of(data, name) if job[0].get("text")]
    alone = each(judge_baseline, jobs, "main_job baseline")
    write_rows(predictions, alone)
    by_language: defaultdict[str, list[float]] = defaultdict(list)
    for (truth, _), answer in zip(jobs, alone, strict=True):
        by_language[language_of(truth)].append(text_f1(truth, answer))
    floors = [
        Floor(f"text_f1 {name}", row["f1"], mean(by_language[name]))
        for name, row in figures["text_f1_by_language"].items()
        if row["pages"] >= LANGUAGE_PAGES
    ]
    return Result(figures, [*floors, Floor("sums_balance", float(figures["sums_balance"]), 1.0)])


def judge_baseline(job: Job) -> Answer:
    """The baseline's answer for one page."""
    return baseline_answer(*job)


def page_figures(answers: Sequence[Judged]) -> dict[str, float]:
    """Means over the pages whose source states a thing."""
    texts = [text_f1(answer.truth, answer.own) for answer in answers if answer.truth.get("text")]
    titles = [title_alike(answer.truth, answer.own) for answer in answers if _states(answer.truth, "title")]
    dates = [
        float(same_day(answer.truth.get("date"), answer.own["date"]))
        for answer in answers
        if _states(answer.truth, "date")
    ]
    tags = [
        float((answer.own["lang"] or "")[:2] == answer.truth["lang"][:2])
        for answer in answers
        if answer.truth.get("lang")
    ]
    parts = [segment_counts(answer.truth, answer.own) for answer in answers if answer.truth.get("must")]
    named = {"text_f1": texts, "title": titles, "date": dates, "language": tags}
    figures: dict[str, float] = {
        "pages": len(answers),
        **{name: mean(found) for name, found in named.items() if found},
    }
    if parts:
        figures["segments_f1"] = from_counts(
            *(float(sum(part[place] for part in parts)) for place in range(3))
        ).f1
    return figures


def text_f1(truth: Row, answer: Mapping[str, str | None]) -> float:
    """Overlap of 4-grams with the reference text."""
    return text_overlap(truth["text"], answer["text"] or "").f1


def title_alike(truth: Row, answer: Mapping[str, str | None]) -> float:
    """Whether one title is the other or is part of it."""
    true, found = folded(truth.get("title")), folded(answer["title"])
    return float(true == found or bool(true and found and (true in found or found in true)))


def segment_counts(truth: Row, answer: Mapping[str, str | None]) -> tuple[int, int, int]:
    """(wanted segments found, unwanted found, wanted missed); white space and character forms do not matter,
    case does.
    """
    text = folded(answer["text"], case=True)
    found = sum(folded(part, case=True) in text for part in truth["must"])
    unwanted = sum(folded(part, case=True) in text for part in truth.get("must_not") or ())
    return found, unwanted, len(truth["must"]) - found


def language_of(truth: Row) -> str:
    """The language that the source names, else a guess made for grouping."""
    return truth.get("lang") or truth.get("lang_auto") or "?"


def _states(truth: Row, name: str) -> bool:
    return bool(truth.get(name)) or name in (truth.get("asserted") or ())


def _page(truth: Row) -> Page:
    day = truth.get("crawl_date")
    fetched = datetime.combine(datetime.fromisoformat(day).date(), time.max, UTC) if day else LATEST
    return Page(
        page_id=truth["id"],
        url=truth.get("url") or "",
        source_id="",
        discovered_at=fetched,
        fetched_at=fetched,
        origin="backfill",
    )
