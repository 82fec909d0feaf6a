"""Run one stage: under its lock, with its Run row, whatever happens.

    collect   crawl
    process   clean -> copies -> embed -> translations -> places -> assign -> watch -> count -> detect ->
              emerge -> alert -> overview
    weekly    refit (before process), report (after it)
    deliver   what waits in the outbox

Each stage is a door of one room and is imported only when it is run, so that a light command stays light.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal

import structlog

from config.clock import Clock
from config.errors import ConfigError
from config.progress import Progress
from config.workspace import Workspace
from drumbeat.shown.names import use_names
from storage.archive import ArchiveWriter, recover
from storage.locks import StageLock
from storage.records import Run, RunState, Source
from storage.store import Store

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

logger = structlog.get_logger(__name__)

STAGES: Mapping[str, str] = {
    "clean": "crawler.cleaning.stage:clean",
    "copies": "crawler.copies.stage:group_copies",
    "embed": "analysis.embedding.stage:embed",
    "translations": "analysis.translations.stage:join_translations",
    "places": "analysis.places.stage:read_places",
    "assign": "analysis.narratives.stage:assign",
    "refit": "analysis.narratives.stage:refit",
    "watch": "analysis.watch.stage:watch",
    "count": "analysis.counts.counting:count",
    "detect": "analysis.spikes.stage:detect",
    "emerge": "analysis.narratives.bursts:emerge",
    "alert": "drumbeat.alerts.stage:make_alerts",
    "overview": "drumbeat.shown.overview:write_overview",
    "deliver": "drumbeat.alerts.outbox:deliver",
    "report": "drumbeat.report.stage:report",
}
"""Stage -> its door, `module:function`; all take the same five keyword parameters."""

PROCESS = (
    "clean",
    "copies",
    "embed",
    "translations",
    "places",
    "assign",
    "watch",
    "count",
    "detect",
    "emerge",
    "alert",
    "overview",
)
"""What is done with new pages, in this order."""

ONE_AT_A_TIME: Mapping[str, str] = dict.fromkeys(("assign", "watch", "refit", "emerge"), "narratives")
"""Stages that write narratives -> the lock they share: a refit decides from what it read, so nobody else may
write meanwhile.
"""

VERSIONED = (
    "drumbeat-monitor",
    "bertopic",
    "trafilatura",
    "scrapy",
    "onnxruntime",
    "langdetect",
    "py3langid",
    "scikit-learn",
    "scipy",
    "numpy",
)


@dataclass(slots=True)
class OpenRun:
    """A Run row that has been started; `counts` is what the stage brought."""

    run: Run
    counts: dict[str, int] = field(default_factory=dict)


@contextmanager
def _running(
    name: str, *, workspace: Workspace, store: Store, clock: Clock, parameters: Mapping[str, Any]
) -> Iterator[OpenRun]:
    """Hold the stage's lock and keep its Run row: done, failed or interrupted, whatever happens inside."""
    with StageLock(workspace.root / "locks", ONE_AT_A_TIME.get(name, name)):
        use_names(workspace.settings.report)
        sync_sources(workspace, store, clock.now().date())
        store.runs.interrupt_open(name, clock.now())
        run = store.runs.start(
            name,
            now=clock.now(),
            seed=workspace.settings.narratives.seed,
            versions=_versions(),
            parameters={key: _plain(value) for key, value in parameters.items()},
        )
        with _recorded(OpenRun(run), store, clock) as opened:
            yield opened


@contextmanager
def _recorded(opened: OpenRun, store: Store, clock: Clock) -> Iterator[OpenRun]:
    """Close the Run row as done, failed or interrupted, whatever happens inside."""
    state: RunState = "interrupted"
    error = None
    try:
        yield opened
        state = "done"
    except Exception as problem:  # border: the row is closed as failed, the error goes on
        state, error = "failed", f"{type(problem).__name__}: {problem}"
        raise
    finally:
        run = opened.run
        store.runs.finish(run.run_id, now=clock.now(), state=state, counts=opened.counts, error=error)
        logger.info("stage", stage=run.stage, run=run.run_id, state=state, **opened.counts)


def _plain(value: object) -> object:
    """A parameter as its Run row keeps it."""
    return value if isinstance(value, str | int | float | bool | list) else type(value).__name__


