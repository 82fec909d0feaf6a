"""What people read and leave running: `report`, `alerts`, `run`, `dashboard`, `demo`, `sample serve`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli import alert_commands, report_command
from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    WorkspaceOption,
    configure_logging,
    load,
    make_clock,
    say_json,
    say_table,
    session,
)

if TYPE_CHECKING:
    from analysis.spikes.backtest import BackTest
    from config.settings import SpikeSettings
    from storage.records import Alert, Delivery

alerts_app = typer.Typer(help="Alerts: what was told, and what other settings would tell.")
sample_app = typer.Typer(help="The invented sample world.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (report_command.report, run, dashboard, demo):
        app.command()(command)
    alert_commands.register(alerts_app)
    app.add_typer(alerts_app, name="alerts")
    app.add_typer(sample_app, name="sample")


@alerts_app.callback(invoke_without_command=True)
def alerts(context: typer.Context, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List alerts, the newest first, and what became of their mails."""
    from drumbeat.alerts.history import alerts_with_deliveries

    if context.invoked_subcommand is not None:
        return
    with session(workspace) as opened:
        found = alerts_with_deliveries(opened.store)
    if as_json:
        say_json([_plain(alert, deliveries) for alert, deliveries in found])
        return
    rows = [row for alert, deliveries in found for row in _rows(alert, deliveries)]
    say_table("Alerts", ("id", "made", "alert", "recipient", "state", "attempts", "last error"), rows)


@alerts_app.command("backtest")
def alerts_backtest(
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day that is replayed.")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; default: the day before today.")
    ] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="A setting, as spikes.min_ratio=2; may be repeated.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay detection over the workspace's history under other settings; nothing is changed."""
    from dataclasses import asdict

    from analysis.spikes.backtest import backtest
    from config.clock import day_of

    with session(workspace, as_of) as opened:
        rules = _changed(opened.workspace.settings.spikes, change or ())
        last = until.date() if until else day_of(opened.clock.now()) - timedelta(days=1)
        found = backtest(opened.store, rules, since.date(), last)
    if as_json:
        say_json(asdict(found) | {"a_week": round(found.a_week, 2)})
    else:
        _say_backtest(found)


def _say_backtest(found: BackTest) -> None:
    rows = [
        (
            row.day,
            row.narrative_id or "",
            row.label,
            row.detector,
            round(row.observed, 1),
            round(row.expected, 2),
            row.was_told,
        )
        for row in found.rung
    ]
    say_table("Back-test", ("day", "narrative", "label", "test", "told", "expected", "was told"), rows)
    shared = sum(row.was_told for row in found.rung)
    typer.echo(
        f"{len(found.rung)} alerts, {found.a_week:.1f} a week; {shared} of them were told, "
        f"of {found.told} that were made"
    )


def _changed(rules: SpikeSettings, changes: Sequence[str]) -> SpikeSettings:
    """Settings with some changed.

    Raises:
        typer.BadParameter: a change is not of the form `spikes.NAME=VALUE`, or names no setting or value.
    """
    from pydantic import ValidationError

    given = rules.model_dump()
    known = {f"spikes.{name}": name for name in given}
    for change in changes:
        name, _, value = change.partition("=")
        if name.strip() not in known:
            raise typer.BadParameter(f"--set {change}: write NAME=VALUE, NAME one of {', '.join(known)}")
        given[known[name.strip()]] = value
    try:
        return type(rules).model_validate(given)
    except ValidationError as error:
        raise typer.BadParameter(f"--set: {error.errors()[0]['msg']}") from None


def _rows(alert: Alert, deliveries: list[Delivery]) -> list[tuple[object, ...]]:
    """A line of the table for each delivery, or one that says why there is none."""
    head = alert.alert_id, f"{alert.created_at:%Y-%m-%d %H:%M}", alert.subject
    if not deliveries:
        return [(*head, "", "no recipient", 0, "mail.recipients was empty when it was made")]
    return [(*head, row.recipient, row.state, row.attempts, row.last_error) for row in deliveries]


def _plain(alert: Alert, deliveries: list[Delivery]) -> dict[str, object]:
    """An alert for programs; its evidence, which is long, is given by the dashboard's interface."""
    from dataclasses import asdict

    shown = {name: value for name, value in asdict(alert).items() if name != "evidence"}
    return {**shown, "deliveries": [asdict(row) for row in deliveries]}


def run(workspace: WorkspaceOption = None) -> None:
    """Run everything on its schedule until stopped (SIGTERM or Ctrl-C)."""
    from config.clock import SystemClock
    from drumbeat.scheduler import run_scheduler
    from drumbeat.turns import Job, plan

    clock = SystemClock()

    def replan() -> list[Job]:
        with session(workspace) as opened:
            zone = opened.workspace.settings.report.zone_info
            return plan(opened.workspace.schedule, opened.store.runs.last, clock.now(), zone)

    run_scheduler(load(workspace).root, replan, clock)


def dashboard(
    workspace: WorkspaceOption = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port to listen on instead of the settings'; 0: any free one.", min=0, max=65535),
    ] = None,
) -> None:
    """Serve the dashboard (on 127.0.0.1 unless the settings say otherwise)."""
    from drumbeat.web.serve import address_of, listen, serve

    loaded = load(workspace)
    configure_logging()
    settings = loaded.settings.dashboard
    with listen(settings if port is None else settings.model_copy(update={"port": port})) as bound:
        typer.echo(f"{address_of(bound)}  (stop with Ctrl-C)")
        serve(loaded, bound)


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder for the sample workspace.")] = Path("demo"),
    days: Annotated[int | None, typer.Option(help="Play only so many days.")] = None,
    port: Annotated[
        int, typer.Option(help="Where the invented outlets are served; the mailbox takes the next port.")
    ] = 18750,
    seed: Annotated[
        int | None, typer.Option(help="Play the same plan with other texts, hours and orders.")
    ] = None,
) -> None:
    """Play the invented sample world: ten weeks of coverage, crawled, analysed, reported and mailed."""
    from drumbeat.cli.progress import RichProgress
    from drumbeat.sample.demo import play

    configure_logging(quiet=True)
    with RichProgress() as progress:
        result = play(folder, progress=progress, days=days, port=port, seed=seed)
    typer.echo(result.text())


@sample_app.command("serve")
def sample_serve(
    port: Annotated[
        int, typer.Option(help="Port of this machine; each outlet has its own host name.")
    ] = 18750,
    as_of: AsOfOption = None,
) -> None:
    """Serve the sample world's outlets as they stand at a moment."""
    from drumbeat.sample.serve import serve_world

    serve_world(base_port=port, clock=make_clock(as_of) if as_of else None)
