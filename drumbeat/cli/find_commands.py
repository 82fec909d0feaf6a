"""`search` and `export`."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from drumbeat.cli.session import (
    YEARS,
    AsOfOption,
    JsonOption,
    WorkspaceOption,
    country_code,
    say_json,
    session,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drumbeat.export import Row
    from drumbeat.search import SearchResult
    from storage.records import SearchFilters
    from storage.store import Store


SinceOption = Annotated[str | None, typer.Option("--since", help="First day, YYYY-MM-DD.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Last day, YYYY-MM-DD.")]
DEFAULT_DAYS = 28
SNIPPET = 200


class SearchMode(StrEnum):
    """How to search."""

    words = "words"
    meaning = "meaning"
    both = "both"


class Table(StrEnum):
    """What can be exported."""

    articles = "articles"
    versions = "versions"
    passages = "passages"
    narratives = "narratives"
    events = "events"
    observations = "observations"
    spikes = "spikes"
    sources = "sources"


class ExportFormat(StrEnum):
    """How rows are written."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


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
    country: Annotated[
        list[str] | None, typer.Option(help="Only outlets of this country; may be repeated.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Only articles in this language; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Find articles by words and by meaning, in any language."""
    from drumbeat.search import search as find
    from storage.records import SearchFilters

    filters = SearchFilters(
        start=moment(since, "--since"),
        end=moment(until, "--until", days=1),
        source_ids=tuple(source or ()),
        countries=tuple(map(country_code, country or ())),
        languages=tuple(language or ()),
    )
    in_order(filters.start, filters.end)
    with session(workspace) as opened:
        _known(opened.store, filters)
        found = find(
            opened.store,
            query,
            workspace=opened.workspace,
            mode=by.value,
            filters=filters,
            limit=limit,
        )
    _say_results(found, as_json=as_json)


def _known(store: Store, filters: SearchFilters) -> None:
    """Refuse an outlet, a country or a language that nothing here has.

    Raises:
        ConfigError: names the first unknown one, and what is known.
    """
    from config.errors import ConfigError
    from drumbeat.search import unknown_filter

    problem = unknown_filter(store, filters)
    if problem is not None:
        raise ConfigError(f"--{problem}")


def _say_results(found: list[SearchResult], *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        say_json([asdict(row) for row in found])
        return
    typer.echo(f"{len(found)} article{'' if len(found) == 1 else 's'}")
    for row in found:
        _say_result(row)


def _say_result(row: SearchResult) -> None:
    from drumbeat.shown.safe import isolate, one_line, shorten

    found = f"by {row.found_by}  article {row.article_id}"
    typer.echo(f"\n{row.counted_at:%Y-%m-%d}  {row.source_id}  {row.language}  {found}")
    for text in (row.title, shorten(row.snippet, SNIPPET)):
        typer.echo(f"  {isolate(text)}")
    typer.echo(f"  {one_line(row.url)}")


def export(
    table: Annotated[Table, typer.Argument(help="What to export.")],
    workspace: WorkspaceOption = None,
    form: Annotated[
        ExportFormat,
        typer.Option("--format", help="CSV is safe for spreadsheets; jsonl and parquet keep types."),
    ] = ExportFormat.csv,
    since: SinceOption = None,
    until: UntilOption = None,
    out: Annotated[Path | None, typer.Option(help="File to write; default: standard output.")] = None,
    as_of: AsOfOption = None,
) -> None:
    """Write rows of a period as CSV, JSON lines or Parquet (default: the last 28 days)."""
    from config.errors import ConfigError
    from drumbeat.export import TABLES, write

    with session(workspace, as_of) as opened:
        end = moment(until, "--until", days=1) or opened.clock.now()
        start = moment(since, "--since") or end - timedelta(days=DEFAULT_DAYS)
        in_order(start, end)
        rows = TABLES[table.value](opened.store, start, end)
        if out is not None:
            count = _write_file(table.value, rows, out, form)
            typer.echo(f"{out}: {count} rows")
        elif form is ExportFormat.parquet:
            raise ConfigError("--format parquet: is no text; name a file with --out")
        else:
            write(table.value, rows, sys.stdout, _text_form(form))


def _write_file(table: str, rows: Iterable[Row], out: Path, form: ExportFormat) -> int:
    from drumbeat.export import write_file
    from drumbeat.exports.parquet import write_parquet

    if form is ExportFormat.parquet:
        return write_parquet(table, rows, out)
    return write_file(table, rows, out, _text_form(form))


def _text_form(form: ExportFormat) -> Literal["csv", "jsonl"]:
    return "csv" if form is ExportFormat.csv else "jsonl"


def in_order(start: datetime | None, end: datetime | None) -> None:
    """Refuse a period that ends before it begins.

    Raises:
        ConfigError: it does.
    """
    from config.errors import ConfigError

    if start is not None and end is not None and start >= end:
        raise ConfigError(f"--since {start:%Y-%m-%d}: lies after the period's end ({end:%Y-%m-%d %H:%M} UTC)")


def moment(text: str | None, option: str, *, days: int = 0) -> datetime | None:
    """Midnight (UTC) of a day, `days` later; None stays None.

    Raises:
        ConfigError: the text is no day.
    """
    from config.clock import midnight
    from config.errors import ConfigError

    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise ConfigError(f"{option} {text!r}: no such day; expected YYYY-MM-DD")
    return midnight(day) + timedelta(days=days)
