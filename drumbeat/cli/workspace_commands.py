"""`init`, `config show`, `storage ...`, `runs`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drumbeat.cli.prune_command import storage_prune
from drumbeat.cli.session import JsonOption, WorkspaceOption, load, say_json, say_table, session

config_app = typer.Typer(help="Settings.", no_args_is_help=True)
storage_app = typer.Typer(help="The database and the archive.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(runs)
    app.add_typer(config_app, name="config")
    storage_app.command("prune")(storage_prune)
    app.add_typer(storage_app, name="storage")


def init(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Write a commented workspace that works as it is."""
    import shlex

    from config.init import init_workspace
    from config.load import load_workspace
    from storage.store import create_store

    written = init_workspace(folder)
    workspace = load_workspace(folder)
    create_store(workspace.database_url).close()
    typer.echo(f"{folder}: workspace with {len(workspace.sources)} outlets in {len(written)} files")
    typer.echo("Next: set crawl.contact in drumbeat.toml, then")
    for command in ("sources check", "crawl", "process", "refit", "report", "run"):
        typer.echo(f"  drumbeat {command} -w {shlex.quote(str(folder))}")


@config_app.command("show")
def config_show(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Print the effective settings and where each came from."""
    from config.show import effective_values

    rows = effective_values(load(workspace))
    if as_json:
        say_json({row.key: {"value": row.value, "from": row.origin} for row in rows})
    else:
        say_table(
            "Settings in force",
            ("setting", "value", "from"),
            [(row.key, row.value, row.origin) for row in rows],
        )


@storage_app.command("migrate")
def storage_migrate(workspace: WorkspaceOption = None) -> None:
    """Bring the database to this version's schema."""
    from config.show import without_password
    from storage.store import create_store

    loaded = load(workspace)
    create_store(loaded.database_url).close()
    typer.echo(f"{without_password(loaded.database_url)}: up to date")


@storage_app.command("check")
def storage_check(
    workspace: WorkspaceOption = None,
    adopt: Annotated[bool, typer.Option(help="Give archive records without a row their row.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read the whole database, and compare the archive with it: records without a row,
    rows without a record. Ends with 1 where evidence is missing.
    """
    from dataclasses import asdict

    from storage.archive import recover
    from storage.check import check, require_sound

    require_sound(load(workspace).database_url)
    with session(workspace) as opened:
        recovered = recover(opened.workspace.archive_dir)
        report = check(opened.store, opened.workspace.archive_dir, adopt=adopt, clock=opened.clock)
    result = {"recovered": recovered, **asdict(report)}
    if as_json:
        say_json(result)
    else:
        for name, value in result.items():
            _say_finding(name, value)
    if not report.is_whole:
        raise typer.Exit(1)


def _say_finding(name: str, value: object) -> None:
    """A number, or a list with how long it is."""
    lines = value if isinstance(value, list | tuple) else ()
    typer.echo(f"{name}: {len(lines) if lines is value else value}")
    for line in lines:
        typer.echo(f"  {line}")


def runs(
    workspace: WorkspaceOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List recent runs of the stages."""
    from dataclasses import asdict

    with session(workspace) as opened:
        recent = opened.store.runs.recent(limit)
    if as_json:
        say_json([asdict(run) for run in recent])
    else:
        rows = [
            (
                run.run_id,
                run.state,
                f"{run.started_at:%Y-%m-%d %H:%M}",
                ", ".join(f"{k} {v}" for k, v in sorted(run.counts.items()) if v) or run.error,
            )
            for run in recent
        ]
        say_table("Runs", ("run", "state", "started", "counts"), rows)
