"""`backfill files|wayback|list`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    WorkspaceOption,
    known_sources,
    say_counts,
    say_json,
    say_table,
    session,
)

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(help="History from archives; it rings no alarm.", no_args_is_help=True)

SourceOption = Annotated[
    list[str] | None, typer.Option("--source", help="Only this outlet; may be repeated.")
]
FirstOption = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="First day on which a page was archived."),
]
LastOption = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; default: today.")
]
AgainOption = Annotated[bool, typer.Option("--again", help="Also what was read to its end before.")]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="backfill")


@app.command()
def files(
    file: Annotated[
        list[str], typer.Argument(help="WARC files by path or address, or lists of them (warc.paths.gz).")
    ],
    source: SourceOption = None,
    unlisted: Annotated[
        bool, typer.Option("--unlisted", help="Pages of outlets that the directory does not have, too.")
    ] = False,
    first: FirstOption = None,
    last: LastOption = None,
    again: AgainOption = False,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the outlets' pages from WARC files, such as those of Common Crawl News.

    Reading goes on where it stopped; a page that was crawled is not taken twice.
    """
    order = {"only": source, "unlisted": unlisted, "first": first, "last": last, "again": again}
    _run("files", order, workspace, as_of, as_json, names=file)


@app.command()
def wayback(
    source: SourceOption = None,
    first: FirstOption = None,
    last: LastOption = None,
    most: Annotated[int | None, typer.Option(min=1, help="Pages to ask for at most, this time.")] = None,
    again: AgainOption = False,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the outlets' pages from a Wayback machine, politely: one request at a time, with the delay of
    crawls.
    """
    order = {"only": source, "first": first, "last": last, "most": most, "again": again}
    _run("wayback", order, workspace, as_of, as_json)


def _run(
    kind: Literal["files", "wayback"],
    order: dict[str, Any],
    workspace: Path | None,
    as_of: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    from crawler.backfill.job import BackfillOrder
    from drumbeat.cli.progress import RichProgress
    from drumbeat.stages import run_backfill

    only: Sequence[str] = order.pop("only") or ()
    days = {name: order[name] and order[name].date() for name in ("first", "last")}
    with session(workspace, as_of) as opened, RichProgress() as progress:
        known_sources(only, [row.id for row in opened.workspace.sources])
        counts = run_backfill(
            kind,
            workspace=opened.workspace,
            store=opened.store,
            clock=opened.clock,
            progress=progress,
            order=BackfillOrder(only=tuple(only), **{**order, **days}),
            **options,
        )
    say_counts("backfill", counts, as_json=as_json)


@app.command("list")
def list_backfills(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """How far each file and each outlet's archive has been read, and what became of its responses."""
    from dataclasses import asdict

    with session(workspace) as opened:
        rows = opened.store.backfills.all()
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    say_table(
        "Filled in",
        ("archive", "state", "what became of its responses", "as of"),
        [
            (
                row.name,
                "read to its end" if row.finished else f"read up to {row.position}",
                ", ".join(f"{name} {count}" for name, count in sorted(row.counts.items())),
                f"{row.updated_at:%Y-%m-%d %H:%M}",
            )
            for row in rows
        ],
    )
