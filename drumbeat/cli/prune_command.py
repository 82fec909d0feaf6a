"""`storage prune`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli.session import JsonOption, WorkspaceOption, say_json, session

if TYPE_CHECKING:
    from config.workspace import Workspace
    from storage.prune import PruneReport

KIND_HELP = "archive, articles, polls, runs or numbers; may be given several times."


def storage_prune(
    older_than: Annotated[int, typer.Option("--older-than", min=1, help="Days.")],
    kind: Annotated[list[str], typer.Option("--kind", help=KIND_HELP)],
    workspace: WorkspaceOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Forget what is old. What a narrative, a correction, an alert or a report cites stays."""
    from dataclasses import asdict

    from config.progress import NoProgress
    from storage.prune import PruneOrder, known_kinds, prune

    kinds = known_kinds(kind)
    with session(workspace) as opened, ExitStack() as locks:
        if not dry_run:
            _lock_all(locks, opened.workspace)
        order = PruneOrder(
            kinds=kinds,
            older_than_days=older_than,
            now=opened.clock.now(),
            archive_dir=opened.workspace.archive_dir,
            report_dir=opened.workspace.report_dir,
            archive_file_bytes=opened.workspace.settings.storage.warc_max_bytes,
            dry_run=dry_run,
        )
        report = prune(opened.store, order, NoProgress())
    if as_json:
        say_json(asdict(report))
    else:
        _say_report(report, dry_run=dry_run)


def _lock_all(locks: ExitStack, workspace: Workspace) -> None:
    """Hold the lock of every stage: nothing may cite what is about to go."""
    from drumbeat.stages import ONE_AT_A_TIME, STAGES
    from storage.locks import StageLock

    for name in sorted({"crawl", *STAGES, *ONE_AT_A_TIME.values()}):
        locks.enter_context(StageLock(workspace.root / "locks", name))


def _say_report(report: PruneReport, *, dry_run: bool) -> None:
    typer.echo(f"{'Would go' if dry_run else 'Gone'}: what is older than {report.before:%Y-%m-%d %H:%M} UTC")
    for name, count in report.removed.items():
        typer.echo(f"  {name}: {count:,}")
    typer.echo(f"Cited, and kept: {report.cited:,} articles")
    for name, count in report.figures_before.items():
        typer.echo(f"  {name}: {count:,} before, {report.figures_after[name]:,} after")
