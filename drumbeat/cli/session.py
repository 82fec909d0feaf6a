"""What every command needs: the workspace, the clock, the store, and a way to speak.

No business logic. Nothing heavy is imported before a command really needs it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from config.clock import Clock
    from config.workspace import Workspace
    from storage.store import Store

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        envvar="DRUMBEAT_WORKSPACE",
        help="Workspace folder; default: here or the nearest parent.",
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Act as if it were this moment, e.g. 2026-03-02T08:00:00Z, or the first one of a day."
    ),
]
YEARS = range(1970, 2200)
"""What a year on the command line may be: sums of days stay within what a date can hold."""
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


UNFOLDED = 100_000
"""Characters a line may have where no terminal folds it."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open workspace."""

    workspace: Workspace
    clock: Clock
    store: Store


def make_clock(as_of: str | None) -> Clock:
    """The machine's clock, or the moment named.

    Raises:
        ConfigError: it is neither a day nor ISO 8601 with a time zone, or no year of ours.
    """
    from config.clock import FixedClock, SystemClock
    from config.errors import ConfigError

    if as_of is None:
        return SystemClock()
    given = _midnight(as_of) or _moment(as_of)
    if given is None or given.tzinfo is None or given.year not in YEARS:
        raise ConfigError(
            f"--as-of {as_of!r}: no such moment; expected a day (2026-03-02, its midnight in UTC) or ISO "
            "8601 with a zone "
            "(2026-03-02T08:00:00Z)"
        )
    return FixedClock(given)


def _midnight(text: str) -> datetime | None:
    from config.clock import midnight

    with suppress(ValueError):
        return midnight(date.fromisoformat(text))
    return None


def _moment(text: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    return None


def load(workspace: Path | None) -> Workspace:
    """Find and load the workspace."""
    from config.load import find_workspace, load_workspace

    return load_workspace(find_workspace(workspace))


@contextmanager
def session(workspace: Path | None, as_of: str | None = None) -> Iterator[Session]:
    """Open the workspace's store; a new workspace gets its database on the way."""
    from storage.store import create_store, open_store

    loaded = load(workspace)
    configure_logging()
    url = loaded.database_url
    busy = loaded.settings.storage.busy_timeout_seconds
    store = create_store(url) if _is_new(loaded) else open_store(url, busy_timeout_seconds=busy)
    with store:
        yield Session(loaded, make_clock(as_of), store)


def _is_new(workspace: Workspace) -> bool:
    """No database yet, or one that was stopped at its making, before any page was fetched for it."""
    from storage.engine import sqlite_file
    from storage.migrate import begun_only

    file = sqlite_file(workspace.database_url)
    if file is None:
        return False
    pages = workspace.archive_dir
    fetched = pages.is_dir() and any(pages.iterdir())
    return not file.exists() or (not fetched and begun_only(workspace.database_url))


def known_sources(names: Collection[str], known: Collection[str]) -> None:
    """Refuse an outlet that nobody knows.

    Raises:
        ConfigError: names the first unknown one.
    """
    from config.errors import ConfigError

    for name in names:
        if name not in known:
            raise ConfigError(
                f"--source {name!r}: no such outlet; `drumbeat sources list` shows the {len(known)} ids"
            )


def known_values(option: str, given: Collection[str], known: Collection[str]) -> None:
    """Refuse a country or language that nothing here has; where there is nothing at all, nothing is refused.

    Raises:
        ConfigError: names the first unknown one, and what is known.
    """
    from config.errors import ConfigError
    from drumbeat.search import unknown_value

    problem = unknown_value(option, given, known)
    if problem is not None:
        raise ConfigError(problem)


def country_code(text: str) -> str:
    """A country as the directory has it, upper case.

    Raises:
        ConfigError: the text is no ISO 3166-1 alpha-2 code.
    """
    from config.errors import ConfigError

    if len(text) != 2 or not (text.isascii() and text.isalpha()):
        raise ConfigError(f"--country {text!r}: expected an ISO 3166-1 code of two letters, e.g. NO")
    return text.upper()


def configure_logging(*, quiet: bool = False) -> None:
    """One line per unit of work on standard error: for people in a terminal, JSON elsewhere; quiet: warnings
    only.
    """
    import logging

    import structlog

    logging.getLogger("scrapy").setLevel(logging.WARNING)
    terminal = sys.stderr.isatty()
    colours = not os.environ.get("NO_COLOR")
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=colours)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def say_json(value: object) -> None:
    """Print a value as JSON; times as ISO 8601."""
    from drumbeat.export import plain_value

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain_value))


def say_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as a table: folded to the terminal, unfolded into a pipe; nothing in a cell is markup or
    moves the cursor.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from drumbeat.shown.safe import visible

    if not rows:
        typer.echo(f"{title}: none")
        return
    table = Table(title=Text(visible(title)), title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    Console(width=None if sys.stdout.isatty() else UNFOLDED).print(table)


def say_counts(stage: str, counts: Mapping[str, int], *, as_json: bool) -> None:
    """Print what a stage did."""
    if as_json:
        say_json({"stage": stage, "counts": dict(counts)})
    else:
        typer.echo(
            f"{stage}: "
            + (
                ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count)
                or "nothing to do"
            )
        )


def system_user() -> str:
    """The name of the account that the command runs under; `unknown` where the system tells none."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):
        return "unknown"
