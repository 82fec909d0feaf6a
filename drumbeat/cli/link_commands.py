"""Commands on the links between what is watched and what was discovered of it."""

from __future__ import annotations

from typing import Annotated

import typer

from drumbeat.cli.narrative_commands import MOST_NUMBERS, ByOption, Number, narratives_app
from drumbeat.cli.session import WorkspaceOption, session, system_user


def register(_app: typer.Typer) -> None:
    """The commands stand under `narratives` already."""


@narratives_app.command("link")
def narratives_link(
    number: Number,
    watched: Annotated[int, typer.Argument(min=1, max=MOST_NUMBERS, help="The watched narrative's number.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Count and show a discovered narrative as the watched one that tells the same."""
    from drumbeat.watch_links import link

    with session(workspace) as opened:
        typer.echo(link(opened.store, number, watched, by=by or system_user(), clock=opened.clock))


@narratives_app.command("unlink")
def narratives_unlink(number: Number, by: ByOption = None, workspace: WorkspaceOption = None) -> None:
    """Count and show a discovered narrative by itself, not as the watched one."""
    from drumbeat.watch_links import unlink

    with session(workspace) as opened:
        typer.echo(unlink(opened.store, number, by=by or system_user(), clock=opened.clock))
