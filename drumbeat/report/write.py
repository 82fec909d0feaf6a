"""Write a digest as a report: one HTML file, Markdown, JSON, and the index of the folder.

    digest -> report_view -> {HTML with its charts, Markdown, JSON} -> folder, each file whole or not at all

The same digest and the same moment give the same bytes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from analysis.digest.records import Account, Digest
from config.errors import DrumbeatError
from drumbeat.report import view
from drumbeat.report.documents import as_pdf, as_word
from drumbeat.report.editions import Edition
from drumbeat.report.sentences import Sentence
from drumbeat.shown.environment import html_environment, markdown_environment, plain_environment

logger = structlog.get_logger(__name__)

FORMAT = "drumbeat-report/2"
"""Stands in every JSON report, so that a reader knows what it has."""


class ReportError(DrumbeatError):
    """A report could not be written; the message names the file, the reason and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiles:
    """Where a report lies."""

    html: Path
    markdown: Path
    data: Path
    index: Path


def write_report(
    digest: Digest,
    directory: Path,
    *,
    as_of: datetime,
    account: Account | None = None,
    min_texts: int = 0,
    edition: Edition | None = None,
    documents: Collection[str] = (),
) -> ReportFiles:
    """Write the report of one period, and the index anew; an earlier report of the same period is replaced.

    Args:
        as_of: the moment the digest was built for; shown, never read from a clock.
        documents: further forms, `pdf` and `docx`.

    Raises:
        ReportError: the folder or a file cannot be written.
    """
    shown = view.report_view(digest, as_of=as_of, account=account, min_texts=min_texts, edition=edition)
    return write_view(shown, directory, documents=documents)


def write_view(
    shown: dict[str, Any], directory: Path, *, documents: Collection[str] = (), only_missing: bool = False
) -> ReportFiles:
    """Write what was prepared in all its forms, and the index anew.

    Args:
        only_missing: leave files alone that are there.

    Raises:
        ReportError: the folder or a file cannot be written.
    """
    stem = shown["stem"]
    files = ReportFiles(
        html=directory / f"{stem}.html",
        markdown=directory / f"{stem}.md",
        data=directory / f"{stem}.json",
        index=directory / "index.html",
    )
    forms: dict[Path, Callable[[], bytes]] = {
        files.data: lambda: _encoded(as_json(shown)),
        files.markdown: lambda: _encoded(as_markdown(shown)),
        files.html: lambda: _encoded(as_html(shown)),
        **({directory / f"{stem}.pdf": lambda: as_pdf(shown)} if "pdf" in documents else {}),
        **({directory / f"{stem}.docx": lambda: as_word(shown)} if "docx" in documents else {}),
    }
    for path, made in forms.items():
        if not (only_missing and path.exists()):
            _write(path, made())
    _write(files.index, _encoded(as_index(directory)))
    return files


def as_markdown(shown: dict[str, Any]) -> str:
    """The report as Markdown."""
    with view.spoken(shown):
        return markdown_environment().get_template("report/report.md").render(shown)


def as_html(shown: dict[str, Any]) -> str:
    """The report as one HTML document: no script, nothing fetched from elsewhere."""
    template = html_environment().get_template("report/report.html")
    with view.spoken(shown):
        return template.render(
            shown, charts=view.svg_charts(shown), style=view.style(), style_hash=view.style_hash()
        )


def front_text(shown: dict[str, Any]) -> str:
    """The findings pages as plain text."""
    with view.spoken(shown):
        text = plain_environment().get_template("report/front.txt").render(shown)
    return re.sub(r"\n{3,}", "\n\n", text)


def as_json(shown: dict[str, Any]) -> str:
    """The whole digest as JSON, one key a line, with the sentences of the front and where their figures
    stand.
    """
    whole = {
        "format": FORMAT,
        "as_of": shown["as_of"],
        "notice": shown["notice"],
        "sentences": [sentence.to_dict() for sentence in sentences_of(shown["front"])],
        **shown["digest"],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def sentences_of(front: Any) -> Iterator[Sentence]:
    """Every sentence of the front, in its order."""
    if isinstance(front, Sentence):
        yield front
    elif isinstance(front, dict | list):
        for item in front.values() if isinstance(front, dict) else front:
            yield from sentences_of(item)


def as_index(directory: Path) -> str:
    """The list of the folder's reports, the newest first, as HTML."""
    reports = [line for path in sorted(directory.glob("*.json"), reverse=True) if (line := _index_line(path))]
    reports.sort(key=lambda line: (line["end"], line["start"], line["stem"]), reverse=True)
    notice = next((line["notice"] for line in reports if line["notice"]), "")
    return (
        html_environment()
        .get_template("report/index.html")
        .render(reports=reports, notice=notice, style=view.style(), style_hash=view.style_hash())
    )


def _index_line(path: Path) -> dict[str, Any] | None:
    """What the index says of one JSON report; None for a file that is no report of ours."""
    if not re.fullmatch(r"[0-9W_-]+", path.stem):
        return None
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if report["format"] != FORMAT:
            raise ValueError(f"format {report['format']!r} where {FORMAT!r} was expected")
        return {"stem": path.stem, **_summary(report)}
    except (OSError, ValueError, KeyError, TypeError) as problem:
        logger.warning(
            "index_skips_file", file=path.name, problem=str(problem), hint="write that week's report again"
        )
        return None


def _summary(report: dict[str, Any]) -> dict[str, Any]:
    """The figures of a report that the index shows."""
    return {
        "top": next(iter(report["rising"] or report["new"]), None),
        "articles": report["totals"]["articles"],
        **{key: report[key] for key in ("start", "end", "notice")},
        **{key: len(report[key]) for key in ("rising", "new", "falling", "alerts")},
    }


def _encoded(text: str) -> bytes:
    # A lone surrogate becomes its \uXXXX escape, which is what JSON calls it too.
    return text.encode("utf-8", "backslashreplace")


def _write(path: Path, content: bytes) -> None:
    """Put a whole file in the place of the old one; a crash leaves the old one."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise ReportError(
            f"{path}: the report cannot be written: {reason}; make room or name another folder in [report] "
            "directory"
        ) from problem
