"""`sources import|export|suggest`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    WorkspaceOption,
    country_code,
    load,
    say_json,
    say_table,
    session,
)


class Form(StrEnum):
    """How a directory is written."""

    csv = "csv"
    opml = "opml"


def register(sources: typer.Typer) -> None:
    """Add the commands to those of the directory."""
    sources.command("import")(import_sources)
    sources.command("export")(export_sources)
    sources.command("suggest")(suggest_sources)


def import_sources(
    file: Annotated[Path, typer.Argument(help="OPML of a feed reader, or CSV.")],
    country: Annotated[str | None, typer.Option(help="For outlets without one: ISO code.")] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="For outlets without one: BCP 47, the main one first.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Add the outlets of a file that the directory does not have yet, all or none."""
    from config.entries import add_entries
    from config.exchange import from_csv, from_opml

    text = file.read_text(encoding="utf-8-sig")
    read = from_opml if text.lstrip().startswith("<") else from_csv
    entries = read(text, country=country_code(country) if country else None, languages=language or ())
    loaded = load(workspace)
    known = {row.id for row in loaded.sources} | {row.domain for row in loaded.sources}
    new = [entry for entry in entries if not {entry["id"], entry["domain"]} & known]
    if new:
        add_entries(loaded, new)
    typer.echo(f"{file}: {len(new)} added, {len(entries) - len(new)} there already")


def export_sources(
    form: Annotated[Form, typer.Option("--format", help="csv or opml.")] = Form.csv,
    out: Annotated[Path | None, typer.Option(help="File to write; default: standard output.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the directory as CSV or OPML."""
    from config.exchange import to_csv, to_opml

    write = to_csv if form is Form.csv else to_opml
    text = write(load(workspace).sources)
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"{out}: written")


def suggest_sources(
    days: Annotated[int, typer.Option(min=1, help="How far back coverage is read.")] = 28,
    least: Annotated[int, typer.Option(min=1, help="Outlets that must speak of a domain.")] = 2,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose outlets that stored coverage links to or shares texts with, with the evidence."""
    from dataclasses import asdict

    from crawler.suggest import suggest
    from drumbeat.cli.progress import RichProgress

    with session(workspace, as_of) as opened, RichProgress() as progress:
        found = suggest(
            store=opened.store,
            workspace=opened.workspace,
            clock=opened.clock,
            progress=progress,
            days=days,
            least=least,
        )
    if as_json:
        say_json([{**asdict(row), "outlets": sorted(row.outlets)} for row in found])
        return
    say_table(
        "Spoken of, and not in the directory",
        ("domain", "by outlets", "linked by articles", "same text", "example"),
        [
            (row.domain, " ".join(sorted(row.outlets)), row.links, row.copies, " -> ".join(row.examples[0]))
            for row in found
        ],
    )
