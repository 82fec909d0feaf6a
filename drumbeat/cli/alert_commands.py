"""What people say of alerts on the command line: `alerts ack`, `mute`, `false`, `marks`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    WorkspaceOption,
    say_json,
    say_table,
    session,
    system_user,
)

if TYPE_CHECKING:
    from storage.records import MarkKind

AlertArgument = Annotated[str, typer.Argument(help="The alert's id, or its beginning.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who says so; default: the system's user.")]
NoteOption = Annotated[str | None, typer.Option("--note", help="Why.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ack")(ack)
    app.command("mute")(mute)
    app.command("false")(false_alarm)
    app.command("marks")(marks)


def ack(
    alert: AlertArgument,
    by: ByOption = None,
    note: NoteOption = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Say that an alert was seen."""
    _mark(alert, "ack", by, note, workspace, as_of)


def mute(
    alert: AlertArgument,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to this day; default: 30 days.")
    ] = None,
    recipient: Annotated[str | None, typer.Option(help="For this address only; default: everybody.")] = None,
    by: ByOption = None,
    note: NoteOption = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
) -> None:
    """No more alerts of an alert's narrative for a while."""
    _mark(alert, "mute", by, note, workspace, as_of, until, recipient)


def false_alarm(
    alert: AlertArgument,
    by: ByOption = None,
    note: NoteOption = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Say that an alert told of nothing; back-tests count it so."""
    _mark(alert, "false", by, note, workspace, as_of)


def _mark(
    alert: str,
    kind: MarkKind,
    by: str | None,
    note: str | None,
    workspace: WorkspaceOption,
    as_of: str | None,
    until: datetime | None = None,
    recipient: str | None = None,
) -> None:
    from drumbeat.alerts.marks import mark_alert

    with session(workspace, as_of) as opened:
        said = mark_alert(
            opened.store,
            alert,
            kind,
            by=by or system_user(),
            now=opened.clock.now(),
            until=until.replace(tzinfo=UTC) if until else None,
            recipient=recipient,
            note=note,
        )
    typer.echo(said)


def marks(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List what was said of alerts, the oldest first."""
    from dataclasses import asdict

    with session(workspace) as opened:
        found = opened.store.alerts.marks()
    if as_json:
        say_json([asdict(mark) for mark in found])
        return
    rows = [
        (
            f"{mark.at:%Y-%m-%d %H:%M}",
            mark.kind,
            mark.alert_id,
            mark.narrative_id,
            mark.actor,
            mark.until,
            mark.note,
        )
        for mark in found
    ]
    say_table("Marks", ("made", "what", "alert", "narrative", "by", "until", "note"), rows)
