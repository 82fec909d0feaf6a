"""The `drumbeat` command."""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated

import typer

from drumbeat.cli import (
    account_commands,
    backfill_commands,
    backup_commands,
    find_commands,
    inspect_commands,
    link_commands,
    narrative_commands,
    people_commands,
    share_commands,
    source_commands,
    stage_commands,
    watch_commands,
    workspace_commands,
)
from drumbeat.parent import die_with_parent

app = typer.Typer(
    name="drumbeat",
    help="Watch what regional and state media say, in every language: which narratives rise, "
    "who said it first, who repeats it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: half the start time of every command
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
for commands in (
    workspace_commands,
    source_commands,
    stage_commands,
    watch_commands,
    account_commands,
    backup_commands,
    backfill_commands,
    people_commands,
    inspect_commands,
    narrative_commands,
    link_commands,
    find_commands,
    share_commands,
):
    commands.register(app)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"drumbeat {version('drumbeat-monitor')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and end."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; what its user can mend is one clear message and exit code 2,
    never a traceback.
    """
    die_with_parent()
    signal.signal(signal.SIGTERM, _stop)
    try:
        app()
    except Exception as error:  # border: the command line
        from config.errors import DrumbeatError

        if isinstance(error, DrumbeatError):
            message = str(error)
        elif isinstance(error, OSError) and error.strerror:
            message = ": ".join(str(part) for part in (error.filename, error.strerror) if part)
        else:
            raise
        from drumbeat.shown.safe import visible

        typer.secho(
            f"drumbeat: {visible(message)}", err=True, fg=None if os.environ.get("NO_COLOR") else "red"
        )
        sys.exit(2)


def _stop(number: int, _frame: object) -> None:
    # an exception, so that the stage closes its Run row on the way out
    raise SystemExit(128 + number)
