"""One command per stage: each runs alone, can be repeated, and takes up where it stopped."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    WorkspaceOption,
    known_sources,
    say_counts,
    say_json,
    session,
)

STAGE_HELP = {
    "copies": "Group exact copies, near copies and excerpts.",
    "embed": "Cut new articles into passages and embed new texts.",
    "translations": "Join probable translations to copy groups.",
    "places": "Read which countries, places and names articles name, and what they are about.",
    "assign": "Give new passages to known narratives.",
    "refit": "Cluster the trailing window and keep the narratives' identities.",
    "count": "Count narratives per source and day.",
    "detect": "Test every narrative's newest window for a spike.",
    "emerge": "Found narratives of the day's groups that are to be told.",
    "overview": "Write what the dashboard shows of the last seven days.",
    "alert": "Turn spikes that passed into alerts in the outbox.",
    "deliver": "Send what waits in the outbox.",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(crawl)
    app.command()(clean)
    app.command()(replay)
    for name, text in STAGE_HELP.items():
        app.command(name, help=text)(_stage_command(name))
    app.command()(process)


def crawl(
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only this outlet; may be repeated.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Poll the sources that are due, fetch and archive what is new."""
    from drumbeat.cli.progress import RichProgress
    from drumbeat.stages import run_crawl_stage

    with session(workspace, as_of) as opened, RichProgress() as progress:
        known_sources(source or (), [row.id for row in opened.workspace.sources])
        counts = run_crawl_stage(
            workspace=opened.workspace,
            store=opened.store,
            clock=opened.clock,
            progress=progress,
            only=tuple(source or ()),
        )
    say_counts("crawl", counts, as_json=as_json)


def clean(workspace: WorkspaceOption = None, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Make articles of archived pages."""
    _run("clean", workspace, as_of, as_json)


def replay(workspace: WorkspaceOption = None, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Clean the whole archive again with today's rules; no network."""
    _run("clean", workspace, as_of, as_json, again=True)


def process(workspace: WorkspaceOption = None, as_of: AsOfOption = None, as_json: JsonOption = False) -> None:
    """Everything that is done with new pages: clean, copies, embed, translations, assign, watch, count,
    detect, emerge, alert, overview.
    """
    from drumbeat.cli.progress import RichProgress
    from drumbeat.stages import PROCESS, run_stage

    with session(workspace, as_of) as opened, RichProgress() as progress:
        done = []
        for name in PROCESS:
            counts = run_stage(
                name, workspace=opened.workspace, store=opened.store, clock=opened.clock, progress=progress
            )
            done.append({"stage": name, "counts": counts})
            if not as_json:
                say_counts(name, counts, as_json=False)
    if as_json:
        say_json(done)


def _stage_command(name: str) -> Any:
    def command(
        workspace: WorkspaceOption = None, as_of: AsOfOption = None, as_json: JsonOption = False
    ) -> None:
        _run(name, workspace, as_of, as_json)

    return command


def _run(name: str, workspace: Any, as_of: str | None, as_json: bool, **options: Any) -> None:
    from drumbeat.cli.progress import RichProgress
    from drumbeat.stages import run_stage

    with session(workspace, as_of) as opened, RichProgress() as progress:
        counts = run_stage(
            name,
            workspace=opened.workspace,
            store=opened.store,
            clock=opened.clock,
            progress=progress,
            **options,
        )
    say_counts(name, counts, as_json=as_json)
