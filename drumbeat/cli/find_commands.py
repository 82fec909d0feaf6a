"""`search` and `export`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from drumbeat.cli.session import AsOfOption, JsonOption, WorkspaceOption, say_json, say_table, session

SinceOption = Annotated[str | None, typer.Option("--since", help="First day, YYYY-MM-DD.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Last day, YYYY-MM-DD.")]
DEFAULT_DAYS = 28


class SearchMode(StrEnum):
    """How to search."""

    words = "words"
    meaning = "meaning"
    both = "both"


class Table(StrEnum):
    """What can be exported."""

    articles = "articles"
    passages = "passages"
    narratives = "narratives"
    observations = "observations"
    spikes = "spikes"
    sources = "sources"


class ExportFormat(StrEnum):
    """How rows are written."""

    csv = "csv"
    jsonl = "jsonl"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(search)
    app.command()(export)


def search(
    query: Annotated[str, typer.Argument(help='Words, "phrases", or a sentence to look for by meaning.')],
    workspace: WorkspaceOption = None,
    by: Annotated[SearchMode, typer.Option(help="By words, by meaning, or both.")] = SearchMode.both,
    since: SinceOption = None,
    until: UntilOption = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this outlet; may be repeated.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Only outlets of this country; may be repeated.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only articles in this language; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Find articles by words and by meaning, in any language."""
    from dataclasses import asdict

    from analysis.embedding.choose import settings_of
    from drumbeat.search import search as find
    from storage.records import SearchFilters

    filters = SearchFilters(
        start=moment(since, "--since"),
        end=moment(until, "--until", days=1),
        source_ids=tuple(source or ()),
        countries=tuple(code.upper() for code in country or ()),
        languages=tuple(language or ()),
    )
    with session(workspace) as opened:
        found = find(opened.store, query, embed=settings_of(opened.workspace), mode=by.value, filters=filters, limit=limit)
    if as_json:
        say_json([asdict(row) for row in found])
    else:
        say_table(
            f"{len(found)} articles",
            ("day", "outlet", "language", "title", "found by", "address"),
            [(f"{row.counted_at:%Y-%m-%d}", row.source_id, row.language, row.title, row.found_by, row.url) for row in found],
        )


def export(
    table: Annotated[Table, typer.Argument(help="What to export.")],
    workspace: WorkspaceOption = None,
    form: Annotated[ExportFormat, typer.Option("--format", help="CSV is safe for spreadsheets; jsonl keeps types.")] = ExportFormat.csv,
    since: SinceOption = None,
    until: UntilOption = None,
    out: Annotated[Path | None, typer.Option(help="File to write; default: standard output.")] = None,
    as_of: AsOfOption = None,
) -> None:
    """Write rows of a period as CSV or JSON lines (default: the last 28 days)."""
    from drumbeat.export import TABLES, write

    with session(workspace, as_of) as opened:
        end = moment(until, "--until", days=1) or opened.clock.now()
        start = moment(since, "--since") or end - timedelta(days=DEFAULT_DAYS)
        rows = TABLES[table.value](opened.store, start, end)
        if out is None:
            write(rows, sys.stdout, form.value)
            return
        with out.open("w", encoding="utf-8", newline="") as target:
            count = write(rows, target, form.value)
    typer.echo(f"{out}: {count} rows")


def moment(text: str | None, option: str, *, days: int = 0) -> datetime | None:
    """Midnight (UTC) of a day, `days` later; None stays None.

    Raises:
        ConfigError: the text is no day.
    """
    from config.errors import ConfigError

    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) + timedelta(days=days)
    except ValueError:
        raise ConfigError(f"{option} {text!r}: no such day; expected YYYY-MM-DD") from None
