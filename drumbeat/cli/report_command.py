"""`drumbeat report`: publish the week, with what its editor says and leaves out."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    Session,
    WorkspaceOption,
    say_counts,
    session,
    system_user,
)

if TYPE_CHECKING:
    from storage.records import ReportEdit


def report(
    note: Annotated[
        str | None, typer.Option(help="What its editor says at the head; empty: nothing.")
    ] = None,
    drop: Annotated[list[int] | None, typer.Option(help="Leave this narrative out; may be repeated.")] = None,
    restore: Annotated[list[int] | None, typer.Option(help="Take a --drop back; may be repeated.")] = None,
    edition: Annotated[str, typer.Option(help="The edition that note and drop are for.")] = "",
    by: Annotated[str | None, typer.Option(help="Who says so; default: the system's user.")] = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the report on the seven days before the last midnight (in `report.zone`), in every edition; one
    that says something else than the published one becomes a new revision.
    """
    from drumbeat.cli.progress import RichProgress
    from drumbeat.stages import run_stage

    with session(workspace, as_of) as opened, RichProgress() as progress:
        for edit in _edits(opened, note, drop or (), restore or (), edition, by or system_user()):
            opened.store.reports.edit(edit)
        counts = run_stage(
            "report", workspace=opened.workspace, store=opened.store, clock=opened.clock, progress=progress
        )
        directory = opened.workspace.report_dir
    say_counts("report", counts, as_json=as_json)
    if not as_json:
        typer.echo(f"written to {directory}")


def _edits(
    opened: Session,
    note: str | None,
    drop: list[int] | tuple[int, ...],
    restore: list[int] | tuple[int, ...],
    edition: str,
    by: str,
) -> list[ReportEdit]:
    """What the editor decided, as rows.

    Raises:
        ConfigError: there is no such edition.
    """
    from config.errors import ConfigError
    from storage.records import ReportEdit

    known = ["", *(item.id for item in opened.workspace.editions)]
    if edition not in known:
        raise ConfigError(
            f"--edition {edition!r}: no such edition; alerts.toml has {', '.join(known[1:]) or 'none'}"
        )
    now = opened.clock.now()
    start, end = _period(now, opened.workspace.settings.report.zone_info)
    decided: list[tuple[Literal["note", "drop", "restore"], int | None, str | None]] = []
    if note is not None:
        decided.append(("note", None, note))
    decided += [("drop", number, None) for number in drop]
    decided += [("restore", number, None) for number in restore]
    return [
        ReportEdit(
            edit_id=f"{kind}-{edition}-{end}-{number or 0}-{now:%Y%m%dT%H%M%S%fZ}",
            edition=edition,
            start=start,
            end=end,
            kind=kind,
            narrative_id=number,
            text=text,
            actor=by,
            at=now,
        )
        for kind, number, text in decided
    ]


def _period(now: datetime, zone: tzinfo) -> tuple[date, date]:
    end = now.astimezone(zone).date()
    return end - timedelta(days=7), end