def run_stage(
    name: str, *, workspace: Workspace, store: Store, clock: Clock, progress: Progress, **options: Any
) -> dict[str, int]:
    """Run one stage to its end and return its counts by outcome.

    Args:
        name: one of `STAGES`.
        options: extra keyword parameters of that stage's door.

    Raises:
        ConfigError: there is no such stage.
        StageBusy: the same stage, or one that must not run beside it, is running in another process.
        Exception: whatever the stage raised, after the Run row was closed as failed.
    """
    door = _door(name)
    with _running(name, workspace=workspace, store=store, clock=clock, parameters=options) as opened:
        opened.counts = door(
            store=store,
            workspace=workspace,
            clock=clock,
            run_id=opened.run.run_id,
            progress=progress,
            **options,
        )
    return opened.counts


def run_crawl_stage(
    *, workspace: Workspace, store: Store, clock: Clock, progress: Progress, only: Collection[str] = ()
) -> dict[str, int]:
    """Crawl in this process with a reactor of its own, from start to stop."""
    from crawler.crawl import run_crawl

    with (
        _running(
            "crawl", workspace=workspace, store=store, clock=clock, parameters={"only": sorted(only)}
        ) as opened,
        _archive(workspace, opened.run) as archive,
    ):
        opened.counts = run_crawl(
            store=store,
            workspace=workspace,
            clock=clock,
            run_id=opened.run.run_id,
            progress=progress,
            archive=archive,
            only=only,
        )
    return opened.counts


def run_backfill(
    source: Literal["files", "wayback"],
    *,
    workspace: Workspace,
    store: Store,
    clock: Clock,
    progress: Progress,
    **options: Any,
) -> dict[str, int]:
    """Fill in history, from files or from a Wayback machine (`crawler.backfill.stage`)."""
    from crawler.backfill import stage

    door = stage.backfill_files if source == "files" else stage.backfill_wayback
    parameters = {"from": source, **options}
    with (
        _running("backfill", workspace=workspace, store=store, clock=clock, parameters=parameters) as opened,
        _archive(workspace, opened.run) as archive,
    ):
        opened.counts = door(
            store=store,
            workspace=workspace,
            clock=clock,
            run_id=opened.run.run_id,
            progress=progress,
            archive=archive,
            **options,
        )
    return opened.counts


def crawl_stage(
    *, workspace: Workspace, store: Store, clock: Clock, progress: Progress, only: Collection[str] = ()
) -> Deferred[dict[str, int]]:
    """Crawl inside a reactor that runs already; fires with the counts."""
    from twisted.internet.defer import inlineCallbacks

    from crawler.crawl import crawl

    @inlineCallbacks
    def crawl_once() -> Any:
        with (
            _running(
                "crawl", workspace=workspace, store=store, clock=clock, parameters={"only": sorted(only)}
            ) as opened,
            _archive(workspace, opened.run) as archive,
        ):
            opened.counts = yield crawl(
                store=store,
                workspace=workspace,
                clock=clock,
                run_id=opened.run.run_id,
                progress=progress,
                archive=archive,
                only=only,
            )
        return opened.counts

    deferred: Deferred[dict[str, int]] = crawl_once()
    return deferred


def sync_sources(workspace: Workspace, store: Store, today: date) -> None:
    """Tell storage what the source directory says now; outlets that it does not name any more are removed
    today."""
    store.sources.sync(
        [
            Source(
                source_id=source.id,
                name=source.name,
                domain=source.domain,
                country=source.country,
                region=source.region,
                languages=source.languages,
                ownership=source.ownership.label if source.ownership else "not listed",
                ownership_list=source.ownership.listed_in if source.ownership else None,
                ownership_as_of=source.ownership.as_of if source.ownership else None,
                verified=source.verified,
                coverage_start=source.coverage_start,
                coverage_end=source.coverage_end,
            )
            for source in workspace.sources
        ],
        today=today,
    )


def _archive(workspace: Workspace, run: Run) -> ArchiveWriter:
    recover(workspace.archive_dir)
    return ArchiveWriter(
        workspace.archive_dir, max_bytes=workspace.settings.storage.warc_max_bytes, name=run.run_id
    )


def _versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in VERSIONED}


def _door(name: str) -> Callable[..., dict[str, int]]:
    if name not in STAGES:
        raise ConfigError(f"stage {name!r}: no such stage; expected one of {', '.join(STAGES)}")
    module, _, function = STAGES[name].partition(":")
    door: Callable[..., dict[str, int]] = getattr(importlib.import_module(module), function)
    return door
