"""Plays the sample world on a virtual clock, through the product's own stages, in one process with one
reactor.

    every day at 06:00   crawl -> clean -> copies -> ... -> detect -> alert -> deliver
                         (to a mailbox that writes files)
    every Monday         refit before that, report after it
    on day 43            the desk adds the newcomer to its sources
    at the end           what was found, compared with the truth table

The outlets publish as the clock passes: each step finds only what is new. Everything is invented.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from config.clock import FixedClock
from config.load import load_workspace
from config.progress import Progress
from config.workspace import Workspace
from drumbeat.sample.findings import read_findings
from drumbeat.sample.generate import load_world
from drumbeat.sample.mailbox import Mailbox
from drumbeat.sample.pieces import World
from drumbeat.sample.result import DemoResult
from drumbeat.sample.score import score
from drumbeat.sample.server import DEFAULT_PORT, SampleServer
from drumbeat.sample.texts import load_books
from drumbeat.sample.truth import truth_of
from drumbeat.sample.workspace import MAIL_FOLDER, add_newcomer, init_sample_workspace
from drumbeat.stages import PROCESS, crawl_stage, run_stage
from storage.store import Store, create_store

HOUR = 6
"""Of each day, UTC: when the desk's machine works."""


def play(
    folder: Path,
    *,
    progress: Progress,
    days: int | None = None,
    port: int = DEFAULT_PORT,
    seed: int | None = None,
) -> DemoResult:
    """Make a workspace in `folder` and play the world through it. Starts and stops the process's reactor:
    once per process.

    Args:
        days: play only so many days; default: all, and the morning after, so that the last day is seen.
        port: where the outlets are served; the mailbox listens on the next one.
        seed: another than the plan's plays the same plan with other texts, hours and orders.

    Raises:
        ConfigError: the folder is a workspace already, or a port is taken.
        SystemExit: a signal ended it.
    """
    from crawler.running import run_in_reactor, start_in_reactor

    world = load_world(seed)
    init_sample_workspace(folder, world.plan, port=port)
    last = world.plan.days + 1 if days is None else min(days, world.plan.days + 1)
    return run_in_reactor(lambda: start_in_reactor(_play(_Desk(folder, world, progress, port), last)))


@dataclass(slots=True)
class DayProgress:
    """Says on which day the world is, before what the stage says."""

    inner: Progress
    days: int
    day: int = 0

    def start(self, what: str, total: int | None = None) -> None:
        """A piece of work of the day begins."""
        self.inner.start(f"day {self.day} of {self.days}: {what}", total)

    def step(self, count: int = 1) -> None:
        """`count` more units are done."""
        self.inner.step(count)


class _Desk:
    """The workspace, its clock and the local servers."""

    def __init__(self, folder: Path, world: World, progress: Progress, port: int) -> None:
        self.folder, self.world, self.port = folder, world, port
        self.clock = FixedClock(world.plan.at(1, HOUR))
        self.server = SampleServer(world, load_books(), self.clock, port=port)
        self.mailbox = Mailbox(folder / MAIL_FOLDER, port=port + 1)
        self.progress = DayProgress(progress, world.plan.days + 1)
        self.workspace: Workspace = load_workspace(folder)

    def begin(self, day: int) -> None:
        """A new day: the newcomer is added when its day has come."""
        self.progress.day = day
        if day == self.world.plan.newcomer.added_day:
            add_newcomer(self.folder, self.world.plan, port=self.port)
            self.workspace = load_workspace(self.folder)

    @contextmanager
    def served(self) -> Iterator[None]:
        """The outlets and the mailbox, while the block runs."""
        from twisted.internet import reactor

        self.server.start(reactor)
        try:
            self.mailbox.start(reactor)
            try:
                yield
            finally:
                self.mailbox.stop()
        finally:
            self.server.stop()

    def run(self, stage: str, store: Store) -> dict[str, int]:
        """One stage, to its end."""
        return run_stage(
            stage, workspace=self.workspace, store=store, clock=self.clock, progress=self.progress
        )


async def _play(desk: _Desk, last: int) -> DemoResult:
    with desk.served(), create_store(desk.workspace.database_url) as store:
        for day in range(1, last + 1):
            desk.begin(day)
            await _morning(desk, store, monday=day > 1 and desk.clock.now().weekday() == 0)
            desk.clock.advance(timedelta(days=1))
        return _result(desk, store)


async def _morning(desk: _Desk, store: Store, *, monday: bool) -> None:
    """Everything of one day. Stages block the reactor, which has nothing else to do meanwhile; mail needs it,
    so it goes out in a thread.
    """
    crawled = crawl_stage(workspace=desk.workspace, store=store, clock=desk.clock, progress=desk.progress)
    await crawled.asFuture(asyncio.get_running_loop())
    for stage in (("refit",) if monday else ()) + PROCESS:
        desk.run(stage, store)
    if store.alerts.outbox():
        await asyncio.to_thread(desk.run, "deliver", store)
    if monday:
        desk.run("report", store)


def _result(desk: _Desk, store: Store) -> DemoResult:
    """What is to be shown at the end."""
    found = read_findings(store, desk.workspace.report_dir, until=desk.clock.now())
    dashboard = desk.workspace.settings.dashboard
    return DemoResult(
        folder=desk.folder,
        dashboard=f"http://{dashboard.host}:{dashboard.port}/",
        reports=tuple(
            sorted(path for path in desk.workspace.report_dir.glob("*.html") if path.name != "index.html")
        ),
        mails=tuple(desk.mailbox.messages()),
        narratives=len(store.narratives.all()),
        alerts=len(found.alerts),
        score=score(truth_of(desk.world), found),
    )
