"""`backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli.session import WorkspaceOption, load, make_clock

if TYPE_CHECKING:
    from drumbeat.backup import BackedUp


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, outside of the workspace.")],
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy closed archive files too instead of linking.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether a backup is whole.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Lay the workspace away, while everything runs; or check a backup: ends with 1 where it is not whole."""
    from drumbeat.backup import back_up, verify

    if check:
        wrong = verify(folder)
        for name in wrong:
            typer.echo(f"missing or changed: {name}")
        if wrong:
            raise typer.Exit(1)
        typer.echo(f"{folder}: whole")
        return
    _say("laid away", back_up(load(workspace), folder, make_clock(None), link=not copy))


def restore(
    folder: Annotated[Path, typer.Argument(help="A backup.")],
    workspace: Annotated[Path, typer.Argument(help="A new folder for the workspace.")],
    database_url: Annotated[
        str | None,
        typer.Option("--database-url", help="An empty PostgreSQL database, for a backup from one."),
    ] = None,
) -> None:
    """Make a workspace of a backup; `drumbeat storage check` then compares its archive with its database."""
    from drumbeat.backup import restore as bring_back

    done = bring_back(folder, workspace, database_url)
    _say("brought back", done)
    for name in done.elsewhere:
        typer.echo(f"{name} names a place outside of the workspace: set it anew before anything runs")


def _say(what: str, done: BackedUp) -> None:
    linked = f", {done.linked} of them without room of their own" if done.linked else ""
    typer.echo(f"{done.folder}: {what}, {done.files} files, {done.size / 1e6:,.1f} MB{linked}")
