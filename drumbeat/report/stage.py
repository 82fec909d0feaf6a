"""The door of the report stage: the last seven whole days, digested and written."""

from __future__ import annotations

from datetime import date, timedelta

import structlog

from config.clock import Clock, day_of
from config.progress import Progress
from config.workspace import Workspace
from drumbeat.report.publish import WORLD, publish
from storage.store import Store

logger = structlog.get_logger(__name__)
DAYS = 7


def report(
    *,
    store: Store,
    workspace: Workspace,
    clock: Clock,
    run_id: str,
    progress: Progress,
    end: date | None = None,
) -> dict[str, int]:
    """Write the report on the seven days before `end` (default: before the last midnight in `report.zone`).

    Returns:
        Narratives shown, by section, and the reports written.

    Raises:
        ReportError: the folder of reports cannot be written.
    """
    from analysis.digest.account import build_account
    from analysis.digest.build import build_digest

    zone = workspace.settings.report.zone_info
    last = end or day_of(clock.now(), zone)
    progress.start("report", 2)
    digest = build_digest(
        store=store,
        workspace=workspace,
        start=last - timedelta(days=DAYS),
        end=last,
        clock=clock,
        zone=zone,
    )
    account = build_account(store=store, workspace=workspace, digest=digest, clock=clock)
    progress.step()
    issues = [
        publish(
            store=store,
            workspace=workspace,
            digest=digest,
            account=account,
            config=config,
            as_of=clock.now(),
        )
        for config in (WORLD, *workspace.editions)
    ]
    progress.step()
    files = issues[0].files
    logger.info(
        "report", run=run_id, html=str(files.html), start=digest.start.isoformat(), end=digest.end.isoformat()
    )
    return {
        "reports": len(issues),
        "revisions": sum(issue.is_new for issue in issues),
        "rising": len(digest.rising),
        "new": len(digest.new),
        "falling": len(digest.falling),
        "spikes": len(digest.spikes),
    }
