"""The `drumbeat` command."""

from __future__ import annotations

import signal
import sys

import typer

from drumbeat.cli import find_commands, inspect_commands, people_commands, source_commands, stage_commands, workspace_commands
from drumbeat.parent import die_with_parent

app = typer.Typer(
    name="drumbeat",
    help="Watch what regional and state media say, in every language: which narratives rise, who said it first, who repeats it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: half the start time of every command
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (workspace_commands, source_commands, stage_commands, people_commands, inspect_commands, find_commands):
    commands.register(app)


def main() -> None:
    """Run the command line; an error of ours is one clear message and exit code 2, never a traceback."""
    die_with_parent()
    signal.signal(signal.SIGTERM, _stop)
    try:
        app()
    except Exception as error:  # border: the command line
        from config.errors import DrumbeatError

        if not isinstance(error, DrumbeatError):
            raise
        typer.secho(f"drumbeat: {error}", err=True, fg="red")
        sys.exit(2)


def _stop(number: int, _frame: object) -> None:
    # an exception, so that the stage closes its Run row on the way out
    raise SystemExit(128 + number)
