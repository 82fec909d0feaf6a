"""Doors for looking closely: `try`, `page show`, `explain`, `narratives ...`."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    Session,
    WorkspaceOption,
    say_json,
    say_table,
    session,
    system_user,
)

if TYPE_CHECKING:
    from storage.records import Judgement, Narrative

page_app = typer.Typer(help="Archived pages.", no_args_is_help=True)
MOST_NUMBERS = 2**31 - 1
"""What a number in the database can be."""
narratives_app = typer.Typer(help="What is claimed.", no_args_is_help=True)


class KindName(StrEnum):
    """What a narrative can be."""

    claim = "claim"
    event = "event"
    subject = "subject"
    form = "form"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("try")(try_url)
    app.command()(explain)
    app.add_typer(page_app, name="page")
    app.add_typer(narratives_app, name="narratives")


def try_url(
    url: Annotated[str, typer.Argument(help="Address of an article.")],
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take one page through every stage and show each; nothing is stored."""
    from drumbeat.try_url import try_page

    with session(workspace, as_of) as opened:
        result = try_page(url, workspace=opened.workspace, clock=opened.clock, store=opened.store)
    if as_json:
        say_json(result)
    else:
        say_table(
            url,
            ("stage", "what", "value"),
            [(stage, key, value) for stage, values in result.items() for key, value in values.items()],
        )


@page_app.command("show")
def page_show(
    url: Annotated[str, typer.Argument(help="Address of a page.")],
    workspace: WorkspaceOption = None,
    headers: Annotated[bool, typer.Option(help="Print status and headers too.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the bytes to this file.")] = None,
) -> None:
    """Give the archived bytes of a page back, exactly as they were received."""
    from drumbeat.shown.safe import one_line
    from storage.pages import archived_response

    with session(workspace) as opened:
        response = archived_response(opened.store, opened.workspace.archive_dir, url)
    if headers:
        typer.echo(
            f"{response.status} {response.final_url} fetched {response.fetched_at.isoformat()}", err=True
        )
        for name, value in response.headers:
            typer.echo(one_line(f"{name}: {value}"), err=True)
    if out:
        out.write_bytes(response.body)
    else:
        sys.stdout.buffer.write(response.body)


def explain(
    article: Annotated[str, typer.Argument(help="Article id or address; or the word `spike`.")],
    number: Annotated[
        int | None, typer.Argument(min=1, max=MOST_NUMBERS, help="After `spike`: a narrative's number, ...")
    ] = None,
    day: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d"], help="... and the day that is asked about.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show everything the product decided about one article, and from what; or why a narrative rang on a day
    or did not, every gate with its figure.
    """
    if (article == "spike") != (number is not None and day is not None):
        raise typer.BadParameter("write `explain ARTICLE`, or `explain spike NUMBER DAY`")
    with session(workspace) as opened:
        result = _explained(opened, article, number, day)
    if as_json:
        say_json(result)
    else:
        say_table(
            str(article),
            ("decision", "what", "value"),
            [(stage, key, value) for stage, values in result.items() for key, value in values.items()],
        )


def _explained(
    opened: Session, article: str, number: int | None, day: datetime | None
) -> dict[str, dict[str, object]]:
    """What was decided about an article, or the gates of a narrative and a day."""
    from drumbeat.explain import explain_article, explain_spike

    if number is None or day is None:
        return explain_article(opened.store, article)
    gates = explain_spike(opened.store, opened.workspace, number, day.date())
    return {name: dict(told) for name, told in gates.items()}


KindOption = Annotated[
    KindName | None, typer.Option("--kind", help="Only claims, events, subjects or forms.")
]


@narratives_app.command("list")
def narratives_list(
    workspace: WorkspaceOption = None, kind: KindOption = None, as_json: JsonOption = False
) -> None:
    """List the narratives: claims first, then the largest first."""
    from drumbeat.export import by_kind, narrative_row

    with session(workspace) as opened:
        judged = opened.store.kinds.all()
        rows = by_kind(opened.store.narratives.all(), judged, only=kind.value if kind else None)
    if as_json:
        say_json([narrative_row(row, judged.get(row.narrative_id)) for row in rows])
    else:
        say_table("Narratives", _COLUMNS, [_line(row, judged.get(row.narrative_id)) for row in rows])


_COLUMNS = ("number", "label", "kind", "grade", "status", "passages", "first seen", "last seen")


def _line(row: Narrative, judged: Judgement | None) -> tuple[object, ...]:
    kind = "watched" if row.kind == "watched" else judged.kind if judged else "not judged yet"
    return (
        row.narrative_id,
        row.label,
        kind,
        f"{judged.grade:.2f}" if judged else "",
        row.status,
        row.size,
        f"{row.first_seen_at:%Y-%m-%d}",
        f"{row.last_seen_at:%Y-%m-%d}",
    )


@narratives_app.command("kind")
def narratives_kind(
    number: Annotated[int, typer.Argument(min=1, max=MOST_NUMBERS, help="The narrative's number.")],
    kind: Annotated[KindName | None, typer.Argument(help="What it is.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who decides; default: the system's user.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last decision back.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what a narrative is, or with neither a kind nor `--undo` show what it was judged to be, and why."""
    from drumbeat.corrections import decide_kind, say_kind

    with session(workspace) as opened:
        if kind is None and not undo:
            typer.echo(say_kind(opened.store, number))
            return
        decision = None if undo else kind.value if kind else None
        typer.echo(decide_kind(opened.store, number, decision, by=by or system_user(), clock=opened.clock))


@narratives_app.command("rename")
def narratives_rename(
    number: Annotated[int, typer.Argument(min=1, max=MOST_NUMBERS, help="The narrative's number.")],
    label: Annotated[str, typer.Argument(help="Its new label; later runs keep it.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Give a narrative your own label."""
    from drumbeat.corrections import rename

    with session(workspace) as opened:
        typer.echo(rename(opened.store, number, label, opened.clock))
