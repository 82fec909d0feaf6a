"""What every command needs: the workspace, the clock, the store, and a way to speak.

No business logic. Nothing heavy is imported before a command really needs it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from config.clock import Clock
    from config.workspace import Workspace
    from storage.store import Store

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", envvar="DRUMBEAT_WORKSPACE", help="Workspace folder; default: here or the nearest parent."),
]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="Act as if it were this moment, e.g. 2026-03-02T08:00:00Z.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@dataclass(frozen=True, slots=True)
class Session:
    """An open workspace."""

    workspace: Workspace
    clock: Clock
    store: Store


def make_clock(as_of: str | None) -> Clock:
    """The machine's clock, or the moment named.

    Raises:
        ConfigError: the moment is not ISO 8601 with a time zone.
    """
    from config.clock import FixedClock, SystemClock
    from config.errors import ConfigError

    if as_of is None:
        return SystemClock()
    try:
        return FixedClock(datetime.fromisoformat(as_of))
    except ValueError as error:
        raise ConfigError(f"--as-of {as_of!r}: {error}; expected ISO 8601 with a zone, e.g. 2026-03-02T08:00:00Z") from None


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
    path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    busy = loaded.settings.storage.busy_timeout_seconds
    new = path is not None and not path.exists()
    store = create_store(url) if new else open_store(url, busy_timeout_seconds=busy)
    with store:
        yield Session(loaded, make_clock(as_of), store)


def configure_logging(*, quiet: bool = False) -> None:
    """One line per unit of work on standard error: for people in a terminal, JSON elsewhere; quiet: warnings only."""
    import logging

    import structlog

    logging.getLogger("scrapy").setLevel(logging.WARNING)
    terminal = sys.stderr.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def say_json(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


def say_counts(stage: str, counts: Mapping[str, int], *, as_json: bool) -> None:
    """Print what a stage did."""
    if as_json:
        say_json({"stage": stage, "counts": dict(counts)})
    else:
        typer.echo(f"{stage}: " + (", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count) or "nothing to do"))
